package io.segue.controlplane;

import static io.segue.controlplane.testkit.Strategies.SCAN;
import static io.segue.controlplane.testkit.Strategies.SNAPSHOT;
import static io.segue.controlplane.testkit.Strategies.dual;
import static io.segue.controlplane.testkit.Strategies.dualBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeMovers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies by which NEW takes writes while OLD cannot be reached: nobody may follow OLD meanwhile. */
class TakeOverTest {
    private final FakeMovers movers = new FakeMovers().quick();
    private Bench bench;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir, movers);
        bench.proxy("p1");
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"best_effort", "last_write_wins"})
    void withAScanItBlocks_alsoByForce(String policy) throws Exception {
        bench.ready(dualBy(policy), SCAN);

        JsonNode test = bench.call("test").expect(200).data();
        assertThat(test.path("valid").asBoolean()).isFalse();
        assertThat(test.path("findings").findValuesAsText("code")).contains("policy_with_scan", "policy_per_proxy");
        assertThat(bench.call("migrate").expect(409).message()).contains("would overwrite it");
        assertThat(bench.rest()
                        .post("/api/v1/migrations/m/migrate", "{\"force\":true,\"reason\":\"we know\"}")
                        .expect(409)
                        .message())
                .startsWith("cannot migrate: strategy.write_mode.policy: data scan cannot be used with this policy");
        assertThat(bench.status()).isEqualTo("ready");
        assertThat(movers.made()).isEmpty();
    }

    @Test
    void withoutACopyItStarts_andNobodyFollowsOld() throws Exception {
        bench.running(dualBy("best_effort"));
        assertThat(bench.status()).isEqualTo("running");
        assertThat(movers.made()).isEmpty();
    }

    @Test
    void afterASnapshotNoFeedTakesOver() throws Exception {
        bench.ready(dualBy("last_write_wins"), SNAPSHOT);
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        assertThat(movers.made()).hasSize(1);
    }

    @Test
    void aMigrationThatIsFollowedDoesNotGetSuchAPolicy() throws Exception {
        bench.ready(dual(0.0), SCAN);
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        assertThat(bench.patch(dualBy("best_effort")).expect(409).message())
                .contains("movers follow OLD")
                .contains("both_required");
        assertThat(bench.patch(dualBy("both_required")).expect(200).data().path("migration"))
                .isNotNull();
        assertThat(bench.rest()
                        .get("/api/v1/migrations/m")
                        .data()
                        .path("strategy")
                        .path("write_mode")
                        .path("policy")
                        .asText())
                .isEqualTo("both_required");
    }

    @Test
    void thePolicyAfterItIsFollowed() throws Exception {
        bench.running(dualBy("best_effort"));
        bench.patch(dual(0.0)).expect(200);
        assertThat(movers.made()).hasSize(1);
    }
}
