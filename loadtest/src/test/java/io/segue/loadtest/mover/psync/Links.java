package io.segue.loadtest.mover.psync;

import io.segue.controlplane.mover.redis.psync.LinkSettings;
import io.segue.controlplane.mover.redis.psync.ReplicationLink;
import io.segue.controlplane.mover.redis.psync.Snapshot;
import io.segue.loadtest.redis.RedisBinary;
import io.segue.loadtest.redis.RedisServer;
import io.segue.proto.v1.ConnectionConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Links and sources for tests: fast to come back. */
final class Links {
    private static final long MIB = 1024 * 1024;

    static final LinkSettings SETTINGS = new LinkSettings(
            Duration.ofSeconds(5),
            Duration.ofSeconds(20),
            Duration.ofMillis(5),
            Duration.ofMillis(50),
            Duration.ofSeconds(10),
            256 * MIB,
            64 * MIB,
            4096,
            MIB,
            3);

    private Links() {}

    /** A source that starts its replication at once. */
    static RedisServer source(RedisBinary binary, String... lines) {
        RedisServer.Builder builder = RedisServer.builder().binary(binary).config("repl-diskless-sync-delay 0");
        for (String line : lines) {
            builder.config(line);
        }
        return builder.start();
    }

    static ReplicationLink open(int port, Path folder, Recorder recorder) throws IOException {
        return open(port, folder, recorder, SETTINGS);
    }

    static ReplicationLink open(int port, Path folder, Recorder recorder, LinkSettings settings) throws IOException {
        ReplicationLink link = new ReplicationLink("segue-test", at(port), folder, recorder, settings);
        link.start();
        return link;
    }

    static ConnectionConfig at(int port) {
        return ConnectionConfig.newBuilder().setHost("127.0.0.1").setPort(port).build();
    }

    /** Reads the snapshot to its end and drops it; returns how many keys it had. */
    static int drop(ReplicationLink link, Recorder recorder) throws IOException {
        int[] keys = {0};
        try (Snapshot snapshot = recorder.snapshot()) {
            while (snapshot.read((db, key, expireAtMs, type, value) -> keys[0]++, 1000)) {
                // Only the number matters.
            }
            link.applied(snapshot);
        }
        return keys[0];
    }

    /** Waits until the recorder has been told everything that the server has done. */
    static void caughtUp(RedisServer server, Recorder recorder) {
        recorder.awaitOffset(replication(server, "master_repl_offset"));
    }

    static long replication(RedisServer server, String field) {
        return server.call("INFO", "replication")
                .text()
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .mapToLong(line ->
                        Long.parseLong(line.substring(field.length() + 1).strip()))
                .findFirst()
                .orElseThrow();
    }
}
