package io.segue.proxy.engine;

import io.segue.core.verdict.Quorum;
import io.segue.core.verdict.Side;
import io.segue.proxy.telemetry.LoopStats;
import io.segue.proxy.upstream.SharedLane;

/**
 * What does not change while a {@link DualExchange} lasts, unless the other side takes over.
 *
 * @param migration where divergence is noted
 * @param db database the client chose
 * @param orderedBy {@link ClientLanes#orderedBy}
 * @param authority whose answer counts
 * @param planned the authority by the plan
 * @param claimed whether the keys must be claimed for the authority, because their truth has moved or is about to
 * @param quorum what the client's success takes
 * @param leader the authority's lane for writes
 * @param follower the other side's lane for writes
 * @param pinned whether it travels on a lane of the client's own, where order with other writes is not known
 * @param shadow whether this is a trial of NEW: outcomes are counted as comparisons
 * @param waitForFollower whether the client is answered after the follower
 */
record DualJob(
        Route route,
        MigrationState migration,
        int db,
        int orderedBy,
        Side authority,
        Side planned,
        boolean claimed,
        Quorum quorum,
        SharedLane leader,
        SharedLane follower,
        boolean pinned,
        boolean shadow,
        boolean waitForFollower,
        LoopStats stats,
        ReplySlot slot) {

    /** The other side takes over. */
    DualJob takenOver() {
        return new DualJob(
                route,
                migration,
                db,
                orderedBy,
                authority.other(),
                planned,
                true,
                quorum,
                /* leader= */ follower,
                /* follower= */ leader,
                pinned,
                shadow,
                waitForFollower,
                stats,
                slot);
    }

    /** Whether the authority may prove not to be the right one. */
    boolean mayBeTakenOver() {
        return quorum.takesOver() && !claimed;
    }
}
