package io.segue.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.StatusRuntimeException;
import io.segue.controlplane.testkit.Await;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.GrpcClient;
import io.segue.proto.v1.AuditEntry;
import io.segue.proto.v1.CatalogServiceGrpc;
import io.segue.proto.v1.CreateMigrationRequest;
import io.segue.proto.v1.ListAuditRequest;
import io.segue.proto.v1.MigrationCall;
import io.segue.proto.v1.MigrationServiceGrpc;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who did what. */
class AuditTest {
    private static final String AUDIT = "/api/v1/audit";

    @Test
    void changesAndRefusalsAreWrittenDownAndSurvive(@TempDir Path dir) throws Exception {
        try (Bench bench = new Bench(dir)) {
            bench.rest().post("/api/v1/migrations", "{\"id\":\"m\"}").expect(201);
            bench.rest().get("/api/v1/migrations/m").expect(200);
            bench.rest()
                    .post("/api/v1/migrations/m/pause", "{\"reason\":\"night\"}")
                    .expect(409);
            bench.rest("wrong").delete("/api/v1/migrations/m").expect(401);
        }
        try (Bench bench = new Bench(dir)) {
            JsonNode entries = bench.rest().get(AUDIT).expect(200).data();
            assertThat(entries.findValuesAsText("call"))
                    .containsExactly(
                            "DELETE /api/v1/migrations/m",
                            "POST /api/v1/migrations/m/pause",
                            "POST /api/v1/migrations");
            assertThat(entries.findValuesAsText("outcome")).containsExactly("unauthenticated", "conflict", "ok");
            assertThat(entries.findValuesAsText("actor")).containsExactly("", "admin", "admin");
            assertThat(entries.findValuesAsText("target")).containsExactly("m", "m", "m");
            assertThat(entries.get(1).path("reason").asText()).isEqualTo("night");
            assertThat(entries.get(1).path("message").asText()).contains("cannot pause");
            assertThat(entries.get(1).path("remote").asText()).isEqualTo("127.0.0.1");
            assertThat(bench.rest().get(AUDIT + "?limit=1&before=3").data().findValuesAsText("number"))
                    .containsExactly("2");
            assertThat(bench.rest().get(AUDIT + "?actor=nobody").data()).isEmpty();
        }
    }

    @Test
    void grpcCallsAreWrittenDownToo(@TempDir Path dir) throws Exception {
        try (Bench bench = new Bench(dir)) {
            var admin = bench.closing(new GrpcClient(bench.controlPlane().grpcAddress(), Bench.ADMIN))
                    .channel();
            var stranger = bench.closing(new GrpcClient(bench.controlPlane().grpcAddress(), "nix"))
                    .channel();
            var migrations = MigrationServiceGrpc.newBlockingStub(admin);
            migrations.createMigration(
                    CreateMigrationRequest.newBuilder().setId("m").build());
            var call = MigrationCall.newBuilder().setId("m").setReason("now").build();
            assertThatThrownBy(() -> migrations.migrate(call)).isInstanceOf(StatusRuntimeException.class);
            assertThatThrownBy(
                            () -> MigrationServiceGrpc.newBlockingStub(stranger).migrate(call))
                    .isInstanceOf(StatusRuntimeException.class);

            List<AuditEntry> entries = CatalogServiceGrpc.newBlockingStub(admin)
                    .listAudit(ListAuditRequest.getDefaultInstance())
                    .getEntriesList();
            assertThat(entries)
                    .extracting(
                            AuditEntry::getCall, AuditEntry::getActor, AuditEntry::getOutcome, AuditEntry::getTarget)
                    .containsExactly(
                            tuple("segue.v1.MigrationService/Migrate", "", "unauthenticated", ""),
                            tuple("segue.v1.MigrationService/Migrate", "admin", "failed_precondition", "m"),
                            tuple("segue.v1.MigrationService/CreateMigration", "admin", "ok", "m"));
            assertThat(entries.get(1).getReason()).isEqualTo("now");
            assertThat(entries.get(1).getRemote()).startsWith("127.0.0.1:");
        }
    }

    @Test
    void aFloodOfRefusalsIsCountedAndNotWrittenDown(@TempDir Path dir) throws Exception {
        try (Bench bench = new Bench(dir)) {
            var stranger = bench.rest("wrong");
            for (int i = 0; i < 200; i++) {
                stranger.post("/api/v1/migrations", "{}").expect(401);
            }
            // A refusal is written down again as soon as a second has gone by; it tells how many were left out.
            List<JsonNode> entries = new ArrayList<>();
            Await.until("one that tells of the others", () -> {
                stranger.post("/api/v1/migrations", "{}").expect(401);
                entries.clear();
                bench.rest().get(AUDIT + "?limit=1000").data().forEach(entries::add);
                return entries.stream()
                        .anyMatch(entry -> entry.path("unrecorded").asLong() > 0);
            });
            assertThat(entries).hasSizeBetween(61, 150);
            // Changes by those who may are never left out.
            bench.rest().post("/api/v1/migrations", "{\"id\":\"m\"}").expect(201);
            assertThat(bench.rest().get(AUDIT).data().get(0).path("actor").asText())
                    .isEqualTo("admin");
        }
    }
}
