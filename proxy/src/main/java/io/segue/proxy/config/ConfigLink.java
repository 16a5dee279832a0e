package io.segue.proxy.config;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.segue.proto.v1.ConfigDiscoveryGrpc;
import io.segue.proto.v1.ConfigRequest;
import io.segue.proto.v1.ConfigResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at the stream, with a channel of its own: gRPC's reconnecting is not used, so that one back-off governs. Confined to
 * the configuration thread, on which the listener is called too. Asks for one message at a time.
 */
final class ConfigLink {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final int CONNECT_TIMEOUT_MS = 5_000;
    private static final int MAX_MESSAGE_BYTES = 64 << 20;
    /** A control plane that stops answering is noticed after at most the sum of the two. */
    private static final int KEEPALIVE_S = 10;

    private static final int KEEPALIVE_TIMEOUT_S = 5;

    private final Executor thread;
    private final Listener listener;
    private final ManagedChannel channel;
    private @Nullable ClientCallStreamObserver<ConfigRequest> requests;
    private boolean ended;

    /** What happens on a link. */
    interface Listener {
        /** The transport is up. */
        void opened(ConfigLink link);

        /** A message arrived. No other comes before {@link #next()}. */
        void message(ConfigLink link, ConfigResponse response);

        /** It is over; called once. */
        void ended(ConfigLink link, Status status);
    }

    /**
     * @param tls absent: plain text
     * @throws UncheckedIOException a certificate cannot be read
     */
    ConfigLink(HostPort server, Optional<LinkTls> tls, Executor thread, Listener listener) {
        this.thread = thread;
        this.listener = listener;
        this.channel = builder(server, tls)
                .directExecutor()
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
                .keepAliveTime(KEEPALIVE_S, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_TIMEOUT_S, TimeUnit.SECONDS)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .build();
    }

    private static NettyChannelBuilder builder(HostPort server, Optional<LinkTls> tls) {
        if (tls.isEmpty()) {
            return NettyChannelBuilder.forAddress(server.host(), server.port()).usePlaintext();
        }
        try {
            return NettyChannelBuilder.forAddress(
                    server.host(), server.port(), tls.get().credentials());
        } catch (IOException e) {
            throw new UncheckedIOException("the certificates cannot be read: " + e.getMessage(), e);
        }
    }

    /** Opens the stream. */
    void open(String token, ConfigRequest first) {
        Metadata headers = new Metadata();
        headers.put(AUTHORIZATION, "Bearer " + token);
        ConfigDiscoveryGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .streamConfigs(new Responses());
        send(first);
    }

    /** Whether a message would leave now rather than wait in memory. */
    boolean ready() {
        return !ended && requests != null && requests.isReady();
    }

    /** Sends {@code request}; dropped when the stream is over. */
    void send(ConfigRequest request) {
        if (!ended && requests != null) {
            requests.onNext(request);
        }
    }

    /** Asks for the next message. */
    void next() {
        if (!ended && requests != null) {
            requests.request(1);
        }
    }

    /** Tells the server that nothing more will be sent; it ends the stream. */
    void halfClose() {
        if (!ended && requests != null) {
            requests.onCompleted();
        }
    }

    /** Frees the channel; whatever is still open on it is cut. */
    void release() {
        ended = true;
        channel.shutdownNow();
    }

    /** gRPC calls this on its own threads; everything hops to the configuration thread at once. */
    private final class Responses implements ClientResponseObserver<ConfigRequest, ConfigResponse> {
        @Override
        public void beforeStart(ClientCallStreamObserver<ConfigRequest> stream) {
            requests = stream;
            stream.disableAutoRequestWithInitial(1);
            stream.setOnReadyHandler(() -> hop(() -> listener.opened(ConfigLink.this)));
        }

        @Override
        public void onNext(ConfigResponse response) {
            hop(() -> listener.message(ConfigLink.this, response));
        }

        @Override
        public void onError(Throwable failure) {
            end(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            end(Status.OK);
        }

        private void end(Status status) {
            hop(() -> {
                if (!ended) {
                    ended = true;
                    listener.ended(ConfigLink.this, status);
                }
            });
        }

        private void hop(Runnable event) {
            try {
                thread.execute(event);
            } catch (RejectedExecutionException e) {
                // The process stops and nobody waits for this any more.
                channel.shutdownNow();
            }
        }
    }
}
