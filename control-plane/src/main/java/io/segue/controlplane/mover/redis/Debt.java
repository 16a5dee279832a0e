package io.segue.controlplane.mover.redis;

import org.jspecify.annotations.Nullable;

/**
 * What is owed at one moment. A key is in either of the two, so both must be of the same moment: one that fails, or succeeds at last, in
 * between would be in neither.
 *
 * @param oldest when the oldest change was named that is owed for no error, by {@link System#nanoTime}; null if there is none
 * @param overdue since when something could have been carried over that is not: as {@code oldest}, but a key that has to settle is not
 *     late before its settle is over; null if there is nothing
 * @param failing keys that have failed, and will be tried again
 */
record Debt(@Nullable Long oldest, @Nullable Long overdue, long failing) {
    static final Debt NONE = new Debt(null, null, 0);
    static final Debt ONE_FAILING = new Debt(null, null, 1);

    /** Both together. */
    Debt plus(Debt other) {
        return new Debt(earlier(oldest, other.oldest), earlier(overdue, other.overdue), failing + other.failing);
    }

    /** With a change that is owed since then. */
    Debt since(long named) {
        return since(named, named);
    }

    /** With a change that is owed, and late, since then. */
    Debt since(long named, long due) {
        boolean news = oldest == null || overdue == null || named - oldest < 0 || due - overdue < 0;
        return news ? new Debt(earlier(oldest, named), earlier(overdue, due), failing) : this;
    }

    private static @Nullable Long earlier(@Nullable Long one, @Nullable Long other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one - other < 0 ? one : other;
    }

    /** Whether everything named at {@code moment} or before is carried over, but for what has failed. */
    boolean passed(long moment) {
        return oldest == null || oldest - moment > 0;
    }
}
