package io.segue.proxy.protocol;

import io.netty.buffer.ByteBuf;

/**
 * Finds where a server's replies end, without holding them: every byte is looked at once and may be passed on at once.
 * One per lane. Confined to one event loop.
 */
public interface ReplyParser {
    /** What a reply is, known from its first byte. */
    enum Kind {
        /** An ordinary answer. */
        REPLY,
        /** An error answer. */
        ERROR,
        /** Not an answer to a request: a message that the server sends by itself. */
        PUSH
    }

    /**
     * Goes through the bytes of the current reply in {@code [from, to)}; begins a new reply if the last one was complete.
     *
     * @return index after the last byte that belongs to the reply; {@link #complete()} says whether that was its end. If it is not
     *     complete, the answer is {@code to}.
     * @throws ProtocolException the server does not speak the protocol, or exceeds a limit
     */
    int parse(ByteBuf in, int from, int to) throws ProtocolException;

    /** Whether the reply that {@link #parse} last went through has ended. */
    boolean complete();

    /** What the current reply is. */
    Kind kind();
}
