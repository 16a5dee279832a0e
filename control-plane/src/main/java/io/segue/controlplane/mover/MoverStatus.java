package io.segue.controlplane.mover;

/**
 * What a mover is doing, at one moment. Counters grow from the beginning of the movement and survive a restart, except where stated.
 *
 * @param phase what it is at
 * @param paused whether the work stands still on request
 * @param feed how it learns of changes: {@code "tracking"}, {@code "psync"}; {@code "none"} for a snapshot; empty before that is decided
 * @param reason why it is where it is, when there is something to say: a lost connection, a recheck; empty otherwise
 * @param keysTotal keys to copy, as far as known; grows and shrinks with the authority
 * @param keysCopied keys of the first copy that are done
 * @param keysFollowed changed keys that were carried over after or beside the first copy
 * @param bytes bytes of values written to the follower
 * @param keysPerSecond over the last seconds
 * @param bytesPerSecond over the last seconds
 * @param etaSeconds seconds until the first copy is done at that rate; -1 if unknown, 0 when done
 * @param owed changed keys that are not carried over yet
 * @param settling keys written by both, whose comparison is still to come
 * @param lagMs age of the oldest change that is not carried over yet, milliseconds; 0 if there is none. Under dual writes without the
 *     time that a key is left to settle
 * @param errorKeys keys that could not be copied and were not accepted
 * @param conflicts keys that the conflict rule left alone
 * @param rechecks how often everything had to be compared again
 * @param throttledMs milliseconds that limits have kept it waiting, since this process began
 */
public record MoverStatus(
        Phase phase,
        boolean paused,
        String feed,
        String reason,
        long keysTotal,
        long keysCopied,
        long keysFollowed,
        long bytes,
        double keysPerSecond,
        double bytesPerSecond,
        long etaSeconds,
        long owed,
        long settling,
        long lagMs,
        long errorKeys,
        long conflicts,
        long rechecks,
        long throttledMs) {

    /** What a mover is at. */
    public enum Phase {
        /** Not started. */
        NEW,
        /** Connects, fences a predecessor, asks both sides what they can do. */
        STARTING,
        /** Copies what stands on the authority; changes are carried over beside it. */
        COPYING,
        /** The first copy is done; changes are carried over as they come. */
        FOLLOWING,
        /** A snapshot is done: nothing more happens. */
        DONE,
        /** It cannot go on; the reason says why. */
        FAILED,
        CLOSED
    }

    /** Whether the first copy is done, nothing that matters is owed, and no key is known to be missing. */
    public boolean caughtUp() {
        return errorKeys == 0 && (phase == Phase.DONE || (phase == Phase.FOLLOWING && lagMs < 1_000));
    }
}
