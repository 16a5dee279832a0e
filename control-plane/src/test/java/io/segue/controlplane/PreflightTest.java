package io.segue.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.controlplane.mover.MoverFactory;
import io.segue.controlplane.mover.MoverFactory.Probe;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeMovers;
import io.segue.controlplane.testkit.FakeRedis;
import io.segue.controlplane.testkit.Strategies;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreflightTest {
    private final FakeMovers movers = new FakeMovers();
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

    @Test
    void twoFittingServersGiveNoFinding() throws Exception {
        JsonNode test = test(info("7.2.4", "0", "0", "noeviction"), info("7.4.1", "0", "0", "allkeys-lru"), "");
        assertThat(test.path("valid").asBoolean()).isTrue();
        assertThat(test.path("findings")).isEmpty();
        assertThat(test.path("interlays_tested").toString()).isEqualTo("[\"i\"]");
        assertThat(test.path("apis_tested").toString()).isEqualTo("[]");
    }

    @Test
    void anOlderNewThatEvictsIsWarnedAbout() throws Exception {
        JsonNode test = test(info("7.2.4", "0", "0", "noeviction"), info("6.2.9", "0", "1000000", "allkeys-lru"), "");
        assertThat(test.path("valid").asBoolean()).isTrue();
        assertThat(test.path("findings").findValuesAsText("code")).containsExactly("version_older", "new_evicts");
        assertThat(test.path("findings").findValuesAsText("severity")).containsOnly("warning");
        assertThat(test.path("findings").get(0).path("mend").asText()).isNotEmpty();
    }

    @Test
    void aClusterBlocks() throws Exception {
        JsonNode test = test(info("7.2.4", "0", "0", "noeviction"), info("7.2.4", "1", "0", "noeviction"), "");
        assertThat(test.path("valid").asBoolean()).isFalse();
        assertThat(test.path("findings").get(0).path("code").asText()).isEqualTo("cluster_mode");
        assertThat(test.path("findings").get(0).path("severity").asText()).isEqualTo("blocker");
    }

    @Test
    void aClusterIsNoObstacleWhileNoTrafficGoesToNew() throws Exception {
        bench.endpoint("a");
        endpoint(
                "b",
                bench.closing(new FakeRedis(info("7.2.4", "1", "0", "noeviction"), ""))
                        .port(),
                "");
        JsonNode test = migration(Strategies.cutover(0.0, 0.0), Strategies.SCAN);
        assertThat(test.path("valid").asBoolean()).isTrue();
        assertThat(test.path("findings").findValuesAsText("code")).containsExactly("cluster_mode");
        assertThat(test.path("findings").get(0).path("message").asText()).contains("the data is moved");
        bench.call("migrate").expect(200);
        movers.last().catchUp();
        bench.awaitStage("open");

        assertThat(bench.patch(Strategies.cutover(0.1, 0.0)).expect(409).message())
                .contains("cannot send traffic to NEW now")
                .contains("cluster mode");
        assertThat(bench.call("complete").expect(409).message()).contains("cluster mode");
    }

    @Test
    void whatTheMoversWouldRunIntoIsFound_andStandsInTheWayOfACopy() throws Exception {
        bench.endpoint("a").endpoint("b");
        movers.finding(new Probe(
                "",
                List.of(new MoverFactory.Finding(true, "no_feed_permitted", "neither feed is permitted", "grant it"))));
        JsonNode test = migration(Strategies.dual(0.1), Strategies.SCAN);
        assertThat(test.path("valid").asBoolean()).isFalse();
        assertThat(test.path("findings").get(0).path("mend").asText()).isEqualTo("grant it");
        assertThat(test.path("movements").get(0).path("feed").asText()).isEmpty();
        assertThat(bench.call("migrate").expect(409).message())
                .contains("neither feed is permitted")
                .contains("\"force\": true");
        bench.rest().post("/api/v1/migrations/m/migrate", "{\"force\":true}").expect(200);
        assertThat(movers.last().started()).isTrue();
    }

    @Test
    void withoutACopyNoFeedIsOnlyWarnedAbout() throws Exception {
        bench.endpoint("a").endpoint("b");
        movers.finding(new Probe("", List.of(new MoverFactory.Finding(true, "x", "no feed", "grant it"))));
        JsonNode test = migration(Strategies.dual(0.1), "");
        assertThat(test.path("valid").asBoolean()).isTrue();
        assertThat(test.path("findings").findValuesAsText("code")).containsExactly("x", "no_feed");
    }

    @Test
    void theStoredCredentialsAreUsed() throws Exception {
        JsonNode test = test(info("7.2.4", "0", "0", ""), info("7.2.4", "0", "0", ""), "right");
        assertThat(test.path("findings")).isEmpty();
    }

    @Test
    void aWrongPasswordBlocksAndIsNotRepeated() throws Exception {
        FakeRedis locked = bench.closing(new FakeRedis("redis_version:7.2.4", "right"));
        bench.endpoint("a");
        endpoint("b", locked.port(), "wrong-pass");
        JsonNode test = migration();
        assertThat(test.path("valid").asBoolean()).isFalse();
        assertThat(test.path("findings").get(0).path("code").asText()).isEqualTo("endpoint_unreachable");
        assertThat(test.path("findings").get(0).path("message").asText()).contains("WRONGPASS");
        assertThat(test.toString()).doesNotContain("wrong-pass");
    }

    @Test
    void aServerThatSaysNothingBlocksInBoundedTime() throws Exception {
        ServerSocket mute = bench.closing(new ServerSocket(0, 16, InetAddress.getLoopbackAddress()));
        bench.endpoint("a").endpoint("b", mute.getLocalPort());
        JsonNode test = migration();
        assertThat(test.path("findings").get(0).path("message").asText()).contains("NEW (b) cannot be used");
    }

    private static String info(String version, String cluster, String maxMemory, String policy) {
        return "redis_version:%s cluster_enabled:%s maxmemory:%s maxmemory_policy:%s"
                .formatted(version, cluster, maxMemory, policy);
    }

    private JsonNode test(String oldInfo, String newInfo, String password) throws Exception {
        endpoint("a", bench.closing(new FakeRedis(oldInfo, password)).port(), password);
        endpoint("b", bench.closing(new FakeRedis(newInfo, password)).port(), password);
        return migration();
    }

    private void endpoint(String id, int port, String password) {
        bench.rest()
                .post("/api/v1/endpoints", """
                {"id":"%s","kind":"redis","config":{"host":"127.0.0.1","port":%d,"password":"%s","db":1}}""".formatted(id, port, password))
                .expect(201);
    }

    private JsonNode migration() {
        return migration("{\"type\":\"shadow_traffic\"}", "");
    }

    private JsonNode migration(String strategy, String more) {
        bench.interlay("i", "a", 7000);
        bench.rest()
                .post("/api/v1/migrations", "{\"id\":\"m\",\"strategy\":" + strategy + more + "}")
                .expect(201);
        bench.rest()
                .post("/api/v1/migrations/m/interlay/i", "{\"endpoint\":\"b\"}")
                .expect(200);
        return bench.rest().post("/api/v1/migrations/m/test").expect(200).data();
    }
}
