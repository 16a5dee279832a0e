package io.segue.controlplane.mover.redis.value;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The strings that PFADD makes: {@code "HYLL"}, a byte for the encoding, three of zero, the cached count in eight, the registers.
 *
 * <p>Source: <a href="https://github.com/redis/redis/blob/7.0/src/hyperloglog.c">hyperloglog.c</a>.
 */
final class HyperLogLog {
    /** Bytes before the registers. */
    static final int HEADER = 16;
    /** 16,384 registers of 6 bits, and the header. */
    static final int MAX_BYTES = 12_288 + HEADER;

    private static final byte[] MAGIC = "HYLL".getBytes(StandardCharsets.US_ASCII);
    private static final int ENCODINGS = 2;
    private static final int CACHE = 8;

    private HyperLogLog() {}

    /** Whether a string that begins with {@code head}, of at least {@link #HEADER} bytes, is one. */
    static boolean is(byte[] head) {
        return head.length >= HEADER
                && Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
                && head[4] >= 0
                && head[4] < ENCODINGS
                && head[5] == 0
                && head[6] == 0
                && head[7] == 0;
    }

    /** Whether two beginnings are equal. The cached count of a HyperLogLog is not compared: PFCOUNT, a read, renews it. */
    static boolean same(byte[] head, byte[] other) {
        return Arrays.equals(head, other) || (is(head) && is(other) && Arrays.equals(head, 0, CACHE, other, 0, CACHE));
    }
}
