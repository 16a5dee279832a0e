package io.segue.controlplane.mover.redis.verify;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;

/**
 * The moments of expiry of one batch of keys at one side, as intervals: a server before 7.0 tells only the time that is left, so that its
 * clock is read before and after every few keys, and the moment lies between the two. Within one millisecond that is exact too. Sending
 * and reading go through the keys in the same order. For one thread.
 */
final class Expiries {
    /** The key never expires. */
    static final long NEVER = -1;
    /** There is no such key. */
    static final long NO_KEY = -2;

    private static final int KEYS_PER_CLOCK = 32;

    private final SideLink link;
    private final long[] earliest;
    private final long[] latest;
    private final int[] shards;
    private final long[] clocks;
    private int told;

    Expiries(SideLink link, int most) {
        this.link = link;
        this.earliest = new long[most];
        this.latest = new long[most];
        this.shards = new int[most];
        this.clocks = new long[link.count()];
    }

    /** Gathers the question for one key. */
    void send(RedisConnection to, Keys keys, int i) throws IOException {
        Commands.send(to, link.absolute() ? Commands.PEXPIRETIME : Commands.PTTL, keys, i);
    }

    /** Belongs before the {@code n}th key is asked for anything, and behind the last one with {@code end}. */
    void sendClock(int n, boolean end) throws IOException {
        if (clock(n, end)) {
            for (int shard = 0; shard < link.count(); shard++) {
                link.shard(shard).begin(1).arg("TIME");
            }
        }
    }

    private boolean clock(int n, boolean end) {
        return !link.absolute() && (end || n % KEYS_PER_CLOCK == 0);
    }

    /** Reads what {@link #sendClock} has asked. */
    void readClock(int n, boolean end) throws IOException {
        if (!clock(n, end)) {
            return;
        }
        for (int shard = 0; shard < link.count(); shard++) {
            clocks[shard] = SideLink.readTime(link.shard(shard));
        }
        if (n == 0) {
            told = 0;
        }
        for (; told < n; told++) {
            if (latest[told] >= 0) {
                latest[told] += clocks[shards[told]];
            }
        }
    }

    /** Reads what {@link #send} has asked. */
    void read(int n, RedisConnection from, int shard) throws IOException {
        long number = Commands.number(from, link.absolute() ? "PEXPIRETIME" : "PTTL");
        earliest[n] = number < 0 || link.absolute() ? number : clocks[shard] + number;
        latest[n] = number;
        shards[n] = shard;
    }

    boolean missing(int n) {
        return earliest[n] == NO_KEY;
    }

    /** The moment, milliseconds since the Unix epoch; {@link #NEVER} or {@link #NO_KEY}. */
    long at(int n) {
        return earliest[n];
    }

    /** Whether both keys are certain to expire at the same moment, give or take {@code tolerance}. */
    boolean same(int n, Expiries other, long tolerance) {
        if (earliest[n] < 0 || other.earliest[n] < 0) {
            return earliest[n] == other.earliest[n];
        }
        return latest[n] - other.earliest[n] <= tolerance && other.latest[n] - earliest[n] <= tolerance;
    }

    /** Whether both keys are certain not to. */
    boolean different(int n, Expiries other, long tolerance) {
        if (earliest[n] < 0 || other.earliest[n] < 0) {
            return earliest[n] != other.earliest[n];
        }
        return earliest[n] - other.latest[n] > tolerance || other.earliest[n] - latest[n] > tolerance;
    }
}
