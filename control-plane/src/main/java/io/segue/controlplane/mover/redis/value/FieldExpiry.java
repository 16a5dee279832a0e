package io.segue.controlplane.mover.redis.value;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** When the fields of a hash expire (Redis 7.4): milliseconds since the Unix epoch; as in {@link Expiry} for never and for none. */
final class FieldExpiry {
    private FieldExpiry() {}

    /** Walks through the names of a hash's fields. */
    static Scan scan(Pipe pipe, byte[] key) {
        return new Scan(pipe, key, "HSCAN", "HLEN", "NOVALUES");
    }

    /** Reads a page of names. */
    static List<byte[]> names(Pipe pipe, Scan scan) throws IOException, Abort {
        List<byte[]> names = new ArrayList<>();
        long tooLong = 0;
        for (long i = 0; i < scan.items(); i++) {
            long length = Bulks.length(pipe.connection());
            if (length > Bulks.MAX_NAME) {
                tooLong = length;
                pipe.connection().skip(length);
                pipe.connection().bulkEnd();
            } else {
                names.add(Bulks.bytes(pipe.connection(), length));
            }
        }
        if (tooLong > 0) {
            throw Abort.failed(
                    "a field with a name of " + tooLong + " bytes (expected: at most " + Bulks.MAX_NAME + ")");
        }
        return names;
    }

    /** Gathers the question when fields expire; at least one. */
    static void ask(Pipe pipe, byte[] key, List<byte[]> names) throws IOException {
        RedisConnection to = pipe.begin(4 + names.size())
                .arg("HPEXPIRETIME")
                .arg(key)
                .arg("FIELDS")
                .arg(names.size());
        for (byte[] name : names) {
            to.arg(name);
        }
    }

    /** Reads the answer. */
    static long[] read(Pipe pipe, int fields) throws IOException, Abort {
        List<?> replies = Pipe.list(pipe.read());
        if (replies.size() != fields) {
            throw Abort.changed("the hash is gone");
        }
        long[] moments = new long[fields];
        for (int i = 0; i < fields; i++) {
            moments[i] = Pipe.number(replies.get(i));
        }
        return moments;
    }

    /** Gathers the setting of one field's moment. */
    static void set(Pipe pipe, byte[] key, byte[] name, long moment) throws IOException {
        pipe.begin(6)
                .arg("HPEXPIREAT")
                .arg(key)
                .arg(moment)
                .arg("FIELDS")
                .arg(1)
                .arg(name);
    }

    /** Gives the fields of {@code to} the moments of those of {@code from}. */
    static void copy(Pipe source, byte[] from, Pipe target, byte[] to) throws IOException, Abort {
        if (!source.knowsFieldExpiry(from)) {
            return;
        }
        for (Scan scan = scan(source, from); scan.next(); ) {
            List<byte[]> names = names(source, scan);
            if (names.isEmpty()) {
                continue;
            }
            ask(source, from, names);
            long[] moments = read(source, names.size());
            for (int i = 0; i < moments.length; i++) {
                if (moments[i] >= 0) {
                    requireKnown(target, to);
                    set(target, to, names.get(i), moments[i]);
                }
            }
            target.settle(0);
        }
    }

    /** Fields that expire must not become fields that stay. */
    static void requireKnown(Pipe target, byte[] key) throws IOException, Abort {
        if (!target.knowsFieldExpiry(key)) {
            throw Abort.failed(
                    "fields of this hash expire, which the follower does not know (expected: Redis 7.4 or later)");
        }
    }
}
