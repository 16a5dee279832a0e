package io.segue.loadtest.mover.psync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.controlplane.mover.redis.psync.LinkSettings;
import io.segue.controlplane.mover.redis.psync.ReplicationLink;
import io.segue.controlplane.mover.redis.psync.Snapshot;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisBinary;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import io.segue.proto.v1.ConnectionConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@NeedsRedis
class ResumeIT {
    @TempDir
    Path folder;

    private final Recorder recorder = new Recorder();

    static List<RedisBinary> available() {
        return RedisServer.available();
    }

    @ParameterizedTest
    @MethodSource("available")
    void cut_theStreamGoesOnWhereItEnded_inTheSameDatabase(RedisBinary binary) throws IOException {
        try (RedisServer server = Links.source(binary);
                RespClient client = server.connect();
                Forwarder forwarder = new Forwarder(server.port());
                ReplicationLink link = Links.open(forwarder.port(), folder, recorder)) {
            Links.drop(link, recorder);
            client.call("SELECT", "9");
            client.call("SET", "before", "v");
            Links.caughtUp(server, recorder);
            recorder.take();

            forwarder.cut();
            client.call("SET", "meanwhile", "v");
            recorder.awaitEvent("lost");
            forwarder.open(server.port());
            recorder.awaitEvent("key");

            assertThat(recorder.take()).contains("continued", "key 9 meanwhile").doesNotContain("full", "key 9 before");
        }
    }

    @Test
    void cut_underLoad_noKeyIsMissed() throws IOException {
        try (RedisServer server = RedisServer.start();
                RespClient client = server.connect();
                Forwarder forwarder = new Forwarder(server.port());
                ReplicationLink link = Links.open(forwarder.port(), folder, recorder)) {
            Links.drop(link, recorder);
            for (int i = 0; i < 3_000; i++) {
                client.send("SET", "key" + i, "x".repeat(i % 200));
                if (i % 50 == 0) {
                    client.flush();
                }
                if (i % 500 == 250) {
                    forwarder.cut();
                    link.checkpoint(recorder.position());
                    forwarder.open(server.port());
                }
            }
            client.flush();
            for (int i = 0; i < 3_000; i++) {
                client.read();
            }
            Links.caughtUp(server, recorder);

            List<String> told = recorder.take();
            assertThat(told.stream().filter("full"::equals)).hasSize(1);
            assertThat(told).containsAll(keys(3_000));
        }
    }

    private static List<String> keys(int count) {
        return IntStream.range(0, count).mapToObj(i -> "key 0 key" + i).toList();
    }

    @ParameterizedTest
    @MethodSource("available")
    void restart_namesAgainWhatTheCheckpointDoesNotCover_andGoesOn(RedisBinary binary) throws IOException {
        try (RedisServer server = Links.source(binary);
                RespClient client = server.connect()) {
            try (ReplicationLink link = Links.open(server.port(), folder, recorder)) {
                Links.drop(link, recorder);
                client.call("SELECT", "2");
                client.call("SET", "covered", "v");
                Links.caughtUp(server, recorder);
                link.checkpoint(recorder.position());
                client.call("SET", "spooled", "v");
                client.call("SET", "spooled-too", "v".repeat(10_000));
                Links.caughtUp(server, recorder);
                assertThat(client.call("WAIT", "1", "5000").number()).isEqualTo(1);
            }
            client.call("SET", "later", "v");
            Recorder second = new Recorder();

            try (ReplicationLink link = Links.open(server.port(), folder, second)) {
                second.awaitEvent("key 2 later");

                assertThat(second.take())
                        .containsExactly("key 2 spooled", "key 2 spooled-too", "continued", "key 2 later");
                assertThat(link.received()).isGreaterThan(0);
            }
        }
    }

    @Test
    void restart_withASnapshotThatWasNotApplied_beginsAgain() throws IOException {
        try (RedisServer server = RedisServer.start()) {
            server.call("SET", "k", "v");
            try (ReplicationLink link = Links.open(server.port(), folder, recorder)) {
                Links.caughtUp(server, recorder);
                link.checkpoint(recorder.position());
            }
            Recorder second = new Recorder();
            try (ReplicationLink link = Links.open(server.port(), folder, second)) {
                assertThat(Links.drop(link, second)).isEqualTo(1);
            }
            assertThat(second.take()).containsExactly("full");
        }
    }

