package io.segue.controlplane.service;

import io.segue.proto.v1.DataMovement;
import io.segue.proto.v1.Migration;
import java.util.List;

/** What a caller should know although the call succeeded. */
final class Warnings {
    /** For a copy of one moment. */
    static final String SNAPSHOT_ONLY =
            "a snapshot is a copy of one moment: what is written to OLD after it, and before"
                    + " writes go to both sides, is missing on NEW; scan follows later changes";

    /** While the movers copy. */
    static final String COPIES_FIRST = "all traffic stays on OLD until the movers have caught up; then the strategy is"
            + " applied by itself (see GET /api/v1/migrations/{id}/progress)";

    /** For dual writes whose feed is slow to come. */
    static final String FEED_LATE =
            "the strategy is applied as soon as the change feed is on (see GET" + " /api/v1/migrations/{id}/progress)";

    /** For dual writes that nobody watches. */
    static final String NO_FEED =
            "no change feed can be had, so a key that two proxies write at the same moment may end"
                    + " up with different values on OLD and NEW, and nobody notices (POST /api/v1/migrations/{id}/test says why)";

    /** For keys that go to NEW without a dual write before. */
    static final String OLD_ONLY =
            "some keys go to NEW whose writes went to OLD only until now: what was written after NEW"
                    + " was filled is missing there";

    /** For keys on NEW that OLD does not follow. */
    static final String NO_WAY_BACK =
            "there is no way back: what is written on NEW is not carried back to OLD, and a rollback"
                    + " would lose it";

    private Warnings() {}

    static boolean wantsCopy(Migration migration) {
        return migration.getData().getKindCase() == DataMovement.KindCase.SNAPSHOT
                || migration.getData().getKindCase() == DataMovement.KindCase.SCAN;
    }

    static List<String> about(Migration migration) {
        return migration.getData().getKindCase() == DataMovement.KindCase.SNAPSHOT ? List.of(SNAPSHOT_ONLY) : List.of();
    }
}
