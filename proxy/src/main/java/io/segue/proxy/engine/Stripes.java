package io.segue.proxy.engine;

import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Counts the dual writes under way, by key. Keys share a stripe by hash, which costs a needless repair now and then and never a
 * missed one. A dual write is under way from its admission until both sides have answered it.
 *
 * <p>One int a stripe: the lane group that used it last (upper half), the count (lower half). Thread-safe.
 */
final class Stripes {
    private static final int COUNT = 1 << 18;
    private static final int COUNT_MASK = 0xFFFF;

    private final AtomicIntegerArray stripes = new AtomicIntegerArray(COUNT);

    static int of(long keyHash) {
        return (int) keyHash & (COUNT - 1);
    }

    /**
     * A dual write begins.
     *
     * @param lanes who keeps it in order with other writes: writes of one event loop travel on the same lanes
     * @return whether another lane group has a write under way here, so that the two sides may execute the two in different orders
     */
    boolean enter(int stripe, int lanes) {
        int before;
        int after;
        do {
            before = stripes.get(stripe);
            after = (lanes << 16) | ((before & COUNT_MASK) + 1);
        } while (!stripes.compareAndSet(stripe, before, after));
        return (before & COUNT_MASK) > 0 && before >>> 16 != lanes;
    }

    /** A dual write has been answered by both sides, or its keys are in the ledger. */
    void leave(int stripe) {
        stripes.decrementAndGet(stripe);
    }

    /** Whether a dual write is under way. */
    boolean busy(int stripe) {
        return (stripes.get(stripe) & COUNT_MASK) != 0;
    }
}
