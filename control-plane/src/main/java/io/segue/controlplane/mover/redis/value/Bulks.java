package io.segue.controlplane.mover.redis.value;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reads strings inside of an array, where neither null nor an error can stand. */
final class Bulks {
    /**
     * Longest name of an element (a member of a sorted set, a field of a hash that can expire) that is held in memory; where names can be
     * streamed they have no limit.
     */
    static final int MAX_NAME = 32 * 1024 * 1024;

    private Bulks() {}

    /** Reads a head; the bytes and the end follow. */
    static long length(RedisConnection from) throws IOException {
        long length = from.bulk();
        if (length < 0) {
            throw new IOException("a null or an error inside of an array (expected: a string)");
        }
        return length;
    }

    /** Reads a head of an array. */
    static long items(RedisConnection from) throws IOException {
        long items = from.array();
        if (items < 0) {
            throw new IOException("a null or an error inside of an array (expected: an array)");
        }
        return items;
    }

    /** Reads the {@code length} bytes after a head, and the end. */
    static byte[] bytes(RedisConnection from, long length) throws IOException {
        byte[] bytes = new byte[Math.toIntExact(length)];
        fill(from, bytes, 0, bytes.length);
        from.bulkEnd();
        return bytes;
    }

    /** Reads a whole string that is known to be short: an id, a score, a cursor. */
    static String text(RedisConnection from) throws IOException {
        long length = length(from);
        if (length > 1_024) {
            throw new IOException("a string of " + length + " bytes (expected: an id, a score or a cursor)");
        }
        return new String(bytes(from, length), StandardCharsets.US_ASCII);
    }

    static void fill(RedisConnection from, byte[] target, int offset, int length) throws IOException {
        for (int at = 0; at < length; ) {
            at += from.readSome(target, offset + at, length - at);
        }
    }

    /** Passes a whole string on as one argument. */
    static void pass(RedisConnection from, RedisConnection to) throws IOException {
        long length = length(from);
        to.argHeader(length);
        from.transfer(length, to);
        from.bulkEnd();
        to.argEnd();
    }
}
