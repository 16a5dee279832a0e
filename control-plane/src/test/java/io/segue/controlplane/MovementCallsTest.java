package io.segue.controlplane;

import static io.segue.controlplane.testkit.Strategies.SCAN;
import static io.segue.controlplane.testkit.Strategies.dual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.segue.controlplane.mover.DataMover.Ceilings;
import io.segue.controlplane.mover.DataMover.ErrorKey;
import io.segue.controlplane.mover.Verification.Kind;
import io.segue.controlplane.testkit.Await;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeMover;
import io.segue.controlplane.testkit.FakeMovers;
import io.segue.controlplane.testkit.GrpcClient;
import io.segue.proto.v1.AcceptErrorKeysRequest;
import io.segue.proto.v1.GetProgressRequest;
import io.segue.proto.v1.GetVerificationRequest;
import io.segue.proto.v1.ListErrorKeysRequest;
import io.segue.proto.v1.MigrationNews;
import io.segue.proto.v1.MigrationProgress;
import io.segue.proto.v1.MigrationServiceGrpc;
import io.segue.proto.v1.MigrationServiceGrpc.MigrationServiceBlockingStub;
import io.segue.proto.v1.MovementStage;
import io.segue.proto.v1.SetThrottleRequest;
import io.segue.proto.v1.VerificationState;
import io.segue.proto.v1.VerifyRequest;
import io.segue.proto.v1.WatchMigrationRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Progress, limits, error keys and verification, over both faces. */
class MovementCallsTest {
    private static final String M = "/api/v1/migrations/m";

