package io.segue.controlplane.api.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.segue.controlplane.service.Services;
import io.segue.proto.v1.AcceptErrorKeysReply;
import io.segue.proto.v1.AcceptErrorKeysRequest;
import io.segue.proto.v1.AddApiRequest;
import io.segue.proto.v1.AddInterlayRequest;
import io.segue.proto.v1.CreateMigrationRequest;
import io.segue.proto.v1.DeleteMigrationReply;
import io.segue.proto.v1.DeleteMigrationRequest;
import io.segue.proto.v1.Divergence;
import io.segue.proto.v1.ExplainRequest;
import io.segue.proto.v1.Explanation;
import io.segue.proto.v1.GetDivergenceRequest;
import io.segue.proto.v1.GetMigrationRequest;
import io.segue.proto.v1.GetProgressRequest;
import io.segue.proto.v1.GetStatusRequest;
import io.segue.proto.v1.GetVerificationRequest;
import io.segue.proto.v1.GuardrailReport;
import io.segue.proto.v1.ListErrorKeysReply;
import io.segue.proto.v1.ListErrorKeysRequest;
import io.segue.proto.v1.ListEventsReply;
import io.segue.proto.v1.ListEventsRequest;
import io.segue.proto.v1.ListMigrationsReply;
import io.segue.proto.v1.ListMigrationsRequest;
import io.segue.proto.v1.MigrationCall;
import io.segue.proto.v1.MigrationNews;
import io.segue.proto.v1.MigrationProgress;
import io.segue.proto.v1.MigrationReply;
import io.segue.proto.v1.MigrationServiceGrpc;
import io.segue.proto.v1.MigrationStanding;
import io.segue.proto.v1.RollbackInterlayReply;
import io.segue.proto.v1.RollbackInterlayRequest;
import io.segue.proto.v1.SetThrottleRequest;
import io.segue.proto.v1.TestMigrationReply;
import io.segue.proto.v1.TestMigrationRequest;
import io.segue.proto.v1.Throttle;
import io.segue.proto.v1.ToggleReply;
import io.segue.proto.v1.ToggleRequest;
import io.segue.proto.v1.UpdateMigrationRequest;
import io.segue.proto.v1.UpdateTrafficReply;
import io.segue.proto.v1.UpdateTrafficRequest;
import io.segue.proto.v1.VerificationResult;
import io.segue.proto.v1.VerifyRequest;
import io.segue.proto.v1.WatchMigrationRequest;

/** Migrations over gRPC. */
public final class MigrationGrpc extends MigrationServiceGrpc.MigrationServiceImplBase {
    private final Services services;

    public MigrationGrpc(Services services) {
        this.services = services;
    }

    @Override
    public void createMigration(CreateMigrationRequest request, StreamObserver<MigrationReply> caller) {
        Calls.answer(caller, () -> services.migrations().create(AuthInterceptor.caller(), request));
    }

    @Override
    public void getMigration(GetMigrationRequest request, StreamObserver<MigrationReply> caller) {
        Calls.answer(
                caller,
                () -> MigrationReply.newBuilder()
                        .setMigration(services.migrations().get(request.getId()))
                        .build());
    }

    @Override
    public void listMigrations(ListMigrationsRequest request, StreamObserver<ListMigrationsReply> caller) {
        Calls.answer(
                caller,
                () -> ListMigrationsReply.newBuilder()
                        .addAllMigrations(services.migrations().list())
                        .build());
    }

    @Override
    public void updateMigration(UpdateMigrationRequest request, StreamObserver<MigrationReply> caller) {
        Calls.answer(caller, () -> services.migrations().update(AuthInterceptor.caller(), request));
    }

    @Override
    public void deleteMigration(DeleteMigrationRequest request, StreamObserver<DeleteMigrationReply> caller) {
        Calls.answer(caller, () -> {
            services.migrations().delete(request.getId());
            return DeleteMigrationReply.getDefaultInstance();
        });
    }

    @Override
    public void addInterlay(AddInterlayRequest request, StreamObserver<MigrationReply> caller) {
        Calls.answer(caller, () -> services.migrations().addInterlay(AuthInterceptor.caller(), request));
    }

    @Override
    public void addApi(AddApiRequest request, StreamObserver<MigrationReply> caller) {
        Calls.answer(caller, () -> services.migrations().addApi(AuthInterceptor.caller(), request));
    }

    @Override
    public void testMigration(TestMigrationRequest request, StreamObserver<TestMigrationReply> caller) {
        Calls.answer(caller, () -> services.preflight().test(request.getId()));
    }

    @Override
    public void migrate(MigrationCall request, StreamObserver<MigrationReply> caller) {
        Calls.answer(caller, () -> services.runner().migrate(AuthInterceptor.caller(), request));
    }

