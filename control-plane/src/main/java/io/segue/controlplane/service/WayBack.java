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
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.Rollout;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes a migration back to OLD, because somebody has asked for it or because it has failed. To be called within the turn. */
final class WayBack {
    private final Records records;
    private final Movements movements;
    private final Changes changes;
    private final Opening opening;
    private final EventLog events;
    private final Divergences divergences;
    private final Clock clock;

    WayBack(
            Records records,
            Movements movements,
            Changes changes,
            Opening opening,
            EventLog events,
            Divergences divergences,
            Clock clock) {
        this.records = records;
        this.movements = movements;
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
        return finish(actor, call, records.migration(call.getId()));
    }

    private void guard(Migration migration) {
        AuthorityShift shift = AuthorityShift.between(
                Routing.of(migration, movements.inForce(migration)), Routing.toSide(migration, Side.OLD), false);
        if (shift.losesNew()) {
            throw ServiceException.conflict(
                    "cannot roll back: OLD was not kept in step, and the writes that went to NEW"
                            + " only would be lost; complete the migration and make one in the other direction"
                            + MigrationService.FORCE);
        }
        if (shift.moves()) {
            divergences.requireFew(migration.getId(), "roll back", MigrationService.FORCE);
        }
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
            return force(migration, movement, batch);
        }
        return movement.isPresent()
                ? opening.end(
                        migration, movement.get(), Side.OLD, batch, false, refused -> failed(actor, held, refused))
                : changes.roll(batch, refused -> failed(actor, held, refused));
    }

    private Rollout force(Migration migration, Optional<Held<Movement>> movement, List<Change> batch) {
        List<Change> all = new ArrayList<>(batch);
        movement.ifPresent(
                held -> all.add(Movements.put(migration, movement, opening.closed(migration, held.value()))));
        // Before the proxies: whatever they do, nobody else writes NEW any more.
        opening.closeMovers(migration);
        Rollout rollout = changes.force(all, Gate.NONE);
        opening.forgetWork(migration);
        return rollout;
    }

    private List<Change> failed(Identity actor, Held<Migration> held, Rejection refused) {
        String why = MigrationService.undone(refused.proxy(), refused.reason());
        List<Change> batch = new ArrayList<>();
        Status failed = Migrations.moved(held.value(), Event.FAIL);
        batch.add(Change.put(
                Kind.MIGRATION,
                held.value().getId(),
                after(held.value(), failed, why).build().toByteString()));
        // It is not tried again without being asked for: the reason must be mended first.
        movements
                .of(held.value())
                .ifPresent(movement -> batch.add(Change.put(
                        Kind.MOVEMENT,
                        held.value().getUuid(),
                        opening.closed(held.value(), movement.value()).toByteString())));
        batch.add(events.record(held.value(), Names.message(failed), actor, Event.FAIL.call(), why));
        opening.closeMovers(held.value());
        return batch;
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
