package io.segue.controlplane.mover.redis;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits longer with every failure, up to 2 s, with jitter. For one thread; an interrupt ends a wait. */
final class Backoff {
    private static final long FIRST_MS = 20;
    private static final long MOST_MS = 2_000;

    private long next = FIRST_MS;

    /** The next failure is the first again. */
    void reset() {
        next = FIRST_MS;
    }

    /** Waits. */
    void pause() {
        long millis = next / 2 + ThreadLocalRandom.current().nextLong(next / 2 + 1);
        next = Math.min(MOST_MS, 2 * next);
        LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(millis));
    }
}
