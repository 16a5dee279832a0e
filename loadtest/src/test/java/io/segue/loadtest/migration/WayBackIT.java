package io.segue.loadtest.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.loadtest.data.Comparison;
import io.segue.loadtest.load.Checker;
import io.segue.loadtest.load.FinalCheck;
import io.segue.loadtest.load.Keyspace;
import io.segue.loadtest.load.LoadGenerator;
import io.segue.loadtest.load.TrackedKey;
import io.segue.loadtest.load.Violation;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Once keys are on NEW, OLD follows it: a rollback loses nothing, whatever was written on NEW only. Real servers and processes. */
@NeedsRedis
@Timeout(240)
class WayBackIT {
    /** How long clients write NEW only before it is rolled back. */
    private static final Duration NEW_ONLY = Duration.ofSeconds(Integer.getInteger("segue.wayback.seconds", 2));

    private static final int RATE = 1_500;
    private static final String BIG_BANG = "{\"type\": \"big_bang\"}";

    private final List<TrackedKey> keys = Keyspace.create(600, 2);
    private final Checker checker = new Checker();

    static String cutover(double share) {
        return """
                {"type": "canary", "read_percentage": %s, "write_mode": {"mode": "cutover", "write_percentage": %s}}""".formatted(share, share);
    }

    private static String strategy(String name) {
        return switch (name) {
            case "big_bang" -> BIG_BANG;
            case "cutover" -> cutover(1.0);
            default -> throw new IllegalArgumentException(name);
        };
    }

    @ParameterizedTest
    @CsvSource({"big_bang, scan", "cutover, scan"})
    void afterTheRollback_oldHasNewsLastState(String strategy, String data) throws Exception {
        try (Rig rig = Rig.start(2);
                RespClient client = rig.client()) {
            begin(rig, strategy(strategy), data);
            try (LoadGenerator load = rig.load(keys, checker, RATE)) {
                writeNewOnly(load);
                client.call("SET", "made:on:new", "1");
                client.call("DEL", "was:on:old");
                client.call("SET", "with:expiry", "1", "PX", "600000");
                load.stop();
            }
            assertThat(rig.act("rollback").path("status").asText()).isEqualTo("rolled_back");
            Comparison found = rig.compare();
            assertThat(found.isEqual()).as("%s", found).isTrue();
            assertThat(rig.oldServer().call("GET", "made:on:new").text()).isEqualTo("1");
            assertThat(rig.oldServer().call("EXISTS", "was:on:old").number()).isZero();
            noHarm();
            lostNothing(rig.oldServer());
            assertThat(rig.progress().path("stage").asText()).isEqualTo("closed");
        }
    }

    @ParameterizedTest
    @CsvSource({"big_bang, none", "cutover, none"})
    void rollbackUnderLoadBringsWhatWasWrittenOnNewOnly(String strategy, String data) throws Exception {
        try (Rig rig = Rig.start(2)) {
            begin(rig, strategy(strategy), data);
            try (LoadGenerator load = rig.load(keys, checker, RATE)) {
                writeNewOnly(load);
                assertThat(rig.act("rollback").path("status").asText()).isEqualTo("rolled_back");
                answers(load, RATE / 2);
                load.stop();
            }
            noHarm();
            lostNothing(rig.oldServer());
        }
    }

    private static void writeNewOnly(LoadGenerator load) throws IOException, InterruptedException {
        load.start();
        long end = System.nanoTime() + NEW_ONLY.toNanos();
        Rig.await("writes on NEW", NEW_ONLY.plusSeconds(20), () -> System.nanoTime() - end > 0);
        answers(load, RATE);
    }

    @Test
    void withoutACopy_whatOnlyOldHasStays() throws Exception {
        try (Rig rig = Rig.start(1);
                RespClient client = rig.client()) {
            client.call("SET", "only:on:old", "1");
            rig.migrate(cutover(1.0));
            client.call("SET", "made:on:new", "2");
            assertThat(client.call("GET", "only:on:old").isNil()).isTrue();
            // The feed is lost, so everything is compared.
            rig.newServer().call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
            Rig.await(
                    "a comparison",
                    () -> rig.progress().path("rechecks").asLong() > 0);
            Rig.await("its end", () -> rig.progress().path("caught_up").asBoolean());
            Rig.await(
                    "a client's reconnection",
                    () -> client.call("SET", "made:later", "3").text().equals("OK"));

            assertThat(rig.act("rollback").path("status").asText()).isEqualTo("rolled_back");
            assertThat(client.call("GET", "only:on:old").text()).isEqualTo("1");
            assertThat(client.call("GET", "made:on:new").text()).isEqualTo("2");
            assertThat(client.call("GET", "made:later").text()).isEqualTo("3");
        }
    }

    @Test
    void rollbackFromPaused() throws Exception {
        try (Rig rig = Rig.start(2)) {
            begin(rig, cutover(1.0), "scan");
            try (LoadGenerator load = rig.load(keys, checker, RATE)) {
                load.start();
                answers(load, RATE);
                assertThat(rig.act("pause").path("status").asText()).isEqualTo("paused");
                answers(load, RATE);
                Rig.await(
                        "changes that wait",
                        () -> reverse(rig).path("owed").asLong() > 0);
                assertThat(rig.act("rollback").path("status").asText()).isEqualTo("rolled_back");
                answers(load, RATE);
                load.stop();
            }
            noHarm();
            lostNothing(rig.oldServer());
        }
    }

