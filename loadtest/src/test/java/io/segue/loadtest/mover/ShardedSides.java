package io.segue.loadtest.mover;

import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Two clusters that nobody writes: each node has an equal share of the slots. */
final class ShardedSides extends StillSides {
    private static final int SLOTS = 16_384;

    ShardedSides(int authorities, int followers) {
        super(cluster(authorities), cluster(followers));
    }

    private static List<RedisServer> cluster(int nodes) {
        List<RedisServer> servers = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            // The nodes do not know each other: who owns which slot is all that matters here.
            RedisServer server = RedisServer.builder()
                    .config("cluster-enabled yes")
                    .config("cluster-require-full-coverage no")
                    .start();
            servers.add(server);
            List<String> command = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
            for (int slot = first(i, nodes); slot < first(i + 1, nodes); slot++) {
                command.add(Integer.toString(slot));
            }
            Resp reply = server.call(command.toArray(String[]::new));
            if (reply.isError()) {
                throw new IllegalStateException(reply.text());
            }
        }
        servers.forEach(ShardedSides::awaitUp);
        return servers;
    }

    private static void awaitUp(RedisServer server) {
        while (!server.call("CLUSTER", "INFO").text().contains("cluster_state:ok")) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private static int first(int node, int nodes) {
        return node * SLOTS / nodes;
    }

    @Override
    public int shardOf(Side side, byte[] key) {
        int nodes = shards(side);
        int slot = slot(key);
        for (int node = 0; ; node++) {
            if (slot < first(node + 1, nodes)) {
                return node;
            }
        }
    }

    /** CRC-16 (XMODEM) of a key without a hash tag. */
    private static int slot(byte[] key) {
        int crc = 0;
        for (byte b : key) {
            crc ^= (b & 0xFF) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ 0x1021;
            }
        }
        return crc & 0x3FFF;
    }

    @Override
    public boolean cluster(Side side) {
        return true;
    }
}
