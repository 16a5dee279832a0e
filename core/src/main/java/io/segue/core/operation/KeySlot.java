package io.segue.core.operation;

/**
 * The slot of a key, as Redis Cluster has it: CRC16 (XMODEM) of the hash tag, modulo {@value #COUNT}
 * (<a href="https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model">specification</a>).
 * Thread-safe, allocates nothing.
 */
public final class KeySlot {
    /** How many slots there are. */
    public static final int COUNT = 16_384;

    private static final short[] CRC = table();

    private KeySlot() {}

    /** The slot, 0 to {@link #COUNT} - 1, of {@code key[0, length)}. */
    public static int of(byte[] key, int length) {
        long range = HashTag.range(key, length);
        int crc = 0;
        for (int i = (int) (range >>> 32); i < (int) range; i++) {
            crc = (crc << 8) ^ (CRC[((crc >>> 8) ^ key[i]) & 0xFF] & 0xFFFF);
        }
        return crc & (COUNT - 1);
    }

    /** Which of {@code shards} equal parts of the slots, counted from 0, a key belongs to. */
    public static int shard(byte[] key, int length, int shards) {
        return of(key, length) * shards / COUNT;
    }

    private static short[] table() {
        short[] table = new short[256];
        for (int i = 0; i < table.length; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
            }
            table[i] = (short) crc;
        }
        return table;
    }
}
