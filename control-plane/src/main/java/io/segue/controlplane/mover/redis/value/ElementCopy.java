package io.segue.controlplane.mover.redis.value;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;

/** Copies strings, lists, sets, hashes and sorted sets, piece by piece. */
final class ElementCopy {
    private static final int AHEAD = 2;
    private static final int UNDER_WAY = 16;

    private final Pipe source;
    private final Pipe target;

    ElementCopy(Pipe source, Pipe target) {
        this.source = source;
        this.target = target;
    }

    void string(byte[] key, byte[] to) throws IOException, Abort {
        long size = Pipe.number(source.call("STRLEN", key));
        if (size > Window.BYTES) {
            // All of its room at once: a string that grows piece by piece is moved again and again.
            target.send("SETRANGE", to, Long.toString(size - 1), "\0");
            target.settle(0);
        }
        long asked = 0;
        for (long at = 0; at < Math.max(size, 1); at += Window.BYTES) {
            for (; asked < Math.max(size, 1) && asked < at + AHEAD * Window.BYTES; asked += Window.BYTES) {
                source.send("GETRANGE", key, "" + asked, "" + (Math.min(asked + Window.BYTES, size) - 1));
            }
            piece(to, at, size);
            target.settle(AHEAD);
        }
        target.settle(0);
    }

    private void piece(byte[] to, long at, long size) throws IOException, Abort {
        long length = Math.max(0, source.bulk());
        RedisConnection from = source.connection();
        boolean whole = length == Math.min(Window.BYTES, size - at);
        if (!whole) {
            from.skip(length);
            from.bulkEnd();
            throw Abort.changed("the string was shortened");
        }
        if (size <= Window.BYTES) {
            target.begin(3).arg("SET").arg(to).argHeader(length);
        } else {
            target.begin(4).arg("SETRANGE").arg(to).arg(at).argHeader(length);
        }
        from.transfer(length, target.connection());
        target.connection().argEnd();
        from.bulkEnd();
    }

    void list(byte[] key, byte[] to) throws IOException, Abort {
        long size = Pipe.number(source.call("LLEN", key));
        RedisConnection from = source.connection();
        Batch batch = new Batch(target, to, 1, "RPUSH");
        Window window = new Window();
        long items;
        for (long at = 0; at < size; at += items) {
            long received = from.received();
            source.send("LRANGE", key, "" + at, "" + (Math.min(at + window.count(), size) - 1));
            items = source.array();
            for (long i = 0; i < items; i++) {
                batch.pass(from);
            }
            if (items == 0) {
                break;
            }
            window.saw(items, from.received() - received);
            target.settle(UNDER_WAY);
        }
        batch.send();
        target.settle(0);
    }

    void set(byte[] key, byte[] to) throws IOException, Abort {
        elements(new Scan(source, key, "SSCAN", "SCARD"), new Batch(target, to, 1, "SADD"));
    }

    void hash(byte[] key, byte[] to) throws IOException, Abort {
        elements(new Scan(source, key, "HSCAN", "HLEN"), new Batch(target, to, 2, "HSET"));
        FieldExpiry.copy(source, key, target, to);
    }

    private void elements(Scan scan, Batch batch) throws IOException, Abort {
        while (scan.next()) {
            for (long i = 0; i < scan.items(); i++) {
                batch.pass(source.connection());
            }
            target.settle(UNDER_WAY);
        }
        batch.send();
        target.settle(0);
    }

    /** As for {@link #elements}, with options, and each score before its member. */
    void sortedSet(byte[] key, byte[] to, String... options) throws IOException, Abort {
        String[] command = new String[1 + options.length];
        command[0] = "ZADD";
        System.arraycopy(options, 0, command, 1, options.length);
        Batch batch = new Batch(target, to, 2, command);
        RedisConnection from = source.connection();
        for (Scan scan = new Scan(source, key, "ZSCAN", "ZCARD"); scan.next(); ) {
            long tooLong = 0;
            for (long i = 0; i + 1 < scan.items(); i += 2) {
                long length = Bulks.length(from);
                if (length > Bulks.MAX_NAME) {
                    tooLong = length;
                    from.skip(length);
                    from.bulkEnd();
                    Bulks.text(from);
                } else {
                    byte[] member = Bulks.bytes(from, length);
                    // As the server has written it, which is exact: 17 digits, "inf", "-0".
                    batch.add(Bulks.bytes(from, Bulks.length(from)));
                    batch.add(member);
                }
            }
            if (tooLong > 0) {
                throw Abort.failed("a member of " + tooLong + " bytes (expected: at most " + Bulks.MAX_NAME + ")");
            }
            target.settle(UNDER_WAY);
        }
        batch.send();
        target.settle(0);
    }
}
