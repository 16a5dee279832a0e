package io.segue.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.controlplane.testkit.Await;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeMover;
import io.segue.controlplane.testkit.FakeMovers;
import io.segue.controlplane.testkit.FakeProxy;
import io.segue.proto.v1.ConfigResponse;
import io.segue.proto.v1.ProxyConfig;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data moves first, and the strategy follows: what the movers and the proxies are told, and when. */
class MovementTest {
    private static final String SCAN = ",\"data\":{\"type\":\"scan\",\"replace\":\"replace\"}";
    private static final String READS_SPLIT =
            "{\"type\":\"canary\",\"read_percentage\":0.3,\"write_mode\":{\"mode\":\"cutover\",\"write_percentage\":0.0}}";
    private static final String DUAL =
            "{\"type\":\"canary\",\"read_percentage\":0.3,\"write_mode\":{\"mode\":\"dual_write\"}}";

    private final FakeMovers movers = new FakeMovers();
    private Bench bench;
    private FakeProxy proxy;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir, movers);
        proxy = bench.proxy("p1");
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void whileTheMoverCopies_theProxiesServeOldOnly() throws Exception {
        bench.ready(READS_SPLIT, SCAN);
        long before = proxy.config().getVersion();
        JsonNode started =
                bench.rest().post("/api/v1/migrations/m/migrate").expect(200).data();
        FakeMover mover = movers.last();

        assertThat(started.path("status").asText()).isEqualTo("running");
        assertThat(started.has("rollout")).isFalse();
        assertThat(started.path("warnings").toString()).contains("stays on OLD");
        assertThat(mover.spec().epoch()).isEqualTo(1);
        assertThat(mover.spec().authority().getId()).isEqualTo("a");
        assertThat(mover.spec().follower().getId()).isEqualTo("b");
        JsonNode progress = progress();
        assertThat(progress.path("stage").asText()).isEqualTo("copying");
        assertThat(progress.path("phase").asText()).isEqualTo("copying");
        assertThat(progress.path("in_force").isNull()).isTrue();
        assertThat(progress.path("keys_copied").asLong()).isEqualTo(400);
        assertThat(sentAfter(before)).isEmpty();

        mover.catchUp();
        awaitStage("open");
        awaitReads(0.3);
        assertThat(events()).containsSubsequence("migrate", "begin the copy", "apply the strategy");
        assertThat(mover.calls()).doesNotContain("dualWrites true", "passed");
    }

    @Test
    void dualWritesOpenInTwoSteps() throws Exception {
        movers.starting(FakeMover::waiting);
        bench.ready(DUAL, SCAN);
        long before = proxy.config().getVersion();
        bench.rest().post("/api/v1/migrations/m/migrate").expect(200);
        FakeMover mover = movers.last();
        mover.catchUp();

        awaitStage("opening");
        Await.until("the mover is asked", () -> mover.calls().contains("passed"));
        awaitReads(0.0);
        assertThat(sentAfter(before)).hasSize(1);
        assertThat(mover.calls()).containsSubsequence("start", "dualWrites true", "passed");
        mover.pass();

        awaitStage("open");
        awaitReads(0.3);
        assertThat(sentAfter(before)).hasSize(2);
        assertThat(events()).containsSubsequence("write to both sides", "apply the strategy");
    }

    private JsonNode progress() {
        return bench.rest().get("/api/v1/migrations/m/progress").expect(200).data();
    }

    private void awaitStage(String stage) {
        Await.until(
                "the stage is " + stage, () -> progress().path("stage").asText().equals(stage));
    }

    private void awaitReads(double share) {
        Await.until(
                "a share of " + share + " is read on NEW",
                () -> proxy.config().getInterlays(0).hasPlan() && reads(proxy.config()) == share);
    }

    private List<String> events() {
        return bench.rest().get("/api/v1/migrations/m/events").data().findValuesAsText("event");
    }

    private static double reads(ProxyConfig config) {
        return config.getInterlays(0).getPlan().getStrategy().getCanary().getReadPercentage();
    }

    private List<ProxyConfig> sentAfter(long version) {
        return proxy.received().stream()
                .map(ConfigResponse::getConfig)
                .filter(config -> config.getVersion() > version)
                .toList();
    }
}
