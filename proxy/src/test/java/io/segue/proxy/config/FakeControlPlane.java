package io.segue.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.segue.proto.v1.ConfigDiscoveryGrpc;
import io.segue.proto.v1.ConfigRequest;
import io.segue.proto.v1.ConfigResponse;
import io.segue.proto.v1.ProxyConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A control plane on a real socket that does what a test tells it. */
public final class FakeControlPlane implements AutoCloseable {
    private static final long DEADLINE_S = 10;
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final Context.Key<String> TOKEN = Context.key("token");

    private final Server server;
    private final HostPort address;
    private final BlockingQueue<Conversation> conversations = new LinkedBlockingQueue<>();
    private volatile Predicate<String> accepts = token -> true;

    private FakeControlPlane(int port) throws IOException {
        this.server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .intercept(new TokenReader())
                .addService(new Service())
                .build()
                .start();
        this.address = new HostPort("127.0.0.1", server.getPort());
    }

    public static FakeControlPlane start() throws IOException {
        return new FakeControlPlane(0);
    }

    public static FakeControlPlane startOn(HostPort address) throws IOException {
        return new FakeControlPlane(address.port());
    }

    public HostPort address() {
        return address;
    }

    /** Refuses streams whose authorization header does not match. */
    void acceptOnly(Predicate<String> authorization) {
        accepts = authorization;
    }

    /** The next stream that a proxy opens. */
    public Conversation nextStream() throws InterruptedException {
        Conversation conversation = conversations.poll(DEADLINE_S, TimeUnit.SECONDS);
        assertThat(conversation).as("a stream within %s s", DEADLINE_S).isNotNull();
        return conversation;
    }

    @Override
    public void close() {
        try {
            server.shutdownNow().awaitTermination(DEADLINE_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One stream, as the server sees it. */
    public static final class Conversation implements StreamObserver<ConfigRequest> {
        private final StreamObserver<ConfigResponse> responses;
        private final String authorization;
        private final BlockingQueue<ConfigRequest> answers = new LinkedBlockingQueue<>();
        private final BlockingQueue<ConfigRequest> reports = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

        private Conversation(StreamObserver<ConfigResponse> responses, String authorization) {
            this.responses = responses;
            this.authorization = authorization;
        }

        String authorization() {
            return authorization;
        }

        public void send(ProxyConfig config, String nonce) {
            responses.onNext(ConfigResponse.newBuilder()
                    .setVersion(config.getVersion())
                    .setNonce(nonce)
                    .setConfig(config)
                    .build());
        }

        void fail(Status status) {
            responses.onError(status.asRuntimeException());
        }

        /** The next message that is not a report. */
        public ConfigRequest next() throws InterruptedException {
            return take(answers);
        }

        /** The next report. */
        public ConfigRequest nextReport() throws InterruptedException {
            return take(reports);
        }

        /** How the proxy ended it: "completed" or the error. */
        String end() throws InterruptedException {
            return take(ends);
        }

        private static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
            T value = queue.poll(DEADLINE_S, TimeUnit.SECONDS);
            assertThat(value).as("a message within %s s", DEADLINE_S).isNotNull();
            return value;
        }

        @Override
        public void onNext(ConfigRequest request) {
            (request.hasReport() ? reports : answers).add(request);
        }

        @Override
        public void onError(Throwable failure) {
            ends.add(failure.toString());
        }

        @Override
        public void onCompleted() {
            ends.add("completed");
            responses.onCompleted();
        }
    }

    private final class Service extends ConfigDiscoveryGrpc.ConfigDiscoveryImplBase {
        @Override
        public StreamObserver<ConfigRequest> streamConfigs(StreamObserver<ConfigResponse> responses) {
            Conversation conversation = new Conversation(responses, TOKEN.get());
            conversations.add(conversation);
            return conversation;
        }
    }

    private final class TokenReader implements ServerInterceptor {
        @Override
        public <Q, P> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
            String authorization = String.valueOf(headers.get(AUTHORIZATION));
            if (!accepts.test(authorization)) {
                call.close(Status.UNAUTHENTICATED.withDescription("unknown token"), new Metadata());
                return new ServerCall.Listener<>() {};
            }
            return Contexts.interceptCall(Context.current().withValue(TOKEN, authorization), call, headers, next);
        }
    }
}
