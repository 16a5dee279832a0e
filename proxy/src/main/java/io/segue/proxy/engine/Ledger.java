package io.segue.proxy.engine;

import io.segue.core.verdict.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys whose two sides are not known to be equal. As long as a key is here its writes go to the authority alone, its reads
 * are answered by the authority, and the repairer works on it. Bounded: past the limit <em>every</em> key counts as divergent until a sweep
 * over both sides is through. Thread-safe.
 *
 * <p>Under a policy by which the other side takes over, the truth of a key may have <em>moved</em>: its authority is the other side then, for
 * as long as it is here. Whoever writes a key that has moved {@linkplain #claim claims} it first, so that it cannot be forgotten meanwhile.
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
        SWEEP,
        /** The authority could not be reached, and the other side has taken the write. */
        TAKEN_OVER
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

    /**
     * What is claimed for a write.
     *
     * @param side where it is about to be executed
     * @param planned where the plan has the truth
     * @param latest whether a side may take it that lacks earlier writes
     * @param mayMove whether nothing else is under way that could reach {@code side} out of order; asked if the truth is to move
     */
    record Claim(Side side, Side planned, boolean latest, BooleanSupplier mayMove) {}

    private final int limit;
    private final ConcurrentHashMap<Key, LedgerEntry> entries = new ConcurrentHashMap<>();
    private final AtomicLong generations = new AtomicLong();
    private final AtomicLong overflows = new AtomicLong();
    /** Number of entries, and of those that are about to be made: 0 only while there surely is none. */
    private final AtomicInteger count = new AtomicInteger();
    /** Number of entries that have moved: 0 only while there surely is none. */
    private final AtomicInteger moved = new AtomicInteger();

    private final AtomicLong moves = new AtomicLong();

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
        LedgerEntry entry = entries.get(new Key(db, Arrays.copyOf(bytes, length)));
        return entry != null && !entry.onProbation;
    }

    /**
     * The key was copied: from now on its writes reach both sides again, and reads still do not trust the follower.
     *
     * @return whether it was not written since {@code generation}
     */
    boolean onProbation(Key key, long generation) {
        LedgerEntry now =
                entries.computeIfPresent(key, (k, e) -> e.generation == generation ? e.with(generation, true) : e);
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
            if (was != null) {
                count.decrementAndGet();
                return was.marked(cause, authority, generation);
            }
            return LedgerEntry.first(cause, authority, now, generation);
        });
    }

    /**
     * A write of the key is about to be executed on a side that the plan does not have it on, or that has taken it over before. If it may
     * be, its truth is there from now on; {@link #confirm} or {@link #withdraw} must follow.
     *
     * @return whether it may: not if that side lacks, or may lack, an earlier write
     */
    boolean claim(Key key, Claim what) {
        boolean[] granted = {false};
        boolean[] fresh = {false};
        count.incrementAndGet();
        entries.compute(key, (k, was) -> {
            LedgerEntry then = claimed(was, what);
            granted[0] = then != null || (was == null && what.side() == what.planned());
            fresh[0] = was == null && then != null;
            return then == null ? was : then;
        });
        if (!fresh[0]) {
            count.decrementAndGet();
        }
        return granted[0];
    }

    private @Nullable LedgerEntry claimed(@Nullable LedgerEntry was, Claim what) {
        if (was != null && was.authority == what.side()) {
            return was.with(generations.incrementAndGet(), was.onProbation);
        }
        boolean lacks = was == null ? everything : was.moved || !was.onlyUnknown;
        boolean room = was != null || entries.size() < limit;
        boolean goes = what.side() != what.planned();
        if ((was == null && !goes)
                || !room
                || (lacks && !what.latest())
                || !what.mayMove().getAsBoolean()) {
            return null;
        }
        moves.incrementAndGet();
        moved.addAndGet((goes ? 1 : 0) - (was != null && was.moved ? 1 : 0));
        long now = was == null ? System.currentTimeMillis() : was.sinceMs;
        return LedgerEntry.claimed(was, what.side(), goes, now, generations.incrementAndGet());
    }

    /** A write that was claimed has been executed. */
    void confirm(Key key) {
        entries.computeIfPresent(key, (k, e) -> e.provisional ? e.confirmed() : e);
    }

    /**
     * A write that was claimed has not been executed: if no other has been on that side since the truth has moved, it goes back.
     *
     * @param alone whether nobody else has a write of the key under way
     * @return whether the key is as it was before the claim
     */
    boolean withdraw(Key key, Side side, BooleanSupplier alone) {
        boolean[] back = {false};
        boolean[] gone = {false};
        entries.computeIfPresent(key, (k, e) -> {
            if (!e.provisional || e.authority != side || !alone.getAsBoolean()) {
                return e;
            }
            back[0] = true;
            LedgerEntry before = e.before;
            gone[0] = before == null;
            moves.incrementAndGet();
            moved.addAndGet((before != null && before.moved ? 1 : 0) - (e.moved ? 1 : 0));
            return before == null ? null : before.with(generations.incrementAndGet(), false);
        });
        if (gone[0]) {
            count.decrementAndGet();
        }
        return back[0];
    }

    /** Whether the truth of some key may have moved. */
    boolean hasMoved() {
        return moved.get() != 0;
    }

    /** Number of keys whose truth has moved. */
    int moved() {
        return moved.get();
    }

    /** Changes whenever the truth of some key moves, there or back. */
    long moves() {
        return moves.get();
    }

    /** Whether the truth of the key has moved. Allocates only while that of some key has. */
    boolean hasMoved(int db, byte[] bytes, int length) {
        if (!hasMoved()) {
            return false;
        }
        LedgerEntry entry = entries.get(new Key(db, Arrays.copyOf(bytes, length)));
        return entry != null && entry.moved;
    }

    /** The truth of every key is where it was before it moved, whatever that loses: an operator has demanded it. */
    void giveUpMoves() {
        entries.replaceAll((key, e) -> {
            if (!e.moved) {
                return e;
            }
            moved.decrementAndGet();
            moves.incrementAndGet();
            return e.planned(e.authority.other(), generations.incrementAndGet());
        });
    }

    /** The other side has been given the state that the key had at {@code generation}. */
    void copied(Key key, long generation) {
        entries.computeIfPresent(key, (k, e) -> {
            e.copied = Math.max(e.copied, generation);
            return e;
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
            if (gone[0] && e.moved) {
                moved.decrementAndGet();
                moves.incrementAndGet();
            }
            return gone[0] ? null : e;
        });
        if (gone[0]) {
            count.decrementAndGet();
        }
        return gone[0];
    }

    @Nullable
    LedgerEntry get(Key key) {
        return entries.get(key);
    }

    /** Number of keys noted one by one; one more stands for everything. */
    long size() {
        return entries.size() + (everything ? 1L : 0L);
    }

    /** When the oldest entry was marked, milliseconds since the Unix epoch; 0 if there is none. */
    long oldestMs() {
        long oldest = everything ? everythingSinceMs : Long.MAX_VALUE;
        for (LedgerEntry entry : entries.values()) {
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
