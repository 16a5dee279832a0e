package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.segue.core.operation.Bucket;

/**
 * A 64-bit digest of a reply that does not depend on what may differ between equal answers: the order of sets and maps, how a
 * double or a null is written, attributes. It takes constant memory, however long the reply is.
 */
final class ReplyDigest {
    /** What order means in the outermost aggregate. */
    enum Order {
        /** What its type says: something in arrays, nothing in sets and maps. */
        AS_TYPED,
        /** Nothing. */
        NONE,
        /** Nothing between pairs of elements: a map in RESP2. */
        PAIRS
    }

    private static final int CHUNK = 4096;
    private static final long NULL = 0x5E9BE1A4D5C7F30BL;

    private final ByteBuf reply;
    private final ReplyCursor cursor;
    private final byte[] chunk = new byte[CHUNK];

    ReplyDigest(ByteBuf reply) {
        this.reply = reply;
        cursor = new ReplyCursor(reply);
    }

    /** The digest of the whole reply. */
    long of(Order order) {
        return element(order);
    }

    private long element(Order order) {
        cursor.next();
        if (cursor.isNull()) {
            return NULL;
        }
        if (!cursor.isAggregate()) {
            return cursor.type() == ',' ? number() : text();
        }
        byte type = cursor.type();
        int left = cursor.children();
        long sum = mix(type, left);
        // The replies' depth is bounded by their parser, and so is this recursion.
        if (order == Order.PAIRS || type == '%') {
            for (; left > 1; left -= 2) {
                long key = element(Order.AS_TYPED);
                sum += mix(key, element(Order.AS_TYPED));
            }
        } else if (order == Order.NONE || type == '~') {
            for (; left > 0; left--) {
                sum += mix(type, element(Order.AS_TYPED));
            }
        }
        for (; left > 0; left--) {
            sum = mix(sum, element(Order.AS_TYPED));
        }
        return sum;
    }

    private long number() {
        try {
            return mix(',', Double.doubleToLongBits(Double.parseDouble(cursor.text())));
        } catch (NumberFormatException e) {
            // inf, nan
            return text();
        }
    }

    private long text() {
        long hash = cursor.type();
        int end = cursor.start() + cursor.length();
        for (int at = cursor.start(); at < end; at += CHUNK) {
            int size = Math.min(CHUNK, end - at);
            reply.getBytes(at, chunk, 0, size);
            hash = Bucket.hash(chunk, 0, size, hash);
        }
        return mix(cursor.length(), hash);
    }

    /** Order matters: {@code mix(a, b) != mix(b, a)}. */
    private static long mix(long a, long b) {
        long h = (Long.rotateLeft(a, 23) + b) * 0x9E3779B97F4A7C15L;
        h = (h ^ h >>> 32) * 0xD6E8FEB86659FD93L;
        return h ^ h >>> 29;
    }
}
