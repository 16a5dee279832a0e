package io.segue.controlplane.mover.redis.verify;

import java.time.Duration;

/**
 * How a comparison goes about it.
 *
 * @param page keys asked of one SCAN, and the most keys of one pipeline; 1 to 10,000
 * @param wholeBytes values of up to so many bytes are compared as one piece, others by type in pieces; 1 to 64 MiB
 * @param batchBytes values of at most so many bytes in all are asked for in one pipeline; bounds the memory of both servers and of the engine
 * @param toleranceMs moments of expiry that are no further apart count as equal, milliseconds
 * @param settle how long a key may be in doubt before it counts as unsettled
 * @param attempts how often a key in doubt is compared before it counts as unsettled
 * @param retry how long lost connections are opened again without any progress before the comparison fails
 * @param reportLines differences that are written to the report; those beyond are only counted
 */
public record VerifySettings(
        int page,
        int wholeBytes,
        int batchBytes,
        long toleranceMs,
        Duration settle,
        int attempts,
        Duration retry,
        int reportLines) {
    /** What a running movement uses. */
    public static final VerifySettings DEFAULT = new VerifySettings(
            1_000, 1024 * 1024, 4 * 1024 * 1024, 5, Duration.ofSeconds(60), 200, Duration.ofSeconds(30), 1_000_000);

    public VerifySettings {
        if (page < 1 || page > 10_000) {
            throw new IllegalArgumentException("page: " + page + " (expected: 1 to 10000)");
        }
        if (wholeBytes < 1 || wholeBytes > 64 * 1024 * 1024) {
            throw new IllegalArgumentException("wholeBytes: " + wholeBytes + " (expected: 1 to 64 MiB)");
        }
        if (batchBytes < wholeBytes || batchBytes > 256 * 1024 * 1024) {
            throw new IllegalArgumentException("batchBytes: " + batchBytes + " (expected: wholeBytes to 256 MiB)");
        }
        if (toleranceMs < 0 || attempts < 1 || reportLines < 0) {
            throw new IllegalArgumentException("a tolerance, a number of attempts or of lines that is too small");
        }
    }
}
