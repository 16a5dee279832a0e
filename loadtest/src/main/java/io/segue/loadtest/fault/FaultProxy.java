package io.segue.loadtest.fault;

import io.segue.loadtest.redis.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Forwards TCP connections to a port of this machine, and makes trouble when told to. Bytes and half-closes pass unchanged and in order, unless
 * a fault says otherwise. One thread of its own does the work; what the public methods say holds when they return. Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {
    private static final int PORT_TRIES = 5;
    private static final int BACKLOG = 1024;

    private final Selector selector;
    private final Thread thread;
    private final ExecutorService callbacks;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Set<Link> links = new HashSet<>();
    private final List<Trap> traps = new ArrayList<>();
    private final Set<Direction> frozen = EnumSet.noneOf(Direction.class);
    private final int port;
    private @Nullable ServerSocketChannel listener;
    private @Nullable CutAfter cutAfter;
    private long delayNanos;
    private int targetPort;
    private long accepted;
    private volatile boolean closed;

    private FaultProxy(int targetPort) throws IOException {
        this.targetPort = targetPort;
        this.selector = Selector.open();
        boolean done = false;
        try {
            this.port = listen();
            done = true;
        } finally {
            if (!done) {
                selector.close();
            }
        }
        this.callbacks = Executors.newCachedThreadPool(daemon("fault-callback-" + port));
        this.thread = daemon("fault-proxy-" + port).newThread(this::run);
    }

    private static ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Listens on a free port and forwards to {@code targetPort}. */
    public static FaultProxy start(int targetPort) {
        try {
            FaultProxy proxy = new FaultProxy(targetPort);
            proxy.thread.start();
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a fault proxy for port " + targetPort, e);
        }
    }

    /** Where it listens, on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** How many connections are open now. */
    public int connections() {
        return ask(links::size);
    }

    /** How many connections have been accepted so far. */
    public long accepted() {
        return ask(() -> accepted);
    }

    // ---- faults

    /** Resets all connections, at both ends; new ones are served. */
    public void cut() {
        submit(() -> List.copyOf(links).forEach(Link::reset));
    }

    /** Whether new connections are refused, as by a port that nobody listens on. Those that exist go on. */
    public void refuse(boolean on) {
        submit(() -> {
            ServerSocketChannel current = listener;
            try {
                if (on && current != null) {
                    current.close();
                    listener = null;
                    // The port is given back only when the selector forgets the key.
                    selector.selectNow();
                    selector.selectedKeys().clear();
                } else if (!on && current == null) {
                    listen(port);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("port " + port, e);
            }
        });
    }

    /** Holds all bytes both ways; connections stay, new ones are accepted. */
    public void pause() {
        submit(() -> setFrozen(true, Direction.TO_SERVER, Direction.TO_CLIENT));
    }

    /** Ends {@link #pause} and every {@link #freeze}. */
    public void resume() {
        submit(() -> setFrozen(false, Direction.TO_SERVER, Direction.TO_CLIENT));
    }

    /** Holds the bytes of one direction, or lets them go on. */
    public void freeze(Direction direction, boolean on) {
        submit(() -> setFrozen(on, direction));
    }

    /** Delays what comes from now on by so much, each way; zero ends it. The order stays. */
    public void delay(Duration delay) {
        submit(() -> delayNanos = delay.toNanos());
    }

    /** New connections go to another port. Those that exist stay where they are: see {@link #cut}. */
    public void target(int newPort) {
        submit(() -> targetPort = newPort);
    }

    /** Resets the first connection that has got {@code bytes} more bytes in this direction, exactly after those: in the middle of a frame. Once. */
    public CompletableFuture<Void> dropAfter(Direction direction, long bytes) {
        CutAfter cut = new CutAfter(direction, bytes);
        submit(() -> {
            cutAfter = cut;
            links.forEach(link -> link.wire(direction).startCount());
        });
        return cut.done;
    }

    /** Holds the connection in which {@code pattern} comes for the {@code occurrence}-th time from now on, counted over all connections. */
    public Trap hold(Direction direction, byte[] pattern, int occurrence) {
        return arm(direction, pattern, occurrence, () -> {});
    }

    /** As {@link #hold(Direction, byte[], int)}, the first time. */
    public Trap hold(Direction direction, String pattern) {
        return hold(direction, pattern.getBytes(StandardCharsets.UTF_8), 1);
    }

    /**
     * As {@link #hold(Direction, byte[], int)}, and runs {@code callback} on a thread of its own while the connection is held. When
     * it has ended, the connection goes on; if it fails, the connection is cut.
     */
    public Trap on(Direction direction, byte[] pattern, int occurrence, Runnable callback) {
        CompletableFuture<Trap> self = new CompletableFuture<>();
        Trap trap = arm(
                direction,
                pattern,
                occurrence,
                () -> callbacks.execute(() -> {
                    boolean well = false;
                    try {
                        callback.run();
                        well = true;
                    } finally {
                        if (well) {
                            self.join().release();
                        } else {
                            self.join().cut();
                        }
                    }
                }));
        self.complete(trap);
        return trap;
    }

    private Trap arm(Direction direction, byte[] pattern, int occurrence, Runnable onHold) {
        Trap armed = new Trap(
                direction,
                pattern,
                occurrence,
                onHold,
                trap -> cut -> submit(() -> {
                    traps.remove(trap);
                    List.copyOf(links).forEach(link -> link.release(trap, cut));
                }));
        submit(() -> traps.add(armed));
        return armed;
    }

    private void setFrozen(boolean on, Direction... directions) {
        for (Direction direction : directions) {
            if (on) {
                frozen.add(direction);
            } else {
                frozen.remove(direction);
            }
        }
        List.copyOf(links).forEach(Link::go);
    }

    /** Ends all connections and stops listening. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        callbacks.shutdownNow();
    }

    // ---- what links ask, on the proxy's thread

    /** A connection is to be reset after so many bytes. */
    static final class CutAfter {
        final Direction direction;
        final long bytes;
        final CompletableFuture<Void> done = new CompletableFuture<>();

        CutAfter(Direction direction, long bytes) {
            this.direction = direction;
            this.bytes = bytes;
        }
    }

    boolean isFrozen(Direction direction) {
        return frozen.contains(direction);
    }

    long delayNanos() {
        return delayNanos;
    }

    List<Trap> traps() {
        return traps;
    }

    /** The trap waits no longer; who is held by it stays held. */
    void sprung(Trap trap) {
        traps.remove(trap);
    }

    @Nullable
    CutAfter cutAfter() {
        return cutAfter;
    }

    void cutDone(CutAfter cut) {
        cutAfter = null;
        cut.done.complete(null);
    }

    void gone(Link link) {
        links.remove(link);
    }

    // ---- the thread

    private void run() {
        try {
            while (!closed) {
                select();
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                for (SelectionKey key : selector.selectedKeys()) {
                    handle(key);
                }
                selector.selectedKeys().clear();
                if (delayNanos > 0 || links.stream().anyMatch(link -> link.due() < Long.MAX_VALUE)) {
                    List.copyOf(links).forEach(Link::go);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the fault proxy on port " + port + " ends", e);
        } finally {
            closed = true;
            shutDown();
        }
    }

    private void select() throws IOException {
        long now = System.nanoTime();
        long due = Long.MAX_VALUE;
        for (Link link : links) {
            due = Math.min(due, link.due() == Long.MAX_VALUE ? Long.MAX_VALUE : link.due() - now);
        }
        if (!tasks.isEmpty() || due <= 0) {
            selector.selectNow();
        } else {
            selector.select(due == Long.MAX_VALUE ? 0 : TimeUnit.NANOSECONDS.toMillis(due) + 1);
        }
    }

    private void handle(SelectionKey key) throws IOException {
        if (!key.isValid()) {
            return;
        }
        if (key.attachment() instanceof Link link) {
            link.ready(key);
            return;
        }
        ServerSocketChannel current = listener;
        SocketChannel client = current == null ? null : current.accept();
        if (client != null) {
            accepted++;
            Link link = new Link(this, client);
            links.add(link);
            link.start(selector, targetPort);
        }
    }

    /** Listens on a free port; returns it. */
    private int listen() throws IOException {
        for (int attempt = 1; ; attempt++) {
            int candidate = FreePorts.one();
            try {
                listen(candidate);
                return candidate;
            } catch (BindException e) {
                // Somebody was faster with the free port.
                if (attempt == PORT_TRIES) {
                    throw e;
                }
            }
        }
    }

    private void listen(int wanted) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        boolean done = false;
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), BACKLOG);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_ACCEPT);
            listener = channel;
            done = true;
        } finally {
            if (!done) {
                channel.close();
            }
        }
    }

    private void shutDown() {
        List.copyOf(links).forEach(Link::reset);
        try {
            ServerSocketChannel current = listener;
            if (current != null) {
                current.close();
            }
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close port " + port, e);
        } finally {
            tasks.forEach(Runnable::run);
        }
    }

    /** Has the proxy's thread do something, and waits until it is done. */
    private void submit(Runnable task) {
        ask(() -> {
            task.run();
            return true;
        });
    }

    private <T> T ask(Supplier<T> question) {
        if (Thread.currentThread() == thread) {
            return question.get();
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        tasks.add(() -> {
            try {
                answer.complete(question.get());
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        selector.wakeup();
        while (true) {
            try {
                return answer.get(1, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                if (!thread.isAlive()) {
                    throw new IllegalStateException("the fault proxy on port " + port + " has ended", e);
                }
            } catch (ExecutionException e) {
                throw new IllegalStateException("fault proxy on port " + port, e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }
}
