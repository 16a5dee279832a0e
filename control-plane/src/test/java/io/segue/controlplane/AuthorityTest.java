package io.segue.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.segue.controlplane.testkit.Await;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeMovers;
import io.segue.controlplane.testkit.FakeProxy;
import io.segue.controlplane.testkit.Rest.Reply;
import io.segue.proto.v1.DivergentKey;
import io.segue.proto.v1.MigrationReport;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change that makes the other side the truth for some keys must not lose writes. */
class AuthorityTest {
    private static final String OLD_LEADS =
            "{\"type\":\"canary\",\"read_percentage\":0.5,\"write_mode\":{\"mode\":\"dual_write\"}}";
    private static final String NEW_LEADS = "{\"type\":\"canary\",\"read_percentage\":0.5,\"write_mode\":"
            + "{\"mode\":\"dual_write\",\"policy\":\"new_authoritative\"}}";
    private static final String CUTOVER =
            "{\"type\":\"canary\",\"read_percentage\":0.5,\"write_mode\":{\"mode\":\"cutover\",\"write_percentage\":0.5}}";
    private static final String FORCE = "{\"force\":true,\"reason\":\"we know\"}";

    private Bench bench;
    private FakeProxy proxy;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir);
        proxy = bench.proxy("p1");
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void completeWaitsForAnEmptyLedger() throws Exception {
        bench.running(OLD_LEADS);
        proxy.reporting("m", 3000);

        String message = call("complete").expect(409).message();
        proxy.reporting("m", 0);
        call("complete").expect(200);

        assertThat(message).contains("3000 keys").contains("/api/v1/migrations/m/divergence");
    }

    @Test
    void completeCanBeForced() throws Exception {
        bench.running(OLD_LEADS);
        proxy.reporting("m", 3000);
        bench.rest().post("/api/v1/migrations/m/complete", FORCE).expect(200);
        assertThat(bench.rest()
                        .get("/api/v1/migrations/m")
                        .data()
                        .path("status_reason")
                        .asText())
                .isEqualTo("we know");
    }

    @Test
    void aChangeThatMovesAuthorityWaitsForAnEmptyLedger() throws Exception {
        bench.running(OLD_LEADS);
        proxy.reporting("m", 1000);

        patch(NEW_LEADS).expect(409);
        patch(CUTOVER).expect(409);
        // Nobody's authority moves here.
        patch(OLD_LEADS.replace("0.5", "0.9")).expect(200);
        proxy.reporting("m", 0);
        patch(NEW_LEADS).expect(200);
    }

    @Test
    void aProxyThatIsAwayMayStillServeSoNothingMoves() throws Exception {
        bench.running(OLD_LEADS);
        proxy.close();
        Await.until(
                "its end is seen",
                () -> !bench.rest()
                        .get("/api/v1/proxies")
                        .data()
                        .get(0)
                        .path("connected")
                        .asBoolean());

        String message = patch(NEW_LEADS).expect(409).message();
        call("complete").expect(409);
        patch(OLD_LEADS.replace("0.5", "0.9")).expect(200);
        bench.rest().delete("/api/v1/proxies/p1").expect(200);
        patch(NEW_LEADS).expect(200);

        assertThat(message).contains("p1").contains("DELETE /api/v1/proxies/");
    }

    @Test
    void rollbackFromOldAuthoritativeNeedsNothing() throws Exception {
        bench.running(OLD_LEADS);
        proxy.reporting("m", 5000);
        JsonNode done = call("rollback").expect(200).data();
        assertThat(done.path("status").asText()).isEqualTo("rolled_back");
        assertThat(proxy.config().getInterlays(0).getEndpoint().getId()).isEqualTo("a");
        assertThat(bench.rest().get("/api/v1/migrations/m/events").data().findValuesAsText("to"))
                .endsWith("running", "rolling_back", "rolled_back");
    }

    @Test
    void rollbackFromNewAuthoritativeNeedsAnEmptyLedger() throws Exception {
        bench.running(NEW_LEADS);
        proxy.reporting("m", 5000);
        call("rollback").expect(409);
        assertThat(bench.rest()
                        .get("/api/v1/migrations/m")
                        .data()
                        .path("status")
                        .asText())
                .isEqualTo("running");
        proxy.reporting("m", 0);
        call("rollback").expect(200);
    }

    @Test
    void rollbackIsRefusedWhereOldWasNotKeptInStep() throws Exception {
        bench.running("{\"type\":\"big_bang\",\"durability\":false}");
        assertThat(call("rollback").expect(409).message()).contains("would be lost");
        bench.rest().post("/api/v1/migrations/m/rollback", FORCE).expect(200);
    }

    @Test
    void rollbackOfADurableBigBangWorks() throws Exception {
        bench.running("{\"type\":\"big_bang\"}");
        call("rollback").expect(200);
    }

    @Test
    void keysThatCouldNotComeBack_doNotGo_unlessForced(@TempDir Path other) throws Exception {
        try (Bench deaf = new Bench(other, FakeMovers.none())) {
            deaf.proxy("p1");
            deaf.running(OLD_LEADS);
            assertThat(deaf.patch(CUTOVER).expect(409).message())
                    .contains("no way back")
                    .contains("\"force\": true");
            JsonNode forced = deaf.rest()
                    .patch("/api/v1/migrations/m", "{\"force\":true,\"strategy\":" + CUTOVER + "}")
                    .expect(200)
                    .data();
            assertThat(forced.path("warnings").toString()).contains("there is no way back");
            assertThat(deaf.patch(OLD_LEADS).expect(409).message()).contains("would be lost");
            assertThat(deaf.call("rollback").expect(409).message()).contains("would be lost");
        }
    }

    @Test
    void aStartWithoutAWayBack_isRefused_unlessForced(@TempDir Path other) throws Exception {
        try (Bench deaf = new Bench(other, FakeMovers.none())) {
            deaf.proxy("p1");
            deaf.ready(CUTOVER);
            assertThat(deaf.call("migrate").expect(409).message()).contains("carried back to OLD");
            assertThat(deaf.call("test").expect(200).data().toString()).contains("no_way_back");
            deaf.rest().post("/api/v1/migrations/m/migrate", FORCE).expect(200);
        }
    }

    @Test
    void cutoverGoesBack() throws Exception {
        bench.running(OLD_LEADS);
        patch(CUTOVER).expect(200);
        patch(OLD_LEADS).expect(200);
        patch(CUTOVER).expect(200);
        call("rollback").expect(200);
    }

    @Test
    void cutoverCannotCompleteHalfWay() throws Exception {
        bench.running(OLD_LEADS);
        patch(CUTOVER).expect(200);
        assertThat(call("complete").expect(409).message()).contains("write_percentage");
        JsonNode warned = patch(CUTOVER.replace("0.5", "1.0")).expect(200).data();
        assertThat(warned.path("warnings").toString()).contains("OLD only");
        call("complete").expect(200);
    }

    @Test
    void divergenceShowsCountOldestAndKeys() throws Exception {
        bench.running(OLD_LEADS);
        proxy.reporting(MigrationReport.newBuilder()
                .setMigrationId("m")
                .setDivergentKeys(7)
                .setOldestDivergenceMs(1_700_000_000_000L)
                .addSample(key(ByteString.copyFromUtf8("user:1")))
                .addSample(key(ByteString.copyFrom(new byte[] {'a', 0, (byte) 0xff})))
                .build());
        Await.until("the report arrives", () -> divergence().path("count").asLong() == 7);

        JsonNode shown = divergence();
        assertThat(shown.path("oldest").asText()).isEqualTo("2023-11-14T22:13:20Z");
        assertThat(shown.path("sample").findValuesAsText("key")).containsExactly("user:1", "a\\x00\\xff");
        assertThat(shown.path("sample").get(1).path("key_base64").asText()).isEqualTo("YQD/");
        assertThat(shown.path("sample").get(0).path("cause").asText()).isEqualTo("timeout");
        assertThat(shown.path("proxies").get(0).path("proxy").asText()).isEqualTo("p1");
        assertThat(shown.path("proxies").get(0).path("connected").asBoolean()).isTrue();
    }

    private static DivergentKey key(ByteString key) {
        return DivergentKey.newBuilder()
                .setKey(key)
                .setCause("timeout")
                .setSinceMs(1_700_000_000_000L)
                .build();
    }

    private JsonNode divergence() {
        return bench.rest().get("/api/v1/migrations/m/divergence").expect(200).data();
    }

    private Reply call(String verb) {
        return bench.rest().post("/api/v1/migrations/m/" + verb);
    }

    private Reply patch(String strategy) {
        return bench.rest().patch("/api/v1/migrations/m", "{\"strategy\":" + strategy + "}");
    }
}
