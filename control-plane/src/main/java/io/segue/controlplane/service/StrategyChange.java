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
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Gives a migration that routes traffic another strategy. */
final class StrategyChange {
    private static final String CALL = "change the strategy";

    private final Records records;
    private final Movements movements;
    private final Movers movers;
    private final Changes changes;
    private final Opening opening;
    private final Feeding feeding;
    private final Following following;
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
            Following following,
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
        this.following = following;
        this.preflight = preflight;
        this.divergences = divergences;
        this.events = events;
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * What was found out before the turn was taken.
     *
     * @param feed whether a change feed for dual writes may be started if one is needed
     * @param refusals why a side that gains keys cannot be followed
     */
    record Look(boolean feed, Map<Side, String> refusals) {
        /** For a change that no server need be asked about. */
        static final Look NONE = new Look(false, Map.of());
    }

    /**
     * Looks at the databases, which may take a while, before the turn is taken.
     *
     * @throws ServiceException NEW cannot serve, or there would be no way back
     */
    Look look(Migration migration, Strategy wanted, boolean force) {
        Optional<Movement> movement = movements.of(migration).map(Held::value);
        Routing now = Routing.of(migration, Movements.inForce(migration, movement));
        Routing then = Routing.of(migration, wanted);
        if (!force && !now.touchesNew() && then.touchesNew()) {
            preflight.requireServing(migration, MigrationService.FORCE);
        }
        boolean copies = movement.filter(StrategyChange::copies).isPresent();
        Map<Side, String> refusals = following.refusals(migration, Following.missing(movement, now, then, wanted));
        String noWayBack = refusals.get(Side.NEW);
        if (!force && !copies && noWayBack != null && now.arrivesAlone(Side.NEW, then)) {
            throw Following.noWayBack(CALL, noWayBack);
        }
        boolean feed = movement.filter(found -> Movements.follows(found) || copies(found))
                        .isEmpty()
                && now.opensDualWrites(then)
                && feeding.refusal(migration).isEmpty();
        if (!force && movement.isPresent()) {
            movers.awaitCaughtUp(migration, now.left(then), limits.acknowledgement());
        }
        return new Look(feed, refusals);
    }

    private static boolean copies(Movement movement) {
        return movement.getStage() == MovementStage.MOVEMENT_STAGE_COPYING;
    }

    /** Has each side followed that gains keys, before it does. */
    private void follow(Wish wish, Set<Side> missing, Look look, List<String> warnings) {
        Migration before = wish.before();
        Set<Side> sides = EnumSet.noneOf(Side.class);
        sides.addAll(missing);
        sides.removeAll(look.refusals().keySet());
        if (sides.isEmpty()) {
            return;
        }
        feeding.refuseTaken(before);
        following.begin(
                before,
                sides,
                Movements.inForce(before, movements.of(before).map(Held::value)),
                MovementStage.MOVEMENT_STAGE_OPEN);
        try {
            following.require(before, sides, MigrationService.FORCE);
        } catch (ServiceException e) {
            if (!wish.request().getForce()) {
                throw e;
            }
            warnings.add(String.valueOf(e.getMessage()));
        }
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
     * @param look what {@link #look} has found
     */
    MigrationReply make(
            Identity actor, UpdateMigrationRequest request, Held<Migration> held, Migration.Builder after, Look look) {
        Wish wish = new Wish(actor, request, held, after);
        List<String> warnings = new ArrayList<>();
        MigrationReply.Builder reply = MigrationReply.newBuilder();
        guard(wish, movements.of(held.value()).map(Held::value), warnings);
        Optional<Movement> known = movements.of(held.value()).map(Held::value);
        Routing now = Routing.of(held.value(), Movements.inForce(held.value(), known));
        Routing then = Routing.of(held.value(), request.getStrategy());
        if (known.filter(StrategyChange::copies).isEmpty()) {
            follow(wish, Following.missing(known, now, then, request.getStrategy()), look, warnings);
        }
        Optional<Held<Movement>> movement = movements.of(held.value());
        if (Following.losesTheWayBack(movement.map(Held::value), now, then, request.getStrategy())) {
            warnings.add(Warnings.NO_WAY_BACK);
        }
        boolean feedMissing = now.opensDualWrites(then)
                && movement.map(Held::value)
                        .filter(found -> Movements.follows(found) || copies(found))
                        .isEmpty();
        if (feedMissing && look.feed()) {
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
        Optional<String> notByKey = then.notByKey();
        if (movement.isPresent()
                && (Movements.follows(movement.get(), Side.OLD) || Movements.follows(movement.get(), Side.NEW))
                && notByKey.isPresent()
                && !wish.request().getForce()) {
            throw ServiceException.conflict(
                    "cannot change the strategy: the movers could not know on which side a key is,"
                            + " for " + notByKey.get()
                            + "; use write_mode dual_write, or a migration without data movement"
                            + MigrationService.FORCE);
        }
        AuthorityShift shift = AuthorityShift.between(now, then, movement);
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
        if (movement.isPresent()) {
            movers.requireCaughtUp(before, movement.get(), now.left(then), CALL, MigrationService.FORCE);
        }
        divergences.requireFew(before.getId(), CALL, MigrationService.FORCE);
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
                events.record(
                        wish.before(),
                        wish.before().getStatus(),
                        wish.actor(),
                        Event.CHANGE.call(),
                        wish.request().getReason()));
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
