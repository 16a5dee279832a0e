package io.segue.controlplane.service;

import io.segue.controlplane.mover.MoverFactory;
import io.segue.controlplane.preflight.RedisProbe;
import io.segue.controlplane.push.ProxyHub;
import io.segue.controlplane.store.Store;
import java.nio.file.Path;
import java.time.Clock;

/**
 * All services over one store. They are the only code that changes state; both faces call them.
 *
 * @param catalog endpoints and interlays
 * @param migrations definitions of migrations
 * @param runner their lifecycle
 * @param preflight looks before they start
 * @param tokens who may call
 * @param fleet the proxies
 * @param movement the data of migrations
 * @param watches news of migrations
 * @param stop ends what works by itself, and closes the movers
 */
public record Services(
        CatalogService catalog,
        MigrationService migrations,
        MigrationRunner runner,
        Preflight preflight,
        TokenService tokens,
        FleetService fleet,
        MovementService movement,
        Watches watches,
        Runnable stop)
        implements AutoCloseable {

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
        Changes changes = new Changes(store, vault, publisher, hub, limits);
        EventLog events = new EventLog(store, clock);
        Divergences divergences = new Divergences(hub, limits);
        Movers movers = new Movers(
                factory,
                records,
                new MoverSpecs(records, vault, movements, limits),
                movements,
                changes,
                limits,
                folder);
        Preflight preflight = new Preflight(records, vault, hub, probe, movers);
        Opening opening = new Opening(changes, movers, limits);
        Feeding feeding = new Feeding(records, movements, movers, changes, limits);
        WayBack wayBack = new WayBack(records, movements, changes, opening, events, divergences, clock);
        Verifications verifications = new Verifications(store, movers, changes, events, clock);
        MovementFailures failures =
                new MovementFailures(records, movements, movers, changes, opening, wayBack, events, limits, clock);
        OpeningSteps steps = new OpeningSteps(
                records, movements, movers, changes, opening, feeding, failures, divergences, events, limits, clock);
        MovementWork work =
                new MovementWork(records, movements, movers, changes, steps, failures, verifications, events);
        MovementDirector director = new MovementDirector(records, movements, movers, work, limits);
        changes.abandonPrepared();
        publisher.publish();
        hub.onLost(movers::proxyLost);
        movers.onEnd(verifications::moversAreGone);
        movers.tidy();
        director.start(hub::neverSeen);
        MovementService movement =
                new MovementService(records, movements, movers, changes, verifications, events, clock);
        Watches watches = new Watches(records, events, movement);
        return new Services(
                new CatalogService(records, vault, changes, clock),
                new MigrationService(
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
                                preflight,
                                divergences,
                                events,
                                limits,
                                clock),
                        movers,
                        clock),
                new MigrationRunner(
                        records,
                        movements,
                        movers,
                        changes,
                        opening,
                        feeding,
                        wayBack,
                        events,
                        divergences,
                        preflight,
                        limits,
                        clock),
                preflight,
                new TokenService(store, changes, clock),
                new FleetService(store, publisher, hub, release),
                movement,
                watches,
                () -> {
                    watches.close();
                    director.close();
                });
    }

    /** Stops what works by itself. */
    @Override
    public void close() {
        stop.run();
    }
}
