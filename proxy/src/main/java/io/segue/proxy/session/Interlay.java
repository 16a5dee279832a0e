package io.segue.proxy.session;

import io.segue.proxy.engine.Route;
import io.segue.proxy.protocol.Protocol;
import io.segue.proxy.telemetry.InterlayStats;

/** A listener as its sessions see it: the current route, and who the clients must log in as. Thread-safe. */
public final class Interlay {
    private final String id;
    private final Protocol protocol;
    private final InterlayStats stats;
    private volatile Route route;

    public Interlay(String id, Protocol protocol, InterlayStats stats, Route route) {
        this.id = id;
        this.protocol = protocol;
        this.stats = stats;
        this.route = route;
    }

    public String id() {
        return id;
    }

    public Protocol protocol() {
        return protocol;
    }

    public InterlayStats stats() {
        return stats;
    }

    /** How traffic is served right now. */
    public Route route() {
        return route;
    }

    /** From now on traffic is served like this; whoever sets it tells the sessions. */
    public void route(Route next) {
        route = next;
    }
}
