package io.segue.loadtest.e2e;

import io.segue.core.operation.Labels;
import io.segue.core.strategy.Strategy;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
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
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.Gauge;
import io.segue.proxy.telemetry.InterlayStats;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * A proxy in this process. Every interlay listens on 127.0.0.1, on a port that the system picks unless a test says which. Closing it fails if
 * a buffer leaked. For one thread at a time, except for {@link #connect}.
 */
final class ProxyUnderTest implements AutoCloseable {
    /** The interlay that tests with only one use. */
    static final String INTERLAY = "cache";

    private static final String MIGRATION = "move";
    private static final String UUID = "6f1c4a52-0d2f-4f0b-9d5e-3b1f7f3f8a10";

    private final LeakWatch leaks = new LeakWatch();
    private final ProxyServer server;
    private long version;

    private ProxyUnderTest(int loops, SessionSettings settings, Settings limits) {
        server = new ProxyServer(
                Labels.NONE, loops, List.of(new RedisProtocol()), settings, limits, DualWriteJournal.NONE);
    }

    /** A proxy with two event loops that serves nothing yet. */
    static ProxyUnderTest idle() {
        return idle(2, SessionSettings.DEFAULT);
    }

    /** A proxy that serves nothing yet. */
    static ProxyUnderTest idle(int loops, SessionSettings settings) {
        return new ProxyUnderTest(loops, settings, Settings.DEFAULT);
    }

    /** A proxy that serves nothing yet, with other deadlines. */
    static ProxyUnderTest idle(int loops, Settings limits) {
        return new ProxyUnderTest(loops, SessionSettings.DEFAULT, limits);
    }

    /** A proxy whose only interlay stands before {@code redis}. */
    static ProxyUnderTest before(RedisServer redis) {
        ProxyUnderTest proxy = idle();
        proxy.apply(interlay(INTERLAY, endpoint("old", redis)));
        return proxy;
    }

    /** An endpoint without a password. */
    static EndpointSpec endpoint(String id, RedisServer redis) {
        return endpoint(id, redis.port(), "");
    }

    /** An endpoint on this machine; an empty password: none. */
    static EndpointSpec endpoint(String id, int port, String password) {
        return new EndpointSpec(id, "redis", new ServerAddress("127.0.0.1", port, "", password, 0, false), null);
    }

    /** An interlay on a port that the system picks, without a migration. */
    static InterlaySpec interlay(String id, EndpointSpec endpoint) {
        return new InterlaySpec(id, "127.0.0.1", 0, endpoint, null);
    }

    /** An interlay that a migration moves. */
    static InterlaySpec migrating(String id, EndpointSpec from, EndpointSpec to, Strategy strategy) {
        return new InterlaySpec(id, "127.0.0.1", 0, from, new PlanSpec(MIGRATION, UUID, to, strategy));
    }

    /** Serves these interlays and no others; fails if the proxy refuses. */
    void apply(InterlaySpec... interlays) {
        server.target()
                .apply(new ProxySnapshot(++version, List.of(interlays)))
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    /** Offers these interlays, which the proxy must refuse; its reason. */
    String refusal(InterlaySpec... interlays) {
        try {
            apply(interlays);
        } catch (CompletionException e) {
            return String.valueOf(e.getCause().getMessage());
        }
        throw new AssertionError("the proxy accepted what it should refuse");
    }

    /** Port of the only interlay. */
    int port() {
        return port(INTERLAY);
    }

    /** Port of an interlay. */
    int port(String interlay) {
        String address = server.listeningOn(interlay);
        if (address == null) {
            throw new IllegalStateException("interlay " + interlay + " is not served");
        }
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** A plain client of the only interlay. */
    RespClient connect() throws IOException {
        return RespClient.connect(port());
    }

    /** A plain client of the only interlay whose reads wait for {@code timeout}. */
    RespClient connect(Duration timeout) throws IOException {
        return RespClient.connect("127.0.0.1", port(), timeout);
    }

    /** Value of a counter of the only interlay. */
    long count(Counter counter) {
        return count(INTERLAY, counter);
    }

    /** Value of a counter of an interlay. */
    long count(String interlay, Counter counter) {
        return stats(interlay).value(counter);
    }

    /** Clients connected to the only interlay. */
    long clients() {
        return count(Counter.CLIENT_CONNECTIONS_OPENED) - count(Counter.CLIENT_CONNECTIONS_CLOSED);
    }

    /** Keys of the only interlay that are not known to be equal on both sides. */
    long divergent() {
        return divergent(INTERLAY);
    }

    /** Keys of an interlay that are not known to be equal on both sides. */
    long divergent(String interlay) {
        return stats(interlay).value(Gauge.LEDGER_KEYS);
    }

    /** The data plane itself. */
    ProxyServer server() {
        return server;
    }

    private InterlayStats stats(String interlay) {
        List<InterlayStats> all = new ArrayList<>(server.stats());
        return all.stream()
                .filter(one -> one.interlay().equals(interlay))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("interlay " + interlay + " is not served"));
    }

    /** Closes the proxy; fails if it does not end or a buffer was never released. */
    @Override
    public void close() {
        server.close().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
        try {
            leaks.assertNothingLeaked();
        } finally {
            leaks.close();
        }
    }
}
