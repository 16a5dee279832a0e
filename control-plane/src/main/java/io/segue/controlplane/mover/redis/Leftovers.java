package io.segue.controlplane.mover.redis;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Removes what movers that were killed, or lost their connection, have left half-built at the follower. */
final class Leftovers {
    private static final byte[] UNLINK = "UNLINK".getBytes(StandardCharsets.US_ASCII);
    private static final String ALL = new String(Auxiliary.TEMPORARY_PREFIX, StandardCharsets.US_ASCII) + "*";

    private Leftovers() {}

    /** Goes over all keys of the follower; no mover may be at work there. */
    static void remove(RedisSide follower, Databases databases, String name) throws IOException {
        for (int node = 0; node < follower.nodes().size(); node++) {
            try (RedisConnection connection = follower.open(node, name)) {
                databases.saw(Facts.databases(connection));
                for (int db : databases.list()) {
                    connection.call("SELECT", Integer.toString(databases.atFollower(db)));
                    remove(connection);
                }
            }
        }
    }

    private static void remove(RedisConnection connection) throws IOException {
        String cursor = "0";
        do {
            if (!(connection.call("SCAN", cursor, "MATCH", ALL, "COUNT", "1000") instanceof List<?> page)
                    || page.size() != 2
                    || !(page.get(0) instanceof byte[] next)
                    || !(page.get(1) instanceof List<?> keys)) {
                throw new IOException("SCAN: an unexpected reply");
            }
            for (Object key : keys) {
                if (key instanceof byte[] bytes) {
                    connection.call(UNLINK, bytes);
                }
            }
            cursor = new String(next, StandardCharsets.US_ASCII);
        } while (!cursor.equals("0"));
    }
}
