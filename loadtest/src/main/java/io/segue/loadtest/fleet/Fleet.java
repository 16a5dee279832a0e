package io.segue.loadtest.fleet;

import io.segue.loadtest.redis.RedisServer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * A whole installation on this machine: two Redis servers, a control plane, proxies, each in its own process, all on free ports of the
 * loopback address. The endpoints, the interlay and the migration are named as in the product guide. {@link #close} ends
 * everything, also from a shutdown hook in the middle of the start; the rest is for one thread.
 */
public final class Fleet implements AutoCloseable {
    /** The endpoint that the application uses before. */
    public static final String OLD_ENDPOINT = "old_redis";
    /** The endpoint that it moves to. */
    public static final String NEW_ENDPOINT = "new_redis_cluster";
    /** The interlay that moves. */
    public static final String INTERLAY = "user_cache_interlay";
    /** The port that the interlay has by itself; each proxy serves it on a port of its own instead. */
    public static final int INTERLAY_PORT = 7000;

    private final Path folder;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final List<Proxy> proxies = new ArrayList<>();
    private final RedisServer oldServer;
    private final RedisServer newServer;
    private final ControlPlane controlPlane;
    private boolean closed;

    /**
     * Starts the two servers and the control plane, without waiting for the latter: see {@link ControlPlane#awaitReady}.
     *
     * @param folder for state and logs
     * @param onStart is given the fleet before anything is started, so that a shutdown hook can end what has been started so far
     */
    public Fleet(Path folder, Consumer<? super Fleet> onStart) {
        this.folder = folder;
        onStart.accept(this);
        // The JVM takes longest to start, so it goes first.
        this.controlPlane = own(ControlPlane.start(folder));
        this.oldServer = own(RedisServer.start());
        this.newServer = own(RedisServer.start());
    }

    /** The server that the application uses before. */
    public RedisServer oldServer() {
        return oldServer;
    }

    /** The server that it moves to. */
    public RedisServer newServer() {
        return newServer;
    }

    /** The control plane. */
    public ControlPlane controlPlane() {
        return controlPlane;
    }

    /** The proxies started so far. */
    public List<Proxy> proxies() {
        return List.copyOf(proxies);
    }

    /** Waits for the control plane, and tells it of the two servers and the interlay in front of OLD. */
    public void createCatalog() throws InterruptedException {
        createCatalog(newServer.port());
    }

    /** As {@link #createCatalog()}, with NEW reached through {@code newPort}. */
    public void createCatalog(int newPort) throws InterruptedException {
        controlPlane.awaitReady();
        RestClient rest = controlPlane.rest();
        rest.post("/endpoints", endpoint(OLD_ENDPOINT, oldServer.port()));
        rest.post("/endpoints", endpoint(NEW_ENDPOINT, newPort));
        rest.post("/interlays", """
                {"id": "%s", "endpoint": "%s", "bind": "127.0.0.1", "port": %d}""".formatted(INTERLAY, OLD_ENDPOINT, INTERLAY_PORT));
    }

    /**
     * Starts {@code count} proxies and waits until all of them serve the interlay.
     *
     * @param arguments more options for each, such as {@code --threads 1}
     */
    public void startProxies(int count, List<String> arguments) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            String nodeId = "proxy-" + (proxies.size() + 1);
            String token = controlPlane.createProxyToken(nodeId);
            proxies.add(own(Proxy.start(
                    new Proxy.Settings(nodeId, INTERLAY, controlPlane.grpcPort(), token, folder, arguments))));
        }
        for (Proxy proxy : proxies) {
            proxy.awaitListening();
        }
    }

    /** Ends all processes, the last started first. */
    @Override
    public void close() {
        List<AutoCloseable> toClose;
        synchronized (running) {
            closed = true;
            toClose = new ArrayList<>(running);
            running.clear();
        }
        toClose.forEach(Fleet::askToEnd);
        toClose.forEach(Fleet::end);
    }

    private <T extends AutoCloseable> T own(T started) {
        synchronized (running) {
            if (!closed) {
                running.push(started);
                return started;
            }
        }
        end(started);
        throw new IllegalStateException("stopped while starting");
    }

    /** JVMs take a moment to end: all are asked before any is waited for. */
    private static void askToEnd(AutoCloseable process) {
        if (process instanceof Proxy proxy) {
            proxy.process().askToEnd();
        } else if (process instanceof ControlPlane plane) {
            plane.process().askToEnd();
        }
    }

    private static void end(AutoCloseable process) {
        try {
            process.close();
        } catch (Exception e) {
            throw new IllegalStateException("cannot end " + process, e);
        }
    }

    private static String endpoint(String id, int port) {
        return """
                {"id": "%s", "kind": "redis", "config": {"host": "127.0.0.1", "port": %d}}""".formatted(id, port);
    }
}
