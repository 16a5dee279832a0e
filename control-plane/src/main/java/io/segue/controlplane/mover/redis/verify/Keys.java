package io.segue.controlplane.mover.redis.verify;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.util.Arrays;

/** Keys, one behind the other in one array: no object per key. Used again for each page. For one thread. */
final class Keys {
    private static final int MAX_BYTES = 64 * 1024 * 1024;

    private byte[] bytes = new byte[64 * 1024];
    private int[] starts = new int[1_024];
    private int count;

    void clear() {
        count = 0;
    }

    int count() {
        return count;
    }

    byte[] bytes() {
        return bytes;
    }

    int start(int i) {
        return starts[i];
    }

    int length(int i) {
        return starts[i + 1] - starts[i];
    }

    /** A copy of one key. */
    byte[] key(int i) {
        return Arrays.copyOfRange(bytes, starts[i], starts[i + 1]);
    }

    void add(byte[] key) throws IOException {
        room(key.length);
        System.arraycopy(key, 0, bytes, starts[count], key.length);
        starts[++count] = starts[count - 1] + key.length;
    }

    /** Reads a bulk string, which becomes the last key. */
    void read(RedisConnection from) throws IOException {
        long length = from.bulk();
        if (length < 0) {
            throw new IOException("SCAN gave something that is not a key");
        }
        room(length);
        int at = starts[count];
        int end = at + (int) length;
        while (at < end) {
            at += from.readSome(bytes, at, end - at);
        }
        from.bulkEnd();
        starts[++count] = end;
    }

    void dropLast() {
        count--;
    }

    private void room(long length) throws IOException {
        long end = starts[count] + length;
        if (end > MAX_BYTES) {
            throw new IOException("a page of SCAN has more than " + MAX_BYTES + " bytes of keys");
        }
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(MAX_BYTES, Math.max(end, 2L * bytes.length)));
        }
        if (count + 2 > starts.length) {
            starts = Arrays.copyOf(starts, 2 * starts.length);
        }
    }

    /** Gathers one key as an argument. */
    void arg(RedisConnection to, int i) throws IOException {
        to.arg(bytes, starts[i], length(i));
    }
}
