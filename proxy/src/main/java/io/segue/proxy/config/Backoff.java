package io.segue.proxy.config;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Growing, jittered pauses: each is between half and all of a bound that doubles up to a limit. Not thread-safe. */
public final class Backoff {
    private final long minNs;
    private final long maxNs;
    private final RandomGenerator random;
    private long boundNs;

    /**
     * @param min first bound
     * @param max last bound
     * @param random the jitter, so that a fleet does not come back in step
     */
    public Backoff(Duration min, Duration max, RandomGenerator random) {
        if (min.isNegative() || min.isZero() || max.compareTo(min) < 0) {
            throw new IllegalArgumentException("backoff: " + min + " to " + max + " (expected: 0 < min <= max)");
        }
        this.minNs = min.toNanos();
        this.maxNs = max.toNanos();
        this.random = random;
        this.boundNs = minNs;
    }

    /** The next pause. */
    public Duration next() {
        long bound = boundNs;
        boundNs = bound > maxNs / 2 ? maxNs : bound * 2;
        return Duration.ofNanos(bound - random.nextLong(bound / 2 + 1));
    }

    /** Starts again with short pauses. */
    public void reset() {
        boundNs = minNs;
    }

    /** The longest pause. */
    public Duration max() {
        return Duration.ofNanos(maxNs);
    }
}
