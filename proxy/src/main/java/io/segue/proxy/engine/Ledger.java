package io.segue.proxy.engine;

import io.segue.core.verdict.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The keys whose two sides are not known to be equal. As long as a key is here its writes go to the authority alone, its reads
 * are answered by the authority, and the repairer works on it. Bounded: past the limit <em>every</em> key counts as divergent until a sweep
 * over both sides is through. Thread-safe.
 */
final class Ledger {
    /** Why a key is here. */
    enum Cause {
        /** The follower could not be reached or did not answer. */
        FOLLOWER_UNAVAILABLE,
        /** The follower refused what the authority accepted. */
        FOLLOWER_REFUSED,
        /** The two sides answered the same write differently. */
        OUTCOMES_DIFFER,
        /** What the write did cannot be derived from it: a script, a transaction. */
        NOT_DERIVABLE,
        /** Two connections wrote it at the same time. */
        CONCURRENT,
        /** The authority's connection was lost: it may have executed the write or not. */
        OUTCOME_UNKNOWN,
        /** It took so long that a mover may have compared the key before it ended. */
        LATE,
        /** Found by a sweep over the whole data set. */
        SWEEP
    }

    /** Identifies a key on a server. */
    @SuppressWarnings("ArrayRecordComponent") // Compared by content below.
    record Key(int db, byte[] bytes) {
        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof Key k && k.db == db && Arrays.equals(k.bytes, bytes);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(bytes) + db;
        }
    }

    /** What is known of a key. Immutable but for the repairer's own notes. */
    static final class Entry {
        final Cause cause;
        final Side authority;
        final long sinceMs;
        /** Changes with every write, so that the repairer sees that its copy is out of date. */
        final long generation;
        /** Copied, and written on both sides again, but not yet found equal: reads still go to the authority. */
        final boolean onProbation;
        /** Why the last attempt to repair it failed; empty if none did. */
        volatile String failure = "";

        Entry(Cause cause, Side authority, long sinceMs, long generation, boolean onProbation) {
            this.cause = cause;
            this.authority = authority;
            this.sinceMs = sinceMs;
            this.generation = generation;
            this.onProbation = onProbation;
        }
    }

    private final int limit;
    private final ConcurrentHashMap<Key, Entry> entries = new ConcurrentHashMap<>();
    private final AtomicLong generations = new AtomicLong();
    private final AtomicLong overflows = new AtomicLong();
    /** Number of entries, and of those that are about to be made: 0 only while there surely is none. */
    private final AtomicInteger count = new AtomicInteger();

    private volatile boolean everything;
    private volatile long everythingSinceMs;

    Ledger(int limit) {
        this.limit = limit;
    }

    /** Whether nothing at all is here. */
    boolean isEmpty() {
        // In this order: a sweep ends with its keys noted one by one.
        return !everything && count.get() == 0;
    }

    /** Whether the key's sides are not known to be equal. Allocates only while the ledger is not empty. */
    boolean contains(int db, byte[] bytes, int length) {
        return !isEmpty() && (everything || entries.containsKey(new Key(db, Arrays.copyOf(bytes, length))));
    }

    /** Whether writes of the key must not be carried to the follower: it is here, and not on probation. */
    boolean bars(int db, byte[] bytes, int length) {
        if (isEmpty()) {
            return false;
        }
        if (everything) {
            return true;
        }
        Entry entry = entries.get(new Key(db, Arrays.copyOf(bytes, length)));
        return entry != null && !entry.onProbation;
    }

    /**
     * The key was copied: from now on its writes reach both sides again, and reads still do not trust the follower.
     *
     * @return whether it was not written since {@code generation}
     */
    boolean onProbation(Key key, long generation) {
        Entry now = entries.computeIfPresent(
                key,
                (k, e) -> e.generation == generation
                        ? new Entry(e.cause, e.authority, e.sinceMs, e.generation, true)
                        : e);
        return now != null && now.generation == generation;
    }

    /** Notes a key, or notes once more that it was written. */
    void mark(int db, byte[] bytes, int length, Cause cause, Side authority) {
        mark(new Key(db, Arrays.copyOf(bytes, length)), cause, authority);
    }

    void mark(Key key, Cause cause, Side authority) {
        if (entries.size() >= limit && !entries.containsKey(key)) {
            markEverything();
            return;
        }
        long generation = generations.incrementAndGet();
        long now = System.currentTimeMillis();
        // Counted before the entry is there, until after it is gone: who finds nothing has looked before the mark.
        count.incrementAndGet();
        entries.compute(key, (k, was) -> {
            Entry entry = new Entry(
                    was == null ? cause : was.cause, authority, was == null ? now : was.sinceMs, generation, false);
            if (was != null) {
                entry.failure = was.failure;
                count.decrementAndGet();
            }
            return entry;
        });
    }

    /** Every key counts as divergent, until {@link #sweepFinished}. */
    synchronized void markEverything() {
        overflows.incrementAndGet();
        if (!everything) {
            everythingSinceMs = System.currentTimeMillis();
        }
        everything = true;
    }

    /** Whether a sweep over both sides is owed. */
    boolean everything() {
        return everything;
    }

    /** Changes whenever another sweep is owed; read before a sweep. */
    long sweepTicket() {
        return overflows.get();
    }

    /** A sweep that began with {@code ticket} has gone over both sides. */
    synchronized void sweepFinished(long ticket) {
        if (overflows.get() == ticket) {
            everything = false;
        }
    }

    /** The key's sides were found equal; forgotten unless it was written since {@code generation}. */
    boolean clear(Key key, long generation) {
        boolean[] gone = {false};
        entries.computeIfPresent(key, (k, e) -> {
            gone[0] = e.generation == generation;
            return gone[0] ? null : e;
        });
        if (gone[0]) {
            count.decrementAndGet();
        }
        return gone[0];
    }

    @Nullable
    Entry get(Key key) {
        return entries.get(key);
    }

    /** Number of keys noted one by one; one more stands for everything. */
    long size() {
        return entries.size() + (everything ? 1L : 0L);
    }

    /** When the oldest entry was marked, milliseconds since the Unix epoch; 0 if there is none. */
    long oldestMs() {
        long oldest = everything ? everythingSinceMs : Long.MAX_VALUE;
        for (Entry entry : entries.values()) {
            oldest = Math.min(oldest, entry.sinceMs);
        }
        return oldest == Long.MAX_VALUE ? 0 : oldest;
    }

    /** Goes over the keys once; sees some of those that come and go meanwhile. */
    Iterator<Key> keys() {
        return entries.keySet().iterator();
    }

    /** At most {@code most} of the keys. */
    List<Key> some(int most) {
        List<Key> keys = new ArrayList<>(Math.min(most, entries.size()));
        for (Key key : entries.keySet()) {
            if (keys.size() >= most) {
                break;
            }
            keys.add(key);
        }
        return keys;
    }
}
