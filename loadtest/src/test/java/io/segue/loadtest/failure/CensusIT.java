package io.segue.loadtest.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.loadtest.fleet.RestClient;
import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.migration.RigSide;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisBinary;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients did is counted by the proxies, outlives them, and is what pre-flight goes by. */
@NeedsRedis
@Timeout(60)
class CensusIT {
    private static long calls(JsonNode census, String command, String what) {
        for (JsonNode one : census.path("commands")) {
            if (one.path("command").asText().equals(command)) {
                return one.path(what).asLong();
            }
        }
        return 0;
    }

    private static JsonNode census(Rig rig) throws InterruptedException {
        return rig.rest().get("/interlays/" + Rig.INTERLAY + "/census");
    }

    @Test
    void whatClientsUse_isCountedAndIsEvidence() throws Exception {
        List<RedisBinary> binaries = RedisServer.available().stream()
                .sorted(Comparator.comparing(RedisBinary::version))
                .toList();
        RedisBinary newest = binaries.get(binaries.size() - 1);
        RedisBinary oldest = binaries.get(0);
        try (Rig rig = Rig.setup()
                .sides(RigSide.of(newest), RigSide.of(oldest))
                .proxies(1, "--threads", "1")
                .start()) {
            boolean older = newest.version().startsWith("7") && oldest.version().startsWith("6");
            try (RespClient client = rig.client()) {
                for (int i = 0; i < 20; i++) {
                    client.call("SET", "user:" + i, "v");
                }
                client.call("MSET", "{t}:a", "1", "{t}:b", "2");
                client.call("MGET", "user:1", "user:2", "user:3");
                client.call("RENAME", "user:1", "session:1");
                client.call("EVAL", "return 1", "0");
                client.call("GETEX", "user:2");
                client.call("LMPOP", "1", "list", "LEFT");
                client.call("made.up", "x");
                client.call("CLIENT", "SETNAME", "x");
                client.call("SELECT", "3");
                client.call("GET", "elsewhere");
            }
            Rig.await(
                    "the census",
                    () -> census(rig).path("features").path("other_databases").asLong() > 0);
            JsonNode census = census(rig);
            assertThat(calls(census, "SET", "calls")).isEqualTo(20);
            assertThat(calls(census, "MSET", "keys_apart")).isZero();
            assertThat(calls(census, "MGET", "keys_apart")).isEqualTo(1);
            assertThat(calls(census, "RENAME", "keys_apart")).isEqualTo(1);
            assertThat(calls(census, "MADE.UP", "calls")).isEqualTo(1);
            assertThat(census.path("features").path("scripts").asLong()).isEqualTo(1);
            assertThat(census.path("keys_apart_example").toString()).doesNotContain("user:");

            rig.proxy().kill9();
            rig.proxy().restart();
            rig.proxy().awaitListening();
            assertThat(calls(census(rig), "SET", "calls"))
                    .as("after the proxy's end")
                    .isEqualTo(20);

            rig.define("""
                    {"type": "canary", "read_percentage": 0.3,
                     "write_mode": {"mode": "cutover", "write_percentage": 0.3}}""");
            JsonNode findings = rig.act("test").path("findings");
            assertThat(findings.findValuesAsText("code")).contains("cross_side");
            if (older) {
                assertThat(findings.findValuesAsText("code")).contains("commands_missing");
                assertThat(findings.toString()).contains("LMPOP (1)").doesNotContain("MADE.UP");
                assertThatThrownBy(() -> rig.act("migrate"))
                        .isInstanceOf(RestClient.RefusedException.class)
                        .hasMessageContaining("LMPOP");
            }
        }
    }
}
