package io.segue.controlplane.api.grpc;

import io.grpc.stub.StreamObserver;
import io.segue.controlplane.service.AuditLog;
import io.segue.controlplane.service.Services;
import io.segue.proto.v1.Api;
import io.segue.proto.v1.ApiReply;
import io.segue.proto.v1.CatalogServiceGrpc;
import io.segue.proto.v1.Census;
import io.segue.proto.v1.CreateApiRequest;
import io.segue.proto.v1.CreateEndpointRequest;
import io.segue.proto.v1.CreateInterlayRequest;
import io.segue.proto.v1.CreateTemplateRequest;
import io.segue.proto.v1.CreateTokenReply;
import io.segue.proto.v1.CreateTokenRequest;
import io.segue.proto.v1.DeleteReply;
import io.segue.proto.v1.Endpoint;
import io.segue.proto.v1.GetByIdRequest;
import io.segue.proto.v1.GetVersionRequest;
import io.segue.proto.v1.Interlay;
import io.segue.proto.v1.InterlayReply;
import io.segue.proto.v1.ListApisReply;
import io.segue.proto.v1.ListApisRequest;
import io.segue.proto.v1.ListAuditReply;
import io.segue.proto.v1.ListAuditRequest;
import io.segue.proto.v1.ListEndpointsReply;
import io.segue.proto.v1.ListEndpointsRequest;
import io.segue.proto.v1.ListInterlaysReply;
import io.segue.proto.v1.ListInterlaysRequest;
import io.segue.proto.v1.ListProxiesReply;
import io.segue.proto.v1.ListProxiesRequest;
import io.segue.proto.v1.ListTemplatesReply;
import io.segue.proto.v1.ListTemplatesRequest;
import io.segue.proto.v1.ListTokensReply;
import io.segue.proto.v1.ListTokensRequest;
import io.segue.proto.v1.Template;
import io.segue.proto.v1.UpdateInterlayRequest;
import io.segue.proto.v1.Version;

/** The catalogue over gRPC. */
public final class CatalogGrpc extends CatalogServiceGrpc.CatalogServiceImplBase {
    private final Services services;
    private final AuditLog audit;

    public CatalogGrpc(Services services, AuditLog audit) {
        this.services = services;
        this.audit = audit;
    }

    @Override
    public void createEndpoint(CreateEndpointRequest request, StreamObserver<Endpoint> caller) {
        Calls.answer(caller, () -> services.catalog().createEndpoint(request.getEndpoint()));
    }

    @Override
    public void getEndpoint(GetByIdRequest request, StreamObserver<Endpoint> caller) {
        Calls.answer(caller, () -> services.catalog().endpoint(request.getId()));
    }

    @Override
    public void listEndpoints(ListEndpointsRequest request, StreamObserver<ListEndpointsReply> caller) {
        Calls.answer(
                caller,
                () -> ListEndpointsReply.newBuilder()
                        .addAllEndpoints(services.catalog().endpoints())
                        .build());
    }

    @Override
    public void deleteEndpoint(GetByIdRequest request, StreamObserver<DeleteReply> caller) {
        Calls.answer(caller, () -> {
            services.catalog().deleteEndpoint(request.getId());
            return DeleteReply.getDefaultInstance();
        });
    }

    @Override
    public void createInterlay(CreateInterlayRequest request, StreamObserver<InterlayReply> caller) {
        Calls.answer(caller, () -> services.catalog().createInterlay(request.getInterlay()));
    }

    @Override
    public void updateInterlay(UpdateInterlayRequest request, StreamObserver<InterlayReply> caller) {
        Calls.answer(caller, () -> services.catalog().updateInterlay(request));
    }

    @Override
    public void getInterlay(GetByIdRequest request, StreamObserver<Interlay> caller) {
        Calls.answer(caller, () -> services.catalog().interlay(request.getId()));
    }

    @Override
    public void getCensus(GetByIdRequest request, StreamObserver<Census> caller) {
        Calls.answer(caller, () -> services.census().of(request.getId()));
    }