    @Override
    public void pause(MigrationCall request, StreamObserver<MigrationReply> caller) {
        Calls.answer(caller, () -> services.runner().pause(AuthInterceptor.caller(), request));
    }

    @Override
    public void resume(MigrationCall request, StreamObserver<MigrationReply> caller) {
        Calls.answer(caller, () -> services.runner().resume(AuthInterceptor.caller(), request));
    }

    @Override
    public void complete(MigrationCall request, StreamObserver<MigrationReply> caller) {
        Calls.answer(caller, () -> services.runner().complete(AuthInterceptor.caller(), request));
    }

    @Override
    public void rollback(MigrationCall request, StreamObserver<MigrationReply> caller) {
        Calls.answer(caller, () -> services.runner().rollback(AuthInterceptor.caller(), request));
    }

    @Override
    public void updateTraffic(UpdateTrafficRequest request, StreamObserver<UpdateTrafficReply> caller) {
        Calls.answer(caller, () -> services.steering().traffic(AuthInterceptor.caller(), request));
    }

    @Override
    public void toggle(ToggleRequest request, StreamObserver<ToggleReply> caller) {
        Calls.answer(caller, () -> services.steering().toggle(AuthInterceptor.caller(), request));
    }

    @Override
    public void rollbackInterlay(RollbackInterlayRequest request, StreamObserver<RollbackInterlayReply> caller) {
        Calls.answer(caller, () -> services.steering().rollbackInterlay(AuthInterceptor.caller(), request));
    }

    @Override
    public void refresh(MigrationCall request, StreamObserver<MigrationReply> caller) {
        Calls.answer(caller, () -> services.steering().refresh(request.getId()));
    }

    @Override
    public void getStatus(GetStatusRequest request, StreamObserver<MigrationStanding> caller) {
        Calls.answer(caller, () -> services.steering().standing(request.getId()));
    }

    @Override
    public void getDivergence(GetDivergenceRequest request, StreamObserver<Divergence> caller) {
        Calls.answer(caller, () -> services.migrations().divergence(request.getId(), request.getSample()));
    }

    @Override
    public void listEvents(ListEventsRequest request, StreamObserver<ListEventsReply> caller) {
        Calls.answer(
                caller,
                () -> ListEventsReply.newBuilder()
                        .addAllEvents(services.migrations().events(request.getId()))
                        .build());
    }

    @Override
    public void getProgress(GetProgressRequest request, StreamObserver<MigrationProgress> caller) {
        Calls.answer(caller, () -> services.movement().progress(request.getId()));
    }

    @Override
    public void watchMigration(WatchMigrationRequest request, StreamObserver<MigrationNews> caller) {
        ServerCallStreamObserver<MigrationNews> call = (ServerCallStreamObserver<MigrationNews>) caller;
        try {
            Runnable end = services.watches()
                    .watch(request.getId(), request.getIntervalMs(), request.getAfterEvent(), new NewsCaller(call));
            call.setOnCancelHandler(end);
        } catch (RuntimeException e) {
            caller.onError(GrpcFailures.of(e));
        }
    }

    @Override
    public void setThrottle(SetThrottleRequest request, StreamObserver<Throttle> caller) {
        Calls.answer(caller, () -> services.movement().throttle(AuthInterceptor.caller(), request));
    }

    @Override
    public void getGuardrails(GetMigrationRequest request, StreamObserver<GuardrailReport> caller) {
        Calls.answer(caller, () -> services.guardrails().report(request.getId()));
    }

    @Override
    public void listErrorKeys(ListErrorKeysRequest request, StreamObserver<ListErrorKeysReply> caller) {
        Calls.answer(caller, () -> services.movement().errorKeys(request.getId(), request.getLimit()));
    }

    @Override
    public void acceptErrorKeys(AcceptErrorKeysRequest request, StreamObserver<AcceptErrorKeysReply> caller) {
        Calls.answer(caller, () -> services.movement().accept(AuthInterceptor.caller(), request));
    }

    @Override
    public void verify(VerifyRequest request, StreamObserver<VerificationResult> caller) {
        Calls.answer(caller, () -> services.movement().verify(AuthInterceptor.caller(), request));
    }

    @Override
    public void getVerification(GetVerificationRequest request, StreamObserver<VerificationResult> caller) {
        Calls.answer(caller, () -> services.movement().verification(request.getId()));
    }

    @Override
    public void cancelVerification(GetVerificationRequest request, StreamObserver<VerificationResult> caller) {
        Calls.answer(caller, () -> services.movement().cancelVerification(request.getId()));
    }

    @Override
    public void explain(ExplainRequest request, StreamObserver<Explanation> caller) {
        Calls.answer(caller, () -> services.explains().explain(request));
    }
}
