package io.segue.controlplane;

import static io.segue.controlplane.testkit.Strategies.cutover;
import static io.segue.controlplane.testkit.Strategies.dual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.FieldMask;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeProxy;
import io.segue.controlplane.testkit.GrpcClient;
import io.segue.controlplane.testkit.Rest.Reply;
import io.segue.proto.v1.Canary;
import io.segue.proto.v1.GetStatusRequest;
import io.segue.proto.v1.MigrationCall;
import io.segue.proto.v1.MigrationServiceGrpc;
import io.segue.proto.v1.MigrationServiceGrpc.MigrationServiceBlockingStub;
import io.segue.proto.v1.MigrationStanding;
import io.segue.proto.v1.MigrationStatus;
import io.segue.proto.v1.RollbackInterlayRequest;
import io.segue.proto.v1.Strategy;
import io.segue.proto.v1.UpdateMigrationRequest;
import io.segue.proto.v1.UpdateTrafficReply;
import io.segue.proto.v1.UpdateTrafficRequest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short calls, over REST and over gRPC. */
class SteeringTest {
    private static final String M = "/api/v1/migrations/m";

    private Bench bench;
    private MigrationServiceBlockingStub grpc;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir);
        grpc = MigrationServiceGrpc.newBlockingStub(
                bench.closing(new GrpcClient(bench.controlPlane().grpcAddress(), Bench.ADMIN))
                        .channel());
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void trafficChangesTheReadShareAndNothingElse() throws Exception {
        bench.running(cutover(0.5, 0.5));
        FakeProxy proxy = bench.proxy("p1");
        JsonNode up = bench.rest()
                .patch(M + "/traffic", "{\"read_percentage\":1.0,\"reason\":\"looks good\"}")
                .expect(200)
                .data();
        JsonNode down = bench.rest()
                .patch(M + "/traffic", "{\"read_percentage\":0.5}")
                .expect(200)
                .data();

        assertThat(up.path("migration_id").asText()).isEqualTo("m");
        assertThat(up.path("old_percentage").asDouble()).isEqualTo(0.5);
        assertThat(up.path("new_percentage").asDouble()).isEqualTo(1.0);
        assertThat(up.path("rollout").path("acknowledged").toString()).isEqualTo("[\"p1\"]");
        assertThat(down.path("old_percentage").asDouble()).isEqualTo(1.0);
        Canary runs = proxy.config().getInterlays(0).getPlan().getStrategy().getCanary();
        assertThat(runs.getReadPercentage()).isEqualTo(0.5);
        assertThat(runs.getWriteMode().getCutover().getWritePercentage()).isEqualTo(0.5);
        assertThat(bench.rest().get(M + "/events").data().findValuesAsText("reason"))
                .contains("looks good");
    }

    @Test
    void trafficAndToggleNeedTheirStrategy() throws Exception {
        bench.ready("{\"type\":\"shadow_traffic\"}");
        assertThat(bench.rest()
                        .patch(M + "/traffic", "{\"read_percentage\":0.5}")
                        .expect(409)
                        .message())
                .contains("strategy.type: shadow_traffic (expected: canary)");
        assertThat(bench.rest()
                        .patch(M + "/toggle", "{\"activate_new\":true}")
                        .expect(409)
                        .message())
                .contains("strategy.type: shadow_traffic (expected: blue_green)");
    }

    @Test
    void anOlderRevisionIsRefusedHereToo() throws Exception {
        bench.ready(dual(0.1));
        String etag = bench.rest().get(M).raw().headers().firstValue("ETag").orElseThrow();
        String body = "{\"read_percentage\":0.2}";
        bench.rest()
                .send("PATCH", M + "/traffic", "application/json", body, "If-Match", etag)
                .expect(200);
        Reply stale = bench.rest()
                .send("PATCH", M + "/traffic", "application/json", body, "If-Match", etag)
                .expect(409);
        assertThat(stale.body().path("error").path("code").asText()).isEqualTo("stale_revision");
    }

    @Test
    void lifecycleCallsAnswerInTheShapesThatClientsKnow() throws Exception {
        bench.running(dual(0.1));
        JsonNode paused = bench.rest()
                .post(M + "/pause", "{\"reason\":\"night\"}")
                .expect(200)
                .data();
        JsonNode resumed = bench.rest().post(M + "/resume").expect(200).data();
        JsonNode back =
                bench.rest().post(M + "/interlay/i/rollback", """
                        {"reason":"enough","force":false,"preserve_config":true,"overwrite_on_reverse":false}""").expect(200).data();

        assertThat(paused.path("migration_id").asText()).isEqualTo("m");
        assertThat(paused.path("status").asText()).isEqualTo("paused");
        assertThat(paused.path("reason").asText()).isEqualTo("night");
        assertThat(paused.path("paused_at").asText())
                .isEqualTo(paused.path("updated_at").asText());
        assertThat(resumed.has("resumed_at")).isTrue();
        assertThat(back.path("interlay_id").asText()).isEqualTo("i");
        assertThat(back.path("status").asText()).isEqualTo("rolled_back");
        assertThat(back.path("rolled_back_at").asText()).matches("\\d{4}-.*Z");
        assertThat(back.path("reason").asText()).isEqualTo("enough");
    }

    @Test
    void interlaysThatShareTheirKeysDoNotGoBackAlone() throws Exception {
        bench.ready(dual(0.1)).interlay("j", "a", 7001);
        bench.rest().post(M + "/interlay/j", "{\"endpoint\":\"b\"}").expect(200);
        bench.rest().post(M + "/migrate").expect(200);

        assertThat(bench.rest().post(M + "/interlay/j/rollback").expect(409).message())
                .contains("cannot roll back j alone: i uses the same two databases");
        assertThat(bench.rest().post(M + "/interlay/nix/rollback").expect(404).message())
                .contains("interlay nix");
        assertThat(bench.status()).isEqualTo("running");
    }

    @Test
    void statusTellsWhereItStands() throws Exception {
        bench.ready(dual(0.1));
        JsonNode ready = bench.rest().get(M + "/status").expect(200).data();
        bench.rest().post(M + "/migrate").expect(200);
        JsonNode running = bench.rest().get(M + "/status").expect(200).data();

        assertThat(ready.path("ready_for_cutover").asBoolean()).isFalse();
        assertThat(ready.path("source").asText()).isEqualTo("a");
        assertThat(ready.path("target").asText()).isEqualTo("b");
        assertThat(ready.path("phase").asText()).isEqualTo("ready");
        assertThat(running.path("ready_for_cutover").asBoolean()).isTrue();
        assertThat(running.path("replication_lag_ms").isIntegralNumber()).isTrue();
        assertThat(bench.rest()
                        .post(M + "/refresh")
                        .expect(200)
                        .data()
                        .path("id")
                        .asText())
                .isEqualTo("m");
    }

    @Test
    void theSameOverGrpc() throws Exception {
        bench.running(dual(0.1));
        UpdateTrafficReply traffic = grpc.updateTraffic(UpdateTrafficRequest.newBuilder()
                .setId("m")
                .setReadPercentage(0.4)
                .build());
        MigrationStanding standing =
                grpc.getStatus(GetStatusRequest.newBuilder().setId("m").build());
        var refreshed = grpc.refresh(MigrationCall.newBuilder().setId("m").build());
        var back = grpc.rollbackInterlay(RollbackInterlayRequest.newBuilder()
                .setId("m")
                .setInterlay("i")
                .setReason("r")
                .build());

        assertThat(traffic.getOldPercentage()).isEqualTo(0.1);
        assertThat(traffic.getNewPercentage()).isEqualTo(0.4);
        assertThat(standing.getReadyForCutover()).isTrue();
        assertThat(refreshed.getMigration().getStrategy().getCanary().getReadPercentage())
                .isEqualTo(0.4);
        assertThat(back.getStatus()).isEqualTo(MigrationStatus.MIGRATION_STATUS_ROLLED_BACK);
    }

    @Test
    void aMaskChangesWhatItNames() throws Exception {
        bench.ready(cutover(0.5, 0.25));
        var described = grpc.updateMigration(masked("description")
                .setDescription("d")
                .setStrategy(reads(1.0))
                .build());
        var read = grpc.updateMigration(masked("strategy.canary.read_percentage")
                .setStrategy(reads(0.75))
                .build());
        var cleared = grpc.updateMigration(masked("description").build());

        assertThat(described.getMigration().getDescription()).isEqualTo("d");
        assertThat(described.getMigration().getStrategy().getCanary().getReadPercentage())
                .isEqualTo(0.5);
        Canary canary = read.getMigration().getStrategy().getCanary();
        assertThat(canary.getReadPercentage()).isEqualTo(0.75);
        assertThat(canary.getWriteMode().getCutover().getWritePercentage()).isEqualTo(0.25);
        assertThat(cleared.getMigration().getDescription()).isEmpty();
        assertThat(cleared.getMigration().getStrategy())
                .isEqualTo(read.getMigration().getStrategy());
    }

    @Test
    void aMaskThatNamesSomethingElseIsRefused() throws Exception {
        bench.ready(dual(0.5));
        assertThat(refusal("id")).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal("strategy.canary")).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal("strategy.canary.nix")).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal("strategy.sample_by.x")).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal("strategy")).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal("strategy.blue_green.active_is_new")).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(bench.rest().get(M).data().path("revision").asInt()).isEqualTo(2);
    }

    private static UpdateMigrationRequest.Builder masked(String path) {
        return UpdateMigrationRequest.newBuilder()
                .setId("m")
                .setUpdateMask(FieldMask.newBuilder().addPaths(path));
    }

    private static Strategy reads(double share) {
        return Strategy.newBuilder()
                .setCanary(Canary.newBuilder().setReadPercentage(share))
                .build();
    }

    private Status.Code refusal(String path) {
        return catchThrowableOfType(
                        StatusRuntimeException.class,
                        () -> grpc.updateMigration(masked(path).build()))
                .getStatus()
                .getCode();
    }
}
