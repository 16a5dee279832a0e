package io.segue.controlplane.service;

import io.segue.controlplane.mover.MoverFactory;
import io.segue.controlplane.preflight.RedisFence;
import io.segue.controlplane.preflight.RedisProbe;
import io.segue.controlplane.push.ChangeStats;
import io.segue.controlplane.push.ProxyHub;
import io.segue.controlplane.store.Store;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/**
 * All services over one store. They are the only code that changes state; both faces call them.
 *
 * @param catalog endpoints and interlays
 * @param migrations definitions of migrations
 * @param runner their lifecycle
 * @param preflight looks before they start
 * @param apis templates and APIs
 * @param tokens who may call
 * @param fleet the proxies
 * @param movement the data of migrations
 * @param watches news of migrations
 * @param census what applications use
 * @param guardrails how NEW does against OLD
 * @param explains where an operation would go
 * @param stop ends what works by itself, and closes the movers
 */
public record Services(
        CatalogService catalog,
        MigrationService migrations,
        MigrationRunner runner,
        Preflight preflight,
        ApiService apis,
        TokenService tokens,
        FleetService fleet,
        MovementService movement,
        Watches watches,
        CensusService census,
        GuardrailWatch guardrails,
        Explains explains,
        Runnable stop)
        implements AutoCloseable {
    /** For each step at a database that an evicted proxy is to be kept out of. */
    private static final Duration EVICTION_TIMEOUT = Duration.ofSeconds(1);

    /**
     * Wires them together, publishes the stored configuration, and goes on with what was moving.
     *
     * @param folder where movers keep their checkpoints
     */
    public static Services create(
            Store store,
            SecretBox box,
            ProxyHub hub,
            RedisProbe probe,
            MoverFactory factory,
            Path folder,
            Limits limits,
            Clock clock,
            String release) {
        Records records = new Records(store);
        Movements movements = new Movements(store);
        EndpointVault vault = new EndpointVault(store, box);
        Publisher publisher = new Publisher(store, new ConfigBuilder(store, vault), hub);
        EventLog events = new EventLog(store, clock);
        ChangeStats stats = new ChangeStats();
        TwoPhase twoPhase = new TwoPhase(
                store,
                vault,
                publisher,
                hub,
                limits,
                stats,
                (interlays, reason) -> events.aborted(records.migrations(), interlays, reason));
        Changes changes = new Changes(store, publisher, hub, limits, twoPhase, stats);
        Evictions evictions =
                new Evictions(store, records, vault, publisher, changes, hub, new RedisFence(EVICTION_TIMEOUT));
        Divergences divergences = new Divergences(hub, limits);
        Movers movers = new Movers(
                factory,
                records,
                new MoverSpecs(records, vault, movements, limits),
                movements,
                changes,
                limits,
                folder);
        CensusService census = new CensusService(store, records, clock);
        Preflight preflight = new Preflight(records, vault, hub, probe, movers, census, clock);
        Following following = new Following(movements, movers, changes, limits);
        Opening opening = new Opening(changes, movers, following, limits);
        Feeding feeding = new Feeding(records, movements, movers, changes, limits);
        WayBack wayBack = new WayBack(records, movements, movers, changes, opening, events, divergences, clock);
        PartialRollback partial =
                new PartialRollback(records, movements, movers, changes, divergences, events, limits, clock);
        Verifications verifications = new Verifications(store, movers, changes, events, clock);
        MovementFailures failures = new MovementFailures(
                records, movements, movers, changes, opening, wayBack, partial, events, limits, clock);
        OpeningSteps steps = new OpeningSteps(
                records,
                movements,
                movers,
                changes,
                opening,
                feeding,
                following,
                failures,
                divergences,
                events,
                limits,
                clock);
        MovementWork work =
                new MovementWork(records, movements, movers, changes, steps, failures, verifications, events);
        MovementDirector director = new MovementDirector(records, movements, movers, work, limits);
        changes.abandonPrepared();
        publisher.publish();
        hub.onLost(movers::proxyLost);
        movers.onEnd(verifications::moversAreGone);
        movers.tidy();
        GuardrailWatch guardrails = new GuardrailWatch(
                records,
                movements,
                new GuardrailFailures(records, changes, wayBack, partial, events, limits, clock),
                limits);
        hub.onReport((proxy, report) -> {
            census.reported(report);
            guardrails.reported(proxy, report);
        });
        director.start(hub::neverSeen);
        guardrails.start();
        MovementService movement =
                new MovementService(records, movements, movers, following, changes, verifications, events, clock);
        Watches watches = new Watches(records, events, movement);
        ApiService apis = new ApiService(records, vault, changes, clock);
        ApiMoves apiMoves = new ApiMoves(records, apis, clock);
        MigrationService migrations = new MigrationService(
                records,
                changes,
                events,
                divergences,
                new StrategyChange(
                        records,
                        movements,
                        movers,
                        changes,
                        opening,
                        feeding,
                        following,
                        preflight,
                        divergences,
                        events,
                        limits,
                        clock),
                movers,
                apiMoves,
                clock);
        TimeWindows windows =
                new TimeWindows(records, movements, migrations, changes, guardrails, events, limits, clock);
        windows.start();
        return new Services(
                new CatalogService(records, vault, changes, clock),
                migrations,
                new MigrationRunner(
                        records,
                        movements,
                        movers,
                        changes,
                        opening,
                        feeding,
                        following,
                        wayBack,
                        partial,
                        events,
                        divergences,
                        preflight,
                        limits,
                        apiMoves,
                        clock),
                preflight,
                apis,
                new TokenService(store, changes, clock),
                new FleetService(store, publisher, hub, evictions, stats, release),
                movement,
                watches,
                census,
                guardrails,
                new Explains(records, movements),
                () -> {
                    windows.close();
                    guardrails.close();
                    watches.close();
                    director.close();
                    census.close();
                    evictions.close();
                });
    }

    /** Short calls for what is done most often. */
    public Steering steering() {
        return new Steering(this);
    }

    /** Stops what works by itself. */
    @Override
    public void close() {
        stop.run();
    }
}
