package io.segue.controlplane;

import static io.segue.controlplane.testkit.Strategies.BIG_BANG;
import static io.segue.controlplane.testkit.Strategies.SCAN;
import static io.segue.controlplane.testkit.Strategies.cutover;
import static io.segue.controlplane.testkit.Strategies.dual;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.controlplane.mover.MoverFactory;
import io.segue.controlplane.testkit.Await;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeMover;
import io.segue.controlplane.testkit.FakeMovers;
import io.segue.controlplane.testkit.FakeProxy;
import io.segue.controlplane.testkit.Rest;
import io.segue.proto.v1.GuardrailBreach;
import io.segue.proto.v1.InterlayConfig;
import io.segue.proto.v1.InterlayTraffic;
import io.segue.proto.v1.ProxyReport;
import io.segue.proto.v1.SideTraffic;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two interlays in one migration, each with databases of its own: one of them fails. */
class FailureHandlingTest {
    private static final String PARTIAL = ",\"failure_handling\":\"allow_partial\"";
    private static final String RETRY = ",\"failure_handling\":{\"type\":\"retry_then_all\",\"retry_count\":2}";
    private static final String GUARDRAILS =
            ",\"guardrails\":{\"max_error_rate\":0.01,\"window_seconds\":60,\"min_requests\":50}";

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

    /** Interlay i from a to b, and k from c to d; started. */
    private void begin(String strategy, String more) throws Exception {
        bench.endpoint("c").endpoint("d");
        bench.ready(strategy, more).interlay("k", "c", 7001);
        bench.rest()
                .post("/api/v1/migrations/m/interlay/k", "{\"endpoint\":\"d\"}")
                .expect(200);
        bench.call("migrate").expect(200);
    }

    private FakeMover mover(String from) {
        Await.until(
                "a mover of " + from + " runs",
                () -> movers.made().stream()
                        .anyMatch(one -> one.spec().authority().getId().equals(from) && one.started()));
        return movers.made().stream()
                .filter(one -> one.spec().authority().getId().equals(from))
                .reduce((first, last) -> last)
                .orElseThrow();
    }

    private boolean routed(String interlay) {
        return proxy.config().getInterlaysList().stream()
                .filter(one -> one.getId().equals(interlay))
                .anyMatch(InterlayConfig::hasPlan);
    }

    private void awaitRouted(String interlay, boolean routed) {
        Await.until("interlay " + interlay + " has a plan: " + routed, () -> routed(interlay) == routed);
    }

    private JsonNode part(String interlay) {
        for (JsonNode one : bench.rest().get("/api/v1/migrations/m").data().path("interlays")) {
            if (one.path("id").asText().equals(interlay)) {
                return one;
            }
        }
        throw new AssertionError("no interlay " + interlay);
    }

    private void awaitPart(String interlay, String status) {
        Await.until(
                "interlay " + interlay + " is " + status,
                () -> part(interlay).path("status").asText().equals(status));
    }

    /** So many requests on each side with every report, of which so many failed on NEW. */
    private static ProxyReport traffic(String interlay, long requests, long failed) {
        return ProxyReport.newBuilder()
                .addTraffic(InterlayTraffic.newBuilder()
                        .setInterlayId(interlay)
                        .setMigrationId("m")
                        .addSides(SideTraffic.newBuilder().setRequests(requests))
                        .addSides(SideTraffic.newBuilder().setRequests(requests).setErrors(failed)))
                .build();
    }

    private Rest.Reply rollback(String interlay, String body) {
        return bench.rest().post("/api/v1/migrations/m/interlay/" + interlay + "/rollback", body);
    }

    @Test
    void dataMovement_allowPartial_theFailedOneGoesBackAndTheOtherGoesOn() throws Exception {
        begin(dual(0.3), SCAN + PARTIAL);
        mover("a").fail("OOM command not allowed");
        awaitPart("i", "rolled_back");
        assertThat(part("i").path("reason").asText()).isEqualTo("the data movement failed: OOM command not allowed");
        assertThat(mover("a").closed()).isTrue();

        mover("c").catchUp();
        bench.awaitStage("open");
        awaitRouted("k", true);

        assertThat(routed("i")).isFalse();
        assertThat(part("k").path("status").asText()).isEqualTo("running");
        assertThat(bench.status()).isEqualTo("running");
        assertThat(bench.call("complete").expect(200).data().path("status").asText())
                .isEqualTo("completed");
        assertThat(bench.rest()
                        .get("/api/v1/interlays/i")
                        .data()
                        .path("endpoint")
                        .asText())
                .isEqualTo("a");
        assertThat(bench.rest()
                        .get("/api/v1/interlays/k")
                        .data()
                        .path("endpoint")
                        .asText())
                .isEqualTo("d");
    }

    @Test
    void dataMovement_allowPartial_theLastOneTakesTheMigrationWithIt() throws Exception {
        begin(dual(0.3), SCAN + PARTIAL);
        mover("a").fail("disk full");
        awaitPart("i", "rolled_back");
        mover("c").fail("disk full too");
        bench.awaitStatus("rolled_back");
    }

