package io.segue.controlplane.mover.redis.verify;

import io.segue.controlplane.mover.redis.value.PieceCopy;
import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.util.List;

/**
 * What a comparison needs from the mover whose two sides it compares. Implementations are thread-safe: two threads use one. A method may
 * block where it says so, and then ends with {@link InterruptedException} or an {@link IOException} when its thread is interrupted.
 *
 * <p>The argument that makes a difference certain, and what it asks of the mover: the engine reads {@link #changes} of a key, finds it not
 * {@link #isOwed owed}, reads both sides, passes a {@link #feedBarrier}, and finds the count the same and the key still not owed. Then the
 * authority has not changed the key since before the last copy of it was acknowledged, so the follower should hold just that. Only under dual writes
 * an effect may have reached the follower whose authority's half is still on its way; so the key is looked at again after {@link #settleMs}, and is
 * different only if all of that holds again with the count of the first look: by then the other half would have been named.
 */
public interface VerifyContext {
    /** Keys that begin so are the mover's own, half-built values, and are never compared. */
    String TEMPORARY = PieceCopy.PREFIX;

    /** Which database. */
    enum Side {
        /** The one whose state is the truth. */
        AUTHORITY,
        /** The one that is kept equal. */
        FOLLOWER
    }

    /** How many servers hold the keys of a side: the primaries of a cluster, else 1. The same during a whole comparison. */
    int shards(Side side);

    /** Which of them holds {@code key}, 0 to {@link #shards} - 1. Called only where there is more than one. */
    int shardOf(Side side, byte[] key);

    /** Whether the keys of one command must lie in one slot. */
    boolean cluster(Side side);

    /**
     * A new connection, logged in, with its read timeout, with the database selected. The engine closes it. May block for the connect
     * timeout. A server that knows {@code CLIENT NO-TOUCH} should be told, so that a comparison does not make keys look used.
     */
    RedisConnection open(Side side, int shard, int db) throws IOException;

    /** The databases in use at either side, in any order. */
    List<Integer> databases() throws IOException;

    /** A comparison by type for keys of {@code db}, with connections of its own. The engine closes it. */
    KeyComparer comparer(int db) throws IOException;

    /**
     * Whether two payloads of DUMP, both small, hold the same value in different encodings or orders; false if that cannot be told from the
     * bytes: the key is then compared by type.
     */
    boolean sameDump(byte[] authority, byte[] follower);

    /**
     * Whether a change of the key that was named is not yet known to be carried over: anything but CLEAN in the dirty set, also while a copy is in
     * flight. Keys that were given up as errors are not owed: they are reported as different.
     */
    boolean isOwed(int db, byte[] key);

    /**
     * A count that grows with each change that is named for the key. It has to grow <em>after</em> the key has become {@link #isOwed owed} by that
     * change: whoever reads the new count and finds the key not owed may then take the change for carried over. It may grow without need (one
     * counter for many keys). After a loss of the feed it must differ for every key.
     */
    long changes(int db, byte[] key);

    /**
     * Waits until every change that the authority (all its shards) had executed before this call has been named.
     *
     * @return false if that cannot be said, because the feed was lost: the question will be asked again
     */
    boolean feedBarrier() throws InterruptedException;

    /**
     * How long the halves of a dual write may lie apart, milliseconds; 0 while nobody but the mover writes the follower. May change at any time.
     */
    long settleMs();

    /** Counts the key as changed: the mover will copy it. {@link #isOwed} is true from the moment this returns on. */
    void markDirty(int db, byte[] key);

    /** Whether the key is left alone on purpose: the conflict rule kept it, or it stood on the follower before. */
    boolean skip(int db, byte[] key);

    /** Whether a key that only the follower has is a difference; else such keys are not looked for. */
    default boolean extras() {
        return true;
    }

    /** Is told of work that is about to begin, and may hold it back for as long as a limit asks. Also the place to stand still on a pause. */
    void throttle(long keys, long bytes) throws InterruptedException;
}
