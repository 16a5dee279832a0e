package io.segue.controlplane.mover.redis.verify;

import java.io.IOException;
import java.time.Duration;

/** How often and how long work goes on trying after a connection was lost. For one thread. */
final class Retry {
    private static final long FIRST_PAUSE_MS = 20;
    private static final long LONGEST_PAUSE_MS = 1_000;

    private final Duration limit;
    private long failingSince;
    private long pauseMs;

    Retry(Duration limit) {
        this.limit = limit;
    }

    /** Something was done: the next failure is a first one. */
    void progress() {
        pauseMs = 0;
    }

    /**
     * Waits a little before the next attempt.
     *
     * @throws IOException it is of no use to try again, or was tried for long enough: the failure itself
     */
    void after(IOException failure) throws IOException, InterruptedException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException();
        }
        long now = System.nanoTime();
        if (pauseMs == 0) {
            failingSince = now;
            pauseMs = FIRST_PAUSE_MS;
        } else {
            pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs);
        }
        if (!Commands.passing(failure) || now - failingSince > limit.toNanos()) {
            throw failure;
        }
        Thread.sleep(pauseMs);
    }
}
