package io.segue.controlplane.service;

import io.segue.controlplane.push.Arrival;
import io.segue.controlplane.push.ProxyHub;
import io.segue.controlplane.push.Rejection;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Commit;
import io.segue.controlplane.store.Store;
import io.segue.controlplane.store.VersionStep;
import io.segue.proto.v1.Rollout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Makes changes one after another, takes them to the proxies and undoes what a proxy refuses. The turn is held while proxies are
 * waited for, so two changes never mix, and every wait has a bound, so a dead proxy cannot keep the turn.
 */
final class Changes {
    private final Store store;
    private final Publisher publisher;
    private final ProxyHub hub;
    private final Limits limits;
    private final ReentrantLock turn = new ReentrantLock(true);

    Changes(Store store, Publisher publisher, ProxyHub hub, Limits limits) {
        this.store = store;
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

    /**
     * Stores changes, takes them to the proxies and waits. To be called within {@link #exclusively}.
     *
     * @param afterUndo what to store in addition when a proxy refuses and all is put back
     * @throws ServiceException a proxy refused; everything is as it was, under a higher version
     */
    Rollout roll(List<Change> changes, Function<Rejection, List<Change>> afterUndo) {
        Commit commit = store.commit(changes, VersionStep.RAISE);
        publisher.publish();
        Arrival arrival = hub.awaitArrival(commit.configVersion(), limits.acknowledgement());
        if (arrival.rejection().isPresent()) {
            Rejection rejection = arrival.rejection().get();
            long restored = undo(commit, afterUndo.apply(rejection));
            throw refused(rejection, restored);
        }
        return rollout(commit.configVersion(), arrival);
    }

    /** As {@link #roll}, for a change that must happen whatever a proxy says. */
    Rollout force(List<Change> changes) {
        Commit commit = store.commit(changes, VersionStep.RAISE);
        publisher.publish();
        return rollout(commit.configVersion(), hub.awaitArrival(commit.configVersion(), limits.acknowledgement()));
    }

    private long undo(Commit commit, List<Change> more) {
        List<Change> back = new ArrayList<>(commit.undo());
        back.addAll(more);
        long restored = store.commit(back, VersionStep.RAISE).configVersion();
        publisher.publish();
        // The others ran the refused version for a moment; the caller gets its answer when they are back.
        hub.awaitArrival(restored, Duration.ofSeconds(2));
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
