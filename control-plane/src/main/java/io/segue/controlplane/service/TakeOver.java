package io.segue.controlplane.service;

import io.segue.proto.v1.DataMovement;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.Movement;
import java.util.Optional;

/**
 * What does not go together with write policies by which NEW takes writes while OLD cannot be reached ({@code best_effort}, {@code
 * last_write_wins}). A mover that follows OLD compares everything after it has lost OLD, which is when NEW has the later state of
 * some keys, and only the proxies' ledgers know of which: it would overwrite acknowledged writes with what OLD had before.
 */
final class TakeOver {
    /** How to go on. */
    static final String MEND =
            "use old_authoritative or both_required with data scan, or fill NEW by other means and use data none";

    private static final String WHY =
            "while OLD cannot be reached NEW has the later state of keys, and a mover that follows OLD would overwrite it";

    private TakeOver() {}

    /** Why a migration cannot begin with the strategy that it has; empty if it can. */
    static Optional<String> refusal(Migration migration, Routing wanted) {
        boolean follows = migration.getData().getKindCase() == DataMovement.KindCase.SCAN;
        return wanted.takesOver() && follows
                ? Optional.of("strategy.write_mode.policy: data scan cannot be used with this policy: " + WHY)
                : Optional.empty();
    }

    /**
     * Refuses a strategy for a migration whose data is being followed.
     *
     * @throws ServiceException it has a mover that follows OLD
     */
    static void refuseFollowed(Routing wanted, Optional<Movement> movement) {
        if (wanted.takesOver() && movement.filter(Movements::follows).isPresent()) {
            throw ServiceException.conflict(
                    "cannot change the strategy: strategy.write_mode.policy: movers follow OLD, and "
                            + WHY
                            + " (expected: old_authoritative, new_authoritative or both_required, or a migration without a"
                            + " feed)");
        }
    }
}
