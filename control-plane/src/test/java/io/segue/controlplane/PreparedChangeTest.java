package io.segue.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.testkit.Await;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeProxy;
import io.segue.proto.v1.ConfigResponse;
import io.segue.proto.v1.InterlayConfig;
import io.segue.proto.v1.ProxyConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change that gives keys another authority is held by every proxy before it is decided. */
class PreparedChangeTest {
    private static final String DUAL =
            "{\"type\":\"canary\",\"read_percentage\":0.5,\"write_mode\":{\"mode\":\"dual_write\",\"policy\":\"old_authoritative\"}}";
    private static final String CUT_OVER =
            "{\"type\":\"canary\",\"read_percentage\":1.0,\"write_mode\":{\"mode\":\"cutover\",\"write_percentage\":1.0}}";

    @TempDir
    private Path dir;

    private Bench bench;
    private FakeProxy one;
    private FakeProxy other;

    @BeforeEach
    void start() throws Exception {
        bench = new Bench(dir);
        one = bench.proxy("p1");
        other = bench.proxy("p2");
        bench.running(DUAL);
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void everyProxyHolds_thenItIsDecided() {
        long before = one.config().getVersion();
        bench.rest()
                .patch("/api/v1/migrations/m", "{\"strategy\":" + CUT_OVER + "}")
                .expect(200);

        for (FakeProxy proxy : List.of(one, other)) {
            List<ProxyConfig> sent = sentAfter(proxy, before);
            assertThat(sent).hasSize(3);
            assertThat(sent.get(0).getInterlays(0).getPrepared().getHold()).isFalse();
            InterlayConfig held = sent.get(1).getInterlays(0);
            assertThat(held.getPrepared().getHold()).isTrue();
            assertThat(held.getPrepared().getHoldLimitMs()).isEqualTo(1_000);
            assertThat(held.getPlan().getStrategy().getCanary().getReadPercentage())
                    .isEqualTo(0.5);
            assertThat(held.getPrepared().getPlan().getStrategy().getCanary().getReadPercentage())
                    .isEqualTo(1.0);
            InterlayConfig decided = sent.get(2).getInterlays(0);
            assertThat(decided.hasPrepared()).isFalse();
            assertThat(decided.getPlan().getStrategy().getCanary().getReadPercentage())
                    .isEqualTo(1.0);
        }
    }

    @Test
    void aChangeThatMovesNoAuthority_isMadeAtOnce() {
        long before = one.config().getVersion();
        bench.rest()
                .patch("/api/v1/migrations/m", "{\"strategy\":" + DUAL.replace("0.5", "0.75") + "}")
                .expect(200);
        assertThat(sentAfter(one, before)).hasSize(1);
    }

    @Test
    void aProxyThatCannotHold_undoesIt() {
        other.refusing(config ->
                config.getInterlays(0).hasPrepared() ? Optional.of("3 requests did not finish") : Optional.empty());
        String message = bench.rest()
                .patch("/api/v1/migrations/m", "{\"strategy\":" + CUT_OVER + "}")
                .expect(409)
                .message();
        assertThat(message).contains("p2").contains("3 requests did not finish");
        assertThat(one.config().getInterlays(0).hasPrepared()).isFalse();
        assertThat(one.config()
                        .getInterlays(0)
                        .getPlan()
                        .getStrategy()
                        .getCanary()
                        .getReadPercentage())
                .isEqualTo(0.5);
        assertThat(bench.rest()
                        .get("/api/v1/migrations/m")
                        .data()
                        .path("strategy")
                        .path("read_percentage")
                        .asDouble())
                .isEqualTo(0.5);
    }

    @Test
    void aProxyThatSaysNothing_undoesIt() {
        other.mute();
        String message = bench.rest()
                .patch("/api/v1/migrations/m", "{\"strategy\":" + CUT_OVER + "}")
                .expect(409)
                .message();
        assertThat(message).contains("p2");
        Await.until("the hold is over", () -> !one.config().getInterlays(0).hasPrepared());
    }

    @Test
    void completionAndRollback_arePreparedToo() {
        long before = one.config().getVersion();
        bench.rest().post("/api/v1/migrations/m/complete").expect(200);
        List<ProxyConfig> sent = sentAfter(one, before);
        assertThat(sent).hasSize(3);
        assertThat(sent.get(0).getInterlays(0).getPrepared().getEndpoint().getId())
                .isEqualTo("b");
        assertThat(sent.get(0).getInterlays(0).getPrepared().hasPlan()).isFalse();
    }

    private static List<ProxyConfig> sentAfter(FakeProxy proxy, long version) {
        return proxy.received().stream()
                .map(ConfigResponse::getConfig)
                .filter(config -> config.getVersion() > version)
                .toList();
    }
}
