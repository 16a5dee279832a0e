package io.segue.loadtest.switchover;

import static io.segue.loadtest.switchover.Switching.RATE;
import static io.segue.loadtest.switchover.Switching.answers;
import static io.segue.loadtest.switchover.Switching.cutover;
import static io.segue.loadtest.switchover.Switching.reverse;
import static io.segue.loadtest.switchover.Switching.rollback;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.loadtest.data.Comparison;
import io.segue.loadtest.load.LoadGenerator;
import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Once keys are on NEW, OLD follows it: a rollback loses nothing, whatever was written on NEW only. Real servers and processes. */
@NeedsRedis
@Timeout(240)
class WayBackIT {
    /** How long clients write NEW only before it is rolled back. */
    private static final Duration NEW_ONLY = Duration.ofSeconds(Integer.getInteger("segue.wayback.seconds", 1));

    private static Rig rig;

    private final Switching switching = new Switching();

    @BeforeAll
    static void start() throws Exception {
        rig = Rig.start(2);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @BeforeEach
    void clear() throws Exception {
        Switching.clear(rig);
    }

    private static String strategy(String name) {
        return switch (name) {
            case "big_bang" -> "{\"type\": \"big_bang\"}";
            case "cutover" -> cutover(1.0);
            case "blue_green" -> Switching.blueGreen(true);
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static void writeNewOnly(LoadGenerator load) throws IOException, InterruptedException {
        load.start();
        long end = System.nanoTime() + NEW_ONLY.toNanos();
        Rig.await("writes on NEW", NEW_ONLY.plusSeconds(20), () -> System.nanoTime() - end > 0);
        answers(load, RATE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"big_bang", "cutover", "blue_green"})
    void afterTheRollback_oldHasNewsLastState(String strategy) throws Exception {
        try (RespClient client = rig.client()) {
            switching.begin(rig, strategy(strategy), "scan");
            try (LoadGenerator load = switching.load(rig)) {
                writeNewOnly(load);
                client.call("SET", "made:on:new", "1");
                client.call("DEL", Switching.STANDING);
                client.call("SET", "with:expiry", "1", "PX", "600000");
                load.stop();
            }
            rollback(rig);
            Comparison found = rig.compare();
            assertThat(found.isEqual()).as("%s", found).isTrue();
            assertThat(rig.oldServer().call("GET", "made:on:new").text()).isEqualTo("1");
            assertThat(rig.oldServer().call("EXISTS", Switching.STANDING).number())
                    .isZero();
            switching.assertNoHarm();
            switching.assertHasAll(rig.oldServer());
            assertThat(rig.progress().path("stage").asText()).isEqualTo("closed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"big_bang", "cutover"})
    void withoutACopy_aRollbackUnderLoadBringsWhatWasWrittenOnNewOnly(String strategy) throws Exception {
        switching.begin(rig, strategy(strategy), "none");
        try (LoadGenerator load = switching.load(rig)) {
            writeNewOnly(load);
            rollback(rig);
            answers(load, RATE / 2);
            load.stop();
        }
        switching.assertNoHarm();
        switching.assertHasAll(rig.oldServer());
    }

    @Test
    void withoutACopy_whatOnlyOldHasStays() throws Exception {
        try (RespClient client = rig.client()) {
            client.call("SET", "only:on:old", "1");
            rig.migrate(cutover(1.0));
            client.call("SET", "made:on:new", "2");
            assertThat(client.call("GET", "only:on:old").isNil()).isTrue();
            // The feed is lost, so everything is compared.
            rig.newServer().call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
            Rig.await("a comparison", () -> rig.progress().path("rechecks").asLong() > 0);
            Rig.await("its end", () -> rig.progress().path("caught_up").asBoolean());
            Rig.await(
                    "a client's reconnection",
                    () -> client.call("SET", "made:later", "3").text().equals("OK"));

            rollback(rig);
            assertThat(client.call("GET", "only:on:old").text()).isEqualTo("1");
            assertThat(client.call("GET", "made:on:new").text()).isEqualTo("2");
            assertThat(client.call("GET", "made:later").text()).isEqualTo("3");
        }
    }

    @Test
    void rollbackFromPaused() throws Exception {
        switching.begin(rig, cutover(1.0), "scan");
        try (LoadGenerator load = switching.load(rig)) {
            load.start();
            answers(load, RATE / 2);
            assertThat(rig.act("pause").path("status").asText()).isEqualTo("paused");
            answers(load, RATE / 2);
            Rig.await("changes that wait", () -> reverse(rig).path("owed").asLong() > 0);
            rollback(rig);
            answers(load, RATE / 2);
            load.stop();
        }
        switching.assertNoHarm();
        switching.assertHasAll(rig.oldServer());
    }

    @Test
    void aMoverThatFailsHalfWay_takesTheMigrationBackByItself() throws Exception {
        switching.seedOld(rig);
        rig.rest().post("/migrations", """
                        {"id": "%s", "strategy": %s, "data": %s, "failure_handling": "allow_partial"}""".formatted(Rig.MIGRATION, cutover(0.5), Rig.scan("replace")));
        rig.rest()
                .post(
                        "/migrations/" + Rig.MIGRATION + "/interlay/" + Rig.INTERLAY,
                        "{\"endpoint\": \"new_redis_cluster\"}");
        rig.act("migrate");
        rig.awaitOpen();
        try (LoadGenerator load = switching.load(rig)) {
            load.start();
            answers(load, RATE / 2);
            supersedeTheMover(rig);
            Rig.await(
                    "the way back",
                    () -> rig.migration().path("status").asText().equals("rolled_back"));
            answers(load, RATE / 2);
            load.stop();
        }
        switching.assertNoHarm();
        switching.assertHasAll(rig.oldServer());
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
                    "the failure", () -> rig.migration().path("status").asText().equals("failed"));
        }
    }

    @Test
    void aWriterThatPassesTheProxiesBy_keepsTheKeysWhereTheyAre() throws Exception {
        try (RespClient client = rig.client()) {
            switching.seedOld(rig);
            rig.migrate(cutover(0.0), Rig.scan("replace"));
            rig.awaitOpen();
            try (DirectWriter direct = new DirectWriter(rig.oldServer())) {
                Rig.await("direct writes", () -> direct.written() > 100);
                assertThatThrownBy(() -> rig.patch(cutover(1.0)))
                        .hasMessageContaining("409")
                        .hasMessageContaining("the change was undone");
                long then = direct.written();
                Rig.await("direct writes", () -> direct.written() > then + 100);
                assertThat(Long.parseLong(client.call("GET", DirectWriter.KEY).text()))
                        .as("read on OLD still")
                        .isGreaterThan(then);
                direct.stop();
            }
            Rig.await("the last of them", () -> rig.progress().path("caught_up").asBoolean());
            assertThat(rig.patch(cutover(1.0)).path("status").asText()).isEqualTo("running");
            assertThat(client.call("GET", DirectWriter.KEY).text())
                    .isEqualTo(rig.oldServer().call("GET", DirectWriter.KEY).text());
        }
    }
}
