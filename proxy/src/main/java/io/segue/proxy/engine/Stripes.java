package io.segue.proxy.engine;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts the dual writes under way, by key. Keys share a stripe by hash, which costs a needless repair now and then and never a
 * missed one. A dual write is under way from its admission until both sides have answered it.
 *
 * <p>One long a stripe: who writes (upper half; 0: several at a time, until all are through), the count (lower half). Thread-safe.
 */
final class Stripes {
    private static final int COUNT = 1 << 18;
    private static final long COUNT_MASK = 0xFFFF_FFFFL;

    private static final long SEVERAL = 0;

    private final AtomicLongArray stripes = new AtomicLongArray(COUNT);
    private final AtomicIntegerArray entered = new AtomicIntegerArray(COUNT);

    static int of(long keyHash) {
        return (int) keyHash & (COUNT - 1);
    }

    /**
     * A dual write begins.
     *
     * @param lanes {@link ClientLanes#orderedBy}
     * @return whether somebody else has a write under way here, so that the two sides may execute the two in different orders
     */
    boolean enter(int stripe, int lanes) {
        long before;
        long after;
        do {
            before = stripes.get(stripe);
            long count = before & COUNT_MASK;
            long owner = count == 0 || before >>> 32 == lanes ? lanes : SEVERAL;
            after = owner << 32 | (count + 1);
        } while (!stripes.compareAndSet(stripe, before, after));
        entered.incrementAndGet(stripe);
        return after >>> 32 == SEVERAL;
    }

    /** A dual write has been answered by both sides, or its keys are in the ledger. */
    void leave(int stripe) {
        stripes.decrementAndGet(stripe);
    }

    /** Changes with every dual write that begins: whoever finds it unchanged, and nobody busy before, was not crossed by one. */
    int entered(int stripe) {
        return entered.get(stripe);
    }

    /** Whether a dual write is under way. */
    boolean busy(int stripe) {
        return (stripes.get(stripe) & COUNT_MASK) != 0;
    }
}