    @Test
    void dataMovement_rollbackAll_bothGoBack() throws Exception {
        begin(dual(0.3), SCAN);
        mover("a").fail("disk full");
        bench.awaitStatus("rolled_back");
        assertThat(part("k").path("status").asText()).isEqualTo("rolled_back");
        assertThat(mover("c").closed()).isTrue();
    }

    @Test
    void planChange_allowPartial_theRefusedOneGoesBackAndTheOtherOpens() throws Exception {
        movers.quick();
        proxy.refusing(config -> config.getInterlaysList().stream()
                        .anyMatch(one -> one.getId().equals("k") && one.hasPlan())
                ? Optional.of("interlay k: 5 keys are not known to be equal on both sides, and were not repaired")
                : Optional.empty());
        begin(dual(0.3), SCAN + PARTIAL);
        awaitPart("k", "rolled_back");
        bench.awaitStage("open");
        awaitRouted("i", true);
        assertThat(part("k").path("reason").asText()).contains("interlay k: 5 keys are not known to be equal");
        assertThat(bench.status()).isEqualTo("running");
    }

    @Test
    void planChange_rollbackAll_nothingIsSplit() throws Exception {
        movers.quick();
        proxy.refusing(config ->
                config.getInterlaysList().stream().anyMatch(one -> one.getId().equals("k") && one.hasPlan())
                        ? Optional.of("interlay k: cannot")
                        : Optional.empty());
        begin(dual(0.3), SCAN);
        bench.awaitStatus("rolled_back");
        assertThat(routed("i")).isFalse();
    }

    @Test
    void guardrail_rollbackAll_bothGoBackWithTheFigures() throws Exception {
        movers.quick();
        begin(dual(0.3), GUARDRAILS);
        awaitRouted("k", true);
        proxy.reporting(traffic("k", 100, 50));
        bench.awaitStatus("rolled_back");
        awaitRouted("i", false);
        assertThat(bench.events()).contains("guardrail breached").endsWith("rollback", "finish the rollback");
        assertThat(bench.rest()
                        .get("/api/v1/migrations/m")
                        .data()
                        .path("status_reason")
                        .asText())
                .startsWith("guardrail breached by k: error rate: 50.00 %")
                .contains("0.00 % on OLD (allowed: 1.00 % more)");
    }

    @Test
    void guardrail_allowPartial_onlyTheOneThatBreachesGoesBack() throws Exception {
        movers.quick();
        begin(dual(0.3), GUARDRAILS + PARTIAL);
        awaitRouted("k", true);
        proxy.reporting(traffic("k", 100, 50));
        awaitPart("k", "rolled_back");
        awaitRouted("k", false);
        assertThat(routed("i")).isTrue();
        assertThat(bench.status()).isEqualTo("running");
        assertThat(mover("c").closed()).isTrue();
        assertThat(mover("a").closed()).isFalse();
    }

    @Test
    void guardrail_retryThenAll_isJudgedAgainAsOftenAsAllowed() throws Exception {
        movers.quick();
        begin(dual(0.3), GUARDRAILS + RETRY);
        // With another strategy it would be judged anew.
        bench.awaitStage("open");
        proxy.reporting(traffic("k", 100, 50));
        bench.awaitStatus("rolled_back");
        assertThat(bench.events().stream().filter("guardrail breached"::equals)).hasSize(3);
    }

    @Test
    void guardrail_withoutEnoughRequestsIsNeitherKeptNorBreached() throws Exception {
        movers.quick();
        begin(dual(0.3), ",\"guardrails\":{\"max_error_rate\":0.01,\"window_seconds\":1,\"min_requests\":100000}");
        awaitRouted("k", true);
        proxy.reporting(traffic("k", 1_000, 1_000));
        Await.until(
                "figures of k",
                () -> bench
                        .rest()
                        .get("/api/v1/migrations/m/guardrails")
                        .data()
                        .path("interlays")
                        .findValuesAsText("reason")
                        .stream()
                        .anyMatch(reason ->
                                reason.matches("error rate: [1-9]\\d+ requests to NEW \\(needed: 100000\\)")));
        JsonNode state = bench.rest().get("/api/v1/migrations/m/guardrails").data();
        assertThat(state.path("passed").asBoolean()).isFalse();
        assertThat(state.path("interlays").findValuesAsText("outcome")).containsExactly("no_data", "no_data");
        assertThat(bench.status()).isEqualTo("running");
    }

    @Test
    void guardrail_passesOnFiguresOfEveryInterlay() throws Exception {
        movers.quick();
        begin(dual(0.3), GUARDRAILS);
        awaitRouted("k", true);
        proxy.reporting(
                traffic("i", 100, 0).toBuilder().mergeFrom(traffic("k", 100, 0)).build());
        Await.until(
                "the guardrails are passed",
                () -> bench.rest()
                        .get("/api/v1/migrations/m/guardrails")
                        .data()
                        .path("passed")
                        .asBoolean());
        assertThat(bench.status()).isEqualTo("running");
    }

