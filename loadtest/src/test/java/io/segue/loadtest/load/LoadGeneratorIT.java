package io.segue.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.load.Latencies.Destination;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One server stands in for both proxies: what is checked here is the load and the books, not the proxy. */
@NeedsRedis
@Timeout(60)
class LoadGeneratorIT {
    private static final int RATE = 2_000;

    private final RedisServer server = RedisServer.start();
    private final List<TrackedKey> keys = Keyspace.create(300, 2);
    private final Checker checker = new Checker();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void load_aCorrectServerPassesTheCheck() throws Exception {
        seed();
        try (LoadGenerator load = generator()) {
            long start = System.nanoTime();
            load.start();
            await(() -> load.answered() >= RATE);
            double seconds = (System.nanoTime() - start) / 1e9;
            load.stop();

            assertThat(seconds).as("paced, not as fast as possible").isBetween(0.9, 5.0);
            assertThat(checker.errors()).isZero();
            assertThat(checker.samples()).isEmpty();
            assertThat(checker.reads() + checker.acknowledgedWrites()).isEqualTo(load.answered());
            assertThat(checker.acknowledgedWrites()).isGreaterThan(RATE / 4);
            assertThat(load.latencies().stage().values().stream()
                            .mapToLong(Latencies.Percentiles::count)
                            .sum())
                    .isEqualTo(load.answered());
        }
        assertThat(finalCheck().holds()).isTrue();
    }

    @Test
    void load_whatSomebodyElseTakesAwayIsFound() throws Exception {
        seed();
        try (LoadGenerator load = generator();
                RespClient saboteur = server.connect()) {
            load.start();
            await(() -> checker.acknowledgedWrites() >= 200);
            load.stop();
            TrackedKey victim = keys.stream()
                    .filter(key -> key.acknowledged() > 0)
                    .findFirst()
                    .orElseThrow();
            saboteur.call("DEL", victim.name());
        }
        assertThat(finalCheck().holds()).isFalse();
    }

    @Test
    void load_aDeadServerGivesErrorsAndNoLostWrites() throws Exception {
        seed();
        try (LoadGenerator load = generator()) {
            load.start();
            await(() -> checker.acknowledgedWrites() >= 200);
            server.kill9();
            await(() -> checker.errors() >= 200);
            load.stop();

            assertThat(checker.samples().get(0)).contains("through proxy");
            assertThat(load.inFlight()).isZero();
        }
    }

    @Test
    void load_aFrozenServerIsChargedForTheRequestsMeantForThatTime() throws Exception {
        seed();
        try (LoadGenerator load = generator()) {
            load.start();
            await(() -> load.answered() >= 500);
            load.latencies().startStage();
            server.stopSignal();
            await(() -> load.inFlight() >= RATE / 2);
            server.cont();
            await(() -> load.inFlight() < 10);
            load.stop();

            Latencies.Percentiles old =
                    load.latencies().stage().getOrDefault(Destination.OLD, new Latencies.Percentiles(0, 0, 0, 0));
            assertThat(old.count()).isGreaterThan(RATE / 4);
            assertThat(old.p50Micros()).isGreaterThan(20_000);
            assertThat(checker.errors()).isZero();
        }
        assertThat(finalCheck().holds()).isTrue();
    }

    private LoadGenerator generator() {
        LoadSettings settings = new LoadSettings(List.of(server.port(), server.port()), 2, RATE, 0.6, 20_000, 42);
        return new LoadGenerator(settings, keys, checker, (key, read) -> read ? Destination.OLD : Destination.BOTH);
    }

    private void seed() throws IOException {
        try (RespClient redis = server.connect()) {
            Keyspace.seed(keys, redis);
        }
    }

    private FinalCheck finalCheck() throws IOException {
        try (RespClient redis = server.connect()) {
            return FinalCheck.of(keys, redis);
        }
    }

    /** Polls until {@code condition} holds; the class's timeout ends a wait in vain. */
    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }
}
