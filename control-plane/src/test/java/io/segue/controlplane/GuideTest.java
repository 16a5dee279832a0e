package io.segue.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.controlplane.mover.MoverFactory.Probe;
import io.segue.controlplane.testkit.Await;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeMovers;
import io.segue.controlplane.testkit.FakeProxy;
import io.segue.proto.v1.InterlayConfig;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The product guide's calls, as it prints them. */
class GuideTest {
    private final FakeMovers movers = FakeMovers.wayBackOnly();
    private Bench bench;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir, movers);
        bench.endpoint("old_redis").endpoint("new_redis_cluster").interlay("user_cache_interlay", "old_redis", 7000);
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void stepByStep() {
        movers.finding(new Probe("tracking", List.of())).quick();
        FakeProxy proxy = bench.proxy("p1");
        bench.rest().post("/api/v1/migrations", """
                {
                    "id": "migrate_to_new_redis",
                    "description": "Migrate user cache to new Redis cluster",
                    "strategy": {
                      "type": "canary",
                      "read_percentage": 0.05,
                      "write_mode": {"mode": "dual_write", "policy": "old_authoritative"}
                    },
                    "data": {"type": "scan", "replace": "replace"},
                    "failure_handling": "rollback_all"
                }""").expect(201);
        bench.rest()
                .post("/api/v1/migrations/migrate_to_new_redis/interlay/user_cache_interlay", """
                        {"endpoint": "new_redis_cluster"}""")
                .expect(200);
        JsonNode test = bench.rest()
                .post("/api/v1/migrations/migrate_to_new_redis/test")
                .expect(200)
                .data();
        JsonNode started = bench.rest()
                .post("/api/v1/migrations/migrate_to_new_redis/migrate")
                .expect(200)
                .data();
        JsonNode shown = bench.rest()
                .get("/api/v1/migrations/migrate_to_new_redis")
                .expect(200)
                .data();

        assertThat(test.path("valid").asBoolean()).isTrue();
        assertThat(test.path("interlays_tested").toString()).isEqualTo("[\"user_cache_interlay\"]");
        assertThat(test.path("findings")).isEmpty();
        assertThat(test.path("movements").findValuesAsText("feed")).containsExactly("tracking");
        assertThat(started.path("warnings").toString()).contains("until the movers have caught up");
        assertThat(shown.path("status").asText()).isEqualTo("running");
        assertThat(shown.path("strategy").path("read_percentage").asDouble()).isEqualTo(0.05);
        assertThat(shown.path("data").toString()).isEqualTo("{\"type\":\"scan\",\"replace\":\"replace\"}");
        assertThat(shown.path("created_at").asText()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
        Await.until("reads are split", () -> canary(proxy) == 0.05);
        InterlayConfig config = proxy.config().getInterlays(0);
        assertThat(config.getPlan().getMigrationUuid())
                .isEqualTo(shown.path("uuid").asText());
        assertThat(config.getPlan().getNewEndpoint().getId()).isEqualTo("new_redis_cluster");
        assertThat(config.getEndpoint().getId()).isEqualTo("old_redis");
    }

    @Test
    void canaryRolloutInFourStages() {
        FakeProxy proxy = bench.proxy("p1");
        bench.rest().post("/api/v1/migrations", """
                {
                    "id": "canary_migration",
                    "strategy": {
                      "type": "canary",
                      "read_percentage": 0.05,
                      "write_mode": {"mode": "dual_write", "policy": "old_authoritative"}
                    }
                }""").expect(201);
        bench.rest()
                .post("/api/v1/migrations/canary_migration/interlay/user_cache_interlay", """
                        {"endpoint": "new_redis_cluster"}""")
                .expect(200);
        bench.rest().post("/api/v1/migrations/canary_migration/migrate").expect(200);
        for (String share : new String[] {"0.25", "0.75"}) {
            bench.rest()
                    .patch("/api/v1/migrations/canary_migration", """
                    {
                        "strategy": {
                          "type": "canary",
                          "read_percentage": %s,
                          "write_mode": {"mode": "dual_write", "policy": "old_authoritative"}
                        }
                    }""".formatted(share))
                    .expect(200);
            assertThat(canary(proxy)).isEqualTo(Double.parseDouble(share));
        }
        bench.rest().patch("/api/v1/migrations/canary_migration", """
                {
                    "strategy": {
                      "type": "canary",
                      "read_percentage": 1.0,
                      "write_mode": {"mode": "cutover", "write_percentage": 1.0}
                    }
                }""").expect(200);
        assertThat(canary(proxy)).isEqualTo(1.0);
        bench.rest().post("/api/v1/migrations/canary_migration/complete").expect(200);

        InterlayConfig after = proxy.config().getInterlays(0);
        assertThat(after.hasPlan()).isFalse();
        assertThat(after.getEndpoint().getId()).isEqualTo("new_redis_cluster");
        assertThat(bench.rest()
                        .get("/api/v1/migrations")
                        .data()
                        .get(0)
                        .path("status")
                        .asText())
                .isEqualTo("completed");
        assertThat(bench.rest()
                        .get("/api/v1/migrations/canary_migration/events")
                        .data()
                        .findValuesAsText("event"))
                .containsExactly(
                        "created",
                        "add",
                        "migrate",
                        "change the strategy",
                        "change the strategy",
                        "change the strategy",
                        "complete");
    }

    private static double canary(FakeProxy proxy) {
        return proxy.config()
                .getInterlays(0)
                .getPlan()
                .getStrategy()
                .getCanary()
                .getReadPercentage();
    }

    @Test
    void anApiThatDoesNotExistIsNamed() {
        bench.rest().post("/api/v1/migrations", "{\"id\":\"m\"}").expect(201);
        String message = bench.rest()
                .post("/api/v1/migrations/m/api/user_cache_api", "{\"id\":\"user_cache_api\"}")
                .expect(404)
                .message();
        assertThat(message).startsWith("api user_cache_api does not exist");
    }
}
