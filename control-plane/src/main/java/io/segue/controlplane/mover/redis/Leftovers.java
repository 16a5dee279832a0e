package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.redis.value.PieceCopy;
import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/** Removes what earlier movers of this movement, that were killed or lost their connection, have left half-built at the follower. */
final class Leftovers {
    private static final byte[] UNLINK = "UNLINK".getBytes(StandardCharsets.US_ASCII);

    private Leftovers() {}

    /**
     * Goes over all keys of the follower; no other mover of this movement may be at work there.
     *
     * @param token what the temporary names of this movement have in common after {@link PieceCopy#PREFIX}
     * @param closed whether to end early
     */
    static void remove(RedisSide follower, Databases databases, String name, String token, BooleanSupplier closed)
            throws IOException {
        String pattern = PieceCopy.PREFIX + token + "*";
        for (int node = 0; node < follower.nodes().size(); node++) {
            try (RedisConnection connection = follower.open(node, name)) {
                KeyScan.run(
                        connection,
                        databases,
                        false,
                        closed,
                        (db, key) -> connection.call(UNLINK, key),
                        "MATCH",
                        pattern);
            }
        }
    }
}
