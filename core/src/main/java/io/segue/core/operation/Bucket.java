package io.segue.core.operation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The stable salted hash that every percentage is taken from: a sampling unit (a key, say) falls into one of
 * {@value #COUNT} buckets, and a share of p means the buckets below p × {@value #COUNT}. The bucket depends on nothing but the
 * unit and the salt, so all proxies agree without talking, and a smaller share is always contained in a larger one.
 *
 * <p>The hash is XXH64 (<a href="https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md">specification</a>), seeded with
 * the salt. It must never change: a proxy of another release has to agree. Thread-safe, allocates nothing.
 */
public final class Bucket {
    /** How many buckets there are: a percentage has a resolution of 0.01 %. */
    public static final int COUNT = 10_000;

    /** Where work that names no key belongs: the last bucket, so that it moves only with all the rest. */
    public static final int KEYLESS = COUNT - 1;

    private static final long P1 = 0x9E3779B185EBCA87L;
    private static final long P2 = 0xC2B2AE3D27D4EB4FL;
    private static final long P3 = 0x165667B19E3779F9L;
    private static final long P4 = 0x85EBCA77C2B2AE63L;
    private static final long P5 = 0x27D4EB2F165667C5L;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Bucket() {}

    /** The salt of a migration, from its uuid. */
    public static long salt(String uuid) {
        byte[] bytes = uuid.getBytes(StandardCharsets.UTF_8);
        return hash(bytes, 0, bytes.length, 0);
    }

    /** The bucket, 0 to {@link #COUNT} - 1, of the unit in {@code bytes[offset, offset + length)}. */
    public static int of(byte[] bytes, int offset, int length, long salt) {
        return fromHash(hash(bytes, offset, length, salt));
    }

    /** The number of buckets that a share of 0.0 to 1.0 covers. */
    public static int threshold(double share) {
        return (int) Math.round(share * COUNT);
    }

    /** How a bucket stands to a share, in words: {@code "bucket 123 is below 500 (read_percentage 0.05)"}. */
    public static String compare(int bucket, double share, String field) {
        int threshold = threshold(share);
        return "bucket " + bucket + (bucket < threshold ? " is below " : " is not below ") + threshold + " (" + field
                + " " + share + ")";
    }

    /** The bucket of a unit whose {@link #hash} with the salt is known. */
    public static int fromHash(long hash) {
        return (int) (((hash >>> 32) * COUNT) >>> 32);
    }

    /** XXH64 of {@code bytes[offset, offset + length)}. */
    public static long hash(byte[] bytes, int offset, int length, long seed) {
        int at = offset;
        int end = offset + length;
        long h;
        if (length >= 32) {
            long v1 = seed + P1 + P2;
            long v2 = seed + P2;
            long v3 = seed;
            long v4 = seed - P1;
            for (; at <= end - 32; at += 32) {
                v1 = round(v1, (long) LONG.get(bytes, at));
                v2 = round(v2, (long) LONG.get(bytes, at + 8));
                v3 = round(v3, (long) LONG.get(bytes, at + 16));
                v4 = round(v4, (long) LONG.get(bytes, at + 24));
            }
            h = Long.rotateLeft(v1, 1) + Long.rotateLeft(v2, 7) + Long.rotateLeft(v3, 12) + Long.rotateLeft(v4, 18);
            h = merge(merge(merge(merge(h, v1), v2), v3), v4);
        } else {
            h = seed + P5;
        }
        h += length;
        for (; at <= end - 8; at += 8) {
            h = Long.rotateLeft(h ^ round(0, (long) LONG.get(bytes, at)), 27) * P1 + P4;
        }
        if (at <= end - 4) {
            h = Long.rotateLeft(h ^ ((int) INT.get(bytes, at) & 0xFFFFFFFFL) * P1, 23) * P2 + P3;
            at += 4;
        }
        for (; at < end; at++) {
            h = Long.rotateLeft(h ^ (bytes[at] & 0xFFL) * P5, 11) * P1;
        }
        h = (h ^ (h >>> 33)) * P2;
        h = (h ^ (h >>> 29)) * P3;
        return h ^ (h >>> 32);
    }

    private static long round(long acc, long input) {
        return Long.rotateLeft(acc + input * P2, 31) * P1;
    }

    private static long merge(long acc, long value) {
        return (acc ^ round(0, value)) * P1 + P4;
    }
}
