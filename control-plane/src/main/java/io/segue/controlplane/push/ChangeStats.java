package io.segue.controlplane.push;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts the changes that gave keys another authority, or were to. Thread-safe. */
public final class ChangeStats {
    private final LongAdder decided = new LongAdder();
    private final LongAdder aborted = new LongAdder();
    private final AtomicLong longestHoldUs = new AtomicLong();

    /** One was decided. */
    public void decided() {
        decided.increment();
    }

    /** One was prepared and does not happen. */
    public void aborted() {
        aborted.increment();
    }

    /** For so many microseconds a proxy held work for one that was decided. */
    public void held(long us) {
        longestHoldUs.accumulateAndGet(us, Math::max);
    }

    /** Changes that were decided since the start. */
    public long decidedCount() {
        return decided.sum();
    }

    /** Changes that were prepared and did not happen. */
    public long abortedCount() {
        return aborted.sum();
    }

    /** The longest time for which a proxy held work for a change that was decided, in microseconds. */
    public long longestHoldUs() {
        return longestHoldUs.get();
    }
}
