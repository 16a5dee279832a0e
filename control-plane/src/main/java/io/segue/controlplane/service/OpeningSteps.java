package io.segue.controlplane.service;

import io.segue.controlplane.push.Arrival;
import io.segue.controlplane.push.Rejection;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.time.Times;
import io.segue.core.verdict.Side;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationStatus;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.MovementStage;
import io.segue.proto.v1.Strategy;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Takes a migration whose movers run from one stage to the next as soon as it can be. {@link Opening} says what the stages are for. */
final class OpeningSteps {
    private static final int ATTEMPTS = 4;

    private final Records records;
    private final Movements movements;
    private final Movers movers;
    private final Changes changes;
    private final Opening opening;
    private final Feeding feeding;
    private final Following following;
    private final MovementFailures failures;
    private final Divergences divergences;
    private final EventLog events;
    private final Limits limits;
    private final Clock clock;

    OpeningSteps(
            Records records,
            Movements movements,
            Movers movers,
            Changes changes,
            Opening opening,
            Feeding feeding,
            Following following,
            MovementFailures failures,
            Divergences divergences,
            EventLog events,
            Limits limits,
            Clock clock) {
        this.records = records;
        this.movements = movements;
        this.movers = movers;
        this.changes = changes;
        this.opening = opening;
        this.feeding = feeding;
        this.following = following;
        this.failures = failures;
        this.divergences = divergences;
        this.events = events;
        this.limits = limits;
        this.clock = clock;
    }

    /** Does what can be done now. */
    void advance(Migration migration, Movement movement, Patience patience) {
        switch (movement.getStage()) {
            case MOVEMENT_STAGE_COPYING -> {
                patience.nothingArrived();
                if (movers.ready(migration)) {
                    copied(migration, movement, patience);
                }
            }
            case MOVEMENT_STAGE_OPENING -> {
                if (passed(migration, patience)) {
                    step(migration, movement, patience);
                }
            }
            case MOVEMENT_STAGE_OPEN -> closeDualWrites(migration, movement, patience);
            default -> {
                // Nothing moves.
            }
        }
    }

    /** Every mover has caught up: the strategy may come, unless a feed has to take over from a snapshot first. */
    private void copied(Migration migration, Movement movement, Patience patience) {
        if (patience.firstTime()) {
            changes.exclusively(() -> {
                changes.store(List.of(events.note(migration, "caught up", Figures.describe(movement))));
                return movement;
            });
        }
        boolean feedMissing =
                Routing.of(migration, migration.getStrategy()).needsFeed() && !Movements.follows(movement);
        if (!feedMissing || patience.feedRefused()) {
            step(migration, movement, patience);
            return;
        }
        Optional<String> refusal = feeding.refusal(migration);
        changes.exclusively(() -> follow(migration.getUuid(), movement, refusal));
        if (refusal.isPresent()) {
            patience.refuseFeed();
        }
    }

    private boolean follow(String uuid, Movement asked, Optional<String> refusal) {
        Migration migration = records.migration(uuid).value();
        Optional<Held<Movement>> held = movements.of(migration);
        if (held.isEmpty() || !held.get().value().equals(asked)) {
            return false;
        }
        if (refusal.isPresent()) {
            changes.store(List.of(events.note(migration, "go on without a feed", refusal.get())));
            return false;
        }
        Movement.Builder followed = asked.toBuilder();
        feeding.takeOver(migration, followed);
        changes.store(List.of(
                Movements.put(migration, held, followed.build()),
                events.note(migration, "snapshot done", "changes are followed from now on, for the dual writes")));
        movers.ensure(migration);
        return true;
    }

