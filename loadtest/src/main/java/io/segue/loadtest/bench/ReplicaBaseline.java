package io.segue.loadtest.bench;

import io.segue.loadtest.redis.RedisServer;
import java.time.Duration;
import java.util.Map;

/** The first baseline of a copy: Redis's own replication, from REPLICAOF until the replica has everything. */
final class ReplicaBaseline {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private ReplicaBaseline() {}

    /**
     * Makes {@code target} a replica, waits until it is in sync, and makes it a primary again. What it held before is gone. The pause in which a
     * primary waits for more replicas before it begins is left out; nobody should write meanwhile.
     *
     * @throws IllegalStateException if that takes more than 10 minutes, or the numbers of keys differ afterwards
     */
    static CopyCost measure(RedisServer source, RedisServer target) {
        Duration sourceBefore = ServerCpu.of(source);
        Duration targetBefore = ServerCpu.of(target);
        long start = System.nanoTime();
        target.replicaOf(source);
        target.awaitInSync(source, LIMIT);
        Duration wall = Duration.ofNanos(System.nanoTime() - start);
        target.promote();
        long keys = keys(source);
        long copied = keys(target);
        if (copied != keys) {
            throw new IllegalStateException("the replica holds " + copied + " keys (expected: " + keys + ")");
        }
        return new CopyCost(
                "REPLICAOF",
                Math.max(1, keys),
                wall,
                Map.of(
                        "source", ServerCpu.of(source).minus(sourceBefore),
                        "target", ServerCpu.of(target).minus(targetBefore)));
    }

    /** Keys in all databases. */
    static long keys(RedisServer server) {
        return server.call("INFO", "keyspace")
                .text()
                .lines()
                .filter(line -> line.startsWith("db"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf("keys=") + 5, line.indexOf(','))))
                .sum();
    }
}
