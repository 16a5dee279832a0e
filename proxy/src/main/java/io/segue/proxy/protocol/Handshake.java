package io.segue.proxy.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Logs one new connection in. Made for one connection, used once. Confined to one event loop. */
public interface Handshake {
    /** What to send first, all at once. */
    ByteBuf requests(ByteBufAllocator alloc);

    /** How many replies that will have. */
    int replyCount();

    /**
     * Takes reply {@code index}, whole, in order.
     *
     * @param nowMs our clock when it was received, in milliseconds since the Unix epoch
     * @throws ProtocolException the connection cannot be used; the message is the server's or says why
     */
    void reply(int index, ByteBuf reply, long nowMs) throws ProtocolException;

    /** What was learnt; call after the last reply. */
    ServerFacts facts();
}
