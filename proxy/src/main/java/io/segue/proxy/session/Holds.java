package io.segue.proxy.session;

import io.segue.proxy.telemetry.InterlayStats;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What waits at one interlay because its keys are changing sides, and for how long such holds took. Bounded; thread-safe. */
public final class Holds {
    private final InterlayStats stats;
    private final int maxParked;
    private final long maxBytes;
    private final AtomicInteger parked = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong longestUs = new AtomicLong();

    Holds(InterlayStats stats, int maxParked, long maxBytes) {
        this.stats = stats;
        this.maxParked = maxParked;
        this.maxBytes = maxBytes;
    }

    /** Work is held from now on. */
    public void begin() {
        count.incrementAndGet();
    }

    /** It was held for so many microseconds. */
    public void end(long us) {
        longestUs.accumulateAndGet(us, Math::max);
        stats.held(us);
    }

    /** A request wants to wait; false: too much waits already. */
    boolean park(long size) {
        int requests = parked.incrementAndGet();
        long waiting = bytes.addAndGet(size);
        boolean fits = requests <= maxParked && waiting <= maxBytes;
        if (!fits) {
            leave(size);
        }
        return fits;
    }

    /** A request of that size waits no longer. */
    void leave(long size) {
        parked.decrementAndGet();
        bytes.addAndGet(-size);
    }

    /** Requests that wait. */
    public long parked() {
        return parked.get();
    }

    /** Bytes that clients have sent and that wait with them. */
    public long parkedBytes() {
        return bytes.get();
    }

    /** How often work was held. */
    public long count() {
        return count.get();
    }

    /** The longest time for which it was, in microseconds. */
    public long longestUs() {
        return longestUs.get();
    }
}
