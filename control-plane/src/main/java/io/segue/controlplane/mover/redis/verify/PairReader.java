package io.segue.controlplane.mover.redis.verify;

import io.segue.controlplane.mover.redis.verify.VerifyContext.Side;
import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;

/**
 * Reads value and expiry of a batch of keys at both sides, and compares what can be compared at once. Several batches may be under way: they are
 * read in the order in which they were sent. For one thread.
 *
 * <p>Value and expiry of a key are read one after the other, not at one moment: a change in between makes a doubt of an equal key, never the
 * other way round, and a doubt is looked at again.
 */
final class PairReader {
    /** What a comparison by bytes has shown. */
    enum Outcome {
        /** Equal, or missing at both sides. */
        EQUAL,
        /** Not on the follower. */
        MISSING,
        /** Not on the authority. */
        EXTRA,
        /** The bytes differ, or were not compared. */
        BYTES,
        /** Same bytes, but not certainly the same expiry. */
        TTL
    }

    private final VerifySettings settings;
    private final SideLink authority;
    private final SideLink follower;
    private final Payloads payloads;
    private final Expiries ours;
    private final Expiries theirs;
    private final Outcome[] outcomes;

    PairReader(VerifyContext context, VerifySettings settings, SideLink authority, SideLink follower) {
        this.settings = settings;
        this.authority = authority;
        this.follower = follower;
        // A payload may be a little longer than what the value takes in memory.
        this.payloads =
                new Payloads(context, settings.page(), settings.wholeBytes() + 64 * 1024, 2 * settings.batchBytes());
        this.ours = new Expiries(authority, settings.page());
        this.theirs = new Expiries(follower, settings.page());
        this.outcomes = new Outcome[settings.page()];
    }

    /** Where a batch that begins at {@code from} ends. */
    int cut(Keys keys, long[] sizes, int from) {
        // A server that tells no sizes is asked for less at a time.
        int most = authority.sizes() || follower.sizes() ? settings.page() : Math.min(settings.page(), 64);
        long bytes = 0;
        int end = from;
        while (end < keys.count() && end - from < most) {
            bytes += whole(sizes[end]) ? sizes[end] : 0;
            if (bytes > settings.batchBytes() && end > from) {
                break;
            }
            end++;
        }
        return end;
    }

    /** Whether a value is compared as one piece; one that is known to be missing is not read. */
    private boolean whole(long size) {
        return size >= 0 && size <= settings.wholeBytes();
    }

    /**
     * Sends the questions of one batch.
     *
     * @param sizes of the values, about; -1 for a key of which only expiry and existence matter
     */
    void send(Keys keys, long[] sizes, int from, int to) throws IOException {
        send(authority, ours, keys, sizes, from, to);
        send(follower, theirs, keys, sizes, from, to);
    }

    private void send(SideLink link, Expiries expiries, Keys keys, long[] sizes, int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            expiries.sendClock(i - from, false);
            RedisConnection connection = link.of(keys, i);
            if (whole(sizes[i])) {
                Commands.send(connection, Commands.DUMP, keys, i);
            }
            expiries.send(connection, keys, i);
        }
        expiries.sendClock(to - from, true);
        link.flush();
    }

    /** Reads the answers of one batch. They are to be had by {@link #outcome} until the next is read. */
    void read(Keys keys, long[] sizes, int from, int to) throws IOException {
        payloads.clear();
        for (int i = from; i < to; i++) {
            int n = i - from;
            ours.readClock(n, false);
            int shard = authority.shardOf(keys, i);
            if (whole(sizes[i])) {
                payloads.read(n, authority.shard(shard));
            } else {
                payloads.without(n);
            }
            ours.read(n, authority.shard(shard), shard);
        }
        ours.readClock(to - from, true);
        for (int i = from; i < to; i++) {
            int n = i - from;
            theirs.readClock(n, false);
            int shard = follower.shardOf(keys, i);
            boolean same = whole(sizes[i]) && payloads.same(n, follower.shard(shard));
            theirs.read(n, follower.shard(shard), shard);
            outcomes[n] = same ? Outcome.EQUAL : Outcome.BYTES;
        }
        theirs.readClock(to - from, true);
        for (int n = 0; n < to - from; n++) {
            outcomes[n] = judge(n, outcomes[n] == Outcome.EQUAL);
        }
    }

    private Outcome judge(int n, boolean same) {
        if (ours.missing(n) || theirs.missing(n)) {
            return !ours.missing(n) ? Outcome.MISSING : !theirs.missing(n) ? Outcome.EXTRA : Outcome.EQUAL;
        }
        if (!same) {
            return Outcome.BYTES;
        }
        return ours.same(n, theirs, settings.toleranceMs()) ? Outcome.EQUAL : Outcome.TTL;
    }

    /** What was found of the {@code n}th key of the batch that was read last. */
    Outcome outcome(int n) {
        return outcomes[n];
    }

    /** When that key expires: see {@link Expiries#at}. */
    long expiry(Side side, int n) {
        return (side == Side.AUTHORITY ? ours : theirs).at(n);
    }

    /** Whether its moments of expiry are certain to be the same. */
    boolean sameExpiry(int n) {
        return ours.same(n, theirs, settings.toleranceMs());
    }

    /** Whether they are certain not to be. */
    boolean otherExpiry(int n) {
        return ours.different(n, theirs, settings.toleranceMs());
    }
}
