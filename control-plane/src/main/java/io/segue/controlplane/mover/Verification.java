package io.segue.controlplane.mover;

import java.util.Map;

/** A comparison of both sides, under way or done. Thread-safe. */
public interface Verification {

    /** What is compared. */
    enum Kind {
        /** On the authority, not on the follower. */
        MISSING,
        /** On the follower, not on the authority. */
        EXTRA,
        VALUE,
        TYPE,
        TTL
    }

    /** How it stands. */
    enum State {
        RUNNING,
        /** Ended; the counts say with what. */
        DONE,
        /** Could not be carried out; the reason says why. */
        FAILED,
        CANCELLED
    }

    /**
     * Counts, at one moment.
     *
     * @param compared keys looked at
     * @param total keys to look at, as far as known
     * @param different keys that differ, by kind
     * @param unsettled keys that changed so often that nothing can be said of them
     * @param skipped keys left out: conflicts that the rule kept
     * @param repaired different keys that were copied again, when asked for
     */
    record Result(
            State state,
            String reason,
            long startedMs,
            long endedMs,
            long compared,
            long total,
            Map<Kind, Long> different,
            long unsettled,
            long skipped,
            long repaired) {

        /** Whether every compared key was equal, and none was left undecided. */
        public boolean clean() {
            return state == State.DONE && different.isEmpty() && unsettled == 0;
        }
    }

    /** How it stands now. */
    Result result();

    /** Ends it early. */
    void cancel();
}
