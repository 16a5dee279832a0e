package io.segue.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.segue.proxy.config.ServerAddress;
import io.segue.proxy.engine.ClientLanes;
import io.segue.proxy.protocol.Conversation;
import io.segue.proxy.protocol.ServerFacts;
import io.segue.proxy.protocol.SessionControl;
import io.segue.proxy.upstream.Lane;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection for messages. When the server that messages come from changes, the subscriptions are made again there and
 * the client notices nothing. Confined to one event loop.
 */
final class Subscription {
    private final Conversation conversation;
    private final SessionControl control;
    private final Consumer<byte[]> toClient;
    private final Consumer<String> onLost;
    private @Nullable Source source;

    /**
     * @param toClient gets whole messages for the client
     * @param onLost told when the server closed the connection
     */
    Subscription(
            Conversation conversation, SessionControl control, Consumer<byte[]> toClient, Consumer<String> onLost) {
        this.conversation = conversation;
        this.control = control;
        this.toClient = toClient;
        this.onLost = onLost;
    }

    /** Sends a request that subscribes or unsubscribes. */
    void send(ServerAddress address, ClientLanes client, ByteBuf request) {
        Source now = source;
        if (now == null) {
            now = new Source(address, null);
            now.open(client);
            source = now;
        }
        now.lane().sendUnanswered(request);
    }

    /** The server that messages come from is {@code address} now. */
    void follow(ServerAddress address, ClientLanes client) {
        Source before = source;
        byte[] again = conversation.subscriptions();
        if (before == null || before.address.equals(address) || again.length == 0) {
            return;
        }
        Source after = new Source(address, before);
        after.open(client);
        source = after;
        after.lane().sendUnanswered(Unpooled.wrappedBuffer(again));
    }

    void close() {
        Source now = source;
        source = null;
        if (now != null) {
            now.retire();
        }
    }

    /** One connection. */
    private final class Source implements Lane.Owner {
        private final ServerAddress address;
        /** Goes on until the first sign of this one. */
        private @Nullable Source predecessor;

        private @Nullable Lane lane;
        private @Nullable ByteBuf message;
        private boolean retired;

        Source(ServerAddress address, @Nullable Source predecessor) {
            this.address = address;
            this.predecessor = predecessor;
        }

        void open(ClientLanes client) {
            lane = client.lanes().dedicated(address, client.profile(address), List.of(), true, this);
        }

        Lane lane() {
            Lane open = lane;
            if (open == null) {
                throw new IllegalStateException("not opened");
            }
            return open;
        }

        void retire() {
            retired = true;
            retirePredecessor();
            lane().close();
        }

        private void retirePredecessor() {
            Source before = predecessor;
            predecessor = null;
            if (before != null) {
                before.retire();
            }
        }

        @Override
        public void onReady(Lane ready, ServerFacts facts) {
            // Requests wait in the lane until it is.
        }

        @Override
        public void onClosed(Lane closed, String reason) {
            ByteBuf partial = message;
            message = null;
            if (partial != null) {
                partial.release();
            }
            if (!retired) {
                retired = true;
                onLost.accept(reason);
            }
        }

        @Override
        public void onPush(Lane from, ByteBuf in, int start, int end, boolean last) {
            ByteBuf whole = from.loop().append(message, in, start, end);
            message = whole;
            if (!last) {
                return;
            }
            message = null;
            retirePredecessor();
            try {
                deliver(whole);
            } finally {
                whole.release();
            }
        }

        private void deliver(ByteBuf whole) {
            byte[] bytes = new byte[whole.readableBytes()];
            whole.getBytes(whole.readerIndex(), bytes);
            boolean wanted = conversation.onPush(whole, control);
            if (!retired && wanted) {
                toClient.accept(bytes);
            }
        }
    }
}
