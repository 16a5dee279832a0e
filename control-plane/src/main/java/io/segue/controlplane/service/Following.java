package io.segue.controlplane.service;

import io.segue.controlplane.store.Change;
import io.segue.core.verdict.Side;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.MovementKind;
import io.segue.proto.v1.MovementStage;
import io.segue.proto.v1.Strategy;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Sees to it that a side that gains keys is followed by the other one from its first write on. The mover of that direction is made before the
 * change, has nothing to do at first, and only listens; the {@link DataGate} gives it the keys. So there is always a way back, until the
 * migration is completed.
 */
final class Following {
    private final Movements movements;
    private final Movers movers;
    private final Changes changes;
    private final Limits limits;

    Following(Movements movements, Movers movers, Changes changes, Limits limits) {
        this.movements = movements;
        this.movers = movers;
        this.changes = changes;
        this.limits = limits;
    }

    /**
     * The sides that gain keys by a change and that nobody follows yet, but should. Where it does not depend on the key on which side it is, no
     * mover can follow; and where keys have been on NEW unfollowed, there is no way back any more that could be kept.
     *
     * @param strategy where the change leads; the way back of one that wants none is not missed
     */
    static Set<Side> missing(Optional<Movement> movement, Routing from, Routing to, Strategy strategy) {
        Set<Side> missing = EnumSet.noneOf(Side.class);
        if (to.notByKey().isPresent()) {
            return missing;
        }
        if (from.leaves(Side.NEW, to) && !follows(movement, Side.OLD)) {
            missing.add(Side.OLD);
        }
        boolean gains = from.leaves(Side.OLD, to) || from.arrivesAlone(Side.NEW, to);
        boolean gone = givesUpTheWayBack(strategy)
                || movement.map(Movement::getNoWayBack).orElse(false)
                || from.alone(Side.NEW);
        if (gains && !gone && !follows(movement, Side.NEW)) {
            missing.add(Side.NEW);
        }
        return missing;
    }

    private static boolean follows(Optional<Movement> movement, Side authority) {
        return movement.map(found -> Movements.follows(found, authority)).orElse(false);
    }

    /** Whether keys would be written on NEW only that OLD does not follow, though nobody has said that it need not. */
    static boolean losesTheWayBack(Optional<Movement> movement, Routing from, Routing to, Strategy strategy) {
        return from.arrivesAlone(Side.NEW, to)
                && !givesUpTheWayBack(strategy)
                && (!follows(movement, Side.NEW) || to.notByKey().isPresent());
    }

    /** Whether OLD is not to be kept in step, by the strategy's own words. */
    static boolean givesUpTheWayBack(Strategy strategy) {
        return strategy.hasBigBang()
                && strategy.getBigBang().hasDurability()
                && !strategy.getBigBang().getDurability();
    }

    /** Why a side cannot be followed; a side that can be is absent. Waits for the servers, so not within the turn. */
    Map<Side, String> refusals(Migration migration, Set<Side> sides) {
        Map<Side, String> refusals = new EnumMap<>(Side.class);
        for (Side side : sides) {
            refusal(migration, side).ifPresent(reason -> refusals.put(side, reason));
        }
        return refusals;
    }

    private Optional<String> refusal(Migration migration, Side side) {
        Movement.Builder tried = Movement.newBuilder();
        Movements.addFollowers(migration, tried, side);
        return tried.getPairsList().stream()
                .map(pair -> movers.refusal(migration, pair))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /**
     * Starts what is missing; to be called within the turn.
     *
     * @param inForce what the proxies run; empty: nothing of this migration
     * @param stage of a movement that begins with this
     */
    void begin(Migration migration, Set<Side> sides, Optional<Strategy> inForce, MovementStage stage) {
        Optional<Held<Movement>> held = movements.of(migration);
        Movement.Builder begun = held.map(found -> found.value().toBuilder()).orElseGet(() -> {
            Movement.Builder first =
                    Movement.newBuilder().setMigrationId(migration.getId()).setStage(stage);
            inForce.ifPresent(first::setInForce);
            return first.setDualWrites(Routing.of(migration, inForce).dualWrites());
        });
        sides.forEach(side -> Movements.addFollowers(migration, begun, side));
        changes.store(List.<Change>of(Movements.put(migration, held, begun.build())));
        movers.ensure(migration);
    }

    /**
     * Waits until they hear of every change. To be called within the turn.
     *
     * @throws ServiceException one of them does not; it is started all the same, so that the next attempt may be luckier
     */
    void require(Migration migration, Set<Side> sides, String force) {
        for (Side side : sides) {
            if (!movers.awaitReady(migration, side, limits.acknowledgement())) {
                throw ServiceException.conflict("the way back is not ready: changes on " + side
                        + " cannot be followed yet" + why(migration, side) + "; try again" + force);
            }
        }
    }

    private String why(Migration migration, Side side) {
        return movers.of(migration, side).stream()
                .map(one -> one.mover().status().reason())
                .filter(reason -> !reason.isEmpty())
                .findFirst()
                .map(reason -> " (" + reason + ")")
                .orElse("");
    }

    /** What a change without a way back is refused with. */
    static ServiceException noWayBack(String call, String reason) {
        return new ServiceException(
                Code.CONFLICT,
                "cannot " + call + ": what is written on NEW could not be carried back to OLD, so there would be no way"
                        + " back: " + reason + "; permit a change feed on NEW and writes on OLD, or write to both sides"
                        + MigrationService.FORCE,
                Map.of("no_way_back", reason));
    }

    /** What is stored as gone for good: keys were given up, so what only OLD has is not superfluous. */
    void incomplete(Migration migration) {
        Optional<Held<Movement>> held = movements.of(migration);
        if (held.isEmpty() || held.get().value().getIncomplete()) {
            return;
        }
        Movement.Builder after = held.get().value().toBuilder().setIncomplete(true);
        after.getPairsBuilderList().stream()
                .filter(pair -> pair.getKind() == MovementKind.MOVEMENT_KIND_CHANGES_ONLY
                        && Movements.authority(pair.build()) == Side.NEW)
                .forEach(pair -> pair.setKeepExtras(true));
        changes.store(List.<Change>of(Movements.put(migration, held, after.build())));
        // They are made anew, and know of it then.
        movers.of(migration, Side.NEW).forEach(mover -> movers.close(migration, mover));
        movers.ensure(migration);
    }
}
