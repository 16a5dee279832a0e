package io.segue.controlplane.api.grpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.segue.controlplane.api.tls.ServerTls;
import io.segue.controlplane.service.AuditLog;
import io.segue.controlplane.service.Services;
import io.segue.proto.v1.CatalogServiceGrpc;
import io.segue.proto.v1.ConfigDiscoveryGrpc;
import io.segue.proto.v1.MigrationServiceGrpc;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The gRPC port: the services, health and reflection. */
public final class GrpcServer implements AutoCloseable {
    /** A proxy's report names at most 100 keys, and keys can be long. */
    private static final int MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

    private static final int HANDSHAKE_S = 10;

    private final Server server;
    private final HealthStatusManager health;

    private final ExecutorService calls;

    private GrpcServer(Server server, HealthStatusManager health, ExecutorService calls) {
        this.server = server;
        this.health = health;
        this.calls = calls;
    }

    /**
     * Binds and serves.
     *
     * @param tls absent: plain text
     */
    public static GrpcServer start(
            InetSocketAddress address, Optional<ServerTls> tls, Services services, AuditLog audit) throws IOException {
        HealthStatusManager health = new HealthStatusManager();
        ExecutorService calls = Executors.newCachedThreadPool(new DefaultThreadFactory("segue-grpc", true));
        Server server = (tls.isPresent()
                        ? NettyServerBuilder.forAddress(address, tls.get().credentials())
                        : NettyServerBuilder.forAddress(address))
                .executor(calls)
                .addService(new CatalogGrpc(services, audit))
                .addService(new MigrationGrpc(services))
                .addService(new DiscoveryGrpc(services.fleet()))
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .addService(olderReflection())
                .intercept(new AuthInterceptor(services.tokens(), audit))
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .handshakeTimeout(HANDSHAKE_S, TimeUnit.SECONDS)
                // A proxy whose machine died says nothing; these pings find out.
                .keepAliveTime(5, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .build()
                .start();
        for (String service : List.of(
                "",
                CatalogServiceGrpc.SERVICE_NAME,
                MigrationServiceGrpc.SERVICE_NAME,
                ConfigDiscoveryGrpc.SERVICE_NAME)) {
            health.setStatus(service, ServingStatus.SERVING);
        }
        return new GrpcServer(server, health, calls);
    }

    /** Many tools in use still ask with the version before v1. */
    @SuppressWarnings("deprecation")
    private static BindableService olderReflection() {
        return ProtoReflectionService.newInstance();
    }

    /** The port that was bound. */
    public int port() {
        return server.getPort();
    }

    /** Ends all streams and calls. */
    @Override
    public void close() {
        health.enterTerminalState();
        server.shutdown();
        try {
            // Streams never end by themselves, so unary calls get a moment and then everything is cut.
            if (!server.awaitTermination(500, TimeUnit.MILLISECONDS)) {
                server.shutdownNow().awaitTermination(2, TimeUnit.SECONDS);
            }
            // What the ended streams still have to say must be said before the store is closed.
            calls.shutdown();
            calls.awaitTermination(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
