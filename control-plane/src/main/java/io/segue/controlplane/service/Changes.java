package io.segue.controlplane.service;

import io.segue.controlplane.push.Arrival;
import io.segue.controlplane.push.ProxyHub;
import io.segue.controlplane.push.Rejection;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Commit;
import io.segue.controlplane.store.Kind;
import io.segue.controlplane.store.RevisionConflictException;
import io.segue.controlplane.store.Store;
import io.segue.controlplane.store.VersionStep;
import io.segue.proto.v1.Prepared;
import io.segue.proto.v1.Rollout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    private final EndpointVault vault;
    private final Publisher publisher;
    private final ProxyHub hub;
    private final Limits limits;
    private final ReentrantLock turn = new ReentrantLock(true);

    Changes(Store store, EndpointVault vault, Publisher publisher, ProxyHub hub, Limits limits) {
        this.store = store;
        this.vault = vault;
        this.publisher = publisher;
        this.hub = hub;
        this.limits = limits;
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
        if (!store.list(Kind.HOLD).isEmpty()) {
            store.commit(List.of(EndpointVault.decided()), VersionStep.RAISE);
        }
    }

    /**
     * Has the proxies hold what the change takes from one side to the other, all of them at once, until it is stored; then has the gate
     * passed.
     *
     * @return the changes to store: with the decision
     * @throws ServiceException a proxy cannot hold, or did not say that it does, or the gate is closed; everything is as it was
     */
    private List<Change> prepared(List<Change> changes, Gate gate) {
        Map<String, Prepared> toPrepare = publisher.toPrepare(changes);
        if (toPrepare.isEmpty()) {
            return changes;
        }
        Commit hold = store.commit(List.of(vault.holding(toPrepare)), VersionStep.RAISE);
        publisher.publish();
        Arrival arrival = hub.awaitArrival(hold.configVersion(), limits.acknowledgement());
        if (arrival.rejection().isPresent() || !arrival.silent().isEmpty()) {
            long restored = release();
            throw arrival.rejection()
                    .map(rejection -> refused(rejection, restored))
                    .orElseGet(() -> new ServiceException(
                            Code.CONFLICT,
                            "proxies " + arrival.silent() + " did not say within "
                                    + limits.acknowledgement().toSeconds()
                                    + " s that they hold the keys that move (the change was undone)",
                            Map.of("silent", arrival.silent(), "restored_version", restored)));
        }
        try {
            gate.pass();
        } catch (RuntimeException e) {
            release();
            throw e;
        }
        List<Change> decision = new ArrayList<>(changes);
        decision.add(EndpointVault.decided());
        return decision;
    }

    /** Has the proxies go on as before: what they hold is not decided. Returns the version that says so. */
    private long release() {
        long restored = store.commit(List.of(EndpointVault.decided()), VersionStep.RAISE)
                .configVersion();
        publisher.publish();
        hub.awaitArrival(restored, UNDO);
        return restored;
    }

    private Commit decide(List<Change> changes) {
        try {
            return store.commit(changes, VersionStep.RAISE);
        } catch (RevisionConflictException e) {
            // Without this the proxies would go on holding.
            abandonPrepared();
            publisher.publish();
            throw e;
        }
    }

    /**
     * Stores changes, takes them to the proxies and waits. To be called within {@link #exclusively}.
     *
     * @param gate is passed while every proxy holds what moves, if anything moves
     * @param afterUndo what to store in addition when a proxy refuses and all is put back
     * @throws ServiceException a proxy refused, or the gate is closed; everything is as it was, under a higher version
     */
    Rollout roll(List<Change> changes, Gate gate, Function<Rejection, List<Change>> afterUndo) {
        boolean done = false;
        try {
            Commit commit = decide(prepared(changes, gate));
            gate.decided();
            publisher.publish();
            Arrival arrival = hub.awaitArrival(commit.configVersion(), limits.acknowledgement());
            if (arrival.rejection().isPresent()) {
                Rejection rejection = arrival.rejection().get();
                long restored = undo(commit, afterUndo.apply(rejection));
                throw refused(rejection, restored);
            }
            done = true;
            return rollout(commit.configVersion(), arrival);
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
     * As {@link #roll}, for a change that must happen whatever a proxy says.
     *
     * @param gate is passed if every proxy holds, and must not refuse
     */
    Rollout force(List<Change> changes, Gate gate) {
        Commit commit = decide(preparedIfPossible(changes, gate));
        gate.decided();
        publisher.publish();
        return rollout(commit.configVersion(), hub.awaitArrival(commit.configVersion(), limits.acknowledgement()));
    }

    private List<Change> preparedIfPossible(List<Change> changes, Gate gate) {
        try {
            return prepared(changes, gate);
        } catch (ServiceException e) {
            LOG.warn("forced although it could not be prepared: {}", e.getMessage());
            return changes;
        }
    }

    /** Which connected proxies have not said that they run the present configuration, and which known ones are away. */
    Arrival arrivalNow() {
        return hub.awaitArrival(store.configVersion(), Duration.ZERO);
    }

    private long undo(Commit commit, List<Change> more) {
        List<Change> back = new ArrayList<>(commit.undo());
        // The decision stands; what was prepared for it is not prepared again.
        back.removeIf(change -> change.kind() == Kind.HOLD);
        back.addAll(more);
        long restored = store.commit(back, VersionStep.RAISE).configVersion();
        publisher.publish();
        // The others ran the refused version for a moment; the caller gets its answer when they are back.
        hub.awaitArrival(restored, UNDO);
        return restored;
    }

    private static ServiceException refused(Rejection rejection, long restored) {
        return new ServiceException(
                Code.CONFLICT,
                "proxy " + rejection.proxy() + " refused configuration " + rejection.version() + ": "
                        + rejection.reason() + " (the change was undone)",
                Map.of(
                        "proxy", rejection.proxy(),
                        "reason", rejection.reason(),
                        "rejected_version", rejection.version(),
                        "restored_version", restored));
    }

    private static Rollout rollout(long version, Arrival arrival) {
        return Rollout.newBuilder()
                .setVersion(version)
                .addAllAcknowledged(arrival.acknowledged())
                .addAllSilent(arrival.silent())
                .addAllDisconnected(arrival.disconnected())
                .build();
    }
}
