package io.segue.controlplane.preflight;

import io.segue.controlplane.redis.Redis;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.core.planchange.Eviction;
import io.segue.proto.v1.ConnectionConfig;
import io.segue.proto.v1.Endpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keeps an evicted proxy out of the databases: leaves the mark, then kills its connections until none is left ({@link Eviction} says why in this
 * order). Thread-safe; every step has a deadline.
 */
public final class RedisFence {
    private static final Pattern CLIENT = Pattern.compile("\\bid=(\\d+) .*?\\bname=(\\S*)");
    private static final int MOST_ROUNDS = 20;

    private final Duration timeout;

    /** @param timeout for the connect, and for each answer */
    public RedisFence(Duration timeout) {
        this.timeout = timeout;
    }

    /**
     * What was done at one server.
     *
     * @param server its endpoint and address, for people
     * @param killed connections that were ended
     * @param failure why the proxy is not kept out there; empty if it is
     */
    public record Outcome(String server, int killed, String failure) {
        /** Whether it is kept out. */
        public boolean fenced() {
            return failure.isEmpty();
        }

        /** For people. */
        public String describe(String proxy) {
            return fenced()
                    ? server + ": proxy " + proxy + " is kept out, " + killed + " connections were ended"
                    : server + ": proxy " + proxy + " is NOT kept out (" + failure + ")";
        }
    }

    /** Keeps {@code proxy} out of all servers of these endpoints until it runs {@code version}. */
    public List<Outcome> shut(String proxy, long version, List<Endpoint> endpoints) {
        return servers(endpoints).entrySet().parallelStream()
                .map(server -> shut(proxy, version, server.getValue(), server.getKey()))
                .toList();
    }

    /** Takes the marks away again; a server that cannot be reached keeps its own, which does no harm. */
    public void open(String proxy, List<Endpoint> endpoints) {
        servers(endpoints).keySet().parallelStream().forEach(server -> {
            try (RedisConnection redis = Redis.open(server, timeout)) {
                redis.call("DEL", Eviction.markKey(proxy));
            } catch (IOException e) {
                // The mark is older than what the proxy runs, so nobody heeds it.
            }
        });
    }

    private static Map<ConnectionConfig, String> servers(List<Endpoint> endpoints) {
        Map<ConnectionConfig, String> servers = new LinkedHashMap<>();
        for (Endpoint endpoint : endpoints) {
            servers.putIfAbsent(withoutDb(endpoint.getWriteConn()), endpoint.getId());
            if (endpoint.hasReadConn()) {
                servers.putIfAbsent(withoutDb(endpoint.getReadConn()), endpoint.getId());
            }
        }
        return servers;
    }

    private static ConnectionConfig withoutDb(ConnectionConfig connection) {
        return connection.toBuilder().clearDb().build();
    }

    private Outcome shut(String proxy, long version, String endpoint, ConnectionConfig server) {
        String where = "endpoint " + endpoint + " at " + server.getHost() + ":" + server.getPort();
        try (RedisConnection redis = Redis.open(server, timeout)) {
            mark(redis, proxy, version);
            int killed = 0;
            for (int round = 0; round < MOST_ROUNDS; round++) {
                List<String> open = connections(redis, proxy);
                if (open.isEmpty()) {
                    return new Outcome(where, killed, "");
                }
                for (String id : open) {
                    redis.call("CLIENT", "KILL", "ID", id);
                    killed++;
                }
            }
            return new Outcome(where, killed, "it connects again and again, and does not heed the mark");
        } catch (IOException e) {
            return new Outcome(where, 0, String.valueOf(e.getMessage()));
        }
    }

    /** On a replica, which takes no writes, the mark comes from its primary. */
    private static void mark(RedisConnection redis, String proxy, long version) throws IOException {
        try {
            redis.call("SET", Eviction.markKey(proxy), Long.toString(version));
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("READONLY")) {
                throw e;
            }
        }
    }

    private static List<String> connections(RedisConnection redis, String proxy) throws IOException {
        if (!(redis.call("CLIENT", "LIST") instanceof byte[] list)) {
            throw new IOException("CLIENT LIST: an unexpected reply");
        }
        List<String> found = new ArrayList<>();
        Matcher clients = CLIENT.matcher("");
        for (String line : new String(list, StandardCharsets.UTF_8).split("\n", -1)) {
            if (clients.reset(line).find() && Eviction.isOf(proxy, clients.group(2))) {
                found.add(clients.group(1));
            }
        }
        return found;
    }
}