    /**
     * Whether all proxies write to both sides, and what was written before stands on NEW. A request that was under way when a proxy changed over
     * ends as it began, which is why the movers are asked a while later.
     */
    private boolean passed(Migration migration, Patience patience) {
        Arrival arrival = changes.arrivalNow();
        if (!arrival.silent().isEmpty()) {
            patience.nothingArrived();
            return false;
        }
        if (patience.arrivedFor().compareTo(limits.settle()) < 0) {
            return false;
        }
        @Nullable CompletableFuture<Void> asked = patience.passed();
        if (asked == null) {
            patience.passes(movers.passed(migration));
            return false;
        }
        if (asked.isCompletedExceptionally()) {
            // A mover has ended, or was replaced: the next one is asked.
            patience.nothingArrived();
            return false;
        }
        return asked.isDone();
    }

    /** Rolls out the next step, several times if need be; what cannot be done at all is a failure of the migration. */
    private void step(Migration migration, Movement movement, Patience patience) {
        if (!mayStep(migration, movement, patience)) {
            return;
        }
        try {
            changes.exclusively(() -> step(migration.getUuid(), movement));
            patience.worked();
            patience.nothingArrived();
        } catch (ServiceException e) {
            if (e.code() != Code.CONFLICT) {
                throw e;
            }
            if (patience.failedOnce(limits.retry()) >= attempts(migration)) {
                patience.worked();
                cannotOpen(migration, movement, String.valueOf(e.getMessage()));
            }
        }
    }

    private static int attempts(Migration migration) {
        return Math.max(
                ATTEMPTS, 1 + migration.getFailureHandling().getRetryThenAll().getRetryCount());
    }

    /** Keys that change sides need every known proxy, and movers that are not behind. Both may come later, however long it takes. */
    private boolean mayStep(Migration migration, Movement movement, Patience patience) {
        Routing now = Routing.of(migration, Movements.inForce(migration, Optional.of(movement)));
        Routing wanted = Routing.of(migration, migration.getStrategy());
        if (now.left(wanted).isEmpty()) {
            return true;
        }
        Set<Side> missing = Following.missing(Optional.of(movement), now, wanted, migration.getStrategy());
        if (!missing.isEmpty()) {
            follow(migration, movement, missing, now.arrivesAlone(Side.NEW, wanted), patience);
            return false;
        }
        if (!movers.caughtUp(migration, movement)) {
            return false;
        }
        try {
            divergences.requireFew(migration.getId(), "apply the strategy", "");
            return true;
        } catch (ServiceException e) {
            patience.pause(limits.retry());
            String why = String.valueOf(e.getMessage());
            if (patience.waitsFor(why)) {
                changes.exclusively(() -> {
                    changes.store(List.of(events.note(migration, "wait", why)));
                    return why;
                });
            }
            return false;
        }
    }

    /** Before keys go to a side, the other one follows it. If OLD cannot, keys that are to be written on NEW alone do not go there. */
    private void follow(Migration migration, Movement movement, Set<Side> missing, boolean alone, Patience patience) {
        String refusal = following.refusals(migration, missing).get(Side.NEW);
        if (refusal == null) {
            changes.exclusively(() -> begin(migration.getUuid(), movement, missing));
        } else if (!alone) {
            changes.exclusively(() -> goOnWithoutWayBack(migration.getUuid(), movement, refusal));
        } else if (patience.failedOnce(limits.retry()) >= ATTEMPTS) {
            patience.worked();
            cannotOpen(
                    migration,
                    movement,
                    String.valueOf(Following.noWayBack("switch", refusal).getMessage()));
        }
    }

    private boolean begin(String uuid, Movement asked, Set<Side> missing) {
        Migration migration = records.migration(uuid).value();
        Optional<Movement> movement = movements.of(migration).map(Held::value);
        boolean same = movement.filter(asked::equals).isPresent() && MovementWork.moves(migration, asked);
        if (same) {
            following.begin(migration, missing, Movements.inForce(migration, movement), asked.getStage());
        }
        return same;
    }

    private boolean goOnWithoutWayBack(String uuid, Movement asked, String refusal) {
        Migration migration = records.migration(uuid).value();
        Optional<Held<Movement>> movement = movements.of(migration);
        boolean same = movement.isPresent() && movement.get().value().equals(asked);
        if (same) {
            changes.store(List.of(
                    Movements.put(
                            migration,
                            movement,
                            asked.toBuilder().setNoWayBack(true).build()),
                    events.note(migration, "go on without a way back", refusal)));
        }
        return same;
    }

