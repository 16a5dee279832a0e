package io.segue.controlplane.service;

import io.segue.controlplane.store.Change;
import io.segue.controlplane.time.Times;
import io.segue.core.migration.Event;
import io.segue.core.migration.Status;
import io.segue.core.verdict.Side;
import io.segue.proto.v1.FailureHandling;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationCall;
import io.segue.proto.v1.MigrationInterlay;
import io.segue.proto.v1.MigrationStatus;
import io.segue.proto.v1.MovedPair;
import io.segue.proto.v1.Movement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a migration whose data cannot be moved, by its failure handling: tried again, taken back to OLD, or left for the operator.
 * It is taken back by itself only where nothing can be lost by it: every key has its truth on OLD, or OLD follows those that have not.
 * The way back itself is never given up: its mover is made again until the migration ends.
 */
final class MovementFailures {
    private final Records records;
    private final Movements movements;
    private final Movers movers;
    private final Changes changes;
    private final Opening opening;
    private final WayBack wayBack;
    private final PartialRollback partial;
    private final EventLog events;
    private final Limits limits;
    private final Clock clock;

    MovementFailures(
            Records records,
            Movements movements,
            Movers movers,
            Changes changes,
            Opening opening,
            WayBack wayBack,
            PartialRollback partial,
            EventLog events,
            Limits limits,
            Clock clock) {
        this.records = records;
        this.movements = movements;
        this.movers = movers;
        this.changes = changes;
        this.opening = opening;
        this.wayBack = wayBack;
        this.partial = partial;
        this.events = events;
        this.limits = limits;
        this.clock = clock;
    }

    /** A mover cannot go on. */
    void failed(String uuid, RunningMover mover, String reason, Patience patience) {
        changes.exclusively(() -> {
            Migration migration = records.migration(uuid).value();
            Optional<Held<Movement>> held = movements.of(migration);
            if (held.isEmpty() || !MovementWork.moves(migration, held.get().value())) {
                return false;
            }
            Movement movement = held.get().value();
            if (mover.authority() == Side.NEW || !mayFail(migration)) {
                wayBackAgain(migration, mover, reason, patience);
            } else if (!Routing.of(migration, Movements.inForce(migration, Optional.of(movement)))
                    .leavesKeysOn(Side.OLD)) {
                retire(migration, held.get(), mover, reason);
            } else if (movement.getRetries()
                    < migration.getFailureHandling().getRetryThenAll().getRetryCount()) {
                patience.pause(again(migration, held.get(), mover, reason));
            } else {
                failed(
                        migration,
                        held.get(),
                        mover,
                        parts(migration, mover.pair()),
                        "the data movement failed: " + reason);
            }
            return true;
        });
    }

