package io.segue.proxy.net;

import io.segue.core.plan.Plan;
import io.segue.core.planchange.ConfigMove;
import io.segue.proxy.config.ConfigRejectedException;
import io.segue.proxy.config.InterlaySpec;
import io.segue.proxy.config.PlanSpec;
import io.segue.proxy.config.ProxySnapshot;
import io.segue.proxy.config.ServerAddress;
import io.segue.proxy.engine.MigrationState;
import io.segue.proxy.engine.Repairer;
import io.segue.proxy.engine.Route;
import io.segue.proxy.protocol.Protocol;
import io.segue.proxy.session.ClientHandler;
import io.segue.proxy.session.Interlay;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the configuration that is served to another one: all of it, or nothing.
 *
 * <ol>
 *   <li>Check: every protocol is known, no two interlays want one address.
 *   <li>Note on disk which migrations are about to write to two sides.
 *   <li>Open the listeners that are new or listen elsewhere.
 *   <li>Warm lanes to the servers of new plans.
 *   <li>Prepare the routes that change ({@link PlanSwitch}); what a spec says is to be held is held, and stays so until a later
 *       configuration says what was decided. What is only being prepared is looked at, and its servers are connected to.
 *   <li>Commit: swap the routes, close what is gone.
 * </ol>
 *
 * If a step fails, what the steps before it did is undone. Clients of interlays that stay notice nothing.
 */
final class Change {
    private static final Logger LOG = LoggerFactory.getLogger(Change.class);

    private final ProxyServer server;
    private final ProxySnapshot snapshot;
    private final Kind kind;
    private final Map<String, Served> before;
    private final Map<String, Served> after = new HashMap<>();
    private final List<Listener> opened = new ArrayList<>();
    private final List<Interlay> made = new ArrayList<>();
    private final List<PlanSwitch> switches = new ArrayList<>();
    private final List<PlanSwitch> holdings = new ArrayList<>();
    private final List<PlanSwitch> commits = new ArrayList<>();
    private final List<PlanSwitch> releases = new ArrayList<>();

    /** What the change begins with. */
    enum Kind {
        /** What this process runs. */
        USUAL,
        /** What the process before this one ran: it may have said that it holds. */
        RESUMED,
        /** What this process ran before it was evicted: nothing is under way, and what it has noted is void. */
        READMITTED
    }

    Change(ProxyServer server, ProxySnapshot snapshot, Kind kind) {
        this.server = server;
        this.snapshot = snapshot;
        this.kind = kind;
        this.before = server.served();
    }

