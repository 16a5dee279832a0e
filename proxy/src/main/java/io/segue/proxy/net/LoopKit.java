package io.segue.proxy.net;

import io.segue.proxy.config.ServerAddress;
import io.segue.proxy.engine.Dispatcher;
import io.segue.proxy.session.ClientHandler;
import io.segue.proxy.session.Interlay;
import io.segue.proxy.upstream.Lanes;
import io.segue.proxy.upstream.Loop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What one event loop has for each protocol, and its sessions. Confined to it, except for {@link #loop} and {@link #troubledBy}. */
final class LoopKit {
    /** Lanes and dispatcher of one protocol. */
    record Parts(Lanes lanes, Dispatcher dispatcher) {}

    private final Loop loop;
    private final Map<String, Parts> parts = new HashMap<>();
    private final Map<Interlay, Set<ClientHandler>> sessions = new HashMap<>();
    private volatile Set<ServerAddress> troubled = Set.of();

    LoopKit(Loop loop) {
        this.loop = loop;
    }

    Loop loop() {
        return loop;
    }

    /** Only before the loop runs anything. */
    void put(String protocol, Parts its) {
        parts.put(protocol, its);
    }

    Parts parts(String protocol) {
        Parts its = parts.get(protocol);
        if (its == null) {
            throw new IllegalArgumentException("protocol: " + protocol + " (expected: one of " + parts.keySet() + ")");
        }
        return its;
    }

    /** Looks which of {@code servers} are down or avoided on this loop; call on the loop. */
    void lookForTrouble(Set<ServerAddress> servers) {
        Set<ServerAddress> found = new HashSet<>();
        for (ServerAddress server : servers) {
            if (parts.values().stream().anyMatch(its -> its.lanes().troubled(server))) {
                found.add(server);
            }
        }
        troubled = Set.copyOf(found);
    }

    /** Whether a server was down or avoided when last looked at; from any thread. */
    boolean troubledBy(ServerAddress server) {
        return troubled.contains(server);
    }

    Iterable<Parts> allParts() {
        return parts.values();
    }

    /** The sessions of an interlay on this loop. */
    Set<ClientHandler> sessions(Interlay interlay) {
        return sessions.computeIfAbsent(interlay, i -> new HashSet<>());
    }

    /** The same, as a list that does not change under the reader's hands. */
    List<ClientHandler> sessionsNow(Interlay interlay) {
        Set<ClientHandler> now = sessions.get(interlay);
        return now == null ? List.of() : new ArrayList<>(now);
    }

    void forget(Interlay interlay) {
        sessions.remove(interlay);
    }
}
