package io.segue.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.segue.proxy.config.ServerAddress;
import io.segue.proxy.engine.ClientLanes;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.protocol.ServerFacts;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.ReplyHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The connections that belong to one client alone, one for each server it needs: for transactions, blocking commands, and everything
 * else that leaves its mark on a connection. Confined to one event loop.
 */
final class OwnLanes {
    /** Hears what the client must know. */
    interface Listener {
        /** A connection with state of the client's on it is gone. */
        void onOwnLaneLost(String reason);

        /** A server sent a message by itself. */
        void onOwnLanePush(ByteBuf in, int from, int to, boolean last);
    }

    private final Listener listener;
    private final Map<ServerAddress, Lane> lanes = new HashMap<>();
    private final List<byte[]> journal = new ArrayList<>();

    OwnLanes(Listener listener) {
        this.listener = listener;
    }

    /** The client's connection to a server; opened if need be. */
    Lane to(ServerAddress address, ClientLanes client) {
        Lane lane = lanes.get(address);
        if (lane == null) {
            lane = client.lanes()
                    .dedicated(address, client.profile(address), List.copyOf(journal), false, new Owner(address));
            if (lane.open()) {
                // A name that is not known fails at once: then the next request tries again.
                lanes.put(address, lane);
            }
        }
        return lane;
    }

    /** Sent ahead on every connection opened from now on. */
    void addToJournal(byte[] request) {
        journal.add(request);
    }

    /** Whether {@code lane} is the open connection to {@code address}. */
    boolean isTo(Lane lane, ServerAddress address) {
        return lanes.get(address) == lane;
    }

    /** Sends a request whose reply nobody needs on every connection there is. */
    void sendToAll(Function<ServerAddress, byte[]> request) {
        lanes.forEach((address, lane) -> sendSilently(lane, request.apply(address)));
    }

    /** Sends a request whose reply nobody needs. */
    static void sendSilently(Lane lane, byte[] request) {
        lane.send(Silent.INSTANCE, Unpooled.wrappedBuffer(request));
    }

    /** Closes all of them at once. */
    void close() {
        forget().forEach(Lane::close);
    }

    /** Lets go of all of them; each is closed when what was sent on it has been answered. */
    void retire() {
        for (Lane lane : forget()) {
            lane.closeWhenIdle();
        }
    }

    private List<Lane> forget() {
        List<Lane> all = new ArrayList<>(lanes.values());
        lanes.clear();
        journal.clear();
        return all;
    }

    private final class Owner implements Lane.Owner {
        private final ServerAddress address;

        Owner(ServerAddress address) {
            this.address = address;
        }

        @Override
        public void onReady(Lane lane, ServerFacts facts) {
            // Requests may be given to a lane before it is ready.
        }

        @Override
        public void onClosed(Lane lane, String reason) {
            if (lanes.remove(address, lane)) {
                listener.onOwnLaneLost(reason);
            }
        }

        @Override
        public void onPush(Lane lane, ByteBuf in, int from, int to, boolean last) {
            listener.onOwnLanePush(in, from, to, last);
        }
    }

    /** Swallows a reply. */
    private enum Silent implements ReplyHandler {
        INSTANCE;

        @Override
        public void onReply(Lane lane, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind) {
            // Nobody needs it.
        }

        @Override
        public void onLost(Lane lane, String reason, boolean maybeSent) {
            // The lane's owner hears of it.
        }

        @Override
        public void onOverdue(Lane lane, long ageNs) {
            // Whoever waits for a reply on this lane takes care.
        }
    }
}
