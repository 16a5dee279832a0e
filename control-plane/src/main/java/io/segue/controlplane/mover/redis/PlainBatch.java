package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.redis.value.PlainString;
import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.util.Arrays;

/** Keys and small strings that wait for a common MSET. Not thread-safe. */
final class PlainBatch {
    private static final int MOST_BYTES = 64 * 1024;

    private final int most;
    private final byte[][] keys;
    /** Where each value ends. */
    private final int[] ends;

    private byte[] values = new byte[8 * 1024];
    private int count;

    /** @param most keys of one MSET */
    PlainBatch(int most) {
        this.most = most;
        this.keys = new byte[most][];
        this.ends = new int[most];
    }

    int count() {
        return count;
    }

    boolean full() {
        return count == most || used() >= MOST_BYTES;
    }

    private int used() {
        return count == 0 ? 0 : ends[count - 1];
    }

    /** Keeps a copy of the value. */
    void add(byte[] key, PlainString value) {
        int at = used();
        if (values.length - at < value.length()) {
            values = Arrays.copyOf(values, Math.max(2 * values.length, at + value.length()));
        }
        System.arraycopy(value.bytes(), value.from(), values, at, value.length());
        keys[count] = key;
        ends[count] = at + value.length();
        count++;
    }

    /** Gathers all as arguments, and is empty. */
    void sendTo(RedisConnection to) throws IOException {
        int from = 0;
        for (int i = 0; i < count; i++) {
            to.arg(keys[i]).arg(values, from, ends[i] - from);
            from = ends[i];
        }
        Arrays.fill(keys, 0, count, null);
        count = 0;
    }
}
