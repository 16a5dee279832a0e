package io.segue.proxy.bootstrap;

import io.segue.proxy.config.ConfigStatus;
import io.segue.proxy.config.StreamSettings;
import io.segue.proxy.gateway.Gateway;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running proxy, in a process of its own or within a test. Thread-safe. */
public final class ProxyProcess implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ProxyProcess.class);
    private static final long STREAM_CLOSE_S = 2;
    /** A hold that is being drained. */
    private static final long APPLY_S = 3;
    /** Longer than the data plane's own limit of 5 s for requests in flight. */
    private static final long DATA_PLANE_CLOSE_S = 8;

    private final ProxyWiring parts;
    private final CountDownLatch closed = new CountDownLatch(1);

    private ProxyProcess(ProxyWiring parts) {
        this.parts = parts;
    }

    /**
     * Starts a proxy: opens the admin port, runs the configuration on disk, connects to the control plane. Returns once the admin
     * port is open; {@code /readyz} says when clients are served.
     *
     * @throws IOException the data directory is in use, or the admin address taken
     */
    public static ProxyProcess start(ProxyOptions options, DataPlaneFactory factory) throws IOException {
        return start(options, ProxyWiring.streamSettings(options), factory);
    }

    /** As {@link #start(ProxyOptions, DataPlaneFactory)}, with other times for the stream. */
    public static ProxyProcess start(ProxyOptions options, StreamSettings stream, DataPlaneFactory factory)
            throws IOException {
        ProxyWiring parts = ProxyWiring.create(options, stream, factory);
        parts.stream().start();
        log.info(
                "proxy_started node={} admin={} threads={}",
                options.nodeId(),
                parts.admin().address(),
                options.threads());
        return new ProxyProcess(parts);
    }

    /** Where the admin port listens. */
    public InetSocketAddress adminAddress() {
        return parts.admin().address();
    }

    /** The port where APIs are called; 0: nowhere. */
    public int gatewayPort() {
        return parts.gateway().map(Gateway::port).orElse(0);
    }

    /** How the proxy stands with its configuration. */
    public ConfigStatus status() {
        return parts.board().status();
    }

    /** Waits until {@link #close()} has done its work. */
    public void awaitClosed() throws InterruptedException {
        closed.await();
    }

    /**
     * Stops in order: takes no more configurations, accepts no more clients, lets requests in flight finish (bounded), says goodbye to the
     * control plane, closes everything. A second call waits for the first.
     */
    @Override
    public void close() {
        if (!parts.stopping().compareAndSet(false, true)) {
            await(closed, APPLY_S + DATA_PLANE_CLOSE_S + STREAM_CLOSE_S);
            return;
        }
        log.info("proxy_stopping");
        parts.gateway().ifPresent(Gateway::close);
        await("configuration", parts.stream().quiesce(), APPLY_S);
        boolean ended = await("data plane", parts.dataPlane().close(), DATA_PLANE_CLOSE_S);
        boolean stopped = ended && parts.dataPlane().finished();
        await("control plane stream", parts.stream().close(stopped), STREAM_CLOSE_S);
        parts.configThread().shutdownNow();
        parts.admin().close();
        parts.metrics().close();
        try {
            parts.dataDir().close();
        } catch (IOException e) {
            log.warn("data_dir_unlock_failed reason=\"{}\"", e.toString());
        }
        log.info("proxy_stopped");
        closed.countDown();
    }

    private static boolean await(String what, CompletionStage<Void> stage, long seconds) {
        CountDownLatch done = new CountDownLatch(1);
        CompletionStage<Void> unused = stage.whenComplete((nothing, failure) -> {
            if (failure != null) {
                log.warn("close_failed part=\"{}\" reason=\"{}\"", what, failure.toString());
            }
            done.countDown();
        });
        boolean inTime = await(done, seconds);
        if (!inTime) {
            log.warn("close_timed_out part=\"{}\" seconds={}", what, seconds);
        }
        return inTime;
    }

    private static boolean await(CountDownLatch latch, long seconds) {
        try {
            return latch.await(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