    private boolean step(String uuid, Movement asked) {
        Held<Migration> held = records.migration(uuid);
        Migration migration = held.value();
        Optional<Held<Movement>> movement = movements.of(migration);
        boolean same = movement.isPresent() && movement.get().value().equals(asked);
        if (!same || migration.getStatus() != MigrationStatus.MIGRATION_STATUS_RUNNING) {
            return false;
        }
        Opening.Step step = asked.getStage() == MovementStage.MOVEMENT_STAGE_OPENING
                ? new Opening.Step(migration.getStrategy(), MovementStage.MOVEMENT_STAGE_OPEN)
                : Opening.next(migration, asked, migration.getStrategy());
        boolean open = step.stage() == MovementStage.MOVEMENT_STAGE_OPEN;
        List<Change> batch = new ArrayList<>();
        batch.add(events.note(
                migration,
                open ? "apply the strategy" : "write to both sides",
                asked.getStage() == MovementStage.MOVEMENT_STAGE_COPYING
                        ? "the movers have caught up"
                        : "what was written before the first dual write has been carried over"));
        if (asked.hasInForce() && asked.getInForce().equals(step.strategy())) {
            batch.add(Movements.put(
                    migration,
                    movement,
                    asked.toBuilder().setStage(step.stage()).build()));
            changes.store(batch);
        } else {
            opening.roll(migration, movement.get(), step, batch, false, refused -> undone(migration, refused));
        }
        return true;
    }

    private List<Change> undone(Migration migration, Rejection refused) {
        return List.of(events.note(
                migration, "apply the strategy", MigrationService.undone(refused.proxy(), refused.reason())));
    }

    /** A first opening that fails is a failure. A later one leaves the migration with what is in force, and says so. */
    private void cannotOpen(Migration migration, Movement movement, String reason) {
        if (!movement.hasInForce()) {
            failures.fail(migration.getUuid(), "the strategy cannot be applied: " + reason);
            return;
        }
        changes.exclusively(() -> keep(migration.getUuid(), movement, reason));
    }

    private boolean keep(String uuid, Movement asked, String reason) {
        Held<Migration> held = records.migration(uuid);
        Optional<Held<Movement>> movement = movements.of(held.value());
        if (movement.isEmpty() || !movement.get().value().equals(asked)) {
            return false;
        }
        Strategy kept = asked.getInForce();
        changes.store(List.of(
                MigrationService.replace(
                        held,
                        held.value().toBuilder()
                                .setStrategy(kept)
                                .setStatusReason(reason)
                                .setUpdatedAt(Times.of(clock.instant()))),
                Movements.put(
                        held.value(),
                        movement,
                        asked.toBuilder()
                                .setStage(MovementStage.MOVEMENT_STAGE_OPEN)
                                .build()),
                events.note(held.value(), "keep the strategy that is in force", reason)));
        return true;
    }

    /** Under a strategy without dual writes: the movers are told when the last one is surely over. */
    private void closeDualWrites(Migration migration, Movement movement, Patience patience) {
        Routing now = Routing.of(migration, Movements.inForce(migration, Optional.of(movement)));
        if (!movement.getDualWrites() || now.dualWrites()) {
            patience.nothingArrived();
            return;
        }
        Arrival arrival = changes.arrivalNow();
        if (!arrival.silent().isEmpty() || !arrival.disconnected().isEmpty()) {
            patience.nothingArrived();
            return;
        }
        if (patience.arrivedFor().compareTo(limits.settle()) >= 0) {
            changes.exclusively(() -> {
                Migration again = records.migration(migration.getUuid()).value();
                movements
                        .of(again)
                        .filter(held -> held.value().equals(movement))
                        .ifPresent(held -> opening.dualWritesAreOver(again, held));
                return again;
            });
            patience.nothingArrived();
        }
    }
}
