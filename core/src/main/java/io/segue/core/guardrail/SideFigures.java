package io.segue.core.guardrail;

/**
 * What one side did in a window of time.
 *
 * @param requests how many were meant for it: sent, or not sent because it could not be reached
 * @param failed of those, the ones that failed or were not sent
 * @param measured on how many answers the latency rests
 * @param p99Micros the 99th percentile of their latency, in microseconds; 0 if none was measured
 */
public record SideFigures(long requests, long failed, long measured, long p99Micros) {
    /** Nothing was sent there. */
    public static final SideFigures NONE = new SideFigures(0, 0, 0, 0);

    /** The share of requests that failed, 0.0 to 1.0; 0.0 without any. */
    public double errorRate() {
        return requests == 0 ? 0.0 : (double) failed / requests;
    }
}
