package io.segue.controlplane;

import io.segue.controlplane.api.grpc.GrpcServer;
import io.segue.controlplane.api.rest.RestServer;
import io.segue.controlplane.mover.MoverFactory;
import io.segue.controlplane.mover.redis.RedisMovers;
import io.segue.controlplane.preflight.RedisProbe;
import io.segue.controlplane.push.ProxyArchive;
import io.segue.controlplane.push.ProxyHub;
import io.segue.controlplane.service.AuditLog;
import io.segue.controlplane.service.SecretBox;
import io.segue.controlplane.service.Services;
import io.segue.controlplane.store.SqliteStore;
import io.segue.controlplane.telemetry.AdminServer;
import io.segue.controlplane.telemetry.Metrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running control plane. Several can run in one process, each with a data directory of its own. */
public final class ControlPlane implements AutoCloseable {
    /** File in the data directory with the admin token that was made at the first start. */
    public static final String TOKEN_FILE = "admin.token";

    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final AtomicBoolean ready = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final RestServer rest;
    private final GrpcServer grpc;
    private final AdminServer admin;
    private final ControlPlaneOptions options;

    /**
     * Starts one; it serves when this returns.
     *
     * @throws IOException the data directory cannot be used or an address cannot be bound; nothing runs then
     */
    public static ControlPlane start(ControlPlaneOptions options) throws IOException {
        return start(options, new RedisMovers());
    }

    /**
     * As {@link #start(ControlPlaneOptions)}, with other movers.
     *
     * @param movers who moves data
     */
    public static ControlPlane start(ControlPlaneOptions options, MoverFactory movers) throws IOException {
        return start(options, movers, Clock.systemUTC());
    }

    /**
     * As {@link #start(ControlPlaneOptions, MoverFactory)}, with another clock.
     *
     * @param clock what windows of time and all records go by
     */
    public static ControlPlane start(ControlPlaneOptions options, MoverFactory movers, Clock clock) throws IOException {
        return new ControlPlane(options, movers, clock);
    }

    private ControlPlane(ControlPlaneOptions options, MoverFactory movers, Clock clock) throws IOException {
        this.options = options;
        try {
            Path dir = Files.createDirectories(options.dataDir());
            SqliteStore store = opened(SqliteStore.open(dir));
            ProxyHub hub = new ProxyHub(Clock.systemUTC(), new ProxyArchive(store));
            Services services = opened(Services.create(
                    store,
                    SecretBox.open(dir.resolve("secret.key")),
                    hub,
                    new RedisProbe(PROBE_TIMEOUT),
                    movers,
                    dir.resolve("movers"),
                    options.limits(),
                    clock,
                    Release.current()));
            if (services.tokens().bootstrap(options.adminToken(), dir.resolve(TOKEN_FILE))) {
                LOG.info("an admin token was made and written to {}", dir.resolve(TOKEN_FILE));
            }
            Metrics metrics = opened(new Metrics(
                    hub, services.movement()::running, services.fleet().planChanges()));
            this.admin = opened(AdminServer.start(options.admin(), ready::get, metrics::scrape));
            AuditLog audit = new AuditLog(store, Clock.systemUTC());
            warnOfPlainText("REST", options.rest(), options.tls().rest().isPresent());
            warnOfPlainText("gRPC", options.grpc(), options.tls().grpc().isPresent());
            this.grpc = opened(GrpcServer.start(options.grpc(), options.tls().grpc(), services, audit));
            this.rest = opened(
                    RestServer.start(options.rest(), options.tls().rest(), services, audit, metrics::restAnswered));
            // Closed first: a proxy whose stream this process ends is not lost.
            opened(() -> hub.onLost(proxy -> {}));
            ready.set(true);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private static void warnOfPlainText(String face, InetSocketAddress address, boolean encrypted) {
        boolean loopback = address.getAddress() != null && address.getAddress().isLoopbackAddress();
        if (!encrypted && !loopback) {
            LOG.warn("{} listens on {} in plain text: tokens and passwords can be read on the way", face, address);
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    /** Where the REST face listens. */
    public InetSocketAddress restAddress() {
        return InetSocketAddress.createUnresolved(options.rest().getHostString(), rest.port());
    }

    /** Where the gRPC face listens. */
    public InetSocketAddress grpcAddress() {
        return InetSocketAddress.createUnresolved(options.grpc().getHostString(), grpc.port());
    }

    /** Where health and metrics are. */
    public InetSocketAddress adminAddress() {
        return InetSocketAddress.createUnresolved(options.admin().getHostString(), admin.port());
    }

    /** Stops serving and closes the store. Calls that were answered are on disk; a second call does nothing. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        ready.set(false);
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("a part did not stop cleanly", e);
            }
        }
    }
}
