package io.segue.controlplane.service;

import io.segue.controlplane.mover.DataMover;
import io.segue.controlplane.mover.MoverStatus;
import io.segue.controlplane.push.Rejection;
import io.segue.controlplane.store.Change;
import io.segue.core.verdict.Side;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.MovementStage;
import io.segue.proto.v1.Rollout;
import io.segue.proto.v1.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Takes the strategy of a migration whose data is moved to the proxies, in the order that loses nothing.
 *
 * <p><b>Writes to both sides are opened in two steps.</b> A key that was written a moment before the first dual write is on OLD, and on its
 * way to NEW through the mover; a proxy that reads NEW already would give an older value than the one a client has just been told is
 * stored. So at first every proxy writes to both sides and reads at the authority ({@link MovementStage#MOVEMENT_STAGE_OPENING}); when all of
 * them do, and the movers have carried over everything from before, reads follow the strategy. The movers are told of dual writes before the
 * first can happen and after the last one has: in between, a key that changes counts as equal only when it was compared.
 *
 * <p><b>Keys change sides behind a gate</b>: see {@link DataGate}.
 */
final class Opening {
    private final Changes changes;
    private final Movers movers;
    private final Following following;
    private final Limits limits;

    Opening(Changes changes, Movers movers, Following following, Limits limits) {
        this.changes = changes;
        this.movers = movers;
        this.following = following;
        this.limits = limits;
    }

    /**
     * What comes into force next on the way to a strategy.
     *
     * @param strategy what the proxies get
     * @param stage where the migration is afterwards
     */
    record Step(Strategy strategy, MovementStage stage) {}

    /** The next step from what is in force to what is wanted. */
    static Step next(Migration migration, Movement movement, Strategy wanted) {
        Routing now = Routing.of(migration, Movements.inForce(migration, Optional.of(movement)));
        Routing then = Routing.of(migration, wanted);
        boolean fresh = now.opensDualWrites(then);
        boolean waits = movement.getStage() == MovementStage.MOVEMENT_STAGE_OPENING && then.needsFeed();
        return Movements.follows(movement) && (fresh || waits)
                ? new Step(CarefulReads.of(wanted), MovementStage.MOVEMENT_STAGE_OPENING)
                : new Step(wanted, MovementStage.MOVEMENT_STAGE_OPEN);
    }

    /** What the proxies would do after a step. */
    static Routing routing(Migration migration, Step step) {
        return Routing.of(migration, step.strategy());
    }

    /**
     * Rolls a step out. To be called within the turn.
     *
     * @param migration as it is stored
     * @param batch what else is stored with it
     * @param lenient whether an operator has given up what is not carried over in time
     */
    Rollout roll(
            Migration migration,
            Held<Movement> movement,
            Step step,
            List<Change> batch,
            boolean lenient,
            Function<Rejection, List<Change>> afterUndo) {
        Movement after = movement.value().toBuilder()
                .setInForce(step.strategy())
                .setStage(step.stage())
                .build();
        return roll(migration, movement, after, routing(migration, step), batch, lenient, afterUndo);
    }

    /** Ends it with everything on one side. The movers are closed when it is done. */
    Rollout end(
            Migration migration,
            Held<Movement> movement,
            Side side,
            List<Change> batch,
            boolean lenient,
            Function<Rejection, List<Change>> afterUndo) {
        Rollout rollout = roll(
                migration,
                movement,
                closed(migration, movement.value()),
                Routing.toSide(migration, side),
                batch,
                lenient,
                afterUndo);
        movers.close(migration);
        movers.forgetWork(migration);
        return rollout;
    }

    /**
     * Ends it with everything on OLD again, whatever a proxy says and whatever is not carried over: an operator has said so.
     *
     * @param batch what else is stored with it
     */
    Rollout forceBack(Migration migration, Optional<Held<Movement>> movement, List<Change> batch) {
        List<Change> all = new ArrayList<>(batch);
        movement.ifPresent(held -> all.add(Movements.put(migration, movement, closed(migration, held.value()))));
        Routing from = Routing.of(migration, Movements.inForce(migration, movement.map(Held::value)));
        Routing to = Routing.toSide(migration, Side.OLD);
        Rollout rollout = changes.force(all, new DataGate(movers.of(migration), from, to, limits.gate(), true, true));
        movers.close(migration);
        movers.forgetWork(migration);
        return rollout;
    }

    /** Has the movers go on after a pause: there is no way back without them. */
    void resumeMovers(Migration migration) {
        movers.of(migration).stream().map(RunningMover::mover).forEach(DataMover::resume);
    }

    /** Closes the movers; what is stored of them is the caller's. */
    void closeMovers(Migration migration) {
        movers.close(migration);
    }

    /** Removes what the movers of a movement that is stored as closed have left on disk. */
    void forgetWork(Migration migration) {
        movers.forgetWork(migration);
    }

    /** The record of a movement that is over, with the last figures. */
    Movement closed(Migration migration, Movement movement) {
        Movement.Builder closed = movement.toBuilder()
                .setStage(MovementStage.MOVEMENT_STAGE_CLOSED)
                .setDualWrites(false)
                .setRevert(false);
        for (RunningMover mover : movers.of(migration)) {
            Figures.keep(closed, mover);
        }
        return closed.build();
    }

    private Rollout roll(
            Migration migration,
            Held<Movement> movement,
            Movement after,
            Routing to,
            List<Change> batch,
            boolean lenient,
            Function<Rejection, List<Change>> afterUndo) {
        Routing from = Routing.of(migration, Movements.inForce(migration, Optional.of(movement.value())));
        List<RunningMover> running = movers.of(migration);
        boolean dual = to.dualWrites() || movement.value().getDualWrites();
        if (to.dualWrites()) {
            running.stream().map(RunningMover::mover).forEach(mover -> mover.dualWrites(true));
        }
        List<Change> all = new ArrayList<>(batch);
        all.add(Movements.put(
                migration,
                Optional.of(movement),
                after.toBuilder()
                        .setDualWrites(dual && after.getStage() != MovementStage.MOVEMENT_STAGE_CLOSED)
                        .build()));
        boolean ends = after.getStage() == MovementStage.MOVEMENT_STAGE_CLOSED;
        boolean moves = from.leaves(Side.OLD, to) || from.leaves(Side.NEW, to);
        if (moves && !lenient && movers.missing(migration, movement.value())) {
            throw ServiceException.conflict("the movers of migration " + migration.getId()
                    + " are being started again; try again when they have caught up");
        }
        if (!moves) {
            return changes.roll(all, Gate.NONE, afterUndo);
        }
        DataGate gate = new DataGate(running, from, to, limits.gate(), lenient, ends);
        try {
            Rollout rollout = changes.roll(all, gate, afterUndo);
            if (gate.gaveUp() && !ends) {
                following.incomplete(migration);
            }
            return rollout;
        } finally {
            replaceClosed(migration, running);
        }
    }

    /** What a forced gate has closed is made anew, if there is still something for it to do. */
    private void replaceClosed(Migration migration, List<RunningMover> running) {
        for (RunningMover one : List.copyOf(running)) {
            if (one.mover().status().phase() == MoverStatus.Phase.CLOSED) {
                movers.close(migration, one);
                movers.wake(migration.getUuid());
            }
        }
    }

    /** The last dual write is over: the movers need not compare any more. */
    void dualWritesAreOver(Migration migration, Held<Movement> movement) {
        movers.of(migration).stream().map(RunningMover::mover).forEach((DataMover mover) -> mover.dualWrites(false));
        changes.store(List.of(Movements.put(
                migration,
                Optional.of(movement),
                movement.value().toBuilder().setDualWrites(false).build())));
    }
}
