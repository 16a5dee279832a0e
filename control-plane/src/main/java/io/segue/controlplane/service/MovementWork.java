package io.segue.controlplane.service;

import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationStatus;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.MovementStage;
import java.util.List;
import java.util.Optional;

/**
 * Looks what is to be done for one migration whose data is moved. {@link MovementDirector} calls it, one thread at a time for each
 * migration; every step reads what is stored within the turn, does one thing, and stores it.
 */
final class MovementWork {
    private final Records records;
    private final Movements movements;
    private final Movers movers;
    private final Changes changes;
    private final OpeningSteps steps;
    private final MovementFailures failures;
    private final Verifications verifications;
    private final EventLog events;

    MovementWork(
            Records records,
            Movements movements,
            Movers movers,
            Changes changes,
            OpeningSteps steps,
            MovementFailures failures,
            Verifications verifications,
            EventLog events) {
        this.records = records;
        this.movements = movements;
        this.movers = movers;
        this.changes = changes;
        this.steps = steps;
        this.failures = failures;
        this.verifications = verifications;
        this.events = events;
    }

    void lookAfter(String uuid, Patience patience) {
        Migration migration = records.migration(uuid).value();
        Optional<Movement> movement = movements.of(migration).map(Held::value);
        if (movement.isEmpty()) {
            return;
        }
        tell(migration);
        if (patience.waits()) {
            return;
        }
        if (moves(migration, movement.get())) {
            move(migration, movement.get(), patience);
        }
        if (movement.get().getRevert() && !patience.waits()) {
            failures.revert(migration, patience);
        }
    }

    private void move(Migration migration, Movement movement, Patience patience) {
        if (movers.missing(migration, movement)) {
            changes.exclusively(() -> start(migration.getUuid()));
        }
        verifications.lookAfter(migration);
        for (RunningMover mover : movers.of(migration)) {
            String reason = mover.failure();
            if (reason != null) {
                patience.nothingArrived();
                failures.failed(migration.getUuid(), mover, reason, patience);
                return;
            }
        }
        if (migration.getStatus() == MigrationStatus.MIGRATION_STATUS_RUNNING) {
            steps.advance(migration, movement, patience);
        }
    }

    /** Whether a migration's movers should be running: also while it has failed, or is rolled back, and keys are still on NEW. */
    static boolean moves(Migration migration, Movement movement) {
        return Names.status(migration.getStatus()).routesTraffic()
                && movement.getStage() != MovementStage.MOVEMENT_STAGE_CLOSED;
    }

    /** Makes what should run and does not: after a start of the process, or of the movement. */
    private boolean start(String uuid) {
        Migration migration = records.migration(uuid).value();
        Optional<Held<Movement>> movement = movements.of(migration);
        boolean moves = movement.isPresent() && moves(migration, movement.get().value());
        if (moves) {
            movers.ensure(migration);
        }
        return moves;
    }

    /** Writes down what movers want to be known. */
    private void tell(Migration migration) {
        for (RunningMover mover : movers.of(migration)) {
            List<RunningMover.News> news = mover.takeNews();
            if (news.isEmpty()) {
                continue;
            }
            try {
                changes.exclusively(() -> {
                    for (RunningMover.News one : news) {
                        changes.store(List.of(events.note(migration, one.event(), one.detail())));
                    }
                    return news;
                });
            } catch (ServiceException e) {
                mover.keepNews(news);
                throw e;
            }
        }
    }
}
