package io.segue.proxy.net;

import io.netty.buffer.ByteBuf;
import io.segue.core.planchange.Eviction;
import io.segue.proxy.config.ServerAddress;
import io.segue.proxy.protocol.KeyCopy;
import io.segue.proxy.protocol.Protocol;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.protocol.ServerFacts;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.LaneProfile;
import io.segue.proxy.upstream.Lanes;
import io.segue.proxy.upstream.ReplyHandler;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections to servers that were lost with requests on them: the server may execute those at any later time, so before keys change sides they
 * are killed there. The connections that the process before this one left count too, on each server that is asked about for the first
 * time. Works on the first event loop; the questions may be asked on any thread.
 */
final class Fences {
    private static final Logger LOG = LoggerFactory.getLogger(Fences.class);
    private static final long AGAIN_MS = 20;
    private static final long ANSWER_LIMIT_NS = TimeUnit.SECONDS.toNanos(5);

    /** A server, and what it speaks. */
    private record Place(Protocol protocol, ServerAddress address) {}

    /** One lost connection. */
    private record Lost(Place at, String runId, long connectionId) {}

    private final ProxyServer server;
    private final String proxy;
    private final String ownName;
    private final Map<Lost, String> lost = new ConcurrentHashMap<>();
    /** Servers on which connections of earlier processes are looked for: false until none is left. */
    private final Map<Place, Boolean> searched = new ConcurrentHashMap<>();

    /** What a server has been asked and has not answered; confined to the first loop. */
    private final Set<Object> asked = new HashSet<>();

    private boolean working;

    /**
     * Kills nothing yet.
     *
     * @param proxy its node id
     * @param ownName what the connections of this process are called
     */
    Fences(ProxyServer server, String proxy, String ownName) {
        this.server = server;
        this.proxy = proxy;
        this.ownName = ownName;
    }

    /** A connection was lost with requests on it. */
    void lost(Protocol protocol, ServerAddress address, ServerFacts facts) {
        if (facts.connectionId() >= 0) {
            lost.put(new Lost(new Place(protocol, address), facts.runId(), facts.connectionId()), "");
            workSoon();
        }
    }

    private void workSoon() {
        if (!server.firstLoop().isShuttingDown()) {
            server.firstLoop().execute(this::work);
        }
    }

    /** From now on connections of earlier processes of this proxy to these servers count as unknown, until they are gone. */
    void lookForLeftovers(Protocol protocol, Set<ServerAddress> servers) {
        servers.forEach(address -> searched.putIfAbsent(new Place(protocol, address), false));
        workSoon();
    }

    /** How many connections to these servers may still carry something. */
    int unknown(Set<ServerAddress> servers) {
        int unknown = 0;
        for (Map.Entry<Place, Boolean> one : searched.entrySet()) {
            unknown += !one.getValue() && servers.contains(one.getKey().address) ? 1 : 0;
        }
        for (Lost one : lost.keySet()) {
            unknown += servers.contains(one.at.address) ? 1 : 0;
        }
        return unknown;
    }

    /** Forgets about servers other than these: nothing that is served is there any more. */
    void retainOnly(Set<ServerAddress> inUse) {
        lost.keySet().removeIf(one -> !inUse.contains(one.at.address));
        searched.keySet().removeIf(place -> !inUse.contains(place.address));
    }

    /** Somebody else has killed all connections of this proxy. */
    void forgetLost() {
        lost.clear();
    }

    /** Whether there are none at all. */
    boolean none() {
        return lost.isEmpty();
    }

    /** What is in the way, for people. */
    String describe(Set<ServerAddress> servers) {
        for (Map.Entry<Lost, String> one : lost.entrySet()) {
            ServerAddress at = one.getKey().at.address;
            if (servers.contains(at)) {
                return "a lost connection to " + at.host() + ":" + at.port()
                        + ", on which requests may still be executed, could not be killed there"
                        + (one.getValue().isEmpty() ? "" : " (" + one.getValue() + ")");
            }
        }
        return "connections that an earlier process of this proxy may have left could not be looked for";
    }

    /** Looks after all of them, again and again until none is left. */
    private void work() {
        if (working) {
            return;
        }
        boolean left = false;
        for (Lost one : lost.keySet()) {
            left = true;
            if (!asked.contains(one)) {
                kill(one);
            }
        }
        for (Map.Entry<Place, Boolean> one : searched.entrySet()) {
            if (!one.getValue()) {
                left = true;
                if (!asked.contains(one.getKey())) {
                    search(one.getKey());
                }
            }
        }
        if (left) {
            working = true;
            server.firstLoop()
                    .schedule(
                            () -> {
                                working = false;
                                work();
                            },
                            AGAIN_MS,
                            TimeUnit.MILLISECONDS);
        }
    }

    private @Nullable Lane lane(Place at) {
        Lanes lanes = server.firstKit().parts(at.protocol.id()).lanes();
        return lanes.shared(at.address, LaneProfile.repair(at.address.db())).healthy();
    }

    private void kill(Lost one) {
        Lane lane = lane(one.at);
        if (lane == null) {
            return;
        }
        ServerFacts facts = lane.facts();
        if (facts != null && !facts.runId().equals(one.runId)) {
            // Another process: the connection ended with the one before.
            lost.remove(one);
            return;
        }
        ByteBuf request = one.at.protocol.keyCopy().kill(lane.loop().alloc(), one.connectionId);
        asked.add(one);
        lane.send(new Answer(one, text -> killed(one, text)), request);
    }

    private void killed(Lost one, String answer) {
        if (answer.startsWith("-") && !answer.contains("No such client")) {
            if (lost.replace(one, "", answer.substring(1).strip())) {
                LOG.warn("a lost connection cannot be killed: {}", answer.strip());
            }
        } else {
            lost.remove(one);
        }
    }

    private void search(Place at) {
        Lane lane = lane(at);
        if (lane != null) {
            ByteBuf request = at.protocol.keyCopy().connections(lane.loop().alloc());
            asked.add(at);
            lane.send(new Answer(at, text -> found(at, lane, text)), request);
        }
    }

    private void found(Place at, Lane lane, String answer) {
        ServerFacts facts = lane.facts();
        if (answer.startsWith("-")) {
            LOG.warn("connections of an earlier process cannot be looked for: {}", answer.strip());
        } else if (facts != null) {
            for (KeyCopy.Connection one : at.protocol.keyCopy().parseConnections(answer)) {
                if (Eviction.isOf(proxy, one.name()) && !one.name().equals(ownName)) {
                    lost.put(new Lost(at, facts.runId(), one.id()), "");
                }
            }
        }
        searched.replace(at, false, true);
    }

    /** Takes a whole answer. */
    private final class Answer implements ReplyHandler {
        private final Object about;
        private final Consumer<String> then;
        private final StringBuilder text = new StringBuilder();

        Answer(Object about, Consumer<String> then) {
            this.about = about;
            this.then = then;
        }

        @Override
        public void onReply(Lane lane, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind) {
            text.append(in.toString(from, to - from, StandardCharsets.ISO_8859_1));
            if (last) {
                asked.remove(about);
                then.accept(text.toString());
            }
        }

        @Override
        public void onLost(Lane lane, String reason, boolean maybeSent) {
            // Asked again on the next connection.
            asked.remove(about);
        }

        @Override
        public void onOverdue(Lane lane, long ageNs) {
            if (ageNs > ANSWER_LIMIT_NS) {
                lane.fail("no answer to a fence for 5 s");
            }
        }
    }
}
