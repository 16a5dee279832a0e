package io.segue.controlplane.service;

import io.segue.controlplane.push.Rejection;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.time.Times;
import io.segue.core.migration.Event;
import io.segue.core.verdict.Side;
import io.segue.proto.v1.ComponentState;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationInterlay;
import io.segue.proto.v1.MovedPair;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.Rollout;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Takes some parts of a migration back to OLD while the others go on. To be called within the turn.
 *
 * <p>Parts that share both databases share their keys. One of them may go back alone only while no key's truth moves by it, and while
 * something carries over what it then writes on OLD only; otherwise two proxies would write one key on different databases.
 */
final class PartialRollback {
    /** The event, and what a caller calls it. */
    static final String CALL = "roll back the interlay";

    private final Records records;
    private final Movements movements;
    private final Movers movers;
    private final Changes changes;
    private final Divergences divergences;
    private final EventLog events;
    private final Limits limits;
    private final Clock clock;

    PartialRollback(
            Records records,
            Movements movements,
            Movers movers,
            Changes changes,
            Divergences divergences,
            EventLog events,
            Limits limits,
            Clock clock) {
        this.records = records;
        this.movements = movements;
        this.movers = movers;
        this.changes = changes;
        this.divergences = divergences;
        this.events = events;
        this.limits = limits;
        this.clock = clock;
    }

    /** Whether something is left of the migration when these parts are gone. */
    static boolean leavesSomething(Migration migration, Set<String> interlays) {
        return Components.active(migration).stream().anyMatch(moved -> !interlays.contains(moved.getInterlay()));
    }

    /** The parts that must go back with {@code interlays}, these included. */
    Set<String> together(Migration migration, Set<String> interlays) {
        return mayGoAlone(migration) ? interlays : Components.sharing(migration, interlays);
    }

    private boolean mayGoAlone(Migration migration) {
        Optional<Movement> movement = movements.of(migration).map(Held::value);
        Routing now = Routing.of(migration, Movements.inForce(migration, movement));
        return !now.leavesKeysOn(Side.NEW)
                && (!now.touchesNew() || movement.filter(Movements::follows).isPresent());
    }

    /**
     * Walks the way back for {@code interlays}; something must be left of the migration.
     *
     * @param force whether writes that went to NEW only may be lost
     * @throws ServiceException it would lose writes, or a proxy refused; everything is as it was
     */
    Rollout walk(Identity actor, String id, Set<String> interlays, String reason, boolean force) {
        EndpointRules.text("reason", reason);
        Held<Migration> held = records.migration(id);
        Migration migration = held.value();
        Migrations.moved(migration, Event.ROLLBACK);
        Optional<Held<Movement>> movement = movements.of(migration);
        if (!force) {
            guard(migration, movement.map(Held::value), interlays);
        }
        Migration.Builder after = Components.with(
                        migration,
                        interlays,
                        ComponentState.COMPONENT_STATE_ROLLED_BACK,
                        reason,
                        force,
                        Times.of(clock.instant()))
                .setUpdatedAt(Times.of(clock.instant()));
        List<RunningMover> gone = gone(migration, interlays);
        List<Change> batch = new ArrayList<>();
        batch.add(MigrationService.replace(held, after));
        movement.ifPresent(found ->
                batch.add(Movements.put(migration, movement, without(found.value(), migration, interlays, gone))));
        batch.add(events.record(
                migration, migration.getStatus(), actor, CALL, String.join(", ", interlays) + because(reason)));
        Gate gate = gate(migration, movement.map(Held::value), gone, force);
        Rollout rollout = force
                ? changes.force(batch, gate)
                : changes.roll(batch, gate, refused -> refused(migration, actor, interlays, refused));
        gone.forEach(one -> movers.close(migration, one));
        movers.wake(migration.getUuid());
        return rollout;
    }

    private static String because(String reason) {
        return reason.isBlank() ? "" : ": " + reason;
    }

    /** Where keys come back from NEW, what NEW has of them must be on OLD first: the movers of these parts see to it. */
    private Gate gate(Migration migration, Optional<Movement> movement, List<RunningMover> gone, boolean force) {
        Routing now = Routing.of(migration, Movements.inForce(migration, movement));
        return now.leavesKeysOn(Side.NEW)
                ? new DataGate(gone, now, Routing.toSide(migration, Side.OLD), limits.gate(), force, true)
                : Gate.NONE;
    }

    private void guard(Migration migration, Optional<Movement> movement, Set<String> interlays) {
        Set<String> together = together(migration, interlays);
        if (!together.equals(interlays)) {
            Set<String> others =
                    together.stream().filter(one -> !interlays.contains(one)).collect(Collectors.toSet());
            throw ServiceException.conflict("cannot roll back " + String.join(", ", interlays) + " alone: "
                    + String.join(", ", others)
                    + " uses the same two databases, and one key would be written on both of them; roll back the"
                    + " migration" + MigrationService.FORCE);
        }
        AuthorityShift shift = AuthorityShift.between(
                Routing.of(migration, Movements.inForce(migration, movement)),
                Routing.toSide(migration, Side.OLD),
                movement);
        if (shift.losesNew()) {
            throw ServiceException.conflict("cannot roll back " + String.join(", ", interlays)
                    + " alone: OLD was not kept in step, and the writes that went to NEW only would be lost"
                    + MigrationService.FORCE);
        }
        if (shift.moves()) {
            divergences.requireFew(migration.getId(), "roll back the interlay", MigrationService.FORCE);
        }
    }

    /** The movers that nobody needs any more. */
    private List<RunningMover> gone(Migration migration, Set<String> interlays) {
        Set<Components.Pair> stay = staying(migration, interlays);
        return movers.of(migration).stream()
                .filter(one -> !stay.contains(pair(one.pair())))
                .toList();
    }

    private static Set<Components.Pair> staying(Migration migration, Set<String> interlays) {
        return Components.active(migration).stream()
                .filter(moved -> !interlays.contains(moved.getInterlay()))
                .map((MigrationInterlay moved) -> Components.Pair.of(moved))
                .collect(Collectors.toSet());
    }

    private static Components.Pair pair(MovedPair pair) {
        return new Components.Pair(pair.getOldEndpoint(), pair.getNewEndpoint());
    }

    private static Movement without(
            Movement movement, Migration migration, Set<String> interlays, List<RunningMover> gone) {
        Set<Components.Pair> stay = staying(migration, interlays);
        Movement.Builder after = movement.toBuilder();
        gone.forEach(one -> Figures.keep(after, one));
        for (MovedPair.Builder pair : after.getPairsBuilderList()) {
            if (!stay.contains(pair(pair.build()))) {
                pair.setDone(true);
            }
        }
        return after.build();
    }

    private List<Change> refused(Migration before, Identity actor, Set<String> interlays, Rejection refused) {
        return List.of(events.record(
                before,
                before.getStatus(),
                actor,
                CALL,
                String.join(", ", interlays) + ": " + MigrationService.undone(refused.proxy(), refused.reason())));
    }
}