    @Test
    void whatAProxyFoundAlone_isHandledWhenItIsBack() throws Exception {
        movers.quick();
        begin(dual(0.3), GUARDRAILS + PARTIAL);
        awaitRouted("k", true);
        proxy.reporting(ProxyReport.newBuilder()
                .addBreaches(GuardrailBreach.newBuilder()
                        .setInterlayId("k")
                        .setMigrationId("m")
                        .setReason("error rate: 9 %")
                        .setSinceMs(1)
                        .setReadsAtAuthority(true))
                .build());
        awaitPart("k", "rolled_back");
        assertThat(part("k").path("reason").asText())
                .contains("proxy p1 found, while it had no control plane: error rate: 9 %");
    }

    @Test
    void operator_rollsOneInterlayBack() throws Exception {
        movers.quick();
        begin(dual(0.3), "");
        awaitRouted("k", true);
        JsonNode reply = rollback("k", "{\"reason\":\"too slow\"}").expect(200).data();
        assertThat(reply.path("migration_id").asText()).isEqualTo("m");
        assertThat(reply.path("interlay_id").asText()).isEqualTo("k");
        assertThat(reply.path("status").asText()).isEqualTo("rolled_back");
        assertThat(reply.path("reason").asText()).isEqualTo("too slow");
        assertThat(reply.path("rolled_back_at").asText()).isNotEmpty();
        awaitRouted("k", false);
        assertThat(routed("i")).isTrue();
        assertThat(rollback("k", "").expect(409).message())
                .contains("interlay k of migration m is rolled back already");
        rollback("nope", "").expect(404);

        assertThat(rollback("i", "").expect(200).data().path("status").asText()).isEqualTo("rolled_back");
        assertThat(bench.status()).isEqualTo("rolled_back");
    }

    @Test
    void operator_keysThatAreOnNewComeBackThroughTheGate_andTheOthersStay() throws Exception {
        movers.quick();
        begin(cutover(1.0, 1.0), SCAN);
        bench.awaitStage("open");
        awaitRouted("k", true);
        FakeMover back = movers.lastOf("d");
        FakeMover stays = movers.lastOf("b");
        int before = back.calls().size();
        int staysBefore = stays.calls().size();

        rollback("k", "").expect(200);

        awaitRouted("k", false);
        assertThat(back.calls().subList(before, back.calls().size())).contains("drain");
        assertThat(back.closed()).isTrue();
        assertThat(stays.calls()).hasSize(staysBefore);
        assertThat(routed("i")).isTrue();
        assertThat(bench.call("complete").expect(200).data().path("status").asText())
                .isEqualTo("completed");
        assertThat(bench.rest()
                        .get("/api/v1/interlays/k")
                        .data()
                        .path("endpoint")
                        .asText())
                .isEqualTo("c");
    }

    @Test
    void operator_oneOfTwoThatShareTheirKeysCannotGoBackAloneOnceTheyAreOnNew() throws Exception {
        movers.finding(new MoverFactory.Probe("", List.of()));
        bench.ready(BIG_BANG).interlay("k", "a", 7001);
        bench.rest()
                .post("/api/v1/migrations/m/interlay/k", "{\"endpoint\":\"b\"}")
                .expect(200);
        bench.call("migrate").expect(200);
        assertThat(rollback("k", "").expect(409).message())
                .contains("cannot roll back k alone", "i uses the same two databases");
        assertThat(routed("k")).isTrue();
    }

    @Test
    void guardrails_areCheckedShownChangedAndRemoved() throws Exception {
        movers.quick();
        bench.ready(dual(0.1), GUARDRAILS);
        JsonNode shown = bench.rest().get("/api/v1/migrations/m").data().path("guardrails");
        assertThat(shown.toString()).isEqualTo("{\"max_error_rate\":0.01,\"window_seconds\":60,\"min_requests\":50}");
        assertThat(bench.rest()
                        .patch("/api/v1/migrations/m", "{\"guardrails\":{\"max_p99_ratio\":-1}}")
                        .expect(400)
                        .message())
                .isEqualTo("guardrails.max_p99_ratio: -1.0 (expected: above 0.0, at most 1000.0)");
        assertThat(bench.rest()
                        .patch("/api/v1/migrations/m", "{\"guardrails\":{\"max_p99_ration\":1}}")
                        .expect(400)
                        .message())
                .contains("guardrails.max_p99_ration: unknown field", "did you mean max_p99_ratio?");
        assertThat(bench.rest()
                        .patch("/api/v1/migrations/m", "{\"guardrails\":{\"window_seconds\":5}}")
                        .expect(400)
                        .message())
                .contains("guardrails: no limit");
        bench.rest()
                .patch("/api/v1/migrations/m", "{\"guardrails\":{\"max_p99_ratio\":2.5}}")
                .expect(200);
        bench.call("migrate").expect(200);
        assertThat(proxy.config().getInterlays(0).getPlan().getGuardrails().getMaxP99Ratio())
                .isEqualTo(2.5);
        bench.rest().patch("/api/v1/migrations/m", "{\"guardrails\":{}}").expect(200);
        assertThat(proxy.config().getInterlays(0).getPlan().hasGuardrails()).isFalse();
        assertThat(bench.rest().get("/api/v1/migrations/m").data().has("guardrails"))
                .isFalse();
    }
}
