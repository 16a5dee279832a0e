package io.segue.controlplane.service;

import io.segue.controlplane.preflight.RedisProbe;
import io.segue.controlplane.push.ProxyHub;
import io.segue.controlplane.store.Store;
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
 */
public record Services(
        CatalogService catalog,
        MigrationService migrations,
        MigrationRunner runner,
        Preflight preflight,
        TokenService tokens,
        FleetService fleet) {

    /** Wires them together and publishes the stored configuration. */
    public static Services create(
            Store store, SecretBox box, ProxyHub hub, RedisProbe probe, Limits limits, Clock clock, String release) {
        Records records = new Records(store);
        EndpointVault vault = new EndpointVault(store, box);
        Publisher publisher = new Publisher(store, new ConfigBuilder(store, vault), hub);
        Changes changes = new Changes(store, vault, publisher, hub, limits);
        EventLog events = new EventLog(store, clock);
        Divergences divergences = new Divergences(hub, limits);
        Preflight preflight = new Preflight(records, vault, hub, probe);
        changes.abandonPrepared();
        publisher.publish();
        return new Services(
                new CatalogService(records, vault, changes, clock),
                new MigrationService(records, changes, events, divergences, clock),
                new MigrationRunner(records, changes, events, divergences, preflight, clock),
                preflight,
                new TokenService(store, changes, clock),
                new FleetService(store, publisher, hub, release));
    }
}