    CompletionStage<Void> run() {
        try {
            check();
        } catch (ConfigRejectedException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletionStage<Void> steps = CompletableFuture.runAsync(this::writeJournal);
        for (InterlaySpec spec : snapshot.interlays()) {
            steps = steps.thenCompose(done -> serve(spec));
        }
        CompletableFuture<Void> result = new CompletableFuture<>();
        Readiness readiness = new Readiness(server, snapshot, before);
        steps.thenCompose(done -> readiness.warm())
                .thenCompose(done -> readiness.moment())
                .thenCompose(done -> prepare())
                .thenCompose(done -> commit())
                .whenComplete((done, failure) -> {
                    if (failure == null) {
                        result.complete(null);
                    } else {
                        undo();
                        Throwable cause = failure.getCause();
                        result.completeExceptionally(cause instanceof ConfigRejectedException ? cause : failure);
                    }
                });
        return result;
    }

    private void check() throws ConfigRejectedException {
        Set<String> addresses = new HashSet<>();
        for (InterlaySpec spec : snapshot.interlays()) {
            String kind = spec.endpoint().kind();
            if (server.protocol(kind) == null) {
                throw new ConfigRejectedException("interlay " + spec.id() + ": endpoint.kind: " + kind
                        + " (expected: one of " + server.kinds() + ")");
            }
            if (spec.port() != 0 && !addresses.add(spec.bind() + ":" + spec.port())) {
                throw new ConfigRejectedException("interlay " + spec.id() + ": " + spec.bind() + ":" + spec.port()
                        + " is wanted by another interlay too");
            }
        }
    }

    private CompletionStage<Void> serve(InterlaySpec spec) {
        Served now = before.get(spec.id());
        Protocol protocol = server.protocol(spec.endpoint().kind());
        if (protocol == null) {
            throw new IllegalStateException("checked before");
        }
        if (now != null && now.interlay().protocol() != protocol) {
            // Nothing of it stays: as if it were another one.
            now = null;
        }
        Served.Held held = now == null ? null : now.heldInForce();
        ConfigMove move = now == null ? null : now.move(spec);
        if (move == ConfigMove.KEEP && now != null) {
            after.put(spec.id(), held == null ? now.withoutHold() : now);
            return CompletableFuture.completedFuture(null);
        }
        if (held != null && move != ConfigMove.COMMIT) {
            releases.add(held.by());
            held.by().abort();
        }
        Served.Held decided = move == ConfigMove.COMMIT ? held : null;
        MigrationState migration = decided != null ? decided.by().after().migration() : migration(spec, now);
        Route route = decided != null ? decided.by().after() : route(spec.undecided(), migration);
        distrustAfterInterruption(spec, now, migration, route);
        Interlay interlay = now != null ? now.interlay() : server.interlay(spec.id(), protocol, route);
        if (now == null) {
            made.add(interlay);
        }
        if (decided != null) {
            commits.add(decided.by());
        } else if (!interlay.route().spec().equals(spec.undecided())) {
            switches.add(planSwitch(interlay, route, 0));
        }
        if (spec.prepared() != null && spec.heldFor() == null) {
            // It must be one that can be run.
            route(spec.decided(), migration(spec.decided(), now));
        }
        Served.Held holds = holds(spec, interlay, now);
        return listen(spec, interlay, migration, now, holds);
    }

    private CompletionStage<Void> listen(
            InterlaySpec spec,
            Interlay interlay,
            @Nullable MigrationState migration,
            @Nullable Served now,
            Served.@Nullable Held holds) {
        if (now != null && now.listener().isAt(spec)) {
            after.put(spec.id(), with(interlay, now.listener(), migration, now, spec, holds));
            return CompletableFuture.completedFuture(null);
        }
        // One that begins to serve in the middle of a change must hold before its first client comes.
        CompletionStage<Void> ready = CompletableFuture.completedFuture(null);
        if (now == null && holds != null && kind == Kind.RESUMED) {
            holds.by().resume();
        } else if (now == null && holds != null) {
            ready = holds.by().prepare();
        }
        return ready.thenCompose(done -> server.listen(spec, interlay)).thenAccept(listener -> {
            opened.add(listener);
            after.put(spec.id(), with(interlay, listener, migration, now, spec, holds));
        });
    }

    private PlanSwitch planSwitch(Interlay interlay, Route route, long holdLimitMs) {
        PlanSwitch.Limits limits = new PlanSwitch.Limits(holdLimitMs, kind == Kind.READMITTED);
        return new PlanSwitch(
                interlay, route, () -> tellSessions(interlay), server.firstLoop(), server.fences(), limits);
    }

    /** The hold that a spec asks for; made here, and kept when this change is through. */
    private Served.@Nullable Held holds(InterlaySpec spec, Interlay interlay, @Nullable Served now) {
        InterlaySpec decided = spec.heldFor();
        InterlaySpec.PreparedSpec prepared = spec.prepared();
        if (decided == null || prepared == null) {
            return null;
        }
        PlanSwitch by = planSwitch(interlay, route(decided, migration(decided, now)), prepared.holdLimitMs());
        if (now != null) {
            holdings.add(by);
        }
        return new Served.Held(by, decided);
    }

    /** The process before this one may have left writes on one side only. */
    private void distrustAfterInterruption(
            InterlaySpec spec, @Nullable Served now, @Nullable MigrationState migration, Route route) {
        boolean begins = migration != null && (now == null || now.migration() != migration);
        if (begins
                && migration != null
                && route.dualWrites()
                && server.journal().interrupted(uuidOf(spec).iterator().next())) {
            migration.distrustEverything();
        }
    }

    private static Served with(
            Interlay interlay,
            Listener listener,
            @Nullable MigrationState migration,
            @Nullable Served now,
            InterlaySpec spec,
            Served.@Nullable Held held) {
        PlanSpec plan = spec.plan();
        return new Served(
                interlay,
                listener,
                migration,
                migration != null && now != null && now.migration() == migration ? now.repairer() : null,
                plan == null ? "" : plan.migrationUuid(),
                held);
    }

    private static @Nullable MigrationState migration(InterlaySpec spec, @Nullable Served now) {
        PlanSpec plan = spec.plan();
        if (plan == null) {
            return null;
        }
        boolean same = now != null && now.migrationUuid().equals(plan.migrationUuid());
        MigrationState running = same && now != null ? now.migration() : null;
        return running != null ? running : new MigrationState(plan.migrationId(), spec.id());
    }

    private Route route(InterlaySpec spec, @Nullable MigrationState migration) {
        PlanSpec plan = spec.plan();
        if (plan == null || migration == null) {
            return Route.direct(spec, server.loops());
        }
        Plan compiled = Plan.compile(
                plan.migrationId(),
                plan.migrationUuid(),
                plan.strategy(),
                plan.sampling(),
                spec.labelling(),
                server.labels());
        return Route.split(
                spec, plan.readsAtAuthority() ? compiled.readsAtAuthority() : compiled, migration, server.loops());
    }

    private CompletionStage<Void> tellSessions(Interlay interlay) {
        return server.onEveryLoop(kit -> kit.sessionsNow(interlay).forEach(ClientHandler::onRouteChanged));
    }

    private CompletionStage<Void> prepare() {
        CompletionStage<Void> steps = CompletableFuture.completedFuture(null);
        for (PlanSwitch one : switches) {
            steps = steps.thenCompose(done -> one.prepare());
        }
        for (PlanSwitch one : holdings) {
            steps = steps.thenCompose(done -> one.prepare());
        }
        return steps;
    }

    /** Before the first dual write of a new plan. What is not written to two sides after all is struck off at the end. */
    private void writeJournal() {
        Set<String> uuids = dualWriting(before.values());
        for (InterlaySpec spec : snapshot.interlays()) {
            uuids.addAll(uuidOf(spec));
        }
        try {
            server.journal().running(uuids);
        } catch (IOException e) {
            throw new ConfigRejectedException("the journal of dual writes cannot be written: " + e, e);
        }
    }

    private void strikeOff(Collection<Served> served) {
        try {
            server.journal().running(dualWriting(served));
        } catch (IOException e) {
            // Harmless: after the next start more is compared than would be needed.
            LOG.warn("the journal of dual writes cannot be written: {}", e.toString());
        }
    }

    private static Set<String> dualWriting(Collection<Served> served) {
        Set<String> uuids = new HashSet<>();
        for (Served one : served) {
            Route route = one.interlay().route();
            if (route.dualWrites()) {
                uuids.addAll(uuidOf(route.spec()));
            }
        }
        return uuids;
    }

    private static Set<String> uuidOf(InterlaySpec spec) {
        PlanSpec plan = spec.plan();
        return plan == null ? Set.of() : Set.of(plan.migrationUuid());
    }

    private CompletionStage<Void> commit() {
        switches.forEach(PlanSwitch::commit);
        commits.forEach(PlanSwitch::commit);
        if (kind == Kind.READMITTED) {
            after.values().forEach(Change::distrust);
        }
        Stream.of(switches, commits, releases)
                .flatMap(List::stream)
                .mapToLong(PlanSwitch::heldUs)
                .forEach(server::released);
        Set<ServerAddress> inUse = new HashSet<>();
        for (Served one : after.values()) {
            inUse.addAll(one.interlay().route().addresses());
            Served.Held held = one.held();
            if (held != null) {
                inUse.addAll(held.by().after().addresses());
            }
        }
        List<CompletableFuture<Void>> closing = new ArrayList<>();
        for (Served one : before.values()) {
            Served stays = after.get(one.interlay().id());
            CompletionStage<Void> closed = stays == null || stays.listener() != one.listener()
                    ? one.listener().close()
                    : CompletableFuture.completedFuture(null);
            if (stays == null || stays.interlay() != one.interlay()) {
                closed = closed.thenCompose(done -> endSessions(one.interlay()));
            }
            closing.add(closed.toCompletableFuture());
        }
        closing.add(CompletableFuture.runAsync(this::repairers, server.firstLoop()));
        server.fences().retainOnly(inUse);
        server.onEveryLoop(kit -> kit.allParts().forEach(parts -> parts.lanes().retainOnly(inUse)));
        return CompletableFuture.allOf(closing.toArray(CompletableFuture[]::new))
                .thenRunAsync(() -> strikeOff(after.values()));
    }

    /** What was cut off in the middle of a write to two sides is on one of them, and what others have written since is not known here. */
    private static void distrust(Served one) {
        MigrationState migration = one.migration();
        if (migration != null && one.interlay().route().dualWrites()) {
            migration.distrustEverything();
        }
    }

    /** Once its listener is closed, so that nobody comes later: a session left behind would never hear of another route. */
    private CompletionStage<Void> endSessions(Interlay interlay) {
        return server.onEveryLoop(kit -> {
            kit.sessionsNow(interlay).forEach(ClientHandler::close);
            kit.forget(interlay);
        });
    }

    /** Starts and ends the repair of migrations; on the first loop, where repairers live. */
    private void repairers() {
        for (Served one : before.values()) {
            Served stays = after.get(one.interlay().id());
            Repairer repairer = one.repairer();
            if (repairer != null && (stays == null || stays.repairer() != repairer)) {
                repairer.stop();
            }
        }
        after.replaceAll((id, one) -> one.migration() == null || one.repairer() != null ? one : repaired(one));
        server.served(after);
    }

    private Served repaired(Served one) {
        MigrationState migration = one.migration();
        if (migration == null) {
            return one;
        }
        Interlay interlay = one.interlay();
        Repairer repairer = new Repairer(
                server.firstKit().parts(interlay.protocol().id()).lanes(),
                interlay::route,
                migration,
                interlay.stats().loop(0),
                server.settings());
        return new Served(interlay, one.listener(), migration, repairer, one.migrationUuid(), one.held());
    }

    private void undo() {
        switches.forEach(PlanSwitch::abort);
        holdings.forEach(PlanSwitch::abort);
        CompletableFuture.allOf(opened.stream()
                        .map(listener -> listener.close().toCompletableFuture())
                        .toArray(CompletableFuture[]::new))
                .whenComplete((done, failure) -> made.forEach(this::endSessions));
        strikeOff(before.values());
    }
}
