package io.segue.loadtest.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.loadtest.data.MixedData;
import io.segue.loadtest.data.Writers;
import io.segue.loadtest.load.Checker;
import io.segue.loadtest.load.Keyspace;
import io.segue.loadtest.load.LoadGenerator;
import io.segue.loadtest.load.TrackedKey;
import io.segue.loadtest.load.Violation;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisCluster;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Data moves while applications write, from REST to the servers: nothing here is a fake. */
@NeedsRedis
@Timeout(180)
class MovementIT {
    private static final Duration IN_STEP = Duration.ofSeconds(5);

    /** Each feed and each mode once; all four with {@code -Dsegue.full=true}. */
    static List<Arguments> modes() {
        List<Arguments> some = List.of(arguments("tracking", "dual"), arguments("psync", "reads"));
        List<Arguments> others = List.of(arguments("tracking", "reads"), arguments("psync", "dual"));
        return Boolean.getBoolean("segue.full")
                ? Stream.of(some, others).flatMap(List::stream).toList()
                : some;
    }

    @ParameterizedTest
    @MethodSource("modes")
    void equalWhenTheWritersHaveStopped(String feed, String mode) throws Exception {
        try (Rig rig = Rig.setup().proxies(2, "--threads", "1").start()) {
            Movement movement = new Movement(rig);
            MixedData data = Movement.fill(rig);
            try (Writers writers = Movement.writers(rig, data)) {
                rig.migrate(
                        mode.equals("dual") ? Rig.canary(0.2) : Movement.READS_ONLY,
                        Movement.scan("replace", feed, 3_000));
                movement.awaitCopied(Movement.KEYS / 10);
                movement.throttle(0);
                JsonNode open = movement.awaitOpen();
                assertThat(open.path("feed").asText()).isEqualTo(feed);
                assertThat(movement.phases()).contains("copying", "following");
                long before = writers.commands();
                Rig.await("writes under the strategy", () -> writers.commands() > before + 3_000);
                Writers.Report report = writers.stop();
                assertThat(report.byCommand()).hasSizeGreaterThan(10);
            }
            assertThat(movement.awaitEqual(IN_STEP).keys()).isGreaterThan(Movement.KEYS / 2);
            movement.awaitCaughtUp();
            JsonNode verified = movement.verify(false);
            assertThat(verified.path("clean").asBoolean()).as("%s", verified).isTrue();
            assertThat(verified.path("compared").asLong()).isGreaterThan(Movement.KEYS / 2);
            assertThat(movement.progress().path("error_keys").asLong()).isZero();
        }
    }

    @Test
    void aPlantedDifferenceIsFoundReportedAndRepaired() throws Exception {
        try (Rig rig = Rig.start(1);
                RespClient client = rig.client()) {
            Movement movement = new Movement(rig);
            for (int i = 0; i < 500; i++) {
                client.call("SET", "key:" + i, "value " + i);
            }
            rig.migrate(Rig.canary(0.2), Rig.scan("replace"));
            movement.awaitOpen();
            rig.newServer().call("SET", "key:1", "planted");
            rig.newServer().call("DEL", "key:2");
            rig.newServer().call("SET", "extra", "planted");

            JsonNode found = movement.verify(false);
            assertThat(found.path("clean").asBoolean()).isFalse();
            assertThat(found.path("different").path("value").asLong()).isEqualTo(1);
            assertThat(found.path("different").path("missing").asLong()).isEqualTo(1);
            assertThat(found.path("different").path("extra").asLong()).isEqualTo(1);
            assertThat(movement.report()).contains("key:1", "key:2", "extra");
            assertThat(rig.newServer().call("GET", "key:1").text())
                    .as("nobody asked for a repair")
                    .isEqualTo("planted");

            assertThat(movement.verify(true).path("repaired").asLong()).isEqualTo(3);
            movement.awaitEqual(IN_STEP);
            assertThat(movement.verify(false).path("clean").asBoolean()).isTrue();
        }
    }

    @Test
    void bigBangAfterTheCopy_losesNoAcknowledgedWrite() throws Exception {
        List<TrackedKey> keys = Keyspace.create(600, 2);
        Checker checker = new Checker();
        try (Rig rig = Rig.start(2)) {
            Movement movement = new Movement(rig);
            try (RespClient redis = rig.oldServer().connect()) {
                Keyspace.seed(keys, redis);
            }
            try (LoadGenerator load = rig.load(keys, checker, 1_000)) {
                load.start();
                Rig.await("load", () -> load.answered() > 500);
                rig.migrate("{\"type\": \"big_bang\"}", Rig.scan("replace"));
                movement.awaitOpen();
                long then = load.answered();
                Rig.await("load on NEW", () -> load.answered() > then + 2_000);
                load.stop();
            }
            assertThat(checker.errors()).as("%s", checker.samples()).isZero();
            for (Violation violation : Violation.values()) {
                assertThat(violation.isFatal() ? checker.count(violation) : 0)
                        .as(violation + " " + checker.samples())
                        .isZero();
            }
            assertThat(Rig.finalCheck(keys, rig.newServer()).samples()).isEmpty();
            assertThat(Rig.finalCheck(keys, rig.newServer()).holds()).isTrue();
            assertThat(rig.act("complete").path("status").asText()).isEqualTo("completed");
        }
    }