    private final FakeMovers movers = new FakeMovers().quick();
    private Bench bench;
    private FakeMover mover;
    private MigrationServiceBlockingStub grpc;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir, movers);
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        mover = movers.last();
        Channel channel = bench.closing(new GrpcClient(bench.controlPlane().grpcAddress(), Bench.ADMIN))
                .channel();
        grpc = MigrationServiceGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void progressTellsEverything() {
        JsonNode shown = bench.progress();
        assertThat(shown.path("phase").asText()).isEqualTo("following");
        assertThat(shown.path("feed").asText()).isEqualTo("tracking");
        assertThat(shown.path("caught_up").asBoolean()).isTrue();
        assertThat(shown.path("keys_total").asLong()).isEqualTo(1000);
        assertThat(shown.path("bytes_copied").asLong()).isEqualTo(123_456);
        assertThat(shown.path("eta_seconds").asLong()).isEqualTo(12);
        assertThat(shown.path("owed").asLong()).isEqualTo(3);
        assertThat(shown.path("settling").asLong()).isEqualTo(2);
        assertThat(shown.path("throttled_ms").asLong()).isEqualTo(250);
        assertThat(shown.path("throttle").toString())
                .isEqualTo("{\"keys_per_second\":0,\"megabytes_per_second\":0,\"adaptive\":true}");
        JsonNode one = shown.path("movements").get(0);
        assertThat(one.path("old_endpoint").asText()).isEqualTo("a");
        assertThat(one.path("new_endpoint").asText()).isEqualTo("b");
        assertThat(one.path("epoch").asLong()).isEqualTo(1);
        assertThat(shown.path("verify").isNull()).isTrue();

        MigrationProgress message =
                grpc.getProgress(GetProgressRequest.newBuilder().setId("m").build());
        assertThat(message.getStage()).isEqualTo(MovementStage.MOVEMENT_STAGE_OPEN);
        assertThat(message.getTotal().getKeysCopied()).isEqualTo(1000);
        assertThat(message.getInForce().getCanary().getReadPercentage()).isEqualTo(0.3);
    }

    @Test
    void limitsChangeWhileItRuns() {
        JsonNode shown = bench.rest()
                .patch(M + "/throttle", "{\"keys_per_second\":5000,\"megabytes_per_second\":1.5}")
                .expect(200)
                .data();
        assertThat(shown.toString())
                .isEqualTo("{\"keys_per_second\":5000,\"megabytes_per_second\":1.5,\"adaptive\":true}");
        assertThat(mover.ceilings()).isEqualTo(new Ceilings(5_000, 1_500_000, true));
        // What is not named stays.
        bench.rest().patch(M + "/throttle", "{\"adaptive\":false}").expect(200);
        assertThat(mover.ceilings()).isEqualTo(new Ceilings(5_000, 1_500_000, false));
        assertThat(bench.rest().get(M).data().path("data").toString())
                .isEqualTo("{\"type\":\"scan\",\"replace\":\"replace\",\"throttle\":{\"keys_per_second\":5000,"
                        + "\"megabytes_per_second\":1.5,\"adaptive\":false}}");
        assertThat(bench.events()).contains("change the throttle");

        assertThat(grpc.setThrottle(SetThrottleRequest.newBuilder()
                                .setId("m")
                                .setKeysPerSecond(0)
                                .build())
                        .getBytesPerSecond())
                .isEqualTo(1_500_000);
        assertThat(mover.ceilings()).isEqualTo(new Ceilings(0, 1_500_000, false));
        bench.call("rollback").expect(200);
        bench.rest().patch(M + "/throttle", "{\"adaptive\":true}").expect(409);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "PATCH|/throttle|{}|400|throttle: nothing",
                "PATCH|/throttle|{\"keys_per_second\":-1}|400|keys_per_second: -1 (expected: a whole number",
                "PATCH|/throttle|{\"keys_per_second\":1.5}|400|keys_per_second: 1.5",
                "PATCH|/throttle|{\"keys_per_second\":\"9\"}|400|keys_per_second: \"9\"",
                "PATCH|/throttle|{\"megabytes_per_second\":1e9}|400|megabytes_per_second: 1.0E9",
                "PATCH|/throttle|{\"megabytes_per_second\":0.0000001}|400|megabytes_per_second: ",
                "PATCH|/throttle|{\"adaptive\":1}|400|adaptive: 1 (expected: true or false)",
                "PATCH|/throttle|{\"keys_per_secnd\":1}|400|did you mean keys_per_second?",
                "POST|/error-keys/accept|{}|400|reason: nothing",
                "POST|/error-keys/accept|{\"reason\":\"\"}|400|reason: \"\"",
                "POST|/error-keys/accept|{\"reason\":\"r\",\"all\":true}|400|all: unknown field",
                "POST|/verify|{\"mode\":\"quick\"}|400|mode: quick (expected: full, sampled",
                "POST|/verify|{\"mode\":\"sampled\",\"sample\":0}|400|sample: 0.0",
                "POST|/verify|{\"mode\":\"sampled\",\"sample\":1.1}|400|sample: 1.1",
                "POST|/verify|{\"sample\":0.5}|400|sample: 0.5 (expected: no sample, or mode sampled)",
                "POST|/verify|{\"repair\":\"yes\"}|400|repair: \"yes\"",
                "DELETE|/verify||409|no verification",
                "GET|/verify||404|was never verified",
                "GET|/verify/report||404|was never verified",
                "GET|/error-keys?limit=x||400|limit: x",
                "GET|/error-keys?limit=10001||400|limit: 10001 (expected: 0 to 10000)",
            })
    void whatMakesNoSenseIsRefused(String method, String path, String body, int status, String message) {
        String text = body == null ? "" : body;
        assertThat(bench.rest()
                        .send(method, M + path, text.isEmpty() ? null : "application/json", text)
                        .expect(status)
                        .message())
                .contains(message);
        assertThat(mover.calls()).doesNotContain("ceilings", "accept").noneMatch(call -> call.startsWith("verify"));
    }

    @Test
    void grpcRefusesTheSame() {
        assertThat(refusal(() -> grpc.setThrottle(
                        SetThrottleRequest.newBuilder().setId("m").build())))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal(() -> grpc.setThrottle(SetThrottleRequest.newBuilder()
                        .setId("m")
                        .setKeysPerSecond(2_000_000_000L)
                        .build())))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal(() -> grpc.acceptErrorKeys(
                        AcceptErrorKeysRequest.newBuilder().setId("m").build())))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal(() -> grpc.verify(VerifyRequest.newBuilder()
                        .setId("m")
                        .setSample(Double.NaN)
                        .build())))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal(() -> grpc.getVerification(
                        GetVerificationRequest.newBuilder().setId("m").build())))
                .isEqualTo(Status.Code.NOT_FOUND);
        assertThat(refusal(() -> grpc.getProgress(
                        GetProgressRequest.newBuilder().setId("x").build())))
                .isEqualTo(Status.Code.NOT_FOUND);
        assertThat(refusal(() -> grpc.watchMigration(WatchMigrationRequest.newBuilder()
                                .setId("m")
                                .setIntervalMs(1)
                                .build())
                        .next()))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void errorKeysAreListedWithTheirExactBytes_andAccepted() {
        mover.errors(List.of(
                        new ErrorKey(3, "user:1".getBytes(java.nio.charset.StandardCharsets.UTF_8), "OOM", false, 5, 9),
                        new ErrorKey(0, new byte[] {'a', 0, (byte) 0xff}, "kept", true, 5, 1)))
                .conflicts(1);
        JsonNode shown = bench.rest().get(M + "/error-keys").expect(200).data();
        assertThat(shown.path("error_keys").asLong()).isEqualTo(2);
        assertThat(shown.path("conflicts").asLong()).isEqualTo(1);
        assertThat(shown.path("keys").get(0).toString())
                .isEqualTo("{\"key\":\"user:1\",\"key_base64\":\"dXNlcjox\",\"db\":3,\"old_endpoint\":\"a\","
                        + "\"new_endpoint\":\"b\",\"reason\":\"OOM\",\"conflict\":false,"
                        + "\"since\":\"1970-01-01T00:00:00.005Z\",\"attempts\":9}");
        assertThat(shown.path("keys").get(1).path("key").asText()).isEqualTo("a\\x00\\xff");
        assertThat(shown.path("keys").get(1).path("key_base64").asText()).isEqualTo("YQD/");
        assertThat(bench.rest()
                        .get(M + "/error-keys?limit=1")
                        .data()
                        .path("keys")
                        .size())
                .isEqualTo(1);
        assertThat(grpc.listErrorKeys(
                                ListErrorKeysRequest.newBuilder().setId("m").build())
                        .getKeys(1)
                        .getKey()
                        .toByteArray())
                .containsExactly('a', 0, 0xff);

        assertThat(bench.rest()
                        .post(M + "/error-keys/accept", "{\"reason\":\"temporary data\"}")
                        .expect(200)
                        .data()
                        .path("accepted")
                        .asLong())
                .isEqualTo(2);
        assertThat(mover.calls()).contains("accept");
        JsonNode last = bench.rest().get(M + "/events").data();
        assertThat(last.get(last.size() - 1).path("reason").asText()).isEqualTo("2 keys: temporary data");
    }

    @Test
    void aVerificationEndsWithCountsAndAReport() throws Exception {
        JsonNode begun = bench.rest()
                .post(M + "/verify", "{\"mode\":\"sampled\",\"sample\":0.25,\"repair\":true}")
                .expect(202)
                .data();
        assertThat(begun.path("state").asText()).isEqualTo("running");
        assertThat(begun.path("ended_at").isNull()).isTrue();
        assertThat(mover.calls()).contains("verify 0.25 true");
        assertThat(bench.call("verify").expect(409).message())
                .contains(begun.path("id").asText())
                .contains("under way");

        mover.verification()
                .end(Map.of(Kind.MISSING, 2L, Kind.TTL, 1L), "{\"kind\":\"missing\"}", "{\"kind\":\"ttl\"}");
        Await.until("it is written down", () -> bench.events().contains("verify ended"));
        JsonNode ended = bench.rest().get(M + "/verify").expect(200).data();
        assertThat(ended.path("id")).isEqualTo(begun.path("id"));
        assertThat(ended.path("state").asText()).isEqualTo("done");
        assertThat(ended.path("different").toString())
                .isEqualTo("{\"missing\":2,\"extra\":0,\"value\":0,\"type\":0,\"ttl\":1}");
        assertThat(ended.path("clean").asBoolean()).isFalse();
        assertThat(ended.path("skipped").asLong()).isEqualTo(3);
        assertThat(bench.progress().path("verify")).isEqualTo(ended);
        HttpResponse<String> report = report();
        assertThat(report.statusCode()).isEqualTo(200);
        assertThat(report.headers().firstValue("Content-Type")).contains("application/x-ndjson");
        assertThat(report.body()).isEqualTo("{\"kind\":\"missing\"}\n{\"kind\":\"ttl\"}\n");
        assertThat(grpc.getVerification(
                                GetVerificationRequest.newBuilder().setId("m").build())
                        .getMissing())
                .isEqualTo(2);
        // The last one outlives the movers.
        bench.call("rollback").expect(200);
        assertThat(bench.rest().get(M + "/verify").expect(200).data()).isEqualTo(ended);
        assertThat(report().statusCode()).isEqualTo(200);
        assertThat(bench.call("verify").expect(409).message()).contains("no mover");
    }

    private HttpResponse<String> report() throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                        + bench.controlPlane().restAddress().getPort() + M + "/verify/report"))
                                .header("Authorization", "Bearer " + Bench.ADMIN)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void aVerificationCanBeCancelled_andAnotherBegun() {
        grpc.verify(VerifyRequest.newBuilder().setId("m").build());
        JsonNode cancelled = bench.rest().delete(M + "/verify").expect(200).data();
        assertThat(cancelled.path("state").asText()).isEqualTo("cancelled");
        assertThat(grpc.verify(VerifyRequest.newBuilder().setId("m").build()).getState())
                .isEqualTo(VerificationState.VERIFICATION_STATE_RUNNING);
        mover.verification().end(Map.of());
        Await.until(
                "it is clean",
                () -> bench.progress().path("verify").path("clean").asBoolean());
    }

    @Test
    void aWatcherSeesEventsAndProgress_untilTheEnd() {
        Iterator<MigrationNews> news = grpc.watchMigration(
                WatchMigrationRequest.newBuilder().setId("m").setIntervalMs(100).build());
        MigrationNews first = news.next();
        mover.lagging(900);
        List<MigrationNews> seen = new ArrayList<>(List.of(first));
        while (seen.stream().noneMatch(one -> one.getProgress().getTotal().getLagMs() == 900)) {
            seen.add(news.next());
        }
        bench.call("rollback").expect(200);
        news.forEachRemaining(seen::add);

        assertThat(first.getEvent().getEvent()).isEqualTo("created");
        List<String> events = seen.stream()
                .filter(MigrationNews::hasEvent)
                .map(one -> one.getEvent().getEvent())
                .toList();
        assertThat(events).isEqualTo(bench.events());
        assertThat(seen.get(seen.size() - 1).getProgress().getStage()).isEqualTo(MovementStage.MOVEMENT_STAGE_CLOSED);
    }

    @Test
    void whatMoversTellBecomesAnEvent() {
        mover.tell("feed chosen", "tracking: the user may not run PSYNC");
        Await.until("it is written down", () -> bench.events().contains("feed chosen"));
        JsonNode events = bench.rest().get(M + "/events").data();
        JsonNode last = events.get(events.size() - 1);
        assertThat(last.path("actor").asText()).isEqualTo("system");
        assertThat(last.path("reason").asText()).contains("PSYNC");
        assertThat(last.path("to").asText()).isEqualTo("running");
    }

    @Test
    void metricsComeAndGoWithTheMovers() throws Exception {
        assertThat(metrics())
                .contains(
                        "segue_mover_keys_copied_total{direction=\"forward\",migration=\"m\",new=\"b\",old=\"a\"} 1000.0")
                .contains("segue_mover_lag_ms{direction=\"forward\",migration=\"m\",new=\"b\",old=\"a\"} 0.0");
        mover.lagging(70);
        assertThat(metrics())
                .contains("segue_mover_lag_ms{direction=\"forward\",migration=\"m\",new=\"b\",old=\"a\"} 70.0");
        bench.call("rollback").expect(200);
        assertThat(metrics()).doesNotContain("segue_mover_");
    }

    private String metrics() throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                        + bench.controlPlane().adminAddress().getPort() + "/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static Status.Code refusal(ThrowingCallable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call)
                .getStatus()
                .getCode();
    }
}
