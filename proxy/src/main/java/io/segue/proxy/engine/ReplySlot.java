package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;

/** The place of one answer in a client's order of answers. Whoever serves the request fills it exactly once. */
public interface ReplySlot {
    /** A piece of the answer, {@code in[from, to)}; the bytes stay the caller's. {@code last} ends it. */
    void reply(ByteBuf in, int from, int to, boolean last);

    /** The whole answer. */
    void reply(byte[] answer);

    /** The answer cannot be finished although a part of it was given: the client's connection is lost. */
    void broken(String reason);
}
