package io.segue.controlplane.service;

import io.segue.core.migration.Event;
import io.segue.core.migration.Lifecycle;
import io.segue.core.migration.Status;
import io.segue.proto.v1.Migration;
import java.util.Map;

/** Questions about one migration. */
final class Migrations {
    private Migrations() {}

    /** Whether it still has, or will have, a say about its interlays. */
    static boolean isActive(Migration migration) {
        return switch (Names.status(migration.getStatus())) {
            case PENDING, READY, RUNNING, PAUSED, FAILED, ROLLING_BACK -> true;
            case COMPLETED, ROLLED_BACK -> false;
        };
    }

    /** Where {@code event} takes it, or the refusal as an exception. */
    static Status moved(Migration migration, Event event) {
        return Lifecycle.apply(Names.status(migration.getStatus()), event).match(moved -> moved.to(), refused -> {
            throw new ServiceException(
                    Code.CONFLICT,
                    "migration " + migration.getId() + ": " + refused.reason(),
                    Map.of("status", Names.of(migration.getStatus())));
        });
    }
}
