package io.segue.controlplane.service;

import io.segue.controlplane.push.ChangeStats;
import io.segue.controlplane.push.ProxyHub;
import io.segue.controlplane.push.Rejection;
import io.segue.controlplane.store.Change;
import io.segue.controlplane.store.Store;
import io.segue.controlplane.store.VersionStep;
import io.segue.core.planchange.Barrier;
import io.segue.core.planchange.ChangeStep;
import io.segue.proto.v1.Prepared;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Takes a change that gives keys another authority to the point where it may be decided: every registered proxy is ready for it, then every
 * one of them holds the keys that move, then the gate is passed. {@link ChangeStep} is the order, {@link Barrier} what is waited for; each step
 * is stored before the proxies hear of it, and whatever goes wrong on the way is the end of the change. Called within the turn of
 * {@link Changes}.
 */
final class TwoPhase {
    private static final Duration UNDO = Duration.ofSeconds(2);

    private final Store store;
    private final EndpointVault vault;
    private final Publisher publisher;
    private final ProxyHub hub;
    private final Limits limits;
    private final ChangeStats stats;
    private final BiFunction<Set<String>, String, List<Change>> aborted;

    /** @param aborted what to store when the change of these interlays does not happen, for that reason */
    TwoPhase(
            Store store,
            EndpointVault vault,
            Publisher publisher,
            ProxyHub hub,
            Limits limits,
            ChangeStats stats,
            BiFunction<Set<String>, String, List<Change>> aborted) {
        this.store = store;
        this.vault = vault;
        this.publisher = publisher;
        this.hub = hub;
        this.limits = limits;
        this.stats = stats;
        this.aborted = aborted;
    }

    /**
     * Has the proxies prepare and hold, and the gate passed.
     *
     * @param lenient whether proxies that cannot be reached are left out: an operator has said so
     * @return the changes to store, with the decision in them; empty if nothing moves, and nothing was prepared
     * @throws ServiceException it does not happen; everything is as it was
     */
    Optional<List<Change>> prepare(List<Change> changes, Gate gate, boolean lenient) {
        Map<String, Prepared> moving = publisher.toPrepare(changes);
        if (moving.isEmpty()) {
            return Optional.empty();
        }
        Barrier before = hub.barrier(0, lenient);
        if (!before.mayBegin()) {
            throw unreachable(before.lost());
        }
        ChangeStep step = ChangeStep.IDLE.after(ChangeStep.Event.BEGUN);
        long version = send(moving, false);
        Barrier ready = hub.awaitBarrier(version, limits.acknowledgement(), lenient);
        if (!ready.passed()) {
            throw abort(moving, version, ready, "say that they are ready", limits.acknowledgement());
        }
        step = step.after(ChangeStep.Event.ALL_READY);
        long deadline = System.nanoTime() + limits.hold().toNanos();
        version = send(moving, true);
        Barrier held = hub.awaitBarrier(version, limits.hold(), lenient);
        if (!held.passed()) {
            throw abort(moving, version, held, "say that they hold the keys that move", limits.hold());
        }
        pass(moving, version, gate, lenient, deadline);
        step.after(ChangeStep.Event.DECIDED);
        List<Change> decision = new ArrayList<>(changes);
        decision.add(EndpointVault.decided());
        return Optional.of(decision);
    }

    private void pass(Map<String, Prepared> moving, long version, Gate gate, boolean lenient, long deadline) {
        try {
            gate.pass(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        } catch (RuntimeException e) {
            release(moving.keySet(), String.valueOf(e.getMessage()));
            throw e;
        }
        Barrier still = hub.barrier(version, lenient);
        if (!still.passed()) {
            throw abort(moving, version, still, "go on holding the keys that move", limits.hold());
        }
        if (!lenient && !gate.lenient() && System.nanoTime() - deadline > 0) {
            String reason = "clients would have waited for longer than the hold limit of "
                    + limits.hold().toMillis() + " ms";
            long restored = release(moving.keySet(), reason);
            throw new ServiceException(
                    Code.CONFLICT, reason + " (the change was undone)", Map.of("restored_version", restored));
        }
    }

    private long send(Map<String, Prepared> moving, boolean hold) {
        Map<String, Prepared> messages = new HashMap<>();
        moving.forEach((interlay, prepared) -> messages.put(
                interlay,
                prepared.toBuilder()
                        .setHold(hold)
                        .setHoldLimitMs(Math.toIntExact(limits.hold().toMillis()))
                        .build()));
        long version = store.commit(List.of(vault.holding(messages)), VersionStep.RAISE)
                .configVersion();
        publisher.publish();
        return version;
    }

    private static ServiceException unreachable(List<String> lost) {
        return new ServiceException(
                Code.CONFLICT,
                "proxies " + lost
                        + " have no stream and may still serve clients, so no key can change sides: bring them"
                        + " back, or stop them and evict them with DELETE /api/v1/proxies/{id} (nothing was changed)",
                Map.of("proxies", lost));
    }

    private ServiceException abort(
            Map<String, Prepared> moving, long version, Barrier barrier, String what, Duration limit) {
        Optional<Rejection> rejection = hub.rejection(version);
        String reason;
        if (rejection.isPresent()) {
            reason = "proxy " + rejection.get().proxy() + " refused: "
                    + rejection.get().reason();
        } else if (!barrier.lost().isEmpty()) {
            reason = "proxies " + barrier.lost() + " were lost";
        } else {
            reason = "proxies " + barrier.waiting() + " did not " + what + " within " + limit.toMillis() + " ms";
        }
        long restored = release(moving.keySet(), reason);
        return rejection
                .map(one -> refused(one, restored))
                .orElseGet(() -> new ServiceException(
                        Code.CONFLICT,
                        reason + " (the change was undone)",
                        Map.of("silent", barrier.waiting(), "lost", barrier.lost(), "restored_version", restored)));
    }

    /** What a caller is told of a refusal. */
    static ServiceException refused(Rejection rejection, long restored) {
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

    /** Has the proxies go on as before: what they hold does not happen. Returns the version that says so. */
    private long release(Set<String> interlays, String reason) {
        stats.aborted();
        List<Change> end = new ArrayList<>(aborted.apply(interlays, reason));
        end.add(EndpointVault.decided());
        long restored = store.commit(end, VersionStep.RAISE).configVersion();
        publisher.publish();
        hub.awaitArrival(restored, UNDO);
        return restored;
    }

    /** What the process before this one had not decided does not happen: see {@link ChangeStep}. */
    void abandon(String reason) {
        Set<String> interlays = publisher.prepared();
        if (!interlays.isEmpty()) {
            stats.aborted();
            List<Change> end = new ArrayList<>(aborted.apply(interlays, reason));
            end.add(EndpointVault.decided());
            store.commit(end, VersionStep.RAISE);
        }
    }
}
