package io.segue.proxy.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Copies one key's state (value and expiry) from one server to another. Stateless. */
public interface KeyCopy {
    /** Requests that read the state atomically. */
    ByteBuf read(ByteBufAllocator alloc, byte[] key);

    /** How many replies {@link #read} has; the last one carries the state. */
    int readReplies();

    /**
     * The state in the last reply to {@link #read}.
     *
     * @param reply the whole reply; the state's payload is a part of it
     * @throws ProtocolException the reply is an error, or not what it should be
     */
    State state(ByteBuf reply) throws ProtocolException;

    /** Requests that give the key this state, whatever it had, and read it in the same moment: nobody comes in between. */
    ByteBuf write(ByteBufAllocator alloc, byte[] key, State state);

    /** How many replies {@link #write} has; the last one carries the state. */
    int writeReplies();

    /**
     * The state in the last reply to {@link #write}.
     *
     * @throws ProtocolException the reply is an error, or not what it should be
     */
    State written(ByteBuf reply) throws ProtocolException;

    /** A request that ends another connection, so that nothing it still has on the way is executed after the answer. */
    ByteBuf kill(ByteBufAllocator alloc, long connectionId);

    /** A request that lists the connections of the server. */
    ByteBuf connections(ByteBufAllocator alloc);

    /** Reads the answer to {@link #connections}; what is not understood is left out. */
    List<Connection> parseConnections(String reply);

    /**
     * A connection of a server.
     *
     * @param id the server's number for it
     * @param name what it called itself; empty if nothing
     */
    record Connection(long id, String name) {}

    /** A request that says which databases have keys. */
    ByteBuf databases(ByteBufAllocator alloc);

    /** Reads the answer to {@link #databases}; empty if the server would not say. */
    Set<Integer> databases(ByteBuf reply);

    /**
     * A request that walks the keys of a database.
     *
     * @param cursor {@code "0"} at first, then what {@link Page#cursor()} said, until it says {@code "0"} again
     */
    ByteBuf scan(ByteBufAllocator alloc, String cursor);

    /** Reads the answer to {@link #scan}. */
    Page page(ByteBuf reply) throws ProtocolException;

    /**
     * What a key is like.
     *
     * @param payload the value, in the server's own form; null: there is no such key
     * @param digest two payloads with the same digest are the same
     * @param expiresAtMs when it ends, in milliseconds since the Unix epoch by the server's clock; 0: never
     */
    record State(@Nullable ByteBuf payload, long digest, long expiresAtMs) {
        /** How far apart two servers' ideas of the same moment may be, in milliseconds. */
        private static final long EXPIRY_TOLERANCE_MS = 5;

        /** Whether two keys are alike. */
        public boolean same(State other) {
            return (payload == null) == (other.payload == null)
                    && digest == other.digest
                    && (expiresAtMs == 0) == (other.expiresAtMs == 0)
                    && Math.abs(expiresAtMs - other.expiresAtMs) <= EXPIRY_TOLERANCE_MS;
        }

        /** The same without the value: enough to compare. */
        public State withoutPayload() {
            return new State(payload == null ? null : Unpooled.EMPTY_BUFFER, digest, expiresAtMs);
        }
    }

    /** Some keys of a database. */
    record Page(String cursor, List<byte[]> keys) {}
}
