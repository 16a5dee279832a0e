package io.segue.proxy.testkit;

import io.segue.core.operation.Labels;
import io.segue.core.strategy.Strategy;
import io.segue.proxy.config.DualWriteJournal;
import io.segue.proxy.config.EndpointSpec;
import io.segue.proxy.config.InterlaySpec;
import io.segue.proxy.config.PlanSpec;
import io.segue.proxy.config.ProxySnapshot;
import io.segue.proxy.config.ServerAddress;
import io.segue.proxy.engine.Settings;
import io.segue.proxy.net.ProxyServer;
import io.segue.proxy.protocol.redis.RedisProtocol;
import io.segue.proxy.session.SessionSettings;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A data plane of one event loop with one interlay, between clients and fake servers. */
public final class Proxy implements AutoCloseable {
    private static final String INTERLAY = "cache";

    private final ProxyServer server;
    private long version;

    public Proxy(Settings settings) {
        this(settings, SessionSettings.DEFAULT);
    }

    public Proxy(Settings settings, SessionSettings sessions) {
        server = new ProxyServer(
                Labels.NONE, 1, List.of(new RedisProtocol()), sessions, settings, DualWriteJournal.NONE);
    }

    /** Serves {@code endpoint} alone. */
    public CompletableFuture<Void> serve(int endpoint) {
        return apply(direct(endpoint));
    }

    /** Moves from one server to another by {@code strategy}. */
    public CompletableFuture<Void> migrate(int from, int to, Strategy strategy) {
        return apply(split(from, to, strategy));
    }

    /** Holds what will move when the migration is decided. */
    public CompletableFuture<Void> prepare(int from, int to, Strategy strategy) {
        InterlaySpec now = direct(from);
        InterlaySpec.PreparedSpec then = new InterlaySpec.PreparedSpec(
                endpoint(from), split(from, to, strategy).plan(), false, true, 2_000);
        return apply(
                new InterlaySpec(now.id(), now.bind(), now.port(), now.endpoint(), now.login(), null, false, then));
    }

    /** Serves {@code endpoint}, and wants to listen where somebody else does. */
    public CompletableFuture<Void> clash(int endpoint, int taken) {
        return apply(direct(endpoint), new InterlaySpec("other", "127.0.0.1", taken, endpoint(endpoint), null));
    }

    private static InterlaySpec direct(int endpoint) {
        return new InterlaySpec(INTERLAY, "127.0.0.1", 0, endpoint(endpoint), null);
    }

    private static InterlaySpec split(int from, int to, Strategy strategy) {
        PlanSpec plan = new PlanSpec("move", "uuid", endpoint(to), strategy);
        return new InterlaySpec(INTERLAY, "127.0.0.1", 0, endpoint(from), plan);
    }

    private CompletableFuture<Void> apply(InterlaySpec... specs) {
        return server.target()
                .apply(new ProxySnapshot(++version, List.of(specs)))
                .toCompletableFuture();
    }

    private static EndpointSpec endpoint(int port) {
        return new EndpointSpec("e" + port, "redis", new ServerAddress("127.0.0.1", port, "", "", 0, false), null);
    }

    /** A new client. */
    public TestClient client() throws IOException {
        String address = String.valueOf(server.listeningOn(INTERLAY));
        return new TestClient(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
    }

    @Override
    public void close() {
        server.close().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