    /** The interlays whose data a mover moves. */
    private static Set<String> parts(Migration migration, MovedPair pair) {
        return Components.active(migration).stream()
                .filter(moved -> moved.getOldEndpoint().equals(pair.getOldEndpoint())
                        && moved.getNewEndpoint().equals(pair.getNewEndpoint()))
                .map(MigrationInterlay::getInterlay)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Some parts have failed: they alone go back where that is allowed and something is left of the migration. */
    private void failed(
            Migration migration, Held<Movement> held, @Nullable RunningMover mover, Set<String> parts, String reason) {
        boolean alone = migration.getFailureHandling().getKindCase() == FailureHandling.KindCase.ALLOW_PARTIAL
                && !parts.isEmpty()
                && PartialRollback.leavesSomething(migration, parts);
        if (!alone) {
            fail(migration, held, mover, reason);
            return;
        }
        try {
            partial.walk(Identity.SYSTEM, migration.getUuid(), parts, reason, false);
        } catch (ServiceException e) {
            fail(migration, movements.of(migration).orElseThrow(), mover, reason + "; " + e.getMessage());
        }
    }

    /** Whether it can fail: one that has failed already, or is on its way back, cannot fail again. */
    private static boolean mayFail(Migration migration) {
        return migration.getStatus() == MigrationStatus.MIGRATION_STATUS_RUNNING
                || migration.getStatus() == MigrationStatus.MIGRATION_STATUS_PAUSED;
    }

    /** Traffic does not need it now; a rollback will. */
    private void wayBackAgain(Migration migration, RunningMover mover, String reason, Patience patience) {
        movers.close(migration, mover);
        changes.store(List.of(events.note(
                migration, "retry the movement", mover.from() + " to " + mover.to() + ", on the way back: " + reason)));
        patience.failedOnce(limits.retry());
    }

    /** Everything is on NEW already: the mover had nothing left to do. */
    private void retire(Migration migration, Held<Movement> held, RunningMover mover, String reason) {
        Movement.Builder after = held.value().toBuilder();
        Figures.keep(after, mover);
        done(after, mover);
        movers.close(migration, mover);
        changes.store(List.of(
                Movements.put(migration, Optional.of(held), after.build()),
                events.note(migration, "the mover ended", "nothing was left for it to do: " + reason)));
    }

    private Duration again(Migration migration, Held<Movement> held, RunningMover mover, String reason) {
        int retries = held.value().getRetries() + 1;
        movers.close(migration, mover);
        changes.store(List.of(
                Movements.put(
                        migration,
                        Optional.of(held),
                        held.value().toBuilder().setRetries(retries).build()),
                events.note(
                        migration,
                        "retry the movement",
                        retries + " of "
                                + migration
                                        .getFailureHandling()
                                        .getRetryThenAll()
                                        .getRetryCount() + ": " + reason)));
        return limits.retry().multipliedBy(1L << Math.min(retries - 1, 6));
    }

    /** A plan cannot be applied: the interlays that {@code reason} names have failed, or the migration has. */
    void fail(String uuid, String reason) {
        changes.exclusively(() -> {
            Migration migration = records.migration(uuid).value();
            Optional<Held<Movement>> held = movements.of(migration);
            boolean moves =
                    held.isPresent() && MovementWork.moves(migration, held.get().value());
            if (moves && mayFail(migration)) {
                failed(migration, held.get(), null, named(migration, reason), reason);
            }
            return moves;
        });
    }

    /** The interlays that a proxy's refusal is about. */
    private static Set<String> named(Migration migration, String reason) {
        Set<String> named = Components.active(migration).stream()
                .map(MigrationInterlay::getInterlay)
                .filter(interlay -> reason.contains("interlay " + interlay + ":"))
                .collect(Collectors.toCollection(TreeSet::new));
        return named.isEmpty() ? named : Components.sharing(migration, named);
    }

    private void fail(Migration migration, Held<Movement> held, @Nullable RunningMover mover, String reason) {
        Held<Migration> before = records.migration(migration.getUuid());
        Status failed = Migrations.moved(before.value(), Event.FAIL);
        Routing now = Routing.of(migration, Movements.inForce(migration, Optional.of(held.value())));
        AuthorityShift back =
                AuthorityShift.between(now, Routing.toSide(migration, Side.OLD), Optional.of(held.value()));
        String why = reason + advice(!back.losesNew());
        Movement after = (back.moves()
                        ? without(migration, held.value(), mover)
                        : opening.closed(migration, held.value()))
                .toBuilder().setRevert(!back.losesNew()).build();
        if (!back.moves()) {
            movers.close(migration);
        }
        changes.store(List.<Change>of(
                MigrationService.replace(
                        before,
                        before.value().toBuilder()
                                .setStatus(Names.message(failed))
                                .setStatusReason(why)
                                .setUpdatedAt(Times.of(clock.instant()))),
                Movements.put(migration, Optional.of(held), after),
                events.record(before.value(), Names.message(failed), Identity.SYSTEM, Event.FAIL.call(), why)));
        if (!back.moves()) {
            movers.forgetWork(migration);
        }
    }

    /** The movement goes on without the mover that has failed: OLD follows what is on NEW, until it is rolled back. */
    private Movement without(Migration migration, Movement movement, @Nullable RunningMover mover) {
        Movement.Builder after = movement.toBuilder();
        if (mover != null) {
            Figures.keep(after, mover);
            done(after, mover);
            movers.close(migration, mover);
        }
        return after.build();
    }

    private static void done(Movement.Builder movement, RunningMover mover) {
        for (MovedPair.Builder pair : movement.getPairsBuilderList()) {
            if (Movements.same(pair.build(), mover.pair())) {
                pair.setDone(true);
            }
        }
    }

    private static String advice(boolean safe) {
        return safe
                ? ""
                : "; some keys have their truth on NEW, and OLD does not follow them, so it is not rolled back by itself";
    }

    /** Walks the way back that a failure has asked for. */
    void revert(Migration migration, Patience patience) {
        try {
            changes.exclusively(() -> wayBack.walk(
                    Identity.SYSTEM,
                    MigrationCall.newBuilder()
                            .setId(migration.getUuid())
                            .setReason(migration.getStatusReason())
                            .build()));
        } catch (ServiceException e) {
            patience.failedOnce(limits.retry());
            throw e;
        }
    }
}
