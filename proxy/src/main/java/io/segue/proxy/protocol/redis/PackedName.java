package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;

/**
 * A command name as three numbers: eight upper-case bytes in each, the first byte uppermost, zeros behind the last. Names that do
 * not fit belong to no command of the table.
 */
final class PackedName {
    /** Longest name that can be packed. */
    static final int MAX_LENGTH = 3 * Long.BYTES;

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private PackedName() {}

    /** Bytes {@code 8 * part} and on of the name in {@code in[start, start + length)}. */
    static long part(ByteBuf in, int start, int length, int part) {
        int from = part * Long.BYTES;
        int count = Math.min(length - from, Long.BYTES);
        if (count <= 0) {
            return 0;
        }
        int at = start + from;
        long packed = 0;
        if (in.writerIndex() - at >= Long.BYTES) {
            // Reads past a short name, into bytes that are there, and shifts them out.
            packed = in.getLong(at) >>> (Long.SIZE - count * 8);
        } else {
            for (int i = 0; i < count; i++) {
                packed = packed << 8 | (in.getByte(at + i) & 0xFF);
            }
        }
        return upperCase(packed << (Long.SIZE - count * 8));
    }

    /** The same for a name in upper case. */
    static long part(String name, int part) {
        long packed = 0;
        for (int i = part * Long.BYTES; i < (part + 1) * Long.BYTES; i++) {
            packed = packed << 8 | (i < name.length() ? name.charAt(i) & 0xFF : 0);
        }
        return packed;
    }

    /** Mixes the parts so that their lower bits can be an index. */
    static int hash(long a, long b, long c) {
        long h = (a ^ Long.rotateLeft(b, 21) ^ Long.rotateLeft(c, 42)) * 0x9E3779B97F4A7C15L;
        return (int) (h >>> 40);
    }

    /** ASCII letters to upper case, eight at a time; all other bytes unchanged. */
    static long upperCase(long bytes) {
        long low = bytes & ~HIGH_BITS;
        long atLeastA = low + (0x80 - 'a') * ONES;
        long aboveZ = low + (0x80 - 'z' - 1) * ONES;
        long lower = atLeastA & ~aboveZ & ~bytes & HIGH_BITS;
        return bytes - (lower >>> 2);
    }
}
