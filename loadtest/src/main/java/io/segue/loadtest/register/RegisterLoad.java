package io.segue.loadtest.register;

import io.segue.loadtest.load.Schedule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Reads, writes and deletes registers at a fixed rate, whatever the answers do (an open loop), and records all of it. It begins with a
 * write of every key and ends with a read of every key through every proxy, so that what was lost is missed. One thread does all the work; the public methods are
 * for one other thread.
 */
public final class RegisterLoad implements AutoCloseable {
    private static final Duration FIRST_WRITES = Duration.ofSeconds(20);
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(20);
    /** Operations sent at once at the beginning and at the end. */
    private static final int BATCH = 100;
    /** Segue's words for "not executed, and it will not be"; every other error leaves it open. */
    private static final Set<String> NOT_EXECUTED = Set.of("UNAVAILABLE", "TRYAGAIN", "CROSSSIDE");

    private final RegisterSettings settings;
    private final SplittableRandom random;
    private final History history = new History();
    private final Selector selector;
    private final List<RegisterClient> clients = new ArrayList<>();
    private final Set<RegisterConnection> unflushed = new HashSet<>();
    private final Set<Integer> expectedLosses = ConcurrentHashMap.newKeySet();
    private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();
    private final LongAdder answered = new LongAdder();
    private final Thread thread = new Thread(this::run, "register-load");
    private volatile boolean running = true;
    private volatile boolean aborted;
    private volatile boolean seeded;
    private volatile @Nullable Throwable failure;

    /** Connects; sends nothing yet. */
    public RegisterLoad(RegisterSettings settings) throws IOException {
        this.settings = settings;
        this.random = new SplittableRandom(settings.seed());
        this.selector = Selector.open();
        boolean connected = false;
        try {
            for (int i = 0; i < settings.clients(); i++) {
                clients.add(new RegisterClient(selector, settings, i));
            }
            connected = true;
        } finally {
            if (!connected) {
                selector.close();
            }
        }
        thread.setDaemon(true);
    }

