package io.segue.loadtest.load;

/**
 * When each request of an open loop is meant to start: evenly spaced, whatever became of the requests before. Latency counts from
 * that moment, so a server that stalls is charged for all requests that should have been sent meanwhile, and not just for the one that
 * happened to wait (coordinated omission). Immutable.
 *
 * @param startNanos on the clock of {@link System#nanoTime}, the moment of request 0
 * @param ratePerSecond above 0
 */
public record Schedule(long startNanos, double ratePerSecond) {
    private static final double NANOS_PER_SECOND = 1e9;

    /** Checks the rate. */
    public Schedule {
        if (!(ratePerSecond > 0)) {
            throw new IllegalArgumentException("rate: " + ratePerSecond + " (expected: above 0)");
        }
    }

    /** When request {@code index}, from 0, is meant to start. */
    public long intendedNanos(long index) {
        return startNanos + Math.round(index * NANOS_PER_SECOND / ratePerSecond);
    }

    /** How many requests should have started by {@code nowNanos}; 0 before the start. */
    public long due(long nowNanos) {
        long elapsed = nowNanos - startNanos;
        return elapsed < 0 ? 0 : (long) (elapsed * ratePerSecond / NANOS_PER_SECOND) + 1;
    }
}
