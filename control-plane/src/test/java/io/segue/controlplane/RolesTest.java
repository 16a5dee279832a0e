package io.segue.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeProxy;
import io.segue.controlplane.testkit.GrpcClient;
import io.segue.proto.v1.CatalogServiceGrpc;
import io.segue.proto.v1.GetByIdRequest;
import io.segue.proto.v1.GetMigrationRequest;
import io.segue.proto.v1.GetVersionRequest;
import io.segue.proto.v1.ListEndpointsRequest;
import io.segue.proto.v1.ListMigrationsRequest;
import io.segue.proto.v1.ListTokensRequest;
import io.segue.proto.v1.MigrationServiceGrpc;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolesTest {
    private Bench bench;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir);
        bench.endpoint("a");
        bench.rest().post("/api/v1/migrations", "{\"id\":\"m\"}").expect(201);
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    private String token(String role) {
        return bench.rest()
                .post("/api/v1/tokens", "{\"id\":\"t_" + role + "\",\"role\":\"" + role + "\"}")
                .expect(201)
                .data()
                .path("token")
                .asText();
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /api/v1/version,              200, 200, 200, 200",
        "GET,    /api/v1/endpoints,            401, 200, 403, 200",
        "GET,    /api/v1/endpoints/a,          401, 200, 403, 200",
        "GET,    /api/v1/interlays,            401, 200, 403, 200",
        "GET,    /api/v1/proxies,              401, 200, 403, 200",
        "GET,    /api/v1/migrations,           401, 200, 403, 200",
        "GET,    /api/v1/migrations/m,         401, 403, 403, 200",
        "GET,    /api/v1/migrations/m/events,  401, 403, 403, 200",
        "GET,    /api/v1/tokens,               401, 403, 403, 200",
        "POST,   /api/v1/migrations,           401, 403, 403, 400",
        "POST,   /api/v1/migrations/m/test,    401, 403, 403, 200",
        "POST,   /api/v1/migrations/m/migrate, 401, 403, 403, 409",
        "GET,    /api/v1/migrations/m/progress,          401, 403, 403, 200",
        "PATCH,  /api/v1/migrations/m/throttle,          401, 403, 403, 400",
        "GET,    /api/v1/migrations/m/error-keys,        401, 403, 403, 200",
        "POST,   /api/v1/migrations/m/error-keys/accept, 401, 403, 403, 400",
        "POST,   /api/v1/migrations/m/verify,            401, 403, 403, 409",
        "GET,    /api/v1/migrations/m/verify,            401, 403, 403, 404",
        "DELETE, /api/v1/migrations/m/verify,            401, 403, 403, 409",
        "GET,    /api/v1/migrations/m/verify/report,     401, 403, 403, 404",
        "POST,   /api/v1/endpoints,            401, 403, 403, 400",
        "DELETE, /api/v1/endpoints/x,          401, 403, 403, 404",
        "DELETE, /api/v1/proxies/x,            401, 403, 403, 404",
    })
    void rest(String method, String path, int none, int read, int proxy, int admin) {
        bench.rest("").send(method, path, null, "").expect(none);
        bench.rest("wrong").send(method, path, null, "").expect(none);
        bench.rest(token("read")).send(method, path, null, "").expect(read);
        bench.rest(token("proxy")).send(method, path, null, "").expect(proxy);
        bench.rest(token("admin")).send(method, path, null, "").expect(admin);
    }

    @Test
    void grpc() {
        assertThat(code(
                        "",
                        channel -> CatalogServiceGrpc.newBlockingStub(channel)
                                .getVersion(GetVersionRequest.getDefaultInstance())))
                .isEqualTo(Status.Code.OK);
        String read = token("read");
        assertThat(code("", this::listEndpoints)).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(code("wrong", this::listEndpoints)).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(code(token("proxy"), this::listEndpoints)).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(code(read, this::listEndpoints)).isEqualTo(Status.Code.OK);
        assertThat(code(read, this::listMigrations)).isEqualTo(Status.Code.OK);
        assertThat(code(read, this::getMigration)).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(code(read, this::listTokens)).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(code(Bench.ADMIN, this::getMigration)).isEqualTo(Status.Code.OK);
        assertThat(code(
                        Bench.ADMIN,
                        channel -> CatalogServiceGrpc.newBlockingStub(channel)
                                .getEndpoint(
                                        GetByIdRequest.newBuilder().setId("x").build())))
                .isEqualTo(Status.Code.NOT_FOUND);
    }

    @Test
    void onlyProxiesAndAdminsStream() throws Exception {
        try (FakeProxy reader = new FakeProxy(bench.controlPlane().grpcAddress(), token("read"), "p1");
                FakeProxy proxy = new FakeProxy(bench.controlPlane().grpcAddress(), token("proxy"), "p2")) {
            assertThat(reader.ended().get(10, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
            bench.interlay("i", "a", 7000);
            assertThat(proxy.config().getInterlaysCount()).isEqualTo(1);
        }
    }

    @Test
    void tokensAreShownOnceAndCanBeRevoked() {
        String secret = token("read");
        String listed = bench.rest().get("/api/v1/tokens").expect(200).raw().body();
        bench.rest(secret).get("/api/v1/endpoints").expect(200);
        bench.rest().delete("/api/v1/tokens/t_read").expect(200);

        assertThat(listed).contains("t_read").doesNotContain(secret);
        bench.rest(secret).get("/api/v1/endpoints").expect(401);
        bench.rest().delete("/api/v1/tokens/t_read").expect(404);
        assertThat(bench.rest().delete("/api/v1/tokens/admin").expect(409).message())
                .contains("last admin token");
    }

    @Test
    void theRefusalSaysWhatIsNeeded() {
        JsonNode error = bench.rest(token("read"))
                .post("/api/v1/migrations/m/test")
                .expect(403)
                .body()
                .path("error");
        assertThat(error.path("message").asText()).contains("role read").contains("needs admin");
        assertThat(bench.rest("").get("/api/v1/tokens").raw().headers().firstValue("WWW-Authenticate"))
                .contains("Bearer");
    }

    private void listEndpoints(Channel channel) {
        CatalogServiceGrpc.newBlockingStub(channel).listEndpoints(ListEndpointsRequest.getDefaultInstance());
    }

    private void listTokens(Channel channel) {
        CatalogServiceGrpc.newBlockingStub(channel).listTokens(ListTokensRequest.getDefaultInstance());
    }

    private void listMigrations(Channel channel) {
        MigrationServiceGrpc.newBlockingStub(channel).listMigrations(ListMigrationsRequest.getDefaultInstance());
    }

    private void getMigration(Channel channel) {
        MigrationServiceGrpc.newBlockingStub(channel)
                .getMigration(GetMigrationRequest.newBuilder().setId("m").build());
    }

    private Status.Code code(String token, Consumer<Channel> call) {
        Channel channel = bench.closing(new GrpcClient(bench.controlPlane().grpcAddress(), token))
                .channel();
        try {
            call.accept(channel);
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }
}
