package io.segue.controlplane.mover.redis.psync;

import java.io.IOException;

/** Gets what is in a snapshot, on the thread that reads it; may wait. What it throws ends the reading. */
public interface RdbHandler {
    /**
     * A key.
     *
     * @param key an array of its own
     * @param expireAtMs milliseconds since the Unix epoch; -1: it does not expire
     * @param valueType type and encoding, the numbers of the RDB format, 0 to 25
     * @param value good only during this call
     */
    void entry(int db, byte[] key, long expireAtMs, int valueType, RdbValue value) throws IOException;

    /** What the source says of itself: {@code redis-ver}, {@code repl-stream-db}, … */
    default void about(String name, String value) throws IOException {}

    /**
     * A database follows.
     *
     * @param keys how many keys it has, as the source estimates
     */
    default void database(int db, long keys) throws IOException {}

    /** The source has functions; to be copied with FUNCTION DUMP. At most once. */
    default void functions() throws IOException {}

    /** A module keeps data beside the keys, which cannot be copied. The name has nine characters. */
    default void moduleData(String module) throws IOException {}
}
