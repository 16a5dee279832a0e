package io.segue.controlplane.ctl;

import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.segue.proto.v1.CatalogServiceGrpc;
import io.segue.proto.v1.CatalogServiceGrpc.CatalogServiceBlockingStub;
import io.segue.proto.v1.MigrationServiceGrpc;
import io.segue.proto.v1.MigrationServiceGrpc.MigrationServiceBlockingStub;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The control plane at the other end of the line, for one command. */
final class Remote implements AutoCloseable {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final int MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

    private final ManagedChannel channel;
    private final ClientInterceptor login;
    private final Duration timeout;

    /**
     * Connects with the first call.
     *
     * @param channel where to, with or without TLS
     * @param token sent with every call; empty: none is
     * @param timeout for every call that is not a watch
     */
    Remote(NettyChannelBuilder channel, String token, Duration timeout) {
        this.channel = channel.maxInboundMessageSize(MAX_MESSAGE_BYTES).build();
        Metadata headers = new Metadata();
        if (!token.isEmpty()) {
            headers.put(AUTHORIZATION, "Bearer " + token);
        }
        this.login = MetadataUtils.newAttachHeadersInterceptor(headers);
        this.timeout = timeout;
    }

    MigrationServiceBlockingStub migrations() {
        return migrationsWithoutDeadline().withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** For a watch, which lasts as long as the migration does. */
    MigrationServiceBlockingStub migrationsWithoutDeadline() {
        return MigrationServiceGrpc.newBlockingStub(channel).withInterceptors(login);
    }

    CatalogServiceBlockingStub catalog() {
        return CatalogServiceGrpc.newBlockingStub(channel)
                .withInterceptors(login)
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
