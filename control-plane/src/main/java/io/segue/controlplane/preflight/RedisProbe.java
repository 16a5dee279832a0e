package io.segue.controlplane.preflight;

import io.segue.controlplane.redis.Redis;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.proto.v1.ConnectionConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** Asks a Redis server what it is: connects, logs in, PING, INFO, hangs up. Every step has a deadline. Thread-safe. */
public final class RedisProbe {
    private final Duration timeout;

    /** With a deadline for connecting, and for each answer. */
    public RedisProbe(Duration timeout) {
        this.timeout = timeout;
    }

    /**
     * Looks at one server.
     *
     * @throws IOException it cannot be reached, or refuses; the message is fit for callers and has no password in it
     */
    public ServerFacts look(ConnectionConfig at) throws IOException {
        try (RedisConnection redis = Redis.open(at, timeout)) {
            redis.call("PING");
            if (at.getDb() != 0) {
                redis.call("SELECT", Integer.toString(at.getDb()));
            }
            if (!(redis.call("INFO") instanceof byte[] text)) {
                throw new IOException("INFO: an unexpected reply");
            }
            Map<String, String> info = Redis.info(text);
            return new ServerFacts(
                    info.getOrDefault("redis_version", ""),
                    info.getOrDefault("cluster_enabled", "0").equals("1"),
                    info.getOrDefault("maxmemory_policy", ""),
                    number(info.getOrDefault("maxmemory", "0")));
        }
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
