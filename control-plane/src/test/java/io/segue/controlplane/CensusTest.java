package io.segue.controlplane;

import static io.segue.controlplane.testkit.Strategies.cutover;
import static io.segue.controlplane.testkit.Strategies.dual;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.controlplane.testkit.Await;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeProxy;
import io.segue.controlplane.testkit.FakeRedis;
import io.segue.proto.v1.ApartExample;
import io.segue.proto.v1.CommandUse;
import io.segue.proto.v1.InterlayCensus;
import io.segue.proto.v1.ProxyReport;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What applications use: summed up over proxies, kept over restarts, and evidence for pre-flight. */
class CensusTest {
    private static InterlayCensus.Builder census() {
        return InterlayCensus.newBuilder().setInterlayId("i");
    }

    private static CommandUse use(String command, long calls, long apart, boolean divisible) {
        return CommandUse.newBuilder()
                .setCommand(command)
                .setCalls(calls)
                .setApart(apart)
                .setDivisible(divisible)
                .build();
    }

    /** Reported once. */
    private static void report(Bench bench, String proxy, InterlayCensus used) {
        FakeProxy one = bench.proxy(proxy);
        one.reporting(ProxyReport.newBuilder().addCensus(used).build());
        one.reporting(ProxyReport.getDefaultInstance());
    }

    private static long calls(Bench bench, String command) {
        for (JsonNode one :
                bench.rest().get("/api/v1/interlays/i/census").data().path("commands")) {
            if (one.path("command").asText().equals(command)) {
                return one.path("calls").asLong();
            }
        }
        return 0;
    }

    private static List<String> codes(Bench bench) {
        return bench.call("test").expect(200).data().path("findings").findValuesAsText("code");
    }

    @Test
    void census_isSummedUpOverProxies_andKeptOverARestart(@TempDir Path dir) throws Exception {
        long counted;
        try (Bench bench = new Bench(dir)) {
            bench.ready(dual(0.1));
            assertThat(bench.rest()
                            .get("/api/v1/interlays/i/census")
                            .expect(200)
                            .data()
                            .path("commands"))
                    .isEmpty();
            report(bench, "p1", census().addCommands(use("GET", 5, 0, false)).build());
            report(
                    bench,
                    "p2",
                    census().addCommands(use("GET", 7, 0, false))
                            .addCommands(use("EVAL", 2, 0, false))
                            .setOtherDatabases(3)
                            .build());
            Await.until("both are counted", () -> calls(bench, "GET") >= 12 && calls(bench, "EVAL") >= 2);
            JsonNode shown = bench.rest().get("/api/v1/interlays/i/census").data();
            assertThat(shown.path("commands").path(0).path("command").asText()).isEqualTo("GET");
            assertThat(shown.path("features").path("scripts").asLong()).isPositive();
            assertThat(shown.path("features").path("other_databases").asLong()).isPositive();
            assertThat(shown.path("since").asText()).isNotEmpty();
            counted = calls(bench, "GET");
        }
        try (Bench bench = new Bench(dir)) {
            assertThat(calls(bench, "GET")).isBetween(1L, counted);
        }
    }

    @Test
    void preflight_keysThatAreApart(@TempDir Path dir) throws Exception {
        try (Bench bench = new Bench(dir)) {
            bench.ready(cutover(0.3, 0.3));
            report(
                    bench,
                    "p1",
                    census().addCommands(use("RENAME", 9, 4, false))
                            .addCommands(use("MGET", 9, 9, true))
                            .addCommands(use("MULTI", 3, 0, false))
                            .setExample(ApartExample.newBuilder()
                                    .setCommand("RENAME")
                                    .addPrefixes("user")
                                    .addPrefixes(""))
                            .build());
            Await.until("it is counted", () -> calls(bench, "RENAME") > 0);
            JsonNode findings = bench.call("test").expect(200).data().path("findings");
            assertThat(findings.findValuesAsText("code")).contains("cross_side", "cross_side_transactions");
            String message = findings.findValuesAsText("message").stream()
                    .filter(text -> text.contains("CROSSSIDE"))
                    .findFirst()
                    .orElseThrow();
            assertThat(message).contains("RENAME (").doesNotContain("MGET (");
            assertThat(message).contains("for example RENAME of user:… and a key without prefix");
        }
    }

    @Test
    void preflight_scriptsUnderDualWrites(@TempDir Path dir) throws Exception {
        try (Bench bench = new Bench(dir)) {
            bench.ready(dual(0.1));
            assertThat(codes(bench)).doesNotContain("scripts_recopied");
            report(
                    bench,
                    "p1",
                    census().addCommands(use("EVALSHA", 9, 0, false)).build());
            Await.until("it is counted", () -> calls(bench, "EVALSHA") > 0);
            assertThat(codes(bench)).contains("scripts_recopied").doesNotContain("cross_side");
        }
    }

    @Test
    void preflight_newIsACluster(@TempDir Path dir) throws Exception {
        try (Bench bench = new Bench(dir)) {
            FakeRedis cluster = bench.closing(new FakeRedis("redis_version:7.2.4 cluster_enabled:1", ""));
            bench.endpoint("a").endpoint("b", cluster.port()).interlay("i", "a", 7000);
            bench.rest()
                    .post("/api/v1/migrations", "{\"id\":\"m\",\"strategy\":" + dual(0.1) + "}")
                    .expect(201);
            bench.rest()
                    .post("/api/v1/migrations/m/interlay/i", "{\"endpoint\":\"b\"}")
                    .expect(200);
            report(
                    bench,
                    "p1",
                    census().addCommands(use("SUNION", 9, 4, false))
                            .setOtherDatabases(5)
                            .build());
            Await.until("it is counted", () -> calls(bench, "SUNION") > 0);
            assertThat(codes(bench)).contains("cross_slot", "other_databases");
            assertThat(bench.call("test").data().path("valid").asBoolean()).isFalse();
            assertThat(bench.call("migrate").expect(409).message()).contains("different slots");
        }
    }
}
