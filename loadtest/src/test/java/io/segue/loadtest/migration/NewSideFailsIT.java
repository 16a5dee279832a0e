package io.segue.loadtest.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.core.operation.Bucket;
import io.segue.loadtest.load.Checker;
import io.segue.loadtest.load.FinalCheck;
import io.segue.loadtest.load.Keyspace;
import io.segue.loadtest.load.Latencies.Destination;
import io.segue.loadtest.load.Latencies.Percentiles;
import io.segue.loadtest.load.LoadGenerator;
import io.segue.loadtest.load.LoadSettings;
import io.segue.loadtest.load.TrackedKey;
import io.segue.loadtest.load.Violation;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** NEW hangs, dies and comes back, with and without its data, under load: no client notices, and in the end both sides are equal. */
@NeedsRedis
@Timeout(120)
class NewSideFailsIT {
    private static final int RATE = 1_500;
    private static final double SHARE = 0.5;
    /** The rescue budget of 50 ms, and what this machine may take longer while other tests run on it. */
    private static final long BOUND_MICROS = 50_000 + 200_000;

    @Test
    void hangsThenDiesThenComesBackEmpty() throws Exception {
        List<TrackedKey> keys = Keyspace.create(600, 1);
        Checker checker = new Checker();
        try (Rig rig = Rig.start(1, "--threads", "2")) {
            rig.seed(keys);
            rig.migrate(Rig.canary(SHARE));
            try (LoadGenerator load = load(rig, keys, checker)) {
                load.start();
                answers(load, 3L * RATE);
                load.latencies().startStage();
                answers(load, 2L * RATE);
                Percentiles oldBefore = stage(load, Destination.OLD);

                load.latencies().startStage();
                rig.newServer().stopSignal();
                long stopped = System.nanoTime();
                Rig.await("the circuit opening", () -> rig.metric("segue_circuit_opened_total", "side=\"new\"") > 0);
                assertThat(Duration.ofNanos(System.nanoTime() - stopped)).isLessThan(Duration.ofSeconds(1));
                answers(load, 2L * RATE);
                assertThat(stage(load, Destination.NEW).maxMicros()).isLessThan(BOUND_MICROS);
                assertThat(stage(load, Destination.OLD).p50Micros())
                        .as("reads of keys on OLD are not slowed")
                        .isLessThan(oldBefore.p50Micros() * 3 + 3_000);

                assertThat(rig.metric("segue_rescued_reads_total")).isPositive();
                assertThat(rig.metric("segue_errors_total", "side=\"new\"")).isPositive();
                for (String kind : List.of("class=\"connection\"", "class=\"timeout\"")) {
                    assertThat(rig.metric("segue_errors_total", "side=\"old\"", kind))
                            .as(kind)
                            .isZero();
                }
                assertThat(rig.metric("segue_dual_write_failures_total", "failed_on=\"new\""))
                        .isPositive();
                Rig.await(
                        "the ledger being reported",
                        () -> rig.divergence().path("count").asLong() > 100);
                JsonNode divergence = rig.divergence();
                assertThat(divergence.path("oldest").asText()).isNotEmpty();
                assertThat(divergence.path("sample").path(0).path("cause").asText())
                        .startsWith("follower_unavailable");

                rig.newServer().kill9();
                answers(load, RATE);
                rig.newServer().restart();
                answers(load, 2L * RATE);
                load.stop();
            }
            noHarm(checker);
            rig.awaitEqual();
            assertThat(rig.differences()).as("what NEW had lost is back").isEmpty();
            holds(Rig.finalCheck(keys, rig.newServer()));
            Rig.await("the report", () -> rig.divergence().path("count").asLong() == 0);
        }
    }

    @Test
    void hangsForAWhile() throws Exception {
        List<TrackedKey> keys = Keyspace.create(600, 1);
        Checker checker = new Checker();
        try (Rig rig = Rig.start(1, "--threads", "2")) {
            rig.seed(keys);
            rig.migrate(Rig.canary(SHARE));
            try (LoadGenerator load = load(rig, keys, checker)) {
                load.start();
                for (int i = 0; i < 3; i++) {
                    answers(load, RATE);
                    rig.newServer().stopSignal();
                    answers(load, RATE);
                    rig.newServer().cont();
                }
                answers(load, RATE);
                load.stop();
            }
            noHarm(checker);
            rig.awaitEqual();
            assertThat(rig.differences()).isEmpty();
        }
    }

    @Test
    void comesBackWithOldDataInSeveralDatabases() throws Exception {
        RedisServer withMemory =
                RedisServer.builder().config("dbfilename old.rdb").start();
        try (Rig rig = Rig.start(RedisServer.start(), withMemory, 1);
                RespClient client = rig.client()) {
            rig.migrate(Rig.canary(1));
            for (String db : List.of("0", "5", "9")) {
                client.call("SELECT", db);
                client.call("SET", "a", "1");
                client.call("SET", "gone", "1");
            }
            rig.awaitEqual();
            assertThat(withMemory.call("SAVE").text()).isEqualTo("OK");
            for (String db : List.of("0", "5", "9")) {
                client.call("SELECT", db);
                client.call("SET", "a", "2");
                client.call("DEL", "gone");
            }
            rig.awaitEqual();
            withMemory.restart();

            client.call("SELECT", "9");
            // Each answer is the present one, whichever side it comes from.
            Rig.await("a comparison of everything", () -> {
                assertThat(client.call("GET", "a").text()).isEqualTo("2");
                assertThat(client.call("EXISTS", "gone").number()).isZero();
                return rig.metric("segue_ledger_repaired_total") >= 3 && rig.ledger() == 0;
            });
            assertThat(rig.differences()).isEmpty();
        }
    }

    private static void noHarm(Checker checker) {
        assertThat(checker.samples()).isEmpty();
        assertThat(checker.errors()).isZero();
        assertThat(checker.count(Violation.STALE_READ)).isZero();
    }

    private static void holds(FinalCheck check) {
        assertThat(check.samples()).isEmpty();
        assertThat(check.holds()).isTrue();
    }

    private static Percentiles stage(LoadGenerator load, Destination destination) {
        return load.latencies().stage().getOrDefault(destination, new Percentiles(0, 0, 0, 0));
    }

    /** Waits for that many more answers. */
    private static void answers(LoadGenerator load, long more) throws Exception {
        long enough = load.answered() + more;
        Rig.await("answers", () -> load.answered() >= enough);
    }

    private static LoadGenerator load(Rig rig, List<TrackedKey> keys, Checker checker) throws InterruptedException {
        long salt = Bucket.salt(rig.migration().path("uuid").asText());
        LoadSettings settings = new LoadSettings(List.of(rig.proxy().port()), 4, RATE, 0.5, 20_000, System.nanoTime());
        return new LoadGenerator(settings, keys, checker, (key, read) -> {
            byte[] name = key.name().getBytes(StandardCharsets.UTF_8);
            boolean onNew = Bucket.of(name, 0, name.length, salt) < Bucket.threshold(SHARE);
            return !read ? Destination.BOTH : onNew ? Destination.NEW : Destination.OLD;
        });
    }
}