    @Override
    public void listInterlays(ListInterlaysRequest request, StreamObserver<ListInterlaysReply> caller) {
        Calls.answer(
                caller,
                () -> ListInterlaysReply.newBuilder()
                        .addAllInterlays(services.catalog().interlays())
                        .build());
    }

    @Override
    public void deleteInterlay(GetByIdRequest request, StreamObserver<DeleteReply> caller) {
        Calls.answer(
                caller,
                () -> DeleteReply.newBuilder()
                        .setRollout(services.catalog().deleteInterlay(request.getId()))
                        .build());
    }

    @Override
    public void createTemplate(CreateTemplateRequest request, StreamObserver<Template> caller) {
        Calls.answer(caller, () -> services.apis().createTemplate(request.getTemplate()));
    }

    @Override
    public void getTemplate(GetByIdRequest request, StreamObserver<Template> caller) {
        Calls.answer(caller, () -> services.apis().template(request.getId()));
    }

    @Override
    public void listTemplates(ListTemplatesRequest request, StreamObserver<ListTemplatesReply> caller) {
        Calls.answer(
                caller,
                () -> ListTemplatesReply.newBuilder()
                        .addAllTemplates(services.apis().templates())
                        .build());
    }

    @Override
    public void deleteTemplate(GetByIdRequest request, StreamObserver<DeleteReply> caller) {
        Calls.answer(caller, () -> {
            services.apis().deleteTemplate(request.getId());
            return DeleteReply.getDefaultInstance();
        });
    }

    @Override
    public void createApi(CreateApiRequest request, StreamObserver<ApiReply> caller) {
        Calls.answer(caller, () -> services.apis().createApi(request.getApi()));
    }

    @Override
    public void getApi(GetByIdRequest request, StreamObserver<Api> caller) {
        Calls.answer(caller, () -> services.apis().api(request.getId()));
    }

    @Override
    public void listApis(ListApisRequest request, StreamObserver<ListApisReply> caller) {
        Calls.answer(
                caller,
                () -> ListApisReply.newBuilder()
                        .addAllApis(services.apis().apis())
                        .build());
    }

    @Override
    public void deleteApi(GetByIdRequest request, StreamObserver<DeleteReply> caller) {
        Calls.answer(
                caller,
                () -> DeleteReply.newBuilder()
                        .setRollout(services.apis().deleteApi(request.getId()))
                        .build());
    }

    @Override
    public void listProxies(ListProxiesRequest request, StreamObserver<ListProxiesReply> caller) {
        Calls.answer(
                caller,
                () -> ListProxiesReply.newBuilder()
                        .addAllProxies(services.fleet().proxies())
                        .build());
    }

    @Override
    public void deleteProxy(GetByIdRequest request, StreamObserver<DeleteReply> caller) {
        Calls.answer(caller, () -> {
            return DeleteReply.newBuilder()
                    .setRollout(services.fleet().evict(request.getId()))
                    .build();
        });
    }

    @Override
    public void createToken(CreateTokenRequest request, StreamObserver<CreateTokenReply> caller) {
        Calls.answer(caller, () -> services.tokens().create(request));
    }

    @Override
    public void listTokens(ListTokensRequest request, StreamObserver<ListTokensReply> caller) {
        Calls.answer(
                caller,
                () -> ListTokensReply.newBuilder()
                        .addAllTokens(services.tokens().list())
                        .build());
    }

    @Override
    public void deleteToken(GetByIdRequest request, StreamObserver<DeleteReply> caller) {
        Calls.answer(caller, () -> {
            services.tokens().delete(request.getId());
            return DeleteReply.getDefaultInstance();
        });
    }

    @Override
    public void listAudit(ListAuditRequest request, StreamObserver<ListAuditReply> caller) {
        Calls.answer(
                caller,
                () -> ListAuditReply.newBuilder()
                        .addAllEntries(audit.list(request.getLimit(), request.getBefore(), request.getActor()))
                        .build());
    }

    @Override
    public void getVersion(GetVersionRequest request, StreamObserver<Version> caller) {
        Calls.answer(caller, () -> services.fleet().version());
    }
}
