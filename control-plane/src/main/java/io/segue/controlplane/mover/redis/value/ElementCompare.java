package io.segue.controlplane.mover.redis.value;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Compares strings, lists, sets, hashes and sorted sets. What has an order is read from both sides in lockstep. Of what has none each
 * element of one side is looked up at the other; as both have equally many, none can be left over there.
 */
final class ElementCompare {
    /** Values up to this length are kept as they are until the other side has answered, longer ones as a digest. */
    private static final int KEPT = 32;

    private static final int CHUNK = 64 * 1024;

    private final Pipe one;
    private final Pipe other;
    private final long toleranceMs;
    private final byte[] chunk = new byte[CHUNK];
    private final byte[] otherChunk = new byte[CHUNK];
    private final MessageDigest digest;

    ElementCompare(Pipe scanned, Pipe asked, long toleranceMs) {
        this.one = scanned;
        this.other = asked;
        this.toleranceMs = toleranceMs;
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    boolean string(byte[] key) throws IOException, Abort {
        long size = size("STRLEN", key);
        if (size >= HyperLogLog.HEADER && size <= HyperLogLog.MAX_BYTES) {
            return HyperLogLog.same(head(one, key), head(other, key)) && sameFrom(key, HyperLogLog.HEADER, size);
        }
        return size >= 0 && sameFrom(key, 0, size);
    }

    private static byte[] head(Pipe pipe, byte[] key) throws IOException, Abort {
        return Pipe.bytes(pipe.call("GETRANGE", key, "0", Integer.toString(HyperLogLog.HEADER - 1)));
    }

    private boolean sameFrom(byte[] key, int first, long size) throws IOException, Abort {
        for (long at = first; at < size; at += Window.BYTES) {
            String last = Long.toString(Math.min(at + Window.BYTES, size) - 1);
            both("GETRANGE", key, Long.toString(at), last);
            long length = one.bulk();
            if (!sameBulk(length, otherBulk(length))) {
                return false;
            }
        }
        return true;
    }

    boolean list(byte[] key) throws IOException, Abort {
        long size = size("LLEN", key);
        Window window = new Window();
        long items;
        for (long at = 0; at < size; at += items) {
            long received = one.connection().received();
            both("LRANGE", key, Long.toString(at), Long.toString(at + window.count() - 1));
            items = one.array();
            if (!sameBulks(items, otherArray(items)) || items == 0) {
                return false;
            }
            window.saw(items, one.connection().received() - received);
        }
        return size >= 0;
    }

    boolean set(byte[] key) throws IOException, Abort {
        return size("SCARD", key) >= 0 && setWithin(key);
    }

    private boolean setWithin(byte[] key) throws IOException, Abort {
        boolean same = true;
        for (Scan scan = new Scan(one, key, "SSCAN", "SCARD"); same && scan.next(); ) {
            for (long i = 0; i < scan.items(); i++) {
                lookUp("SISMEMBER", key);
            }
            for (long i = 0; i < scan.items(); i++) {
                same &= other.number() == 1;
            }
        }
        return same;
    }

    boolean sortedSet(byte[] key) throws IOException, Abort {
        boolean same = size("ZCARD", key) >= 0;
        for (Scan scan = new Scan(one, key, "ZSCAN", "ZCARD"); same && scan.next(); ) {
            int members = Math.toIntExact(scan.items() / 2);
            double[] scores = new double[members];
            for (int i = 0; i < members; i++) {
                lookUp("ZSCORE", key);
                scores[i] = RedisConnection.decimal(Bulks.text(one.connection()));
            }
            for (int i = 0; i < members; i++) {
                Object score = other.read();
                same &= score != null && scores[i] == score(score);
            }
        }
        return same;
    }

    private static double score(Object reply) throws IOException {
        return reply instanceof Double number ? number : RedisConnection.decimal(Pipe.text(reply));
    }

    boolean hash(byte[] key) throws IOException, Abort {
        // Where fields expire, those that are gone can still be counted.
        if (one.knowsFieldExpiry(key) || other.knowsFieldExpiry(key)) {
            ElementCompare reverse = new ElementCompare(other, one, toleranceMs);
            return hashWithin(key) && reverse.hashWithin(key) && sameFieldExpiry(key) && reverse.sameFieldExpiry(key);
        }
        return size("HLEN", key) >= 0 && hashWithin(key);
    }

    private boolean hashWithin(byte[] key) throws IOException, Abort {
        boolean same = true;
        for (Scan scan = new Scan(one, key, "HSCAN", "HLEN"); same && scan.next(); ) {
            List<byte[]> values = new ArrayList<>();
            for (long i = 0; i + 1 < scan.items(); i += 2) {
                lookUp("HGET", key);
                values.add(print(one.connection(), Bulks.length(one.connection())));
            }
            for (byte[] value : values) {
                long length = other.bulk();
                same &= length >= 0 && Arrays.equals(value, print(other.connection(), length));
            }
        }
        return same;
    }

    private boolean sameFieldExpiry(byte[] key) throws IOException, Abort {
        if (!one.knowsFieldExpiry(key)) {
            return true;
        }
        for (Scan scan = FieldExpiry.scan(one, key); scan.next(); ) {
            List<byte[]> names = FieldExpiry.names(one, scan);
            if (names.isEmpty()) {
                continue;
            }
            FieldExpiry.ask(one, key, names);
            long[] moments = FieldExpiry.read(one, names.size());
            long[] others = new long[moments.length];
            Arrays.fill(others, Expiry.NONE);
            if (other.knowsFieldExpiry(key)) {
                FieldExpiry.ask(other, key, names);
                others = FieldExpiry.read(other, names.size());
            }
            for (int i = 0; i < moments.length; i++) {
                boolean near = Math.abs(moments[i] - others[i]) <= toleranceMs;
                if (moments[i] != Expiry.ABSENT && ((moments[i] < 0) != (others[i] < 0) || !near)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** A value of a module can only be compared by its payload: equal bytes are equal values. */
    boolean module(byte[] key) throws IOException, Abort {
        both("DUMP", key);
        byte[] payload = print(one.connection(), one.bulk());
        return Arrays.equals(payload, print(other.connection(), other.bulk()));
    }

    /** Sends the same command to both. */
    private void both(String command, byte[] key, String... more) throws IOException {
        one.send(command, key, more);
        other.send(command, key, more);
        one.connection().flush();
        other.connection().flush();
    }

    /** How many there are; -1 if not equally many on both sides. */
    private long size(String command, byte[] key) throws IOException, Abort {
        both(command, key);
        long size = one.number();
        return size == other.number() ? size : -1;
    }

    /** Passes the next string of a page on to the other side as the element that a command is about. */
    private void lookUp(String command, byte[] key) throws IOException {
        Bulks.pass(one.connection(), other.begin(3).arg(command).arg(key));
    }

    /** Reads the {@code length} bytes of a string, and its end, into something that is equal for equal strings. */
    private byte[] print(RedisConnection from, long length) throws IOException {
        if (length <= KEPT) {
            return length < 0 ? new byte[0] : Bulks.bytes(from, length);
        }
        for (long left = length; left > 0; ) {
            int count = from.readSome(chunk, 0, (int) Math.min(left, CHUNK));
            digest.update(chunk, 0, count);
            left -= count;
        }
        from.bulkEnd();
        byte[] print = Arrays.copyOf(digest.digest(), KEPT + Long.BYTES);
        for (int i = 0; i < Long.BYTES; i++) {
            print[KEPT + i] = (byte) (length >>> (8 * i));
        }
        return print;
    }

    /** Reads the other side's head of a string; if that fails, this side's string is read, too. */
    private long otherBulk(long length) throws IOException, Abort {
        try {
            return other.bulk();
        } catch (Abort abort) {
            skip(one.connection(), length);
            throw abort;
        }
    }

    /** Reads the other side's head of an array; if that fails, this side's items are read, too. */
    long otherArray(long items) throws IOException, Abort {
        try {
            return other.array();
        } catch (Abort abort) {
            for (long i = 0; i < items; i++) {
                one.connection().drop();
            }
            throw abort;
        }
    }

    /** Reads strings of an array from both sides; all of them, also when they differ early. */
    boolean sameBulks(long items, long otherItems) throws IOException {
        boolean same = items == otherItems;
        for (long i = 0; i < Math.max(items, otherItems); i++) {
            if (same) {
                same = sameBulk(Bulks.length(one.connection()), Bulks.length(other.connection()));
            } else {
                dropIf(i < items, one.connection());
                dropIf(i < otherItems, other.connection());
            }
        }
        return same;
    }

    private static void dropIf(boolean there, RedisConnection from) throws IOException {
        if (there) {
            from.drop();
        }
    }

    /** Reads a string from both sides, whose heads were read. */
    private boolean sameBulk(long length, long otherLength) throws IOException {
        if (length != otherLength) {
            skip(one.connection(), length);
            skip(other.connection(), otherLength);
            return false;
        }
        boolean same = true;
        for (long left = Math.max(0, length); left > 0; ) {
            int count = (int) Math.min(left, CHUNK);
            Bulks.fill(one.connection(), chunk, 0, count);
            Bulks.fill(other.connection(), otherChunk, 0, count);
            same &= Arrays.equals(chunk, 0, count, otherChunk, 0, count);
            left -= count;
        }
        end(one.connection(), length);
        end(other.connection(), length);
        return same;
    }

    private static void skip(RedisConnection from, long length) throws IOException {
        from.skip(Math.max(0, length));
        end(from, length);
    }

    private static void end(RedisConnection from, long length) throws IOException {
        if (length >= 0) {
            from.bulkEnd();
        }
    }
}
