package io.segue.controlplane.mover.redis.value;

import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisError;
import io.segue.controlplane.redis.RedisErrorException;
import java.io.IOException;
import java.util.Arrays;

/**
 * Compares one key of two servers by what it means: encodings do not count, nor does the order of what has none. Reads both sides page by
 * page, in bounded memory whatever the size. If the key changes meanwhile the verdict means nothing: the caller knows from its feed.
 *
 * <p>Both connections must have the right database selected and be used by nobody else during a call. For one thread.
 */
public final class ValueCompare {
    private final Pipe authority;
    private final Pipe follower;
    private final long expiryToleranceMs;
    private final long pendingToleranceMs;

    /**
     * @param expiryToleranceMs by how much moments of expiry may differ, milliseconds; also those of a hash's fields
     * @param pendingToleranceMs by how much the delivery times of pending entries may differ, milliseconds; at least 2, because they are
     *     computed from the time that has passed since
     */
    public ValueCompare(
            RedisConnection authority, RedisConnection follower, long expiryToleranceMs, long pendingToleranceMs) {
        this.authority = new Pipe(authority, true);
        this.follower = new Pipe(follower, false);
        this.expiryToleranceMs = expiryToleranceMs;
        this.pendingToleranceMs = Math.max(2, pendingToleranceMs);
    }

    /** How a key stands; the first that applies. */
    public enum Verdict {
        /** The same on both sides, or on neither. */
        EQUAL,
        /** On the authority only. */
        MISSING,
        /** On the follower only. */
        EXTRA,
        TYPE,
        VALUE,
        /** Only the moments of expiry differ. */
        TTL
    }

    /**
     * Whether two payloads of DUMP hold the same bytes of the same value type, whatever their RDB versions. True means that the values are
     * equal; false means nothing, because one value has many payloads.
     */
    public static boolean sameDump(byte[] one, byte[] other) {
        return one.length == other.length
                && one.length > DumpPayload.TRAILER
                && Arrays.equals(
                        one, 0, one.length - DumpPayload.TRAILER, other, 0, other.length - DumpPayload.TRAILER);
    }

    /**
     * Compares a key.
     *
     * @throws RedisErrorException a server refused; both connections are good
     * @throws IOException a connection is lost, or spoke nonsense
     */
    public Verdict compare(byte[] key) throws IOException {
        try {
            return verdict(key);
        } catch (Abort abort) {
            authority.drain();
            follower.drain();
            if (abort.isChanged()) {
                return Verdict.VALUE;
            }
            throw new RedisErrorException("compare", new RedisError(abort.reason()));
        }
    }

    private Verdict verdict(byte[] key) throws IOException, Abort {
        long here = askExpiry(authority, key);
        long there = askExpiry(follower, key);
        authority.send("TYPE", key);
        follower.send("TYPE", key);
        String type = authority.text();
        String other = follower.text();
        boolean missing = other.equals("none");
        if (type.equals("none") || missing) {
            if (type.equals(other) || endsNow(missing ? authority : follower, key)) {
                return Verdict.EQUAL;
            }
            return missing ? Verdict.MISSING : Verdict.EXTRA;
        }
        if (!type.equals(other)) {
            return Verdict.TYPE;
        }
        if (!sameValue(key, type)) {
            return Verdict.VALUE;
        }
        return sameMoment(here, there) ? Verdict.EQUAL : Verdict.TTL;
    }

    private static long askExpiry(Pipe pipe, byte[] key) throws IOException {
        Expiry expiry = pipe.expiry();
        expiry.ask(pipe.connection(), key);
        return expiry.read(pipe.connection());
    }

    /** Whether a key that only one side has is at its end: the other side has only been quicker. */
    private boolean endsNow(Pipe pipe, byte[] key) throws IOException, Abort {
        long left = Pipe.number(pipe.call("PTTL", key));
        return left == Expiry.ABSENT || (left >= 0 && left <= expiryToleranceMs);
    }

    private boolean sameMoment(long one, long other) {
        return (one < 0) == (other < 0) && Math.abs(one - other) <= expiryToleranceMs;
    }

    private boolean sameValue(byte[] key, String type) throws IOException, Abort {
        ElementCompare elements = new ElementCompare(authority, follower, expiryToleranceMs);
        return switch (type) {
            case "string" -> elements.string(key);
            case "list" -> elements.list(key);
            case "set" -> elements.set(key);
            case "hash" -> elements.hash(key);
            case "zset" -> elements.sortedSet(key);
            case "stream" -> new StreamCompare(authority, follower, pendingToleranceMs).same(key);
            default -> elements.module(key);
        };
    }
}