    /** Begins, and returns when every key has its first value; the load goes on. */
    public RegisterLoad start() throws InterruptedException {
        thread.start();
        long deadline = System.nanoTime() + FIRST_WRITES.toNanos();
        while (!seeded && failure == null && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        if (!seeded) {
            throw new IllegalStateException(
                    "not all keys were written in " + FIRST_WRITES.toSeconds() + " s; errors: " + errors(), failure);
        }
        return this;
    }

    /** Operations answered so far, also with an error. */
    public long answered() {
        return answered.sum();
    }

    /** Errors so far: how often each was answered, or a connection was lost that nobody had expected to be lost. */
    public Map<String, Long> errors() {
        Map<String, Long> counts = new TreeMap<>();
        errors.forEach((text, count) -> counts.put(text, count.sum()));
        return counts;
    }

    /**
     * Tells that the proxy number {@code proxy} will be killed: a lost connection to it is no error from now on, and its clients go to the next
     * one. Operations without an answer are then neither lost nor done.
     */
    public void expectLoss(int proxy) {
        expectedLosses.add(proxy);
    }

    /**
     * Stops sending, reads every key through every proxy that is still expected to be there, waits for the answers and disconnects.
     *
     * @return all that has happened; operations that are still not answered are open
     */
    public History stop() throws InterruptedException {
        running = false;
        thread.join();
        if (failure != null) {
            throw new IllegalStateException("the load has ended early", failure);
        }
        return history;
    }

    /** Ends it without the last reads. */
    @Override
    public void close() {
        aborted = true;
        running = false;
        try {
            thread.join();
        } catch (InterruptedException e) {
            // It ends all the same, a moment later.
            Thread.currentThread().interrupt();
        }
    }

    // ---- the thread of the load

    private void run() {
        try {
            writeAllKeys();
            seeded = !aborted;
            openLoop();
            if (!aborted) {
                readAllKeys();
            }
            for (RegisterClient client : clients) {
                client.close();
            }
        } catch (IOException | RuntimeException e) {
            failure = e;
        } finally {
            try {
                selector.close();
            } catch (IOException e) {
                failure = e;
            }
        }
    }

    private void writeAllKeys() throws IOException {
        for (int key = 0; key < settings.keys(); key++) {
            RegisterClient client = clients.get(key % clients.size());
            send(client, client.connection(random), Action.WRITE, key, System.nanoTime());
            if (key % BATCH == BATCH - 1) {
                awaitAnswers();
            }
        }
        awaitAnswers();
    }

    private void openLoop() throws IOException {
        Schedule schedule = new Schedule(System.nanoTime(), settings.ratePerSecond());
        long next = 0;
        while (running) {
            long due = schedule.due(System.nanoTime());
            for (; next < due; next++) {
                sendNext(schedule.intendedNanos(next));
            }
            exchange(1);
        }
        awaitAnswers();
    }

    private void sendNext(long intendedNanos) throws IOException {
        RegisterClient client = clients.get(random.nextInt(clients.size()));
        boolean hot = random.nextBoolean();
        int key = random.nextInt(hot ? RegisterSettings.HOTTEST : settings.keys());
        double what = random.nextDouble();
        Action action = what < settings.readShare()
                ? Action.READ
                : what < settings.readShare() + settings.deleteShare() ? Action.DELETE : Action.WRITE;
        send(client, client.connection(random), action, key, intendedNanos);
    }

    private void readAllKeys() throws IOException {
        for (int proxy = 0; proxy < settings.ports().size(); proxy++) {
            for (int key = 0; key < settings.keys() && !expectedLosses.contains(proxy); key++) {
                RegisterClient client = clients.get(proxy);
                send(client, client.connection(random), Action.READ, key, System.nanoTime());
                if (key % BATCH == BATCH - 1) {
                    awaitAnswers();
                }
            }
        }
        awaitAnswers();
    }

    private void send(
            RegisterClient client, @Nullable RegisterConnection connection, Action action, int key, long intendedNanos)
            throws IOException {
        if (connection == null) {
            error("no proxy to be reached for client " + client.number());
            return;
        }
        // The number of a write is its value: no two are alike, and a finding leads to the write at once.
        int value = history.size() + 1;
        byte[] command = command(action, settings.name(key), value);
        int number = history.begin(
                client.number(), connection.proxy(), key, action, value, intendedNanos, System.nanoTime());
        connection.append(number, command);
        unflushed.add(connection);
    }

    private static byte[] command(Action action, String key, int value) {
        String text =
                switch (action) {
                    case READ -> "*2\r\n$3\r\nGET\r\n$" + key.length() + "\r\n" + key + "\r\n";
                    case DELETE -> "*2\r\n$3\r\nDEL\r\n$" + key.length() + "\r\n" + key + "\r\n";
                    case WRITE -> {
                        String digits = Integer.toString(value);
                        yield "*3\r\n$3\r\nSET\r\n$" + key.length() + "\r\n" + key + "\r\n$" + digits.length() + "\r\n"
                                + digits + "\r\n";
                    }
                };
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void awaitAnswers() throws IOException {
        long deadline = System.nanoTime() + LAST_ANSWERS.toNanos();
        while (clients.stream().anyMatch(RegisterClient::waiting) && !aborted) {
            exchange(10);
            if (System.nanoTime() > deadline) {
                error("no answer in " + LAST_ANSWERS.toSeconds() + " s");
                return;
            }
        }
    }

    private void exchange(long patienceMillis) throws IOException {
        for (RegisterConnection connection : List.copyOf(unflushed)) {
            try {
                connection.flush();
            } catch (IOException e) {
                lost(connection, e);
            }
        }
        unflushed.clear();
        selector.select(patienceMillis);
        for (SelectionKey key : selector.selectedKeys()) {
            RegisterConnection connection = (RegisterConnection) key.attachment();
            try {
                if (key.isReadable()) {
                    connection.receive(this::record);
                }
                if (key.isValid() && key.isWritable()) {
                    connection.flush();
                }
            } catch (IOException e) {
                lost(connection, e);
            }
        }
        selector.selectedKeys().clear();
    }

    private void record(int number, Replies reply) {
        long now = System.nanoTime();
        answered.increment();
        switch (reply.kind()) {
            case ACKNOWLEDGED -> history.done(number, now);
            case VALUE -> history.done(number, now, reply.value());
            case NOTHING -> history.done(number, now, History.NOTHING);
            case ERROR -> {
                String code = reply.error().split(" ", 2)[0];
                if (NOT_EXECUTED.contains(code)) {
                    history.refused(number, now);
                }
                error(reply.error());
            }
        }
    }

    private void lost(RegisterConnection connection, IOException why) {
        int proxy = connection.proxy();
        boolean expected = expectedLosses.contains(proxy);
        if (!expected) {
            error("connection to proxy " + proxy + " lost: " + why.getMessage());
        }
        try {
            answered.add(connection.close().length);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close a connection", e);
        }
        clients.forEach(client -> client.replace(connection, expected));
    }

    private void error(String text) {
        errors.computeIfAbsent(text, any -> new LongAdder()).increment();
    }
}
