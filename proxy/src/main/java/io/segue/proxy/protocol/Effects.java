package io.segue.proxy.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Says what a write did, so that it can be done again on the follower: Redis calls this replication by effect. Stateless.
 */
public interface Effects {
    /** Nobody knows well enough when the request was executed. */
    long UNKNOWN_TIME = Long.MIN_VALUE;

    /** What to do on the follower. */
    enum Outcome {
        /** The authority changed nothing. */
        NOTHING,
        /** Send the same request. */
        SAME,
        /** Send the request that was written to {@code out}. */
        REWRITTEN,
        /** Copy the keys again. */
        RESYNC
    }

    /**
     * What {@code request} did, given the authority's successful reply.
     *
     * @param request its facts and offsets
     * @param frame the request's bytes from their first
     * @param reply the authority's whole reply
     * @param serverNowMs the authority's clock, in milliseconds since the Unix epoch, when it executed the request; for turning a
     *     relative time to live into an absolute one; {@link #UNKNOWN_TIME}: that cannot be done
     * @param out where a rewritten request is put
     */
    Outcome of(Request request, ByteBuf frame, ByteBuf reply, long serverNowMs, Out out);

    /** Whether {@code request} may change more keys than those it names, or keys of a database that is not the client's. */
    boolean everywhere(Request request, ByteBuf frame);

    /** Takes one or more rewritten requests. */
    interface Out {
        /** Where buffers come from. */
        ByteBufAllocator alloc();

        /** One whole request; ownership passes. Several are sent in order. */
        void request(ByteBuf request);
    }
}
