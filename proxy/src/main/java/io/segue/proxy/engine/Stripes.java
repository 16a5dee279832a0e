package io.segue.proxy.engine;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts the dual writes under way, by key. Keys share a stripe by hash, which costs a needless repair now and then and never a
 * missed one. A dual write is under way from its admission until both sides have answered it. Where the other side takes over when the authority
 * cannot be reached, those that the authority has not answered yet are counted a second time, as flights.
 *
 * <p>One long a stripe: who writes (16 bits; 0: several at a time, until all are through), the flights (24 bits), the count (24 bits).
 * Thread-safe.
 */
final class Stripes {
    private static final int COUNT = 1 << 18;
    private static final long COUNT_MASK = 0xFF_FFFFL;
    private static final int FLIGHT_SHIFT = 24;
    private static final int OWNER_SHIFT = 48;
    private static final long ONE_FLIGHT = 1L << FLIGHT_SHIFT;

    /** Who writes on a connection of its own, where order with others is not known. Above every {@link ClientLanes#orderedBy}. */
    static final int OWN_CONNECTION = 0xFFFF;

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
        return enter(stripe, lanes, 0);
    }

    /** As {@link #enter}, for one that the authority is to answer first: until {@link #land}. */
    boolean fly(int stripe, int lanes) {
        return enter(stripe, lanes, ONE_FLIGHT);
    }

    private boolean enter(int stripe, int lanes, long flight) {
        long before;
        long after;
        do {
            before = stripes.get(stripe);
            long owner = (before & COUNT_MASK) == 0 || before >>> OWNER_SHIFT == lanes ? lanes : SEVERAL;
            after = owner << OWNER_SHIFT | ((before & ((1L << OWNER_SHIFT) - 1)) + 1 + flight);
        } while (!stripes.compareAndSet(stripe, before, after));
        entered.incrementAndGet(stripe);
        return after >>> OWNER_SHIFT == SEVERAL;
    }

    /** The authority has answered a dual write that {@linkplain #fly flew}, or will not. */
    void land(int stripe) {
        stripes.addAndGet(stripe, -ONE_FLIGHT);
    }

    /** Whether the authority has not answered some dual write yet. */
    boolean flying(int stripe) {
        return (stripes.get(stripe) >>> FLIGHT_SHIFT & COUNT_MASK) != 0;
    }

    /**
     * Whether nothing of anybody else is under way to the side that does not come first.
     *
     * @param mine how often the caller has entered; none of these flies
     * @param flights whether others may fly, as long as they do so in order with the caller
     */
    boolean alone(int stripe, int mine, boolean flights) {
        long now = stripes.get(stripe);
        long flying = now >>> FLIGHT_SHIFT & COUNT_MASK;
        long rest = (now & COUNT_MASK) - flying;
        return rest == mine && (flying == 0 || (flights && now >>> OWNER_SHIFT != SEVERAL));
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
