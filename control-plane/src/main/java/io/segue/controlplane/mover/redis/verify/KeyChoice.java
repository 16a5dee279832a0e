package io.segue.controlplane.mover.redis.verify;

import io.segue.core.operation.Bucket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Which keys are compared: a share of them, chosen by a hash of the key, so that the same keys are chosen each time and a smaller share is
 * part of a larger one. The mover's temporary keys are never chosen. Immutable.
 */
final class KeyChoice {
    private static final byte[] TEMPORARY = VerifyContext.TEMPORARY.getBytes(StandardCharsets.US_ASCII);
    /** Not a migration's salt: the sample must not be the same keys as the first few percent of its traffic. */
    private static final long SEED = 0x5E60_0E5A_3B1E_5EEDL;

    private final double share;
    private final long below;

    /**
     * @param share above 0.0 up to 1.0
     * @throws IllegalArgumentException it is not
     */
    KeyChoice(double share) {
        if (!(share > 0.0 && share <= 1.0)) {
            throw new IllegalArgumentException("sample: " + share + " (expected: above 0.0 up to 1.0)");
        }
        this.share = share;
        this.below = share == 1.0 ? Long.MAX_VALUE : (long) (share * 0x1p63);
    }

    /** How many of {@code keys} keys are chosen, about. */
    long of(long keys) {
        return Math.round(keys * share);
    }

    boolean chosen(byte[] bytes, int offset, int length) {
        if (length >= TEMPORARY.length
                && Arrays.equals(bytes, offset, offset + TEMPORARY.length, TEMPORARY, 0, TEMPORARY.length)) {
            return false;
        }
        return share == 1.0 || (hash(bytes, offset, length) >>> 1) < below;
    }

    /** 64 bits that stand for a key. */
    static long hash(byte[] bytes, int offset, int length) {
        return Bucket.hash(bytes, offset, length, SEED);
    }
}
