package io.segue.controlplane.mover.redis.value;

import java.nio.charset.StandardCharsets;

/**
 * The text of a small string in a DUMP payload or a snapshot, where it stands there as it is: such a value can be SET, which costs a server
 * much less than RESTORE. Not thread-safe.
 *
 * <p>Source: <a href="https://github.com/redis/redis/blob/7.0/src/rdb.c">rdbSaveRawString</a>.
 */
public final class PlainString {
    /** Value type of a string. */
    private static final int STRING = 0;

    private static final int INT8 = 0xC0;
    private static final int INT16 = 0xC1;
    private static final int INT32 = 0xC2;

    private byte[] bytes = new byte[0];
    private int from;
    private int length;

    /**
     * Looks at a whole DUMP payload.
     *
     * @return whether it is such a string
     */
    public boolean ofPayload(byte[] payload, int payloadLength) {
        int end = payloadLength - DumpPayload.TRAILER;
        return end > 1 && payload[0] == STRING && of(payload, 1, end - 1);
    }

    /**
     * Looks at a string as it stands in a snapshot: its length or encoding first.
     *
     * @return whether all of it is at hand, and not compressed
     */
    public boolean of(byte[] source, int offset, int count) {
        int head = source[offset] & 0xFF;
        return switch (head) {
            case INT8 -> count == 2 && text(source[offset + 1]);
            case INT16 -> count == 3 && text((short) littleEndian(source, offset + 1, 2));
            case INT32 -> count == 5 && text((int) littleEndian(source, offset + 1, 4));
            default -> raw(source, offset, count, head);
        };
    }

    private boolean raw(byte[] source, int offset, int count, int head) {
        int header = head < 0x40 ? 1 : 2;
        if (head >= 0x80 || count < header) {
            // A long one, or a compressed one.
            return false;
        }
        length = header == 1 ? head : (head & 0x3F) << 8 | (source[offset + 1] & 0xFF);
        bytes = source;
        from = offset + header;
        return count == header + length;
    }

    private static long littleEndian(byte[] source, int offset, int count) {
        long value = 0;
        for (int i = count - 1; i >= 0; i--) {
            value = value << 8 | (source[offset + i] & 0xFF);
        }
        return value;
    }

    private boolean text(int number) {
        bytes = Integer.toString(number).getBytes(StandardCharsets.US_ASCII);
        from = 0;
        length = bytes.length;
        return true;
    }

    /** Where the text is. */
    public byte[] bytes() {
        return bytes;
    }

    /** Where in {@link #bytes} it begins. */
    public int from() {
        return from;
    }

    /** Bytes of the text, up to 16,383. */
    public int length() {
        return length;
    }
}
