package io.segue.proxy.net;

import io.segue.proxy.config.InterlaySpec;
import io.segue.proxy.config.PlanSpec;
import io.segue.proxy.config.ProxySnapshot;
import io.segue.proxy.config.ServerAddress;
import io.segue.proxy.engine.MigrationState;
import io.segue.proxy.engine.Route;
import io.segue.proxy.upstream.LaneProfile;
import io.segue.proxy.upstream.Lanes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What is done ahead of a change of plans, while everything is served as before, so that nothing has to wait for it later. */
final class Readiness {
    /** How long a change that is being prepared waits for a good moment to hold. */
    private static final long MOMENT_MS = 1_000;

    private static final long LOOK_EVERY_MS = 2;

    private final ProxyServer server;
    private final ProxySnapshot snapshot;
    private final Map<String, Served> before;

    Readiness(ProxyServer server, ProxySnapshot snapshot, Map<String, Served> before) {
        this.server = server;
        this.snapshot = snapshot;
        this.before = before;
    }

    /** Opens the lanes that new plans need, and waits until each is up or has failed: nothing has to wait or be noted later. */
    CompletionStage<Void> warm() {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (InterlaySpec spec : snapshot.interlays()) {
            PlanSpec plan = spec.decided().plan();
            Served now = before.get(spec.id());
            if (plan != null && (now == null || !now.migrationUuid().equals(plan.migrationUuid()))) {
                all.add(warm(spec, plan.newEndpoint().write()));
                all.add(warm(spec, plan.newEndpoint().readOrWrite()));
            }
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> warm(InterlaySpec spec, ServerAddress address) {
        CompletableFuture<Void> warm = new CompletableFuture<>();
        int versions = 2;
        AtomicInteger left = new AtomicInteger(server.loops() * versions);
        server.onEveryLoop(kit -> {
            Lanes lanes = kit.parts(spec.endpoint().kind()).lanes();
            for (int version = 2; version < 2 + versions; version++) {
                lanes.shared(address, LaneProfile.clients(version, address.db()))
                        .whenKnown(facts -> {
                            if (left.decrementAndGet() == 0) {
                                warm.complete(null);
                            }
                        });
            }
        });
        return warm;
    }

    /** Of what is about to be held: looks for old connections, and waits a while for a moment in which the hold would be over at once. */
    CompletionStage<Void> moment() {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (InterlaySpec spec : snapshot.interlays()) {
            Served now = before.get(spec.id());
            if (spec.prepared() != null && spec.heldFor() == null && now != null) {
                Route present = now.interlay().route();
                server.fences().lookForLeftovers(now.interlay().protocol(), present.writeServers());
                CompletableFuture<Void> ready = new CompletableFuture<>();
                wait(present, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MOMENT_MS), ready);
                all.add(ready);
            }
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    }

    private void wait(Route present, long deadlineNs, CompletableFuture<Void> ready) {
        MigrationState migration = present.migration();
        boolean settled =
                (migration == null || migration.settled()) && server.fences().unknown(present.writeServers()) == 0;
        if (settled || System.nanoTime() > deadlineNs) {
            // If there was none, the hold sees to it.
            ready.complete(null);
        } else {
            server.firstLoop().schedule(() -> wait(present, deadlineNs, ready), LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
        }
    }
}
