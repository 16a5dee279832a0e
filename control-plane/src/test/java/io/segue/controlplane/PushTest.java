package io.segue.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.Status;
import io.segue.controlplane.testkit.Await;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeProxy;
import io.segue.controlplane.testkit.Rest.Reply;
import io.segue.proto.v1.ConfigResponse;
import io.segue.proto.v1.InterlayConfig;
import io.segue.proto.v1.ProxyConfig;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PushTest {
    private static final String CANARY = "{\"type\":\"canary\",\"read_percentage\":0.05}";
    private Bench bench;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir);
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void aNewProxyGetsTheWholeStateAndIsShown() throws Exception {
        bench.endpoint("a").interlay("i", "a", 7000);
        FakeProxy proxy = bench.proxy("p1");

        ProxyConfig config = proxy.config();
        assertThat(config.getVersion()).isEqualTo(1);
        assertThat(config.getInterlays(0).getPort()).isEqualTo(7000);
        assertThat(config.getInterlays(0).hasPlan()).isFalse();
        Await.until(
                "the acknowledgement is shown",
                () -> shown("p1").path("acked_version").asLong() == 1);
        JsonNode shown = shown("p1");
        assertThat(shown.path("target_version").asLong()).isEqualTo(1);
        assertThat(shown.path("region").asText()).isEqualTo("r1");
        assertThat(shown.path("instance").asText()).isEqualTo("i1");
        assertThat(shown.path("release").asText()).isEqualTo("test");
        assertThat(shown.path("last_seen").asText()).startsWith("20");
    }

    @Test
    void aProxyThatIsUpToDateIsSentNothing() throws Exception {
        bench.endpoint("a").interlay("i", "a", 7000);
        FakeProxy current = bench.proxy("p1", 1);
        bench.interlay("j", "a", 7001);

        Await.until("the next version arrives", () -> !current.received().isEmpty());
        assertThat(current.received()).extracting(ConfigResponse::getVersion).containsExactly(2L);
    }

    @Test
    void passwordsGoToProxiesOnly() {
        bench.rest().post("/api/v1/endpoints", """
                        {"id":"a","kind":"redis","config":{"host":"h","port":1,"username":"u","password":"s3cret"}}""").expect(201);
        bench.interlay("i", "a", 7000);
        FakeProxy proxy = bench.proxy("p1");

        assertThat(proxy.config().getInterlays(0).getEndpoint().getWriteConn().getPassword())
                .isEqualTo("s3cret");
        assertThat(bench.rest().get("/api/v1/endpoints/a").raw().body()).doesNotContain("s3cret");
        assertThat(bench.rest().get("/api/v1/endpoints").raw().body()).doesNotContain("s3cret");
    }

    @Test
    void aRefusalUndoesTheStartAndNamesTheProxy() throws Exception {
        FakeProxy good = bench.proxy("good");
        FakeProxy bad = bench.proxy("bad").refusing(PushTest::refusesPlans);
        bench.ready(CANARY);

        Reply refused = bench.rest().post("/api/v1/migrations/m/migrate").expect(409);

        assertThat(refused.message()).contains("proxy bad refused").contains("no lanes left");
        assertThat(refused.body().path("error").path("details").path("proxy").asText())
                .isEqualTo("bad");
        assertThat(bench.rest()
                        .get("/api/v1/migrations/m")
                        .data()
                        .path("status")
                        .asText())
                .isEqualTo("ready");
        // One version with the plan, and a higher one without it again.
        assertThat(good.received()).extracting(ConfigResponse::getVersion).contains(2L, 3L);
        assertThat(good.config().getInterlays(0).hasPlan()).isFalse();
        assertThat(bad.config().getInterlays(0).hasPlan()).isFalse();
        assertThat(shown("bad").path("rejected_version").asLong()).isEqualTo(2);
        assertThat(shown("bad").path("rejected_reason").asText()).isEqualTo("no lanes left");
        assertThat(shown("bad").path("acked_version").asLong()).isEqualTo(3);
        assertThat(bench.rest().get("/api/v1/migrations/m/events").data().findValuesAsText("reason"))
                .contains("undone: proxy bad refused: no lanes left");
    }

    @Test
    void aRefusedInterlayIsGoneAndAnotherOneWorks() throws Exception {
        bench.endpoint("a");
        bench.proxy("p1")
                .refusing(config -> config.getInterlaysList().stream().anyMatch(i -> i.getPort() == 7001)
                        ? Optional.of("port 7001 is taken")
                        : Optional.empty());

        Reply refused = bench.rest()
                .post("/api/v1/interlays", "{\"id\":\"i\",\"endpoint\":\"a\",\"port\":7001}")
                .expect(409);

        assertThat(refused.message()).contains("port 7001 is taken");
        bench.rest().get("/api/v1/interlays/i").expect(404);
        bench.interlay("i", "a", 7002);
    }

    @Test
    void aRefusedChangeOfStrategyLeavesTheOldOne() throws Exception {
        FakeProxy proxy = bench.proxy("p1");
        bench.running(CANARY);
        long revision = revision();
        proxy.refusing(config -> share(config) > 0.2 ? Optional.of("too much") : Optional.empty());

        bench.rest()
                .patch("/api/v1/migrations/m", "{\"strategy\":{\"type\":\"canary\",\"read_percentage\":0.5}}")
                .expect(409);

        JsonNode kept = bench.rest().get("/api/v1/migrations/m").data();
        assertThat(kept.path("strategy").path("read_percentage").asDouble()).isEqualTo(0.05);
        assertThat(kept.path("status").asText()).isEqualTo("running");
        assertThat(kept.path("revision").asLong()).isGreaterThan(revision);
        assertThat(share(proxy.config())).isEqualTo(0.05);
    }

    @Test
    void aRefusedRollbackFailsTheMigrationAndCanBeRepeated() throws Exception {
        FakeProxy proxy = bench.proxy("p1");
        bench.running(CANARY);
        proxy.refusing(config -> config.getInterlays(0).hasPlan() ? Optional.empty() : Optional.of("not now"));

        bench.rest().post("/api/v1/migrations/m/rollback").expect(409);
        JsonNode failed = bench.rest().get("/api/v1/migrations/m").data();
        proxy.refusing(config -> Optional.empty());
        JsonNode done =
                bench.rest().post("/api/v1/migrations/m/rollback").expect(200).data();

        assertThat(failed.path("status").asText()).isEqualTo("failed");
        assertThat(failed.path("status_reason").asText()).contains("not now");
        assertThat(done.path("status").asText()).isEqualTo("rolled_back");
        assertThat(proxy.config().getInterlays(0).hasPlan()).isFalse();
    }

    @Test
    void theAnswerSaysWhoHasItAndWhoHasNot() throws Exception {
        bench.endpoint("a");
        bench.proxy("quick");
        FakeProxy gone = bench.proxy("gone");
        gone.close();
        Await.until("its end is seen", () -> !shown("gone").path("connected").asBoolean());
        bench.proxy("silent").mute();

        JsonNode rollout = bench.rest()
                .post("/api/v1/interlays", "{\"id\":\"i\",\"endpoint\":\"a\",\"port\":7000}")
                .expect(201)
                .data()
                .path("rollout");

        assertThat(rollout.path("acknowledged").toString()).isEqualTo("[\"quick\"]");
        assertThat(rollout.path("silent").toString()).isEqualTo("[\"silent\"]");
        assertThat(rollout.path("disconnected").toString()).isEqualTo("[\"gone\"]");
    }

    @Test
    void anAnswerToAnOlderMessageIsIgnored() throws Exception {
        bench.endpoint("a");
        FakeProxy proxy = bench.proxy("p1").mute();
        bench.interlay("i", "a", 7000).interlay("j", "a", 7001);
        Await.until("both versions arrived", () -> proxy.received().size() == 2);

        proxy.answer(proxy.received().get(0).getNonce(), Optional.of("too late"));
        proxy.answer("never sent", Optional.of("made up"));
        proxy.answer(proxy.received().get(1).getNonce(), Optional.empty());

        Await.until(
                "the right one counts", () -> shown("p1").path("acked_version").asLong() == 2);
        assertThat(shown("p1").path("rejected_version").asLong()).isZero();
    }

    @Test
    void aSecondStreamReplacesTheFirst() throws Exception {
        bench.endpoint("a");
        FakeProxy first = bench.proxy("p1");
        FakeProxy second = bench.proxy("p1");

        Status end = first.ended().get(10, TimeUnit.SECONDS);
        bench.interlay("i", "a", 7000);

        assertThat(end.getCode()).isEqualTo(Status.Code.ABORTED);
        assertThat(end.getDescription()).contains("p1");
        assertThat(second.config().getInterlaysCount()).isEqualTo(1);
        assertThat(shown("p1").path("connected").asBoolean()).isTrue();
    }

    @Test
    void aProxyThatIsAheadIsOvertaken() throws Exception {
        bench.endpoint("a").interlay("i", "a", 7000);
        FakeProxy ahead = bench.proxy("p1", 41);

        assertThat(ahead.config().getVersion()).isEqualTo(42);
        assertThat(bench.rest()
                        .get("/api/v1/version")
                        .data()
                        .path("config_version")
                        .asLong())
                .isEqualTo(42);
    }

    @Test
    void aStreamWithoutAnIdIsRefused() throws Exception {
        try (FakeProxy nameless = new FakeProxy(bench.controlPlane().grpcAddress(), Bench.ADMIN, "")) {
            Status end = nameless.ended().get(10, TimeUnit.SECONDS);
            assertThat(end.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(end.getDescription()).contains("node.id");
        }
    }

    @Test
    void onlyADisconnectedProxyCanBeForgotten() {
        FakeProxy proxy = bench.proxy("p1");
        bench.rest().delete("/api/v1/proxies/p1").expect(409);
        proxy.close();
        Await.until("its end is seen", () -> !shown("p1").path("connected").asBoolean());
        bench.rest().delete("/api/v1/proxies/p1").expect(200);
        bench.rest().delete("/api/v1/proxies/p1").expect(404);
        assertThat(bench.rest().get("/api/v1/proxies").data()).isEmpty();
    }

    @Test
    void deletingAnInterlayReachesTheProxies() throws Exception {
        bench.endpoint("a").interlay("i", "a", 7000);
        FakeProxy proxy = bench.proxy("p1");
        Await.until(
                "it is acknowledged", () -> shown("p1").path("acked_version").asLong() == 1);
        JsonNode rollout =
                bench.rest().delete("/api/v1/interlays/i").expect(200).data().path("rollout");
        assertThat(rollout.path("acknowledged").toString()).isEqualTo("[\"p1\"]");
        assertThat(proxy.config().getInterlaysCount()).isZero();
    }

    private static Optional<String> refusesPlans(ProxyConfig config) {
        return config.getInterlaysList().stream().anyMatch(InterlayConfig::hasPlan)
                ? Optional.of("no lanes left")
                : Optional.empty();
    }

    private static double share(ProxyConfig config) {
        return config.getInterlays(0).getPlan().getStrategy().getCanary().getReadPercentage();
    }

    private long revision() {
        return bench.rest().get("/api/v1/migrations/m").data().path("revision").asLong();
    }

    private JsonNode shown(String id) {
        for (JsonNode proxy : bench.rest().get("/api/v1/proxies").data()) {
            if (proxy.path("id").asText().equals(id)) {
                return proxy;
            }
        }
        throw new AssertionError("no proxy " + id);
    }
}
