package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.DataMover.Ceilings;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Keeps the first copy below its ceilings: two buckets that fill with time and may be overdrawn by one page; and, while adaptive, at a pace that
 * leaves the servers to their clients. Below full pace it works in small pieces, one after the other, so that a client's command waits behind
 * little of it, and stands still for the rest of the time: the pace is the share of the time that it works. It begins slowly, goes up while the
 * servers answer as they do without it, and down at once when they do not (additive increase, multiplicative decrease); a pace that was too
 * much is not tried again soon. Where nobody else uses the authority, there is nobody to be slow for. Changes that are carried over are not
 * held back: they cost what the application's own writes cost. Thread-safe.
 */
final class Throttle {
    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);
    /** A pause that was not used is not saved up for longer than this. */
    private static final double MOST_SAVED_SECONDS = 0.05;

    private static final double SLOWEST = 0.1;
    /** The same for a snapshot on its way: the authority keeps what is written meanwhile. */
    private static final double SLOWEST_SNAPSHOT = 0.25;

    private static final double STEP_UP = 0.02;
    private static final double STEP_DOWN = 0.5;
    /** How much of full pace a bound that was met goes up again with each step. */
    private static final double FORGET = 0.002;

    private static final int PIECE = 64;
    private static final long RESTING_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SNAPSHOT_RESTING_NS = TimeUnit.MILLISECONDS.toNanos(20);
    /** Shorter pauses are gathered: they would be longer than asked for. */
    private static final double SHORTEST_PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(200);

    private static final double LONGEST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final LongSupplier clock;
    private final AtomicLong waited = new AtomicLong();
    private Ceilings ceilings;
    private double keys;
    private double bytes;
    private double pace;
    /** Above it the servers were slower. */
    private double bound = 1;

    private boolean alone;
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
        this.pace = ceilings.adaptive() ? SLOWEST : 1;
        this.alone = !ceilings.adaptive();
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
            bound = 1;
            resting = false;
            alone = true;
        }
    }

    synchronized Ceilings ceilings() {
        return ceilings;
    }

    /** Whether a page may be asked for now. */
    synchronized boolean allows() {
        if (waitNs() > 0) {
            return false;
        }
        if (blockedSince >= 0) {
            waited.addAndGet(clock.getAsLong() - blockedSince);
            blockedSince = -1;
        }
        return true;
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
        long now = clock.getAsLong();
        long pause = resting ? RESTING_NS : 0;
        pause = Math.max(pause, Math.max((long) (seconds * SECOND), notBefore - now));
        if (pause > 0 && blockedSince < 0) {
            blockedSince = now;
        }
        return pause;
    }

    /** The last page has taken until now, when the next could be asked for: standing still leaves the servers to the clients. */
    private void pay() {
        if (unpaid) {
            unpaid = false;
            if (pace < 1) {
                long now = clock.getAsLong();
                debt += (now - unpaidSince) * (1 / pace - 1);
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

    /** The servers answer their clients slower than without the copy, or not. */
    synchronized void felt(boolean slow) {
        if (!ceilings.adaptive()) {
            return;
        }
        if (slow) {
            bound = Math.max(SLOWEST, pace * 0.8);
            pace = Math.max(SLOWEST, pace * STEP_DOWN);
        } else {
            bound = Math.min(1, bound + FORGET);
            pace = Math.min(bound, pace + STEP_UP);
        }
    }

    /** Whether nobody else uses the authority: then there is nobody to be slow for. */
    synchronized void alone(boolean now) {
        if (!ceilings.adaptive()) {
            return;
        }
        if (now) {
            bound = 1;
            pace = 1;
        } else if (alone) {
            pace = SLOWEST;
        }
        alone = now;
    }

    /** How long to leave the authority alone after a piece of its snapshot, which took {@code tookNs}; ceilings have no say. */
    synchronized long pauseAfter(long tookNs) {
        if (resting) {
            return SNAPSHOT_RESTING_NS;
        }
        return (long) (tookNs * (1 / Math.max(pace, SLOWEST_SNAPSHOT) - 1));
    }

    /** The share of full speed that the servers' answers allow, above 0 up to 1. */
    synchronized double pace() {
        return pace;
    }

    /** How many keys to work at in one piece; at full pace {@code most}. */
    synchronized int piece(int most) {
        return pace == 1 ? most : Math.min(most, PIECE);
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
