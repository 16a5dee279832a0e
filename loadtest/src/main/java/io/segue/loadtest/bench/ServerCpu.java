package io.segue.loadtest.bench;

import io.segue.loadtest.redis.RedisServer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How much processor time a redis-server has used by its own account: with all its threads, and with the children that it forks to write
 * snapshots, which {@link CpuTime} does not see.
 */
final class ServerCpu {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);

    private ServerCpu() {}

    /** Used since the server started. Waits until a child that writes a snapshot has ended, for only then is it counted. */
    static Duration of(RedisServer server) {
        long deadline = System.nanoTime() + LIMIT_NANOS;
        while (!server.call("INFO", "persistence").text().contains("rdb_bgsave_in_progress:0")) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the snapshot of port " + server.port() + " does not end");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        double seconds = server.call("INFO", "cpu")
                .text()
                .lines()
                .filter(line -> line.matches("used_cpu_(sys|user)(_children)?:.*"))
                .mapToDouble(line ->
                        Double.parseDouble(line.substring(line.indexOf(':') + 1).strip()))
                .sum();
        return Duration.ofNanos((long) (seconds * 1e9));
    }
}
