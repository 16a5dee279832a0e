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
     * Goes over all keys of the follower; no other mover of this movement is at work there then.
     *
     * @param fence ends those that are
     * @param token what the temporary names of this movement have in common after {@link PieceCopy#PREFIX}
     * @param closed whether to end early
     */
    static void remove(RedisSide follower, Databases databases, Fence fence, String token, BooleanSupplier closed)
            throws IOException, SupersededException {
        String pattern = PieceCopy.PREFIX + token + "*";
        for (int node = 0; node < follower.nodes().size(); node++) {
            try (RedisConnection connection = fence.open(follower, node, "clean")) {
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