    @Test
    void aMoverThatFailsHalfWay_leavesAWayBackForTheOperator() throws Exception {
        try (Rig rig = Rig.start(2)) {
            seedOld(rig);
            rig.rest().post("/migrations", """
                            {"id": "%s", "strategy": %s, "data": %s, "failure_handling": "allow_partial"}""".formatted(Rig.MIGRATION, cutover(0.5), Rig.scan("replace")));
            rig.rest()
                    .post(
                            "/migrations/" + Rig.MIGRATION + "/interlay/" + Rig.INTERLAY,
                            "{\"endpoint\": \"new_redis_cluster\"}");
            rig.act("migrate");
            rig.awaitOpen();
            try (LoadGenerator load = rig.load(keys, checker, RATE)) {
                load.start();
                answers(load, RATE);
                supersedeTheMover(rig);
                answers(load, RATE);
                assertThat(reverse(rig).path("phase").asText()).isEqualTo("following");
                assertThat(rig.act("rollback").path("status").asText()).isEqualTo("rolled_back");
                answers(load, RATE);
                load.stop();
            }
            noHarm();
            lostNothing(rig.oldServer());
        }
    }

    /** Pretends to be a later mover, which the one that runs finds when it has to connect again. */
    private static void supersedeTheMover(Rig rig) throws IOException, InterruptedException {
        RedisServer server = rig.newServer();
        String line = server.call("CLIENT", "LIST")
                .text()
                .lines()
                .filter(one -> one.contains("name=segue-mover:") && one.contains(":lane-"))
                .findFirst()
                .orElseThrow();
        String[] name = line.replaceAll(".* name=(\\S*) .*", "$1").split(":", -1);
        try (RespClient later = server.connect()) {
            later.call("CLIENT", "SETNAME", name[0] + ":" + name[1] + ":999:lane-0");
            server.call("CLIENT", "KILL", "ID", line.replaceAll("^id=(\\d+) .*", "$1"));
            Rig.await(
                    "the failure",
                    () -> rig.migration().path("status").asText().equals("failed"));
        }
    }

    @Test
    void aWriterThatPassesTheProxiesBy_keepsTheKeysWhereTheyAre() throws Exception {
        try (Rig rig = Rig.start(1)) {
            seedOld(rig);
            rig.migrate(cutover(0.0), Rig.scan("replace"));
            rig.awaitOpen();
            try (DirectWriter direct = new DirectWriter(rig.oldServer())) {
                Rig.await("direct writes", () -> direct.written() > 100);
                assertThatThrownBy(() -> rig.patch(cutover(1.0)))
                        .hasMessageContaining("409")
                        .hasMessageContaining("the change was undone");
                long then = direct.written();
                Rig.await("direct writes", () -> direct.written() > then + 100);
                direct.stop();
                assertThat(rig.oldServer().call("GET", DirectWriter.KEY).text())
                        .isEqualTo(Long.toString(direct.written()));
            }
            Rig.await("the last of them", () -> rig.progress().path("caught_up").asBoolean());
            assertThat(rig.patch(cutover(1.0)).path("status").asText()).isEqualTo("running");
            try (RespClient client = rig.client();
                    RespClient old = rig.oldServer().connect()) {
                assertThat(client.call("GET", DirectWriter.KEY).text())
                        .isEqualTo(old.call("GET", DirectWriter.KEY).text());
            }
        }
    }

    private void begin(Rig rig, String strategy, String data) throws IOException, InterruptedException {
        if (data.equals("scan")) {
            seedOld(rig);
            rig.migrate(strategy, Rig.scan("replace"));
            rig.awaitOpen();
        } else {
            rig.seed(keys);
            rig.oldServer().call("SET", "was:on:old", "1");
            rig.newServer().call("SET", "was:on:old", "1");
            rig.migrate(strategy);
        }
    }

    private void seedOld(Rig rig) throws IOException {
        try (RespClient redis = rig.oldServer().connect()) {
            Keyspace.seed(keys, redis);
            redis.call("SET", "was:on:old", "1");
        }
    }

    /** How the way back stands. */
    static JsonNode reverse(Rig rig) throws InterruptedException {
        for (JsonNode one : rig.progress().path("movements")) {
            if (one.path("direction").asText().equals("reverse")) {
                return one;
            }
        }
        throw new AssertionError("there is no way back: " + rig.progress());
    }

    private void noHarm() {
        for (Violation violation : Violation.values()) {
            if (violation.isFatal()) {
                assertThat(checker.count(violation))
                        .as(violation + " " + checker.samples())
                        .isZero();
            }
        }
        assertThat(checker.errors()).as("%s", checker.samples()).isZero();
    }

    private void lostNothing(RedisServer server) throws IOException {
        FinalCheck check = Rig.finalCheck(keys, server);
        assertThat(check.samples()).isEmpty();
        assertThat(check.holds()).isTrue();
    }

    private static void answers(LoadGenerator load, long more) throws IOException, InterruptedException {
        long enough = load.answered() + more;
        Rig.await("answers", () -> load.answered() >= enough);
    }
}
