package io.segue.proxy.session;

import io.segue.proxy.engine.Route;
import io.segue.proxy.protocol.Protocol;
import io.segue.proxy.telemetry.InterlayStats;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A listener as its sessions see it: the current route, and who the clients must log in as. Thread-safe. */
public final class Interlay {
    private final String id;
    private final Protocol protocol;
    private final InterlayStats stats;
    /** Routes before the present one by which something may still be under way. */
    private final Set<Route> past = ConcurrentHashMap.newKeySet();

    private final Holds holds;
    private volatile Route route;

    public Interlay(String id, Protocol protocol, InterlayStats stats, Route route, SessionSettings settings) {
        this.holds = new Holds(stats, settings.maxParked(), settings.maxParkedBytes());
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

    /** What waits because its keys are changing sides. */
    public Holds holds() {
        return holds;
    }

    /** How traffic is served right now. */
    public Route route() {
        return route;
    }

    /** From now on traffic is served like this; whoever sets it tells the sessions. */
    public void route(Route next) {
        past.add(route);
        past.remove(next);
        route = next;
    }

    /**
     * Requests under way by the routes before the present one, and those being woken; 0 is final once every session has been told of
     * the present route.
     */
    public int underWayBefore() {
        int sum = route.waking();
        for (Route one : past) {
            sum += one.underWay() + one.waking();
        }
        return sum;
    }

    /** All requests under way. */
    public int underWay() {
        return route.underWay() + underWayBefore();
    }

    /** The routes before the present one; hand them to {@link #forgetIdle} when all sessions have been told of it. */
    public Set<Route> past() {
        return Set.copyOf(past);
    }

    /** Forgets those of {@code routes} by which nothing is under way, and nothing can begin. */
    public void forgetIdle(Set<Route> routes) {
        for (Route one : routes) {
            if (one != route && one.underWay() == 0 && one.waking() == 0) {
                past.remove(one);
            }
        }
    }
}
