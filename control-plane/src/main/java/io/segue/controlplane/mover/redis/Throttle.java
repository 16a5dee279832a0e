package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.DataMover.Ceilings;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Keeps the first copy below its ceilings: two buckets that fill with time and may be overdrawn by one page, and a pace that goes down when
 * the servers answer slower while it works than while it rests (additive increase, multiplicative decrease). Below full pace it works in smaller pieces,
 * one after the other, so that a client's command waits behind little of it, and stands still for a share of the time. Changes that are carried
 * over are not held back: they cost what the application's own writes cost. Thread-safe.
 */
final class Throttle {
    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);
    /** A pause that was not used is not saved up for longer than this. */
    private static final double MOST_SAVED_SECONDS = 0.05;

    private static final double SLOWEST = 0.1;
    private static final double STEP_UP = 0.05;
    private static final double STEP_DOWN = 0.7;
    /** From here on down it stands still for a share of the time; above, smaller pieces are enough. */
    private static final double STEADY = 0.5;

    private static final int LEAST_PIECE = 32;
    private static final long RESTING_NS = TimeUnit.MILLISECONDS.toNanos(1);
    /** Shorter pauses are gathered: waiting takes at least so long. */
    private static final double SHORTEST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(3);

    private static final double LONGEST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final LongSupplier clock;
    private final AtomicLong waited = new AtomicLong();
    private Ceilings ceilings;
    private double keys;
    private double bytes;
    private double pace = 1;
    private long filled;
    private long notBefore;
    private long blockedSince = -1;
    private boolean resting;
    /** When the page was asked for that is not paid for yet with a pause. */
    private long unpaidSince;

    private boolean unpaid;
    private double debt;

    /** @param clock nanoseconds, as {@link System#nanoTime} */
    Throttle(Ceilings ceilings, LongSupplier clock) {
        this.ceilings = ceilings;
        this.clock = clock;
        this.filled = clock.getAsLong();
        this.notBefore = filled;
    }

    synchronized void ceilings(Ceilings next) {
        ceilings = next;
        keys = Math.max(0, keys);
        bytes = Math.max(0, bytes);
        if (!next.adaptive()) {
            pace = 1;
            resting = false;
        }
    }

    synchronized Ceilings ceilings() {
        return ceilings;
    }

    /** Whether a page may be asked for now. */
    synchronized boolean allows() {
        boolean allowed = waitNs() == 0;
        long now = clock.getAsLong();
        if (!allowed && blockedSince < 0) {
            blockedSince = now;
        } else if (allowed && blockedSince >= 0) {
            waited.addAndGet(now - blockedSince);
            blockedSince = -1;
        }
        return allowed;
    }

    /** How long until a page may be asked for; 0 for now. */
    synchronized long waitNs() {
        fill();
        pay();
        double seconds = 0;
        if (ceilings.keysPerSecond() > 0 && keys < 0) {
            seconds = Math.max(seconds, -keys / ceilings.keysPerSecond());
        }
        if (ceilings.bytesPerSecond() > 0 && bytes < 0) {
            seconds = Math.max(seconds, -bytes / ceilings.bytesPerSecond());
        }
        long pause = resting ? RESTING_NS : 0;
        return Math.max(pause, Math.max((long) (seconds * SECOND), notBefore - clock.getAsLong()));
    }

    /** The last page has taken until now, when the next could be asked for: standing still leaves the servers to the clients. */
    private void pay() {
        if (unpaid) {
            unpaid = false;
            if (pace < STEADY) {
                long now = clock.getAsLong();
                debt += (now - unpaidSince) * (STEADY / pace - 1);
                if (debt >= SHORTEST_PAUSE_NS) {
                    notBefore = now + (long) Math.min(LONGEST_PAUSE_NS, debt);
                    debt = 0;
                }
            }
        }
    }

    private void fill() {
        long now = clock.getAsLong();
        double seconds = (now - filled) / SECOND;
        filled = now;
        keys = Math.min(keys + seconds * ceilings.keysPerSecond(), MOST_SAVED_SECONDS * ceilings.keysPerSecond());
        bytes = Math.min(bytes + seconds * ceilings.bytesPerSecond(), MOST_SAVED_SECONDS * ceilings.bytesPerSecond());
    }

    /**
     * A page was asked for and has come.
     *
     * @param tookNs how long that took
     */
    synchronized void spent(long copiedKeys, long tookNs) {
        fill();
        keys -= copiedKeys;
        unpaid = true;
        unpaidSince = clock.getAsLong() - tookNs;
    }

    /** Bytes of values were written. */
    synchronized void wrote(long copiedBytes) {
        fill();
        bytes -= copiedBytes;
    }

    /** What the servers' answers say: slower than they should be, or not. */
    synchronized void felt(boolean slow) {
        if (ceilings.adaptive()) {
            pace = slow ? Math.max(SLOWEST, pace * STEP_DOWN) : Math.min(1, pace + STEP_UP);
        }
    }

    /** The share of full speed that the servers' answers allow, above 0 up to 1. */
    synchronized double pace() {
        return pace;
    }

    /** How many keys to work at in one piece; at full pace {@code most}. */
    synchronized int piece(int most) {
        return pace == 1 ? most : Math.min(most, Math.max(LEAST_PIECE, (int) (most * pace / 2)));
    }

    /** Whether the next page may be asked for while an earlier one is under way. */
    synchronized boolean pipelined() {
        return pace == 1;
    }

    /** Stands still until it is told otherwise: how the servers answer without it is measured. Only while adaptive. */
    synchronized void rest(boolean on) {
        resting = on && ceilings.adaptive();
    }

    /** Nanoseconds that pages had to wait. */
    long waitedNs() {
        return waited.get();
    }
}
