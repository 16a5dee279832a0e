package io.segue.controlplane.mover.redis.cluster;

import java.nio.charset.StandardCharsets;

/**
 * The slots of Redis Cluster: which one a key belongs to, and names that belong to a given one. Thread-safe.
 *
 * <p>A key's slot is the CRC16 (XMODEM) of its hash tag, the bytes between its first '{' and the first '}' after that; of the whole key
 * when there is no such pair, or nothing between the two.
 */
public final class KeySlots {
    /** How many slots there are. */
    public static final int COUNT = 16_384;

    private static final int[] CRC16 = crc16Table();

    private KeySlots() {}

    /** The slot of {@code key}, 0 to {@link #COUNT} - 1. */
    public static int slotOf(byte[] key) {
        int open = indexOf(key, '{', 0);
        if (open >= 0) {
            int close = indexOf(key, '}', open + 1);
            if (close > open + 1) {
                return crc16(key, open + 1, close) % COUNT;
            }
        }
        return crc16(key, 0, key.length) % COUNT;
    }

    /**
     * A name in {@code slot}: {@code prefix} and a hash tag. The same for the same arguments.
     *
     * @param prefix without '{', which would begin a tag of its own
     * @param slot 0 to {@link #COUNT} - 1
     */
    public static byte[] nameIn(int slot, String prefix) {
        if (prefix.indexOf('{') >= 0) {
            throw new IllegalArgumentException("the prefix " + prefix + " has a '{' (expected: none)");
        }
        return (prefix + '{' + Tags.OF_SLOT[slot] + '}').getBytes(StandardCharsets.UTF_8);
    }

    private static int indexOf(byte[] bytes, char wanted, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static int crc16(byte[] bytes, int from, int to) {
        int crc = 0;
        for (int i = from; i < to; i++) {
            crc = (crc << 8 & 0xFFFF) ^ CRC16[crc >> 8 ^ (bytes[i] & 0xFF)];
        }
        return crc;
    }

    private static int[] crc16Table() {
        int[] table = new int[256];
        for (int i = 0; i < 256; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ 0x1021;
            }
            table[i] = crc & 0xFFFF;
        }
        return table;
    }

    /** A short tag for every slot; found by trying, once, when the first is wanted. */
    private static final class Tags {
        static final String[] OF_SLOT = find();

        private static String[] find() {
            String[] tags = new String[COUNT];
            int missing = COUNT;
            for (int i = 0; missing > 0; i++) {
                String tag = Integer.toString(i, Character.MAX_RADIX);
                int slot = slotOf(tag.getBytes(StandardCharsets.US_ASCII));
                if (tags[slot] == null) {
                    tags[slot] = tag;
                    missing--;
                }
            }
            return tags;
        }
    }
}
