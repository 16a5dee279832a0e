package io.segue.proxy.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Divides a request over several keys whose {@link Command#split()} allows it, and puts the answers together again. Stateless.
 */
public interface Splitter {
    /**
     * The same request for some of its keys.
     *
     * @param frame the request's bytes from their first
     * @param parts for each argument after the name, in order, the part it belongs to
     * @param part the one to make
     */
    ByteBuf part(ByteBufAllocator alloc, Request request, ByteBuf frame, int[] parts, int part);

    /**
     * The answer to the whole request, from the answers to its parts, none of which is an error.
     *
     * @param parts as in {@link #part}
     * @param replies by part
     */
    ByteBuf join(ByteBufAllocator alloc, Command command, int[] parts, ByteBuf[] replies);
}
