package io.segue.controlplane.service;

import io.segue.proto.v1.DataMovement;
import io.segue.proto.v1.Migration;
import java.util.List;

/** What a caller should know although the call succeeded. */
final class Warnings {
    /** For {@code data} other than none. */
    static final String NOT_COPIED = "historical data is not copied by this release: what NEW is to have must be on it"
            + " already; data movement arrives with a later release";

    /** For keys that go to NEW without a dual write before. */
    static final String OLD_ONLY =
            "some keys go to NEW whose writes went to OLD only until now: what was written after NEW"
                    + " was filled is missing there";

    private Warnings() {}

    static boolean wantsCopy(Migration migration) {
        return migration.getData().getKindCase() == DataMovement.KindCase.SNAPSHOT
                || migration.getData().getKindCase() == DataMovement.KindCase.SCAN;
    }

    static List<String> about(Migration migration) {
        return wantsCopy(migration) ? List.of(NOT_COPIED) : List.of();
    }
}
