package io.segue.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeProxy;
import io.segue.controlplane.testkit.FakeRedis;
import io.segue.controlplane.testkit.GrpcClient;
import io.segue.proto.v1.AddInterlayRequest;
import io.segue.proto.v1.Canary;
import io.segue.proto.v1.CatalogServiceGrpc;
import io.segue.proto.v1.CatalogServiceGrpc.CatalogServiceBlockingStub;
import io.segue.proto.v1.ConnectionConfig;
import io.segue.proto.v1.CreateEndpointRequest;
import io.segue.proto.v1.CreateInterlayRequest;
import io.segue.proto.v1.CreateMigrationRequest;
import io.segue.proto.v1.CreateTokenRequest;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.ExplainRequest;
import io.segue.proto.v1.Explanation;
import io.segue.proto.v1.GetByIdRequest;
import io.segue.proto.v1.GetMigrationRequest;
import io.segue.proto.v1.Interlay;
import io.segue.proto.v1.LabelRule;
import io.segue.proto.v1.LabelRules;
import io.segue.proto.v1.ListEventsRequest;
import io.segue.proto.v1.MigrationCall;
import io.segue.proto.v1.MigrationReply;
import io.segue.proto.v1.MigrationServiceGrpc;
import io.segue.proto.v1.MigrationServiceGrpc.MigrationServiceBlockingStub;
import io.segue.proto.v1.MigrationStatus;
import io.segue.proto.v1.Role;
import io.segue.proto.v1.Strategy;
import io.segue.proto.v1.TestMigrationRequest;
import io.segue.proto.v1.TimeWindow;
import io.segue.proto.v1.UpdateInterlayRequest;
import io.segue.proto.v1.UpdateMigrationRequest;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrpcFaceTest {
    private Bench bench;
    private CatalogServiceBlockingStub catalog;
    private MigrationServiceBlockingStub migrations;
    private Channel open;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir);
        Channel channel = bench.closing(new GrpcClient(bench.controlPlane().grpcAddress(), Bench.ADMIN))
                .channel();
        catalog = CatalogServiceGrpc.newBlockingStub(channel);
        migrations = MigrationServiceGrpc.newBlockingStub(channel);
        open = bench.closing(new GrpcClient(bench.controlPlane().grpcAddress(), ""))
                .channel();
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void aMigrationFromEndToEnd() throws Exception {
        FakeProxy proxy = bench.proxy("p1");
        endpoint("a");
        endpoint("b");
        catalog.createInterlay(CreateInterlayRequest.newBuilder()
                .setInterlay(Interlay.newBuilder().setId("i").setEndpoint("a").setPort(7000))
                .build());
        Interlay labelled = catalog.updateInterlay(UpdateInterlayRequest.newBuilder()
                        .setId("i")
                        .setLabels(LabelRules.newBuilder()
                                .addRules(
                                        LabelRule.newBuilder().setKeyPrefix("a").setFeature("f")))
                        .build())
                .getInterlay();
        assertThat(labelled.getLabels(0).getFeature()).isEqualTo("f");
        migrations.createMigration(CreateMigrationRequest.newBuilder()
                .setId("m")
                .setStrategy(canary(0.05))
                .build());
        migrations.addInterlay(AddInterlayRequest.newBuilder()
                .setMigrationId("m")
                .setInterlay("i")
                .setEndpoint("b")
                .build());
        assertThat(migrations
                        .testMigration(
                                TestMigrationRequest.newBuilder().setId("m").build())
                        .getValid())
                .isTrue();
        MigrationReply started = migrations.migrate(call());
        MigrationReply changed = migrations.updateMigration(UpdateMigrationRequest.newBuilder()
                .setId("m")
                .setStrategy(canary(1.0))
                .setIfRevision(started.getMigration().getRevision())
                .build());
        Explanation why = migrations.explain(ExplainRequest.newBuilder()
                .setId("m")
                .setKey(ByteString.copyFromUtf8("k"))
                .build());
        MigrationReply done = migrations.complete(call());

        assertThat(started.getRollout().getAcknowledgedList()).containsExactly("p1");
        assertThat(changed.getMigration().getStrategy()).isEqualTo(canary(1.0));
        assertThat(why.getRead().getSidesList()).containsExactly("new");
        assertThat(why.getWrite().getSidesList()).containsExactly("old", "new");
        assertThat(done.getMigration().getStatus()).isEqualTo(MigrationStatus.MIGRATION_STATUS_COMPLETED);
        assertThat(proxy.config().getInterlays(0).getEndpoint().getId()).isEqualTo("b");
        assertThat(migrations
                        .listEvents(ListEventsRequest.newBuilder().setId("m").build())
                        .getEventsCount())
                .isEqualTo(5);
    }

    @Test
    void everyKindOfRefusalHasItsStatus() throws Exception {
        endpoint("a");
        migrations.createMigration(
                CreateMigrationRequest.newBuilder().setId("m").build());
        assertThat(refusal(() -> catalog.getEndpoint(
                        GetByIdRequest.newBuilder().setId("x").build())))
                .isEqualTo(Status.Code.NOT_FOUND);
        assertThat(refusal(() -> endpoint("a"))).isEqualTo(Status.Code.ALREADY_EXISTS);
        assertThat(refusal(() -> endpoint("a b"))).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal(() -> migrations.migrate(call()))).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(refusal(() -> migrations.createMigration(CreateMigrationRequest.newBuilder()
                        .setId("n")
                        .setStrategy(Strategy.newBuilder().setTimeWindow(TimeWindow.getDefaultInstance()))
                        .build())))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal(() -> migrations.createMigration(CreateMigrationRequest.newBuilder()
                        .setId("n")
                        .setStrategy(canary(1.5))
                        .build())))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal(() -> migrations.updateMigration(UpdateMigrationRequest.newBuilder()
                        .setId("m")
                        .setDescription("d")
                        .setIfRevision(99)
                        .build())))
                .isEqualTo(Status.Code.ABORTED);
        assertThat(refusal(() -> catalog.createToken(CreateTokenRequest.newBuilder()
                        .setId("t")
                        .setRoleValue(99)
                        .build())))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal(() -> catalog.createToken(CreateTokenRequest.newBuilder()
                        .setId("t")
                        .setRole(Role.ROLE_UNSPECIFIED)
                        .build())))
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void aReadCallNeverCarriesAPassword() throws Exception {
        Endpoint made = endpoint("a");
        assertThat(made.getWriteConn().getPassword()).isEmpty();
        assertThat(catalog.getEndpoint(GetByIdRequest.newBuilder().setId("a").build())
                        .getWriteConn()
                        .getPassword())
                .isEmpty();
    }

    @Test
    void healthNeedsNoToken() {
        assertThat(HealthGrpc.newBlockingStub(open)
                        .check(HealthCheckRequest.newBuilder()
                                .setService(MigrationServiceGrpc.SERVICE_NAME)
                                .build())
                        .getStatus())
                .isEqualTo(ServingStatus.SERVING);
        assertThat(refusal(() -> MigrationServiceGrpc.newBlockingStub(open)
                        .getMigration(
                                GetMigrationRequest.newBuilder().setId("m").build())))
                .isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void reflectionListsTheServices() throws Exception {
        CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> ask = ServerReflectionGrpc.newStub(open)
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                        answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable thrown) {
                        answer.completeExceptionally(thrown);
                    }

                    @Override
                    public void onCompleted() {}
                });
        ask.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(answer.get(10, TimeUnit.SECONDS).getListServicesResponse().getServiceList())
                .extracting(service -> service.getName())
                .contains("segue.v1.MigrationService", "segue.v1.CatalogService", "segue.v1.ConfigDiscovery");
    }

    private Endpoint endpoint(String id) throws Exception {
        FakeRedis redis = bench.closing(new FakeRedis());
        return catalog.createEndpoint(CreateEndpointRequest.newBuilder()
                .setEndpoint(Endpoint.newBuilder()
                        .setId(id)
                        .setKind("redis")
                        .setWriteConn(ConnectionConfig.newBuilder()
                                .setHost("127.0.0.1")
                                .setPort(redis.port())
                                .setPassword("s3cret")))
                .build());
    }

    private static Strategy canary(double share) {
        return Strategy.newBuilder()
                .setCanary(Canary.newBuilder().setReadPercentage(share))
                .build();
    }

    private static MigrationCall call() {
        return MigrationCall.newBuilder().setId("m").build();
    }

    private static Status.Code refusal(ThrowingCallable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call)
                .getStatus()
                .getCode();
    }
}
