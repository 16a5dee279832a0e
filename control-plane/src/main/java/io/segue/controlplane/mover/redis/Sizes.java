package io.segue.controlplane.mover.redis;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;

/** How much there is. */
final class Sizes {
    private Sizes() {}

    /** Keys in the databases that are moved, over all servers of a side. */
    static long keys(RedisSide side, Databases databases) throws IOException {
        long keys = 0;
        for (int node = 0; node < side.nodes().size(); node++) {
            try (RedisConnection connection = side.open(node, "segue-look")) {
                databases.saw(Facts.databases(connection));
                for (int db : databases.list()) {
                    connection.call("SELECT", Integer.toString(db));
                    keys += connection.call("DBSIZE") instanceof Long count ? count : 0;
                }
            }
        }
        return keys;
    }
}
