package io.segue.controlplane.mover.redis;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;

/** Opens connections to one server. */
@FunctionalInterface
interface Connector {
    /** A new connection, logged in; no database is selected. */
    RedisConnection open() throws IOException;
}
