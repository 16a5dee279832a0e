package io.segue.proxy.gateway;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.segue.proxy.config.ProxySnapshot;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The port where applications call APIs: the service, health and reflection. Its threads are not those that serve interlays. */
public final class Gateway implements AutoCloseable {
    private static final int MOST_CALLS = 512;
    private static final int MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

    private final Server server;
    private final RespLinks links;
    private final ExecutorService calls;

    private Gateway(Server server, RespLinks links, ExecutorService calls) {
        this.server = server;
        this.links = links;
        this.calls = calls;
    }

    /**
     * Binds and serves.
     *
     * @param token what callers must bring, asked for with every call; empty: nothing
     * @param running what this proxy runs now
     * @param addresses where interlays listen, by id
     * @throws IOException the address cannot be had
     */
    public static Gateway start(
            InetSocketAddress address,
            Optional<Supplier<String>> token,
            Supplier<ProxySnapshot> running,
            Function<String, @Nullable InetSocketAddress> addresses)
            throws IOException {
        RespLinks links = new RespLinks();
        AtomicInteger threads = new AtomicInteger();
        // More calls than that wait on the caller's side: the transport's own thread runs them, which slows the callers
        // down.
        ExecutorService calls = new ThreadPoolExecutor(
                0,
                MOST_CALLS,
                30,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                task -> {
                    Thread thread = new Thread(task, "segue-gateway-" + threads.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.CallerRunsPolicy());
        NettyServerBuilder builder = NettyServerBuilder.forAddress(address)
                .executor(calls)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .addService(new ApiGatewayService(running, addresses, links))
                .addService(new HealthStatusManager().getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .addService(olderReflection());
        token.ifPresent(secret -> builder.intercept(new TokenCheck(secret)));
        return new Gateway(builder.build().start(), links, calls);
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

    /** Lets calls under way finish for a moment, then ends all. */
    @Override
    public void close() {
        server.shutdown();
        try {
            if (!server.awaitTermination(1, TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        calls.shutdownNow();
        links.close();
    }
}
