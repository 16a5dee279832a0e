package io.segue.controlplane.mover.redis.value;

import io.segue.controlplane.mover.redis.cluster.KeySlots;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisError;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Joins a key of the authority into the follower's: fields, members and entries that the follower lacks are added, what it has stays as it
 * is, and so does its moment of expiry. Doing it again changes nothing. What cannot be joined is left alone, and said.
 *
 * <p>Both connections must have the right database selected and be used by nobody else during a call. For one thread.
 */
public final class Merge {
    private static final int UNDER_WAY = 16;

    private final Pipe source;
    private final Pipe target;
    private final String prefix;

    /**
     * @param authority where the key is read
     * @param follower where it is joined into
     * @param token makes temporary names this one's own: letters, digits, dashes
     */
    public Merge(RedisConnection authority, RedisConnection follower, String token) {
        this.source = new Pipe(authority, true);
        this.target = new Pipe(follower, false);
        this.prefix = PieceCopy.prefix(token);
    }

    /** What came of it. */
    public enum Kind {
        /** The follower has what it had, and what it lacked. */
        MERGED,
        /** The follower's value was left as it was; the reason says why. */
        KEPT,
        /** The authority has no such key; nothing was done. */
        ABSENT,
        /** The follower has no such key: it is to be copied. Nothing was done. */
        MISSING,
        /** The key changed its type or vanished meanwhile. Another try may succeed. */
        CHANGED,
        /** A server refused; the reason is what it said. Some elements may have been added. */
        FAILED
    }

    /**
     * What came of a merge.
     *
     * @param bytes sent to the follower
     * @param reason for KEPT, CHANGED and FAILED
     */
    public record Outcome(Kind kind, long bytes, String reason) {}

    /**
     * Joins a key.
     *
     * @throws IOException a connection is lost, or spoke nonsense
     */
    public Outcome merge(byte[] key) throws IOException {
        long sent = target.connection().sent();
        try {
            String type = Pipe.text(source.call("TYPE", key));
            String other = Pipe.text(target.call("TYPE", key));
            if (type.equals("none")) {
                return outcome(Kind.ABSENT, sent, "");
            }
            if (other.equals("none")) {
                return outcome(Kind.MISSING, sent, "");
            }
            String kept = type.equals(other)
                    ? join(key, type)
                    : "a " + type + " cannot be joined into the follower's " + other;
            return outcome(kept.isEmpty() ? Kind.MERGED : Kind.KEPT, sent, kept);
        } catch (Abort abort) {
            source.drain();
            target.drain();
            return outcome(abort.isChanged() ? Kind.CHANGED : Kind.FAILED, sent, abort.reason());
        }
    }

    private Outcome outcome(Kind kind, long sentBefore, String reason) {
        return new Outcome(kind, target.connection().sent() - sentBefore, reason);
    }

    /** Gives the reason why the follower's value was left alone; empty if it was joined. */
    private String join(byte[] key, String type) throws IOException, Abort {
        ElementCopy elements = new ElementCopy(source, target);
        switch (type) {
            case "set" -> elements.set(key, key);
            case "zset" -> elements.sortedSet(key, key, "NX");
            case "hash" -> hash(key);
            case "stream" -> stream(key);
            case "string" -> {
                return string(key);
            }
            default -> {
                return "two values of type " + type + " cannot be joined: the follower's is kept";
            }
        }
        return "";
    }

    private void stream(byte[] key) throws IOException, Abort {
        StreamId last = StreamFacts.read(source, key).last();
        StreamId have = StreamFacts.read(target, key).last();
        new StreamCopy(source, target).entries(key, key, have, last);
    }

    private void hash(byte[] key) throws IOException, Abort {
        if (source.knowsFieldExpiry(key)) {
            expiringHash(key);
            return;
        }
        RedisConnection from = source.connection();
        for (Scan scan = new Scan(source, key, "HSCAN", "HLEN"); scan.next(); ) {
            for (long i = 0; i + 1 < scan.items(); i += 2) {
                RedisConnection to = target.begin(4).arg("HSETNX").arg(key);
                Bulks.pass(from, to);
                Bulks.pass(from, to);
            }
            target.settle(UNDER_WAY);
        }
        target.settle(0);
    }

    /** Field by field: one that expires must come together with its moment, or it would stay if the connection broke in between. */
    private void expiringHash(byte[] key) throws IOException, Abort {
        for (Scan scan = FieldExpiry.scan(source, key); scan.next(); ) {
            List<byte[]> names = FieldExpiry.names(source, scan);
            for (int at = 0; at < names.size(); at += UNDER_WAY) {
                fields(key, names.subList(at, Math.min(at + UNDER_WAY, names.size())));
            }
        }
    }

    private void fields(byte[] key, List<byte[]> names) throws IOException, Abort {
        FieldExpiry.ask(source, key, names);
        long[] moments = FieldExpiry.read(source, names.size());
        if (Arrays.stream(moments).anyMatch(moment -> moment >= 0)) {
            FieldExpiry.requireKnown(target, key);
        }
        for (byte[] name : names) {
            source.begin(3).arg("HGET").arg(key).arg(name);
            target.begin(3).arg("HEXISTS").arg(key).arg(name);
        }
        boolean[] had = new boolean[moments.length];
        for (int i = 0; i < had.length; i++) {
            had[i] = target.number() == 1;
        }
        for (int i = 0; i < had.length; i++) {
            field(key, names.get(i), moments[i], had[i]);
        }
        target.settle(0);
    }

    private void field(byte[] key, byte[] name, long moment, boolean had) throws IOException, Abort {
        RedisConnection from = source.connection();
        long length = source.bulk();
        if (length < 0) {
            // It has expired, or was deleted.
            return;
        }
        if (had) {
            from.skip(length);
            from.bulkEnd();
            return;
        }
        boolean expires = moment >= 0;
        if (expires) {
            target.begin(1).arg("MULTI");
        }
        target.begin(4).arg("HSETNX").arg(key).arg(name).argHeader(length);
        from.transfer(length, target.connection());
        from.bulkEnd();
        target.connection().argEnd();
        if (expires) {
            FieldExpiry.set(target, key, name, moment);
            target.begin(1).arg("EXEC");
        }
    }

    private String string(byte[] key) throws IOException, Abort {
        if (!isHyperLogLog(source, key) || !isHyperLogLog(target, key)) {
            return "two strings cannot be joined: the follower's is kept";
        }
        byte[] temporary = KeySlots.nameIn(KeySlots.slotOf(key), prefix);
        try {
            new ElementCopy(source, target).string(key, temporary);
            target.begin(4).arg("PFMERGE").arg(key).arg(key).arg(temporary);
            if (target.reply() instanceof RedisError error) {
                if (error.is("WRONGTYPE") || error.is("INVALIDOBJ")) {
                    return "two strings cannot be joined, though they look like HyperLogLogs: " + error.text();
                }
                throw Abort.refused(false, error);
            }
            return "";
        } finally {
            target.drain();
            target.send("UNLINK", temporary);
            target.drain();
        }
    }

    private static boolean isHyperLogLog(Pipe pipe, byte[] key) throws IOException, Abort {
        pipe.send("STRLEN", key);
        pipe.send("GETRANGE", key, "0", Integer.toString(HyperLogLog.HEADER - 1));
        long length = pipe.number();
        byte[] head = Pipe.bytes(pipe.read());
        return length <= HyperLogLog.MAX_BYTES && HyperLogLog.is(head);
    }
}
