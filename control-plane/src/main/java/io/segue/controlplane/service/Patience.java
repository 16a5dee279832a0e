package io.segue.controlplane.service;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of one migration's movement between two looks, and need not survive the process: it only says when to do the next thing.
 * For one thread at a time.
 */
final class Patience {
    private long notBefore = System.nanoTime();
    private int attempts;
    private boolean caughtUp;
    private boolean feedRefused;
    private String waitsFor = "";
    private @Nullable Long arrivedAt;
    private @Nullable CompletableFuture<Void> passed;

    /** Whether it is too early for anything. */
    boolean waits() {
        return System.nanoTime() - notBefore < 0;
    }

    /** Nothing is tried for so long. */
    void pause(Duration time) {
        notBefore = System.nanoTime() + time.toNanos();
    }

    /** Something failed that may work later: waits longer each time. Returns how often that was. */
    int failedOnce(Duration first) {
        attempts++;
        pause(first.multipliedBy(1L << Math.min(attempts - 1, 6)));
        return attempts;
    }

    void worked() {
        attempts = 0;
        waitsFor = "";
    }

    /** Whether this is another thing to wait for than the last time. */
    boolean waitsFor(String what) {
        boolean news = !what.equals(waitsFor);
        waitsFor = what;
        return news;
    }

    /** Whether the movers have caught up for the first time in this process: true once. */
    boolean firstTime() {
        boolean first = !caughtUp;
        caughtUp = true;
        return first;
    }

    /** Whether a feed was looked for and there is none. */
    boolean feedRefused() {
        return feedRefused;
    }

    void refuseFeed() {
        feedRefused = true;
    }

    /** The proxies do not all run what they should, or a mover is not the one that was asked. */
    void nothingArrived() {
        arrivedAt = null;
        passed = null;
    }

    /** All proxies run what they should; how long that has been so. */
    Duration arrivedFor() {
        long now = System.nanoTime();
        if (arrivedAt == null) {
            arrivedAt = now;
        }
        return Duration.ofNanos(now - arrivedAt);
    }

    /** What was asked of the movers, if anything was. */
    @Nullable
    CompletableFuture<Void> passed() {
        return passed;
    }

    void passes(CompletableFuture<Void> asked) {
        passed = asked;
    }
}