    @Test
    void pauseThrottleAndRollbackDuringTheCopy() throws Exception {
        try (Rig rig = Rig.start(1);
                RespClient client = rig.client()) {
            Movement movement = new Movement(rig);
            Movement.fill(rig);
            rig.migrate(Rig.canary(0.2), Movement.scan("replace", "auto", 500));
            movement.awaitCopied(100);
            rig.act("pause");
            assertThat(movement.progress().path("paused").asBoolean()).isTrue();
            client.call("SET", "while:paused", "1");
            Rig.await(
                    "the change being noted",
                    () -> movement.progress().path("owed").asLong() > 0);
            assertThat(rig.newServer().call("EXISTS", "while:paused").number()).isZero();
            rig.act("resume");
            Rig.await(
                    "the change being carried over",
                    () -> rig.newServer().call("EXISTS", "while:paused").number() == 1);
            assertThat(movement.progress().path("stage").asText()).isEqualTo("copying");

            assertThat(rig.act("rollback").path("status").asText()).isEqualTo("rolled_back");
            long left = rig.newServer().call("DBSIZE").number();
            client.call("SET", "after:rollback", "1");
            assertThat(movement.progress().path("stage").asText()).isEqualTo("closed");
            assertThat(rig.newServer().call("EXISTS", "after:rollback").number())
                    .isZero();
            assertThat(rig.newServer().call("DBSIZE").number()).isLessThanOrEqualTo(left);

            rig.rest().delete("/migrations/" + Rig.MIGRATION);
            rig.migrate(Rig.canary(0.2), Movement.scan("replace", "auto", 500));
            movement.awaitCopied(100);
            movement.throttle(0);
            movement.awaitOpen();
            movement.awaitEqual(IN_STEP);
        }
    }

    @ParameterizedTest
    @CsvSource({"none, 1, 2", "merge, 2, 1", "replace, 1, 0"})
    void conflictRulesAreKeptAndListed(String rule, int members, int conflicts) throws Exception {
        try (Rig rig = Rig.start(1)) {
            Movement movement = new Movement(rig);
            rig.oldServer().call("SET", "text", "old");
            rig.oldServer().call("SADD", "set", "old");
            rig.oldServer().call("SET", "only:old", "1");
            rig.newServer().call("SET", "text", "new");
            rig.newServer().call("SADD", "set", "new");
            rig.migrate(Movement.COPY_ONLY, Rig.scan(rule));
            movement.awaitOpen();

            assertThat(rig.newServer().call("GET", "only:old").text()).isEqualTo("1");
            assertThat(rig.newServer().call("GET", "text").text()).isEqualTo(rule.equals("replace") ? "old" : "new");
            assertThat(rig.newServer().call("SCARD", "set").number()).isEqualTo(members);
            JsonNode listed = movement.errorKeys();
            assertThat(listed.path("conflicts").asInt()).as("%s", listed).isEqualTo(conflicts);
            assertThat(listed.path("keys"))
                    .hasSize(conflicts)
                    .allMatch(key -> key.path("conflict").asBoolean());
        }
    }

    @Test
    void intoACluster_dataMovesAndTrafficIsRefused() throws Exception {
        RedisServer old = RedisServer.start();
        try (Rig rig = Rig.setup()
                .sides(RigSide.of(old), RigSide.of(RedisCluster.start(3)))
                .proxies(1, "--threads", "1")
                .start()) {
            Movement movement = new Movement(rig);
            MixedData data = Movement.fill(rig);
            rig.define(Rig.canary(0.2), Rig.scan("replace"));
            assertThat(rig.act("test").toString()).contains("cluster_mode", "\"valid\":false");
            assertThatThrownBy(() -> rig.act("migrate")).hasMessageContaining("cluster mode");
            rig.rest().delete("/migrations/" + Rig.MIGRATION);

            try (Writers writers = Movement.writers(rig, data)) {
                rig.migrate(Movement.COPY_ONLY, Rig.scan("replace"));
                movement.awaitOpen();
                long then = writers.commands();
                Rig.await("writes", () -> writers.commands() > then + 1_000);
                writers.stop();
            }
            movement.awaitEqual(IN_STEP);
        }
    }
}
