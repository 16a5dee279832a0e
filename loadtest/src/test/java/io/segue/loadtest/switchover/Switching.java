package io.segue.loadtest.switchover;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.loadtest.load.Checker;
import io.segue.loadtest.load.FinalCheck;
import io.segue.loadtest.load.Keyspace;
import io.segue.loadtest.load.LoadGenerator;
import io.segue.loadtest.load.TrackedKey;
import io.segue.loadtest.load.Violation;
import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.util.List;

/** Tracked keys under load, and what must be true of them after switches: what the tests of this package do again and again. */
final class Switching {
    /** Requests in a second. */
    static final int RATE = 1_500;

    /** A key beside the tracked ones that stands on OLD at first. */
    static final String STANDING = "was:on:old";

    private final List<TrackedKey> keys = Keyspace.create(600, 2);
    private final Checker checker = new Checker();

    /** This share of the keys on NEW, and only there; the others on OLD, and only there. */
    static String cutover(double share) {
        return """
                {"type": "canary", "read_percentage": %s, "write_mode": {"mode": "cutover", "write_percentage": %s}}""".formatted(share, share);
    }

    /** All keys on NEW, or all on OLD. */
    static String blueGreen(boolean activeIsNew) {
        return "{\"type\": \"blue_green\", \"active_is_new\": " + activeIsNew + "}";
    }

    static void toggle(Rig rig, boolean toNew) throws InterruptedException {
        rig.rest().patch("/migrations/" + Rig.MIGRATION + "/toggle", "{\"activate_new\": " + toNew + "}");
    }

    /** Starts the migration with a copy of OLD, or, with {@code "none"}, between servers that hold the same. */
    void begin(Rig rig, String strategy, String data) throws IOException, InterruptedException {
        if (data.equals("scan")) {
            seedOld(rig);
            rig.migrate(strategy, Rig.scan("replace"));
            rig.awaitOpen();
        } else {
            rig.seed(keys);
            rig.oldServer().call("SET", STANDING, "1");
            rig.newServer().call("SET", STANDING, "1");
            rig.migrate(strategy);
        }
    }

    void seedOld(Rig rig) throws IOException {
        try (RespClient redis = rig.oldServer().connect()) {
            Keyspace.seed(keys, redis);
            redis.call("SET", STANDING, "1");
        }
    }

    LoadGenerator load(Rig rig) {
        return rig.load(keys, checker, RATE);
    }

    /** Waits until so many more requests have been answered. */
    static void answers(LoadGenerator load, long more) throws IOException, InterruptedException {
        long enough = load.answered() + more;
        Rig.await("answers", () -> load.answered() >= enough);
    }

    /** No client saw an error, nor anything that was not so. */
    void assertNoHarm() {
        assertNoLoss();
        assertThat(checker.errors()).as("%s", checker.samples()).isZero();
    }

    /** No client saw anything that was not so. */
    void assertNoLoss() {
        for (Violation violation : Violation.values()) {
            if (violation.isFatal()) {
                assertThat(checker.count(violation))
                        .as(violation + " " + checker.samples())
                        .isZero();
            }
        }
    }

    /** Every acknowledged write is there. */
    void assertHasAll(RedisServer server) throws IOException {
        FinalCheck check = Rig.finalCheck(keys, server);
        assertThat(check.samples()).isEmpty();
        assertThat(check.holds()).isTrue();
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

    static void rollback(Rig rig) throws InterruptedException {
        assertThat(rig.act("rollback").path("status").asText()).isEqualTo("rolled_back");
    }
}
