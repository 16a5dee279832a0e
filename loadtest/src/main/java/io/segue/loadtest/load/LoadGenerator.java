package io.segue.loadtest.load;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.segue.loadtest.load.Latencies.Destination;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Sends reads and writes of random keys at a fixed rate, whatever the answers do (an open loop), with an ordinary client library. All
 * writes of a key go over one connection, so that its versions arrive in order; reads go over any connection of any proxy. A request
 * whose connection breaks is never sent again.
 */
public final class LoadGenerator implements AutoCloseable {
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(10);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private final LoadSettings settings;
    private final List<TrackedKey> keys;
    private final Checker checker;
    private final BiFunction<TrackedKey, Boolean, Destination> destinations;
    private final Latencies latencies = new Latencies();
    private final LongAdder answered = new LongAdder();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final RedisClient client = RedisClient.create();
    private final List<List<StatefulRedisConnection<String, String>>> connections = new ArrayList<>();
    private volatile boolean running;
    private @Nullable Thread pacer;

    /**
     * Connects; sends nothing yet.
     *
     * @param keys what to read and write
     * @param checker sees every request and answer
     * @param destinations where a request for a key goes, read: true or write: false; only sorts latencies
     */
    public LoadGenerator(
            LoadSettings settings,
            List<TrackedKey> keys,
            Checker checker,
            BiFunction<TrackedKey, Boolean, Destination> destinations) {
        this.settings = settings;
        this.keys = List.copyOf(keys);
        this.checker = checker;
        this.destinations = destinations;
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .replayFilter(command -> true)
                .timeoutOptions(TimeoutOptions.enabled(COMMAND_TIMEOUT))
                .build());
        for (int port : settings.proxyPorts()) {
            List<StatefulRedisConnection<String, String>> ofProxy = new ArrayList<>();
            for (int i = 0; i < settings.connectionsPerProxy(); i++) {
                ofProxy.add(client.connect(RedisURI.create("127.0.0.1", port)));
            }
            connections.add(ofProxy);
        }
    }

    /** Starts sending. */
    public void start() {
        running = true;
        Thread thread = new Thread(this::pace, "load");
        thread.setDaemon(true);
        pacer = thread;
        thread.start();
    }

    /** Stops sending and waits until all requests were answered or have timed out. */
    public void stop() throws InterruptedException {
        running = false;
        if (pacer != null) {
            pacer.join();
        }
        long deadline = System.nanoTime() + DRAIN_TIMEOUT.toNanos();
        while (inFlight.get() > 0 && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        if (inFlight.get() > 0) {
            throw new IllegalStateException(inFlight.get() + " requests were neither answered nor did they time out");
        }
    }

    /** Requests answered so far, with whatever answer. */
    public long answered() {
        return answered.sum();
    }

    /** Requests that are waiting for an answer. */
    public int inFlight() {
        return inFlight.get();
    }

    /** Latencies by destination. */
    public Latencies latencies() {
        return latencies;
    }

    @Override
    public void close() {
        running = false;
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }

    private void pace() {
        SplittableRandom random = new SplittableRandom(settings.seed());
        Schedule schedule = new Schedule(System.nanoTime(), settings.ratePerSecond());
        long next = 0;
        while (running) {
            long due = schedule.due(System.nanoTime());
            while (next < due && running) {
                send(random, schedule.intendedNanos(next));
                next++;
            }
            long pause = schedule.intendedNanos(next) - System.nanoTime();
            if (pause > 0) {
                LockSupport.parkNanos(Math.min(pause, LONGEST_PAUSE_NANOS));
            }
        }
    }

    private void send(SplittableRandom random, long intendedNanos) {
        int index = random.nextInt(keys.size());
        TrackedKey key = keys.get(index);
        boolean read = random.nextDouble() < settings.readShare();
        if (inFlight.incrementAndGet() > settings.maxInFlight()) {
            inFlight.decrementAndGet();
            checker.failed(key, "not sent: " + settings.maxInFlight() + " requests are waiting for an answer");
            return;
        }
        if (read) {
            read(key, random, intendedNanos);
        } else {
            write(key, index, intendedNanos);
        }
    }

    private void read(TrackedKey key, SplittableRandom random, long intendedNanos) {
        int proxy = random.nextInt(connections.size());
        RedisAsyncCommands<String, String> redis = redis(proxy, random.nextInt(settings.connectionsPerProxy()));
        Destination destination = destinations.apply(key, true);
        Checker.PendingRead pending = checker.beginRead(key, proxy);
        whenAnswered(() -> key.kind().read(redis, key.name()), destination, intendedNanos, (version, error) -> {
            if (error == null && version != null) {
                checker.endRead(pending, version);
            } else {
                checker.failed(key, "read through proxy " + proxy + ": " + error);
            }
        });
    }

    private void write(TrackedKey key, int index, long intendedNanos) {
        RedisAsyncCommands<String, String> redis = redis(key.home(), index % settings.connectionsPerProxy());
        Destination destination = destinations.apply(key, false);
        long version = checker.beginWrite(key);
        whenAnswered(() -> key.kind().write(redis, key.name(), version), destination, intendedNanos, (reply, error) -> {
            if (error == null && reply != null) {
                checker.acknowledged(key, version, reply);
            } else {
                checker.failed(key, version, "write " + version + " through proxy " + key.home() + ": " + error);
            }
        });
    }

    private RedisAsyncCommands<String, String> redis(int proxy, int connection) {
        return connections.get(proxy).get(connection).async();
    }

    /** Sends, and sees to it that {@code then} runs exactly once, also if the client refuses to send. */
    private <T> void whenAnswered(
            Request<T> request, Destination destination, long intendedNanos, Outcome<? super T> then) {
        CompletionStage<? extends T> answer;
        try {
            answer = request.send();
        } catch (RuntimeException e) {
            finish(null, e, then);
            return;
        }
        answer.whenComplete((value, error) -> {
            latencies.record(destination, System.nanoTime() - intendedNanos);
            finish(value, error instanceof CompletionException wrapped ? wrapped.getCause() : error, then);
        });
    }

    private <T> void finish(@Nullable T value, @Nullable Throwable error, Outcome<? super T> then) {
        try {
            then.accept(value, error);
        } finally {
            answered.increment();
            inFlight.decrementAndGet();
        }
    }

    /** Sends a request. */
    @FunctionalInterface
    private interface Request<T> {
        CompletionStage<? extends T> send();
    }

    /** Takes an answer: a value, or what went wrong. */
    @FunctionalInterface
    private interface Outcome<T> {
        void accept(@Nullable T value, @Nullable Throwable error);
    }
}
