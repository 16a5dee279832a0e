package io.segue.controlplane.service;

import io.segue.controlplane.push.Rejection;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.time.Times;
import io.segue.core.migration.Event;
import io.segue.core.verdict.Side;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationReply;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.MovementStage;
import io.segue.proto.v1.Strategy;
import io.segue.proto.v1.UpdateMigrationRequest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Gives a migration that routes traffic another strategy. */
final class StrategyChange {
    private final Records records;
    private final Movements movements;
    private final Movers movers;
    private final Changes changes;
    private final Opening opening;
    private final Feeding feeding;
    private final Preflight preflight;
    private final Divergences divergences;
    private final EventLog events;
    private final Limits limits;
    private final Clock clock;

    StrategyChange(
            Records records,
            Movements movements,
            Movers movers,
            Changes changes,
            Opening opening,
            Feeding feeding,
            Preflight preflight,
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
        this.preflight = preflight;
        this.divergences = divergences;
        this.events = events;
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * Looks at the databases, which may take a while, before the turn is taken.
     *
     * @return whether a change feed may be started if one is needed
     * @throws ServiceException NEW cannot serve
     */
    boolean look(Migration migration, Strategy wanted, boolean force) {
        Optional<Movement> movement = movements.of(migration).map(Held::value);
        Routing now = Routing.of(migration, Movements.inForce(migration, movement));
        Routing then = Routing.of(migration, wanted);
        if (!force && !now.touchesNew() && then.touchesNew()) {
            preflight.requireServing(migration, MigrationService.FORCE);
        }
        if (!force && movement.isPresent() && now.leaves(Side.OLD, then)) {
            movers.awaitCaughtUp(migration, limits.acknowledgement());
        }
        return movement.filter(found -> Movements.follows(found) || copies(found))
                        .isEmpty()
                && now.opensDualWrites(then)
                && feeding.refusal(migration).isEmpty();
    }

    private static boolean copies(Movement movement) {
        return movement.getStage() == MovementStage.MOVEMENT_STAGE_COPYING;
    }

    /** Everything that the change consists of. */
    private record Wish(Identity actor, UpdateMigrationRequest request, Held<Migration> held, Migration.Builder after) {
        Migration before() {
            return held.value();
        }

        Strategy strategy() {
            return request.getStrategy();
        }
    }

    /**
     * Makes the change. To be called within the turn.
     *
     * @param after the migration as it is to be stored
     * @param feedPossible what {@link #look} has found
     */
    MigrationReply make(
            Identity actor,
            UpdateMigrationRequest request,
            Held<Migration> held,
            Migration.Builder after,
            boolean feedPossible) {
        Wish wish = new Wish(actor, request, held, after);
        List<String> warnings = new ArrayList<>();
        MigrationReply.Builder reply = MigrationReply.newBuilder();
        Optional<Held<Movement>> movement = movements.of(held.value());
        guard(wish, movement.map(Held::value), warnings);
        Routing now = Routing.of(held.value(), Movements.inForce(held.value(), movement.map(Held::value)));
        boolean feedMissing = now.opensDualWrites(Routing.of(held.value(), request.getStrategy()))
                && movement.map(Held::value)
                        .filter(found -> Movements.follows(found) || copies(found))
                        .isEmpty();
        if (feedMissing && feedPossible) {
            feeding.refuseTaken(held.value());
            withFeed(wish, Movements.inForce(held.value(), movement.map(Held::value)), reply, warnings);
        } else {
            if (feedMissing) {
                warnings.add(Warnings.NO_FEED);
            }
            if (movement.isPresent()) {
                moved(wish, movement.get(), reply);
            } else {
                reply.setRollout(changes.roll(batch(wish), undone(wish)));
            }
        }
        return reply.setMigration(records.migration(held.value().getId()).value())
                .addAllWarnings(warnings)
                .build();
    }

    private void guard(Wish wish, Optional<Movement> movement, List<String> warnings) {
        Migration before = wish.before();
        Routing now = Routing.of(before, Movements.inForce(before, movement));
        Routing then = Routing.of(before, wish.strategy());
        TakeOver.refuseFollowed(then, movement);
        boolean followed = movement.map(Movements::follows).orElse(false);
        AuthorityShift shift = AuthorityShift.between(now, then, followed);
        if (!shift.moves() || wish.request().getForce()) {
            return;
        }
        if (shift.losesNew()) {
            throw ServiceException.conflict("cannot change the strategy: some keys would go back to OLD, and the writes"
                    + " that went to NEW only would be lost; go on towards NEW" + MigrationService.FORCE);
        }
        if (movement.filter(StrategyChange::copies).isPresent()) {
            // Nothing of it comes into force before the movers have caught up.
            return;
        }
        if (movement.isPresent() && now.leaves(Side.OLD, then)) {
            movers.requireCaughtUp(before, movement.get(), "change the strategy", MigrationService.FORCE);
        }
        divergences.requireFew(before.getId(), "change the strategy", MigrationService.FORCE);
        if (shift.losesOld()) {
            warnings.add(Warnings.OLD_ONLY);
        }
    }

    private void moved(Wish wish, Held<Movement> movement, MigrationReply.Builder reply) {
        Migration before = wish.before();
        MovementStage stage = movement.value().getStage();
        boolean opening = stage == MovementStage.MOVEMENT_STAGE_OPENING
                && Routing.of(before, movement.value().getInForce()).writesAs(Routing.of(before, wish.strategy()));
        if (stage == MovementStage.MOVEMENT_STAGE_COPYING || opening) {
            // It comes into force with the next step, which is under way.
            changes.store(batch(wish));
            movers.wake(before.getUuid());
            return;
        }
        step(wish, movement, reply);
    }

    private void step(Wish wish, Held<Movement> movement, MigrationReply.Builder reply) {
        Opening.Step step = Opening.next(wish.before(), movement.value(), wish.strategy());
        reply.setRollout(opening.roll(
                wish.before(), movement, step, batch(wish), wish.request().getForce(), undone(wish)));
        movers.wake(wish.before().getUuid());
    }

    /** Dual writes are new to this migration: the feed is on before the first of them. */
    private void withFeed(Wish wish, Optional<Strategy> inForce, MigrationReply.Builder reply, List<String> warnings) {
        Migration before = wish.before();
        Feeding.Outcome outcome = feeding.begin(before, inForce);
        Held<Movement> movement = movements.of(before).orElseThrow();
        switch (outcome) {
            case ON -> step(wish, movement, reply);
            case LATE -> {
                changes.store(batch(wish));
                warnings.add(Warnings.FEED_LATE);
            }
            case NONE -> {
                warnings.add(Warnings.NO_FEED);
                step(wish, movement, reply);
            }
        }
    }

    private List<Change> batch(Wish wish) {
        return List.of(
                MigrationService.replace(wish.held(), wish.after().setUpdatedAt(Times.of(clock.instant()))),
                events.record(wish.before(), wish.before().getStatus(), wish.actor(), Event.CHANGE.call(), ""));
    }

    private Function<Rejection, List<Change>> undone(Wish wish) {
        return refused -> List.of(events.record(
                wish.before(),
                wish.before().getStatus(),
                wish.actor(),
                Event.CHANGE.call(),
                MigrationService.undone(refused.proxy(), refused.reason())));
    }
}
