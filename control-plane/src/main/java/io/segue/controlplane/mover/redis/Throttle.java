package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.DataMover.Ceilings;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Keeps the first copy below its ceilings: two buckets that fill with time and may be overdrawn by one page, and a share of the time in which
 * it stands still because the servers answer slower than before (additive increase, multiplicative decrease). Changes that are carried over are
 * not held back: they cost what the application's own writes cost. Thread-safe.
 */
final class Throttle {
    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);
    /** A pause that was not used is not saved up for longer than this. */
    private static final double MOST_SAVED_SECONDS = 0.05;

    private static final double SLOWEST = 0.05;
    private static final double STEP_UP = 0.02;
    private static final double STEP_DOWN = 0.8;

    private final LongSupplier clock;
    private final AtomicLong waited = new AtomicLong();
    private Ceilings ceilings;
    private double keys;
    private double bytes;
    private double pace = 1;
    private long filled;
    private long notBefore;
    private long blockedSince = -1;

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
        double seconds = 0;
        if (ceilings.keysPerSecond() > 0 && keys < 0) {
            seconds = Math.max(seconds, -keys / ceilings.keysPerSecond());
        }
        if (ceilings.bytesPerSecond() > 0 && bytes < 0) {
            seconds = Math.max(seconds, -bytes / ceilings.bytesPerSecond());
        }
        return Math.max((long) (seconds * SECOND), Math.max(0, notBefore - clock.getAsLong()));
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
        if (ceilings.adaptive() && pace < 1) {
            // Standing still for a part of the time leaves the servers to the clients in between.
            notBefore = clock.getAsLong() + (long) (tookNs * (1 / pace - 1));
        }
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

    /** Nanoseconds that pages had to wait. */
    long waitedNs() {
        return waited.get();
    }
}
