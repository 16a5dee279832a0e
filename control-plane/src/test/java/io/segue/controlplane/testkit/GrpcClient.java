package io.segue.controlplane.testkit;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.net.InetSocketAddress;

/** A gRPC channel with a token; without one if it is empty. */
public final class GrpcClient implements AutoCloseable {
    private final ManagedChannel bare;
    private final Channel channel;

    public GrpcClient(InetSocketAddress address, String token) {
        bare = NettyChannelBuilder.forAddress(address.getHostString(), address.getPort())
                .usePlaintext()
                .build();
        Metadata headers = new Metadata();
        if (!token.isEmpty()) {
            headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        }
        channel = ClientInterceptors.intercept(bare, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    public Channel channel() {
        return channel;
    }

    @Override
    public void close() {
        bare.shutdownNow();
    }
}
