package io.segue.proxy.protocol;

import io.netty.buffer.ByteBuf;

/** Compares replies, and makes those that the proxy gives itself. Stateless, thread-safe. */
public interface Replies {
    /** Whether two whole replies to the same {@code command} are the same answer. Does not move the buffers' indices. */
    boolean same(Command command, ByteBuf one, ByteBuf other);

    /** Whether a whole reply is an error. */
    boolean isError(ByteBuf reply);

    /**
     * Whether an error says that the server takes no writes at the moment, whatever they are, so that this one has not been executed. Does not
     * move the buffer's indices.
     */
    boolean takesNoWrites(ByteBuf error);

    /** Whether a whole reply says that there is nothing: null, or an aggregate of nothing. */
    boolean isEmpty(ByteBuf reply);

    /**
     * An error reply. {@code code} is the first word that clients dispatch on ({@code "ERR"}), {@code message} the text; line breaks
     * in either are replaced.
     */
    byte[] error(String code, String message);
}
