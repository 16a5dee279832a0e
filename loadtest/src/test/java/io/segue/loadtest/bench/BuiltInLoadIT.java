package io.segue.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsRedis
class BuiltInLoadIT {
    private static final int REQUESTS = 20_000;

    @TempDir
    Path folder;

    @Test
    void run_sendsExactlyTheRequestsAskedFor() throws Exception {
        try (RedisServer server = RedisServer.start()) {
            BuiltInLoad load = new BuiltInLoad(folder);

            assertThat(load.run(server.port(), new Scenario("SET", 16, 10, 64, 500), REQUESTS))
                    .isPositive();
            assertThat(load.run(server.port(), new Scenario("GET", 1, 10, 64, 500), REQUESTS))
                    .isPositive();

            assertThat(server.call("INFO", "commandstats").text())
                    .contains("cmdstat_set:calls=" + REQUESTS + ",")
                    .contains("cmdstat_get:calls=" + REQUESTS + ",");
            assertThat(server.call("DBSIZE").number()).isEqualTo(500);
            assertThat(server.call("STRLEN", "key:000000000007").number()).isEqualTo(64);
        }
    }

    @Test
    void run_anErrorReplyFails() {
        try (RedisServer server = RedisServer.builder().password("x").start()) {
            assertThatThrownBy(() -> new BuiltInLoad(folder).run(server.port(), new Scenario("GET", 1, 1, 64, 10), 10))
                    .hasMessageContaining("answered with an error");
        }
    }

    @Test
    void cpuTime_grows() throws Exception {
        try (RedisServer server = RedisServer.start()) {
            long before = CpuTime.of(server.pid()).toNanos();
            new BuiltInLoad(folder).run(server.port(), new Scenario("SET", 16, 10, 64, 500), 10 * REQUESTS);

            assertThat(CpuTime.of(server.pid()).toNanos()).isGreaterThan(before);
        }
    }
}
