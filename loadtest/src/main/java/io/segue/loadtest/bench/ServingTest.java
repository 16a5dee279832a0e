package io.segue.loadtest.bench;

import io.segue.loadtest.load.Checker;
import io.segue.loadtest.load.Keyspace;
import io.segue.loadtest.load.Kind;
import io.segue.loadtest.load.Latencies.Destination;
import io.segue.loadtest.load.Latencies.Percentiles;
import io.segue.loadtest.load.LoadGenerator;
import io.segue.loadtest.load.LoadSettings;
import io.segue.loadtest.load.TrackedKey;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What a copy does to the clients of its source: GETs and SETs at a fixed rate, without a copy and during one that may slow itself down. */
final class ServingTest {
    private static final int KEYS = 2_000;
    private static final int CONNECTIONS = 4;
    private static final double READS = 0.8;
    private static final int MOST_IN_FLIGHT = 50_000;
    private static final long SEED = 42;
    private static final Duration WARM_UP = Duration.ofSeconds(5);

    private final RedisServer source;
    private final RedisServer target;
    private final MoverProcess mover;
    private final double rate;
    private final Duration alone;

    /**
     * @param source filled
     * @param rate requests per second
     * @param alone how long to measure without a copy
     */
    ServingTest(RedisServer source, RedisServer target, MoverProcess mover, double rate, Duration alone) {
        this.source = source;
        this.target = target;
        this.mover = mover;
        this.rate = rate;
        this.alone = alone;
    }

    /**
     * What came out.
     *
     * @param feed of the mover
     * @param without latencies without a copy
     * @param during latencies while it ran
     * @param copy how long the copy took
     * @param throttled how long of that it held back
     */
    record Outcome(
            String feed, double rate, Percentiles without, Percentiles during, Duration copy, Duration throttled) {
        double ratio() {
            return during.p99Micros() / (double) Math.max(1, without.p99Micros());
        }

        /** A row for a Markdown table. */
        String row() {
            return String.format(
                    Locale.ROOT,
                    "| %s | %,.0f | %,d µs | %,d µs | %.2f | %.1f s | %.1f s |%n",
                    feed,
                    rate,
                    without.p99Micros(),
                    during.p99Micros(),
                    ratio(),
                    copy.toNanos() / 1e9,
                    throttled.toNanos() / 1e9);
        }

        static String head() {
            return """
                    | feed | requests/s | p99 without a copy | p99 during the copy | ratio | copy took | of that held back |
                    |---|--:|--:|--:|--:|--:|--:|
                    """;
        }
    }

    /** Measures with one feed; the target must be empty. */
    Outcome measure(String feed) throws IOException, InterruptedException {
        List<TrackedKey> keys = Keyspace.create(KEYS * Kind.values().length, 1).stream()
                .filter(key -> key.kind() == Kind.STRING)
                .toList();
        try (RespClient client = source.connect()) {
            Keyspace.seed(keys, client);
        }
        Checker checker = new Checker();
        LoadSettings settings =
                new LoadSettings(List.of(source.port()), CONNECTIONS, rate, READS, MOST_IN_FLIGHT, SEED);
        try (LoadGenerator load = new LoadGenerator(settings, keys, checker, (key, read) -> Destination.OLD)) {
            load.start();
            TimeUnit.NANOSECONDS.sleep(WARM_UP.toNanos());
            load.latencies().startStage();
            TimeUnit.NANOSECONDS.sleep(alone.toNanos());
            Percentiles without = latencies(load);
            load.latencies().startStage();
            long[] copy = mover.copyUnderLoad(feed, source, target);
            Percentiles during = latencies(load);
            load.stop();
            return new Outcome(feed, rate, without, during, Duration.ofNanos(copy[0]), Duration.ofNanos(copy[1]));
        } finally {
            mover.end();
        }
    }

    private static Percentiles latencies(LoadGenerator load) {
        Percentiles found = load.latencies().stage().get(Destination.OLD);
        if (found == null || found.count() == 0) {
            throw new IllegalStateException("no request was answered");
        }
        return found;
    }
}
