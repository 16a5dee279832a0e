package io.segue.controlplane.preflight;

import io.segue.controlplane.redis.Redis;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.proto.v1.ConnectionConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
                    number(info.getOrDefault("maxmemory", "0")),
                    commands(redis));
        }
    }

    /** Before 7.0 there is no list of names. A user that may not ask is no reason to fail. */
    private static Set<String> commands(RedisConnection redis) throws IOException {
        Set<String> names = new HashSet<>();
        if (reply(redis, "COMMAND", "LIST") instanceof List<?> list) {
            list.forEach(name -> add(names, name));
        } else if (reply(redis, "COMMAND") instanceof List<?> all) {
            all.forEach(one -> add(names, one instanceof List<?> facts && !facts.isEmpty() ? facts.get(0) : one));
        }
        return names;
    }

    private static void add(Set<String> names, @Nullable Object name) {
        if (name instanceof byte[] text) {
            names.add(new String(text, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT));
        }
    }

    private static @Nullable Object reply(RedisConnection redis, String... command) throws IOException {
        redis.send(command);
        redis.flush();
        return redis.read();
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
