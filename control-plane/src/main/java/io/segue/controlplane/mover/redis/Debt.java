package io.segue.controlplane.mover.redis;

import org.jspecify.annotations.Nullable;

/**
 * What is owed at one moment. A key is in either of the two, so both must be of the same moment: one that fails, or succeeds at last, in
 * between would be in neither.
 *
 * @param oldest when the oldest change was named that is owed for no error, by {@link System#nanoTime}; null if there is none
 * @param failing keys that have failed, and will be tried again
 */
record Debt(@Nullable Long oldest, long failing) {
    static final Debt NONE = new Debt(null, 0);
    static final Debt ONE_FAILING = new Debt(null, 1);

    /** Both together. */
    Debt plus(Debt other) {
        Debt sum = new Debt(oldest, failing + other.failing);
        return other.oldest == null ? sum : sum.since(other.oldest);
    }

    /** With a change that is owed since then. */
    Debt since(long named) {
        return oldest == null || named - oldest < 0 ? new Debt(named, failing) : this;
    }

    /** Whether everything named at {@code moment} or before is carried over, but for what has failed. */
    boolean passed(long moment) {
        return oldest == null || oldest - moment > 0;
    }
}
