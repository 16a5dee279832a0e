package io.segue.controlplane.service;

import io.segue.controlplane.push.Arrival;
import io.segue.controlplane.push.ChangeStats;
import io.segue.controlplane.push.ProxyHub;
import io.segue.controlplane.push.Rejection;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Commit;
import io.segue.controlplane.store.RevisionConflictException;
import io.segue.controlplane.store.Store;
import io.segue.controlplane.store.VersionStep;
import io.segue.proto.v1.Rollout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes changes one after another, takes them to the proxies and undoes what a proxy refuses. The turn is held while proxies are
 * waited for, so two changes never mix, and every wait has a bound, so a dead proxy cannot keep the turn.
 */
final class Changes {
    private static final Logger LOG = LoggerFactory.getLogger(Changes.class);
    private static final Duration UNDO = Duration.ofSeconds(2);

    private final Store store;
    private final Publisher publisher;
    private final ProxyHub hub;
    private final Limits limits;
    private final TwoPhase twoPhase;
    private final ChangeStats stats;
    private final ReentrantLock turn = new ReentrantLock(true);

    Changes(Store store, Publisher publisher, ProxyHub hub, Limits limits, TwoPhase twoPhase, ChangeStats stats) {
        this.store = store;
        this.publisher = publisher;
        this.hub = hub;
        this.limits = limits;
        this.twoPhase = twoPhase;
        this.stats = stats;
    }

    /** Runs {@code work} when no other change runs. */
    <T> T exclusively(Supplier<T> work) {
        if (turn.getQueueLength() >= limits.waiting()) {
            throw new ServiceException(Code.BUSY, limits.waiting() + " changes are waiting already; try again later");
        }
        takeTurn();
        try {
            return work.get();
        } finally {
            turn.unlock();
        }
    }

    private void takeTurn() {
        try {
            if (turn.tryLock(limits.turn().toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new ServiceException(
                Code.UNAVAILABLE,
                "other changes are still running after " + limits.turn().toSeconds() + " s");
    }

    /** Stores changes that no proxy needs to know. */
    void store(List<Change> changes) {
        store.commit(changes, VersionStep.KEEP);
    }

    /** A change that was being prepared when the process before this one ended was never decided: it does not happen. */
    void abandonPrepared() {
        twoPhase.abandon("the control plane ended before it was decided");
    }

    private Commit decide(List<Change> changes) {
        try {
            return store.commit(changes, VersionStep.RAISE);
        } catch (RevisionConflictException e) {
            // Without this the proxies would go on holding.
            twoPhase.abandon("somebody else changed it meanwhile");
            publisher.publish();
            throw e;
        }
    }

    /**
     * Stores changes, takes them to the proxies and waits. To be called within {@link #exclusively}. What gives keys another authority is held by
     * every registered proxy before it is stored ({@link TwoPhase}), and is not taken back afterwards, whatever a proxy says: another one may
     * serve by it already. Anything else is undone when a proxy refuses it.
     *
     * @param gate is passed while every proxy holds what moves, if anything moves
     * @param afterUndo what to store in addition when a proxy refuses and all is put back
     * @throws ServiceException a proxy refused, or cannot be reached, or the gate is closed; everything is as it was, under a higher version
     */
    Rollout roll(List<Change> changes, Gate gate, Function<Rejection, List<Change>> afterUndo) {
        boolean done = false;
        try {
            Optional<List<Change>> prepared = twoPhase.prepare(changes, gate, false);
            Commit commit = decide(prepared.orElse(changes));
            gate.decided();
            publisher.publish();
            Arrival arrival = hub.awaitArrival(commit.configVersion(), limits.acknowledgement());
            if (prepared.isEmpty() && arrival.rejection().isPresent()) {
                Rejection rejection = arrival.rejection().get();
                long restored = undo(commit, afterUndo.apply(rejection));
                throw TwoPhase.refused(rejection, restored);
            }
            done = true;
            return rollout(commit.configVersion(), arrival, prepared.isPresent());
        } finally {
            if (!done) {
                gate.undone();
            }
        }
    }

    /** As {@link #roll(List, Gate, Function)}, for a change that no mover is concerned with. */
    Rollout roll(List<Change> changes, Function<Rejection, List<Change>> afterUndo) {
        return roll(changes, Gate.NONE, afterUndo);
    }

    /**
     * As {@link #roll}, for a change that must happen whatever a proxy says. Proxies that cannot be reached are not waited for.
     *
     * @param gate is passed if every proxy holds, and must not refuse
     */
    Rollout force(List<Change> changes, Gate gate) {
        Optional<List<Change>> prepared = preparedIfPossible(changes, gate);
        Commit commit = decide(prepared.orElse(changes));
        gate.decided();
        publisher.publish();
        return rollout(
                commit.configVersion(),
                hub.awaitArrival(commit.configVersion(), limits.acknowledgement()),
                prepared.isPresent());
    }

    private Optional<List<Change>> preparedIfPossible(List<Change> changes, Gate gate) {
        try {
            return twoPhase.prepare(changes, gate, true);
        } catch (ServiceException e) {
            LOG.warn("forced although it could not be prepared: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** Which connected proxies have not said that they run the present configuration, and which known ones are away. */
    Arrival arrivalNow() {
        return hub.awaitArrival(store.configVersion(), Duration.ZERO);
    }

    private long undo(Commit commit, List<Change> more) {
        List<Change> back = new ArrayList<>(commit.undo());
        back.addAll(more);
        long restored = store.commit(back, VersionStep.RAISE).configVersion();
        publisher.publish();
        // The others ran the refused version for a moment; the caller gets its answer when they are back.
        hub.awaitArrival(restored, UNDO);
        return restored;
    }

    private Rollout rollout(long version, Arrival arrival, boolean held) {
        Rollout.Builder rollout = Rollout.newBuilder()
                .setVersion(version)
                .addAllAcknowledged(arrival.acknowledged())
                .addAllSilent(arrival.silent())
                .addAllDisconnected(arrival.disconnected());
        if (held) {
            stats.decided();
            hub.longestHold(version).ifPresent(longest -> {
                stats.held(longest.us());
                rollout.setLongestHoldUs(longest.us()).setLongestHoldProxy(longest.proxy());
            });
            arrival.rejection()
                    .ifPresent(rejection -> rollout.addNotes("proxy " + rejection.proxy()
                            + " could not carry out the decision and holds the keys that move until it can: "
                            + rejection.reason()));
        }
        return rollout.build();
    }
}
