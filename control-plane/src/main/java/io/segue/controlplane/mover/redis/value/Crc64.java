package io.segue.controlplane.mover.redis.value;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The checksum of DUMP payloads and of RDB files: the Jones polynomial, reflected, starting from 0, without a final inversion. Eight bytes
 * a step.
 *
 * <p>Source: the check value of {@code "123456789"} is {@code e9c6d914c4b8d9ca}.
 */
public final class Crc64 {
    private static final long POLYNOMIAL = 0x95ac9329ac4bc9b5L;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long[] T0 = first();
    private static final long[] T1 = next(T0);
    private static final long[] T2 = next(T1);
    private static final long[] T3 = next(T2);
    private static final long[] T4 = next(T3);
    private static final long[] T5 = next(T4);
    private static final long[] T6 = next(T5);
    private static final long[] T7 = next(T6);

    private Crc64() {}

    /** The checksum of what gave {@code crc} (0: of nothing) followed by {@code length} bytes of {@code bytes}. */
    public static long update(long crc, byte[] bytes, int offset, int length) {
        long sum = crc;
        int at = offset;
        int end = offset + length;
        for (int last = end - 7; at < last; at += 8) {
            sum ^= (long) LONGS.get(bytes, at);
            sum = T7[(int) sum & 0xFF]
                    ^ T6[(int) (sum >>> 8) & 0xFF]
                    ^ T5[(int) (sum >>> 16) & 0xFF]
                    ^ T4[(int) (sum >>> 24) & 0xFF]
                    ^ T3[(int) (sum >>> 32) & 0xFF]
                    ^ T2[(int) (sum >>> 40) & 0xFF]
                    ^ T1[(int) (sum >>> 48) & 0xFF]
                    ^ T0[(int) (sum >>> 56)];
        }
        for (; at < end; at++) {
            sum = T0[((int) sum ^ bytes[at]) & 0xFF] ^ (sum >>> 8);
        }
        return sum;
    }

    private static long[] first() {
        long[] table = new long[256];
        for (int i = 0; i < 256; i++) {
            long sum = i;
            for (int bit = 0; bit < 8; bit++) {
                sum = (sum & 1) == 0 ? sum >>> 1 : (sum >>> 1) ^ POLYNOMIAL;
            }
            table[i] = sum;
        }
        return table;
    }

    /** What a byte is worth one place further from the end. */
    private static long[] next(long[] before) {
        long[] table = new long[256];
        for (int i = 0; i < 256; i++) {
            table[i] = T0[(int) before[i] & 0xFF] ^ (before[i] >>> 8);
        }
        return table;
    }
}
