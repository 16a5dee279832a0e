package io.segue.loadtest.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@NeedsRedis
class RedisServerIT {
    static List<RedisBinary> available() {
        return RedisServer.available();
    }

    @ParameterizedTest
    @MethodSource("available")
    void start_everyAvailableProgramServes(RedisBinary binary) {
        try (RedisServer server = RedisServer.builder().binary(binary).start()) {
            assertThat(server.call("SET", "k", "v").text()).isEqualTo("OK");
            assertThat(server.call("GET", "k").text()).isEqualTo("v");
            assertThat(server.call("INFO", "server").text())
                    .contains("redis_version:" + server.version())
                    .contains("process_id:" + server.pid());
        }
    }

    @Test
    void close_endsTheProcessAndRemovesTheFolder() {
        RedisServer server = RedisServer.start();
        long pid = server.pid();

        server.close();

        assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false))
                .isFalse();
        assertThat(server.folder()).doesNotExist();
    }

    @Test
    void close_endsAFrozenProcess() {
        RedisServer server = RedisServer.start();
        server.stopSignal();

        server.close();

        assertThat(server.isAlive()).isFalse();
    }

    @Test
    void password_isAskedFor() throws IOException {
        try (RedisServer server = RedisServer.builder().password("s3cret").start();
                RespClient stranger = RespClient.connect(server.port())) {
            assertThat(stranger.call("GET", "k").text()).startsWith("NOAUTH");
            assertThat(server.call("PING").text()).isEqualTo("PONG");
        }
    }

    @Test
    void config_linesReachTheServer() {
        try (RedisServer server = RedisServer.builder()
                .config("maxmemory 123mb")
                .config("databases 3")
                .start()) {
            assertThat(server.call("CONFIG", "GET", "databases").text()).isEqualTo("[databases 3]");
            assertThat(server.call("CONFIG", "GET", "maxmemory").text()).isEqualTo("[maxmemory 128974848]");
        }
    }

    @Test
    void kill9ThenRestart_servesOnTheSamePortWithWhatWasKept() {
        try (RedisServer server = RedisServer.builder()
                .config("appendonly yes")
                .config("appendfsync always")
                .start()) {
            int port = server.port();
            long firstPid = server.pid();
            server.call("SET", "k", "v");

            server.kill9();
            assertThat(server.isAlive()).isFalse();
            server.restart();

            assertThat(server.port()).isEqualTo(port);
            assertThat(server.pid()).isNotEqualTo(firstPid);
            assertThat(server.call("GET", "k").text()).isEqualTo("v");
        }
    }

    @Test
    void stopSignal_freezesUntilCont() throws IOException {
        try (RedisServer server = RedisServer.start();
                RespClient client = RespClient.connect("127.0.0.1", server.port(), Duration.ofMillis(200))) {
            server.stopSignal();
            assertThatThrownBy(() -> client.call("PING")).isInstanceOf(SocketTimeoutException.class);

            server.cont();
            assertThat(client.read().text()).isEqualTo("PONG");
        }
    }

    @Test
    void start_aBadConfigurationFailsWithTheServersOwnWords() {
        assertThatThrownBy(
                        () -> RedisServer.builder().config("no-such-setting 1").start())
                .isInstanceOf(RedisServer.StartFailedException.class)
                .hasMessageContaining("no-such-setting");
    }

    @Test
    void start_aTakenPortFails() {
        try (RedisServer first = RedisServer.start()) {
            assertThatThrownBy(() -> RedisServer.builder().port(first.port()).start())
                    .isInstanceOf(RedisServer.StartFailedException.class)
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void replicaOf_followsUntilItIsPromoted() {
        try (RedisServer primary = RedisServer.builder().password("s3cret").start();
                RedisServer replica = RedisServer.builder().password("0ther").start()) {
            primary.call("SET", "k", "v");
            replica.replicaOf(primary);
            replica.awaitInSync(primary, Duration.ofSeconds(10));
            assertThat(replica.call("GET", "k").text()).isEqualTo("v");
            primary.call("SET", "k", "w");
            replica.awaitInSync(primary, Duration.ofSeconds(10));
            assertThat(replica.call("GET", "k").text()).isEqualTo("w");
            assertThat(replica.call("SET", "k", "x").text()).startsWith("READONLY");

            replica.promote();
            assertThat(replica.call("SET", "k", "x").text()).isEqualTo("OK");
            assertThatThrownBy(() -> replica.awaitInSync(primary, Duration.ofSeconds(1)))
                    .hasMessageContaining("no replica");
        }
    }
}
