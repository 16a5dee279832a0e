package io.segue.controlplane.service;

import io.segue.controlplane.store.Change;
import io.segue.core.verdict.Side;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MovedPair;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.MovementKind;
import io.segue.proto.v1.MovementStage;
import io.segue.proto.v1.Strategy;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Change feeds for dual writes without a copy: two proxies may write one key on NEW in another order than on OLD, and only somebody who
 * hears of every change can see that. The feed must be on before the first dual write. To be called within the turn.
 */
final class Feeding {
    private final Records records;
    private final Movements movements;
    private final Movers movers;
    private final Changes changes;
    private final Limits limits;

    Feeding(Records records, Movements movements, Movers movers, Changes changes, Limits limits) {
        this.records = records;
        this.movements = movements;
        this.movers = movers;
        this.changes = changes;
        this.limits = limits;
    }

    /** Why no mover can follow the changes of a migration; empty if one can. Waits for the servers, so not within the turn. */
    Optional<String> refusal(Migration migration) {
        Movement.Builder tried = Movement.newBuilder();
        Movements.addPairs(migration, tried, MovementKind.MOVEMENT_KIND_CHANGES_ONLY);
        return tried.getPairsList().stream()
                .map(pair -> movers.refusal(migration, pair))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** How far a feed has come. */
    enum Outcome {
        /** It is on. */
        ON,
        /** Not yet. */
        LATE,
        /** It cannot be had, and nothing is left running. */
        NONE
    }

    /**
     * Starts the movers and waits a while for their feeds.
     *
     * @param inForce what the proxies run meanwhile; empty: nothing of this migration
     */
    Outcome begin(Migration migration, Optional<Strategy> inForce) {
        Movement.Builder begun = Movement.newBuilder();
        movements.of(migration).map(Held::value).ifPresent(begun::mergeFrom);
        begun.setMigrationId(migration.getId())
                .setStage(MovementStage.MOVEMENT_STAGE_COPYING)
                .clearInForce();
        inForce.ifPresent(begun::setInForce);
        takeOver(migration, begun);
        changes.store(List.<Change>of(Movements.put(migration, movements.of(migration), begun.build())));
        movers.ensure(migration);
        if (movers.awaitReady(migration, Side.OLD, limits.acknowledgement())) {
            return Outcome.ON;
        }
        boolean failed = movers.of(migration, Side.OLD).stream().anyMatch(one -> one.failure() != null);
        if (failed) {
            giveUp(migration, inForce);
        }
        return failed ? Outcome.NONE : Outcome.LATE;
    }

    /** Ends what copies, and writes feeds in its place into the record. */
    void takeOver(Migration migration, Movement.Builder movement) {
        closeForward(migration, movement);
        Movements.addPairs(migration, movement, MovementKind.MOVEMENT_KIND_CHANGES_ONLY);
        forward(movement).forEach(pair -> pair.setDone(pair.getKind() != MovementKind.MOVEMENT_KIND_CHANGES_ONLY));
    }

    private void closeForward(Migration migration, Movement.Builder movement) {
        for (RunningMover mover : movers.of(migration)) {
            if (mover.authority() == Side.OLD) {
                Figures.keep(movement, mover);
                movers.close(migration, mover);
            }
        }
    }

    private static Stream<MovedPair.Builder> forward(Movement.Builder movement) {
        return movement.getPairsBuilderList().stream().filter(pair -> Movements.authority(pair.build()) == Side.OLD);
    }

    /** Goes on without movers; what is in force stays. */
    private void giveUp(Migration migration, Optional<Strategy> inForce) {
        Held<Movement> held = movements.of(migration).orElseThrow();
        Movement.Builder without = held.value().toBuilder().setStage(MovementStage.MOVEMENT_STAGE_OPEN);
        closeForward(migration, without);
        forward(without).forEach(pair -> pair.setDone(true));
        inForce.ifPresent(without::setInForce);
        changes.store(List.<Change>of(Movements.put(migration, Optional.of(held), without.build())));
    }

    /** Refuses a second mover between two endpoints: each would take the other's copies for its own. */
    void refuseTaken(Migration migration) {
        for (Held<Migration> other : records.migrations()) {
            Optional<Movement> movement = movements.of(other.value()).map(Held::value);
            if (other.value().getUuid().equals(migration.getUuid())
                    || movement.isEmpty()
                    || !MovementWork.moves(other.value(), movement.get())) {
                continue;
            }
            for (MovedPair pair : movement.get().getPairsList()) {
                boolean taken = !pair.getDone()
                        && Components.active(migration).stream()
                                .anyMatch(moved -> moved.getOldEndpoint().equals(pair.getOldEndpoint())
                                        && moved.getNewEndpoint().equals(pair.getNewEndpoint()));
                if (taken) {
                    throw ServiceException.conflict("the data of " + pair.getOldEndpoint() + " is being moved to "
                            + pair.getNewEndpoint() + " by migration "
                            + other.value().getId() + " already; add the interlay to that one, or wait for its end");
                }
            }
        }
    }
}
