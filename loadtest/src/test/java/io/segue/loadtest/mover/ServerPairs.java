package io.segue.loadtest.mover;

import io.segue.controlplane.redis.Redis;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.loadtest.redis.RedisBinary;
import io.segue.loadtest.redis.RedisServer;
import io.segue.proto.v1.ConnectionConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A source and a target of every version that this machine has, and all pairs of them. */
final class ServerPairs implements AutoCloseable {
    private final List<RedisServer> sources = new ArrayList<>();
    private final List<RedisServer> targets = new ArrayList<>();

    /** Two servers; the versions may be the same. */
    record Pair(RedisServer source, RedisServer target) {
        boolean sameVersion() {
            return source.version().equals(target.version());
        }

        @Override
        public String toString() {
            return source.version() + " to " + target.version();
        }
    }

    void start() {
        for (RedisBinary binary : RedisServer.available()) {
            sources.add(start(binary));
            targets.add(start(binary));
        }
    }

    private static RedisServer start(RedisBinary binary) {
        return RedisServer.builder().binary(binary).start();
    }

    List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        sources.forEach(source -> targets.forEach(target -> pairs.add(new Pair(source, target))));
        return pairs;
    }

    void empty() {
        sources.forEach(server -> server.call("FLUSHALL"));
        targets.forEach(server -> server.call("FLUSHALL"));
    }

    /** A mover's connection. */
    static RedisConnection open(RedisServer server) throws IOException {
        ConnectionConfig at = ConnectionConfig.newBuilder()
                .setHost("127.0.0.1")
                .setPort(server.port())
                .build();
        return Redis.open(at, Duration.ofSeconds(20));
    }

    @Override
    public void close() {
        sources.forEach(RedisServer::close);
        targets.forEach(RedisServer::close);
    }
}
