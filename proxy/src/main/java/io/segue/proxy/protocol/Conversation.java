package io.segue.proxy.protocol;

import io.netty.buffer.ByteBuf;
import io.segue.core.labels.Caller;

/**
 * One client's connection state in the protocol's own terms: who it is, which dialect and database it chose, whether it is inside a
 * transaction or subscribed. It answers what concerns that state and leaves everything else to the session. Confined to one
 * event loop.
 */
public interface Conversation {
    /** Dialect the client speaks. */
    int protocolVersion();

    /** Database the client chose. */
    int db();

    /** Who the client is; another object once it has changed its name, or logged in as somebody else. */
    Caller caller();

    /** Whether every request must go through {@link #handle}: not logged in, inside a transaction, subscribed. */
    boolean wantsAll();

    /**
     * Takes a request whose command says {@link Command.Handling#CONVERSATION}, or any request while {@link #wantsAll()}.
     *
     * @param in where the request lies, from {@code start}; valid during the call
     */
    void handle(Request request, ByteBuf in, int start, SessionControl session);

    /** A whole message that came on the client's connection for messages. True: the client is to see it. */
    boolean onPush(ByteBuf message, SessionControl session);

    /** Requests that bring the client's subscriptions back on a new connection; empty if it has none. */
    byte[] subscriptions();

    /** A message for the client when its keys have moved to other servers: forget what was cached; empty if there is nothing to say. */
    byte[] routeChanged();
}
