package io.segue.controlplane.api.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.segue.controlplane.service.Access;
import io.segue.controlplane.service.AuditLog;
import io.segue.controlplane.service.Bearer;
import io.segue.controlplane.service.Identity;
import io.segue.controlplane.service.TokenService;
import io.segue.proto.v1.CatalogServiceGrpc;
import io.segue.proto.v1.ConfigDiscoveryGrpc;
import io.segue.proto.v1.MigrationServiceGrpc;
import java.util.Set;

/** Lets a call through when its bearer token has the role that the method needs. */
public final class AuthInterceptor implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final Context.Key<Identity> CALLER = Context.key("caller");
    private static final Set<String> OPEN_SERVICES = Set.of(
            "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection");
    private static final Set<String> OPEN =
            Set.of(CatalogServiceGrpc.getGetVersionMethod().getFullMethodName());
    private static final Set<String> READ = Set.of(
            CatalogServiceGrpc.getGetEndpointMethod().getFullMethodName(),
            CatalogServiceGrpc.getListEndpointsMethod().getFullMethodName(),
            CatalogServiceGrpc.getGetInterlayMethod().getFullMethodName(),
            CatalogServiceGrpc.getListInterlaysMethod().getFullMethodName(),
            CatalogServiceGrpc.getGetCensusMethod().getFullMethodName(),
            CatalogServiceGrpc.getGetTemplateMethod().getFullMethodName(),
            CatalogServiceGrpc.getListTemplatesMethod().getFullMethodName(),
            CatalogServiceGrpc.getGetApiMethod().getFullMethodName(),
            CatalogServiceGrpc.getListApisMethod().getFullMethodName(),
            CatalogServiceGrpc.getListProxiesMethod().getFullMethodName(),
            MigrationServiceGrpc.getListMigrationsMethod().getFullMethodName());
    private static final Set<String> STREAM =
            Set.of(ConfigDiscoveryGrpc.getStreamConfigsMethod().getFullMethodName());

    private final TokenService tokens;
    private final AuditLog audit;

    public AuthInterceptor(TokenService tokens, AuditLog audit) {
        this.tokens = tokens;
        this.audit = audit;
    }

    /** What a method needs; admin for all that is not listed. */
    static Access access(String service, String method) {
        if (OPEN_SERVICES.contains(service) || OPEN.contains(method)) {
            return Access.OPEN;
        }
        if (STREAM.contains(method)) {
            return Access.STREAM;
        }
        return READ.contains(method) ? Access.READ : Access.ADMIN;
    }

    /** Who makes the current call. */
    static Identity caller() {
        Identity caller = CALLER.get();
        if (caller == null) {
            throw new IllegalStateException("the call has not been authenticated");
        }
        return caller;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        String service = String.valueOf(call.getMethodDescriptor().getServiceName());
        Access access = access(service, call.getMethodDescriptor().getFullMethodName());
        if (access == Access.OPEN) {
            return next.startCall(call, headers);
        }
        AuditedCall<Q, R> audited = new AuditedCall<>(call, audit);
        try {
            Identity caller = Bearer.identify(tokens, headers.get(AUTHORIZATION));
            audited.calledBy(caller);
            caller.require(access);
            Context context = Context.current().withValue(CALLER, caller);
            return audited.listening(Contexts.interceptCall(context, audited, headers, next));
        } catch (RuntimeException e) {
            StatusRuntimeException refusal = GrpcFailures.of(e);
            audited.close(Status.fromThrowable(refusal), new Metadata());
            return new ServerCall.Listener<>() {};
        }
    }
}
