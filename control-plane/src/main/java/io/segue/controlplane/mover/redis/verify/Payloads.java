package io.segue.controlplane.mover.redis.verify;

import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisErrorException;
import java.io.IOException;
import java.util.Arrays;

/**
 * The DUMPs of one batch of keys at the authority, kept until those of the follower come by and are compared. What is too long to be kept is
 * dropped, and counts as not the same. Used again. For one thread.
 */
final class Payloads {
    /** Version and checksum at the end of a payload: servers of different versions differ there. */
    private static final int FOOTER = 10;

    private static final int NONE = -1;
    private static final int DROPPED = -2;

    private final VerifyContext context;
    private final int longest;
    private final int most;
    private final int[] starts;
    private final int[] lengths;
    private byte[] kept = new byte[256 * 1024];
    private byte[] other = new byte[64 * 1024];
    private int end;

    /**
     * @param keys most keys of a batch
     * @param longest bytes of a payload that is kept
     * @param most bytes of all that are kept
     */
    Payloads(VerifyContext context, int keys, int longest, int most) {
        this.context = context;
        this.longest = longest;
        this.most = most;
        this.starts = new int[keys];
        this.lengths = new int[keys];
    }

    /** Forgets the batch before. */
    void clear() {
        end = 0;
    }

    /** Reads the authority's payload of the {@code n}th key. */
    void read(int n, RedisConnection from) throws IOException {
        long length = length(from);
        if (length < 0) {
            lengths[n] = NONE;
        } else if (length > longest || length > most - end) {
            from.skip(length);
            from.bulkEnd();
            lengths[n] = DROPPED;
        } else {
            starts[n] = end;
            lengths[n] = (int) length;
            kept = room(kept, end + (int) length, most);
            bytes(from, kept, end, (int) length);
            end += (int) length;
        }
    }

    /** Says that the {@code n}th key was not asked for. */
    void without(int n) {
        lengths[n] = DROPPED;
    }

    /** Reads the follower's payload of the {@code n}th key, and says whether it is known to hold the same value. */
    boolean same(int n, RedisConnection from) throws IOException {
        long length = length(from);
        if (length < 0) {
            return lengths[n] == NONE;
        }
        if (lengths[n] < 0 || length > longest) {
            from.skip(length);
            from.bulkEnd();
            return false;
        }
        other = room(other, (int) length, longest);
        bytes(from, other, 0, (int) length);
        int ours = starts[n];
        if (lengths[n] == length
                && length > FOOTER
                && Arrays.equals(kept, ours, ours + (int) length - FOOTER, other, 0, (int) length - FOOTER)) {
            return true;
        }
        return context.sameDump(Arrays.copyOfRange(kept, ours, ours + lengths[n]), Arrays.copyOf(other, (int) length));
    }

    private static long length(RedisConnection from) throws IOException {
        long length = from.bulk();
        if (length == RedisConnection.ERROR) {
            throw new RedisErrorException("DUMP", from.lastError());
        }
        return length;
    }

    private static byte[] room(byte[] bytes, int length, int most) {
        return length <= bytes.length
                ? bytes
                : Arrays.copyOf(bytes, (int) Math.min(most, Math.max(length, 2L * bytes.length)));
    }

    private static void bytes(RedisConnection from, byte[] target, int offset, int length) throws IOException {
        int at = offset;
        while (at < offset + length) {
            at += from.readSome(target, at, offset + length - at);
        }
        from.bulkEnd();
    }
}
