package io.segue.proxy.protocol;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Finds requests in what a client sends. One per client; keeps its progress while a request arrives in pieces, so that no byte
 * is looked at twice. Confined to one event loop.
 */
public interface RequestParser {
    /**
     * Looks for one whole request in {@code in} from {@code start}. Until it answers true, the caller calls again with more bytes
     * appended and the same bytes from {@code start} on, though maybe at another index or in another buffer. It does not move the
     * buffer's indices.
     *
     * @param in what has arrived
     * @param start index of the first byte of the request
     * @return whether {@link #request()} is complete
     * @throws ProtocolException the client does not speak the protocol, or exceeds a limit; checked before anything is allocated
     */
    boolean parse(ByteBuf in, int start) throws ProtocolException;

    /**
     * The request that was found; valid until the next call of {@link #parse}. One without arguments is nothing: the caller skips
     * {@link #consumed()} bytes and goes on.
     */
    Request request();

    /** How many bytes of the input the request took, from its start. */
    default int consumed() {
        return request().length();
    }

    /**
     * The request in the form that servers take, if the client sent it in another form (Redis: an inline command). The offsets and the length of
     * {@link #request()} are then relative to this frame, and {@link #consumed()} still counts what the client sent.
     *
     * @return a buffer of its own for each request, ownership passes; null: the bytes in the input are that form
     */
    default @Nullable ByteBuf normalized() {
        return null;
    }

    /**
     * While a request is incomplete: how many bytes from its start it has at least. The caller need not call again before they have
     * arrived.
     */
    long bytesWanted();
}