    @Test
    void resync_anotherSnapshotReplacesTheOneThatIsRead() throws IOException {
        try (RedisServer server = RedisServer.start();
                ReplicationLink link = Links.open(server.port(), folder, recorder)) {
            Snapshot first = recorder.snapshot();
            Links.caughtUp(server, recorder);
            link.resync();
            recorder.await("another one", r -> r.snapshot() != first);

            assertThatThrownBy(() -> first.read((db, key, expireAtMs, type, value) -> {}, 1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("replaces");
            first.close();
            Links.drop(link, recorder);
        }
    }

    @Test
    void aBacklogThatIsTooSmallMeansAnotherSnapshot() throws IOException {
        try (RedisServer server = RedisServer.builder()
                        .config("repl-backlog-size 16kb")
                        .config("repl-diskless-sync-delay 0")
                        .start();
                RespClient client = server.connect();
                Forwarder forwarder = new Forwarder(server.port());
                ReplicationLink link = Links.open(forwarder.port(), folder, recorder)) {
            Links.drop(link, recorder);
            client.call("SET", "k", "v");
            Links.caughtUp(server, recorder);
            recorder.take();
            Snapshot first = recorder.snapshot();

            forwarder.cut();
            client.call("SET", "big", "x".repeat(100_000));
            forwarder.open(server.port());
            recorder.await("another snapshot", r -> r.snapshot() != first);

            assertThat(Links.drop(link, recorder)).isEqualTo(2);
            assertThat(recorder.take()).contains("full").doesNotContain("continued");
        }
    }

    @Test
    void aFullSpoolEndsTheLinkUntilSomeOfItIsReleased() throws IOException {
        LinkSettings small = new LinkSettings(
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                Duration.ofMillis(5),
                Duration.ofMillis(50),
                Duration.ofSeconds(1),
                1 << 20,
                16 * 1024,
                1024,
                0,
                3);
        try (RedisServer server = RedisServer.start();
                RespClient client = server.connect();
                ReplicationLink link = Links.open(server.port(), folder, recorder, small)) {
            Links.drop(link, recorder);
            for (int i = 0; i < 100; i++) {
                client.call("SET", "key" + i, "x".repeat(1000));
            }
            recorder.awaitEvent("lost the spool of the stream is full");

            recorder.await("all of it", r -> {
                try {
                    link.checkpoint(r.position());
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
                return r.events().containsAll(keys(100));
            });
            assertThat(recorder.take().stream().filter("full"::equals)).hasSize(1);
        }
    }

    @Test
    void aSnapshotAboveTheLimitFails() throws IOException {
        LinkSettings small = new LinkSettings(
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                Duration.ofMillis(5),
                Duration.ofMillis(50),
                Duration.ofSeconds(1),
                100,
                1 << 20,
                1024,
                0,
                3);
        try (RedisServer server = RedisServer.start();
                ReplicationLink link = Links.open(server.port(), folder, recorder, small)) {
            recorder.awaitEvent("failed a snapshot of");
            assertThatThrownBy(() -> Links.drop(link, recorder)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void whoMayNotReplicateIsToldSo() throws IOException {
        try (RedisServer server = RedisServer.start()) {
            server.call("ACL", "SETUSER", "u", "on", ">p", "~*", "+@all", "-psync");
            for (String password : List.of("p", "wrong")) {
                Recorder told = new Recorder();
                ConnectionConfig at = Links.at(server.port()).toBuilder()
                        .setUsername("u")
                        .setPassword(password)
                        .build();
                try (ReplicationLink link =
                        new ReplicationLink("segue-test", at, folder.resolve(password), told, Links.SETTINGS)) {
                    link.start();
                    told.awaitEvent("failed");
                    assertThat(told.take().get(0)).containsAnyOf("PSYNC: NOPERM", "login: WRONGPASS");
                }
            }
        }
    }

    @Test
    void close_endsQuickly_whateverHappens() throws IOException {
        try (RedisServer server = RedisServer.start()) {
            for (int port : new int[] {server.port(), 1}) {
                ReplicationLink link = Links.open(port, folder, recorder);
                if (port == server.port()) {
                    Links.caughtUp(server, recorder);
                } else {
                    recorder.awaitEvent("lost");
                }
                long start = System.nanoTime();
                link.close();
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
                link.close();
            }
            recorder.take();
            ReplicationLink.forget(folder);
            assertThat(folder.toFile().list()).isEmpty();
        }
    }
}
