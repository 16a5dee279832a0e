package io.segue.controlplane.service;

import io.segue.controlplane.push.Rejection;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.time.Times;
import io.segue.core.migration.Event;
import io.segue.core.migration.Status;
import io.segue.core.verdict.Side;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationCall;
import io.segue.proto.v1.MigrationStatus;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.Rollout;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** Takes a migration back to OLD, because somebody has asked for it or because it has failed. To be called within the turn. */
final class WayBack {
    private final Records records;
    private final Movements movements;
    private final Movers movers;
    private final Changes changes;
    private final Opening opening;
    private final EventLog events;
    private final Divergences divergences;
    private final Clock clock;

    WayBack(
            Records records,
            Movements movements,
            Movers movers,
            Changes changes,
            Opening opening,
            EventLog events,
            Divergences divergences,
            Clock clock) {
        this.records = records;
        this.movements = movements;
        this.movers = movers;
        this.changes = changes;
        this.opening = opening;
        this.events = events;
        this.divergences = divergences;
        this.clock = clock;
    }

    /** Walks it: {@code rolling_back}, then {@code rolled_back}; the movers are closed at its end. */
    Rollout walk(Identity actor, MigrationCall call) {
        Held<Migration> asked = records.migration(call.getId());
        Status rollingBack = Migrations.moved(asked.value(), Event.ROLLBACK);
        if (!call.getForce()) {
            guard(asked.value());
        }
        changes.store(List.of(
                moved(asked, rollingBack, call.getReason()),
                events.record(
                        asked.value(), Names.message(rollingBack), actor, Event.ROLLBACK.call(), call.getReason())));
        // They may have been paused.
        opening.resumeMovers(asked.value());
        return finish(actor, call, records.migration(call.getId()));
    }

    private void guard(Migration migration) {
        Optional<Movement> movement = movements.of(migration).map(Held::value);
        Routing now = Routing.of(migration, Movements.inForce(migration, movement));
        Routing then = Routing.toSide(migration, Side.OLD);
        AuthorityShift shift = AuthorityShift.between(now, then, movement);
        if (shift.losesNew()) {
            throw ServiceException.conflict(
                    "cannot roll back: OLD was not kept in step, and the writes that went to NEW"
                            + " only would be lost; complete the migration and make one in the other direction"
                            + MigrationService.FORCE);
        }
        if (now.leaves(Side.NEW, then) && movement.isPresent() && !paused(migration)) {
            movers.requireCaughtUp(
                    migration, movement.get(), EnumSet.of(Side.NEW), "roll back", MigrationService.FORCE);
        }
        if (shift.moves()) {
            divergences.requireFew(migration.getId(), "roll back", MigrationService.FORCE);
        }
    }

    private static boolean paused(Migration migration) {
        return migration.getStatus() == MigrationStatus.MIGRATION_STATUS_PAUSED;
    }

    private Rollout finish(Identity actor, MigrationCall call, Held<Migration> held) {
        Migration migration = held.value();
        Status to = Migrations.moved(migration, Event.REVERTED);
        Held<Migration> ending =
                new Held<>(migration.toBuilder().setForced(call.getForce()).build(), held.record());
        List<Change> batch = List.of(
                moved(ending, to, call.getReason()),
                events.record(migration, Names.message(to), actor, Event.REVERTED.call(), call.getReason()));
        Optional<Held<Movement>> movement = movements.of(migration);
        if (call.getForce()) {
            return opening.forceBack(migration, movement, batch);
        }
        return movement.isPresent()
                ? opening.end(
                        migration, movement.get(), Side.OLD, batch, false, refused -> failed(actor, held, refused))
                : changes.roll(batch, refused -> failed(actor, held, refused));
    }

    private List<Change> failed(Identity actor, Held<Migration> held, Rejection refused) {
        String why = MigrationService.undone(refused.proxy(), refused.reason());
        List<Change> batch = new ArrayList<>();
        Status failed = Migrations.moved(held.value(), Event.FAIL);
        batch.add(Change.put(
                Kind.MIGRATION,
                held.value().getId(),
                after(held.value(), failed, why).build().toByteString()));
        movements.of(held.value()).ifPresent(movement -> batch.add(notAgain(held.value(), movement.value())));
        batch.add(events.record(held.value(), Names.message(failed), actor, Event.FAIL.call(), why));
        return batch;
    }

    /** It is not tried again without being asked for: the reason must be mended first. Where keys are on NEW, OLD goes on following. */
    private Change notAgain(Migration migration, Movement movement) {
        boolean back = Routing.of(migration, Movements.inForce(migration, Optional.of(movement)))
                .leavesKeysOn(Side.NEW);
        Movement after = back ? movement.toBuilder().setRevert(false).build() : opening.closed(migration, movement);
        if (!back) {
            opening.closeMovers(migration);
        }
        return Change.put(Kind.MOVEMENT, migration.getUuid(), after.toByteString());
    }

    private Change moved(Held<Migration> held, Status to, String reason) {
        return MigrationService.replace(held, after(held.value(), to, reason));
    }

    private Migration.Builder after(Migration migration, Status to, String reason) {
        EndpointRules.text("reason", reason);
        return migration.toBuilder()
                .setStatus(Names.message(to))
                .setStatusReason(reason)
                .setUpdatedAt(Times.of(clock.instant()))
                .clearRevision();
    }
}
