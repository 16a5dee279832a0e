package io.segue.loadtest.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.load.Checker;
import io.segue.loadtest.load.FinalCheck;
import io.segue.loadtest.load.Keyspace;
import io.segue.loadtest.load.LoadGenerator;
import io.segue.loadtest.load.TrackedKey;
import io.segue.loadtest.load.Violation;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The authority moves under load, there and back, and no acknowledged write is lost. */
@NeedsRedis
@Timeout(120)
class CutoverIT {
    private static final int RATE = 1_500;
    private final List<TrackedKey> keys = Keyspace.create(600, 2);
    private final Checker checker = new Checker();

    @Test
    void guidesLastStageAndCompletionThroughTwoProxies() throws Exception {
        try (Rig rig = Rig.start(2)) {
            rig.seed(keys);
            rig.migrate(Rig.canary(0.05));
            try (LoadGenerator load = rig.load(keys, checker, RATE)) {
                load.start();
                answers(load, 2L * RATE);
                for (double share : new double[] {0.25, 0.75}) {
                    rig.patch(Rig.canary(share));
                    answers(load, RATE);
                }
                rig.awaitEqual();
                rig.patch(Rig.cutover());
                answers(load, RATE);
                assertThat(rig.act("complete").path("status").asText()).isEqualTo("completed");
                answers(load, RATE);
                long requestsOfOld = commands(rig.oldServer());
                answers(load, RATE);
                assertThat(commands(rig.oldServer()) - requestsOfOld)
                        .as("OLD is left alone")
                        .isLessThan(RATE / 10);
                load.stop();
            }
            noHarm();
            lostNothing(rig.newServer());
            assertThat(rig.rest()
                            .get("/interlays/" + Rig.INTERLAY)
                            .path("endpoint")
                            .asText())
                    .isEqualTo("new_redis_cluster");
        }
    }

    @Test
    void bigBangKeepsOldInStepAndRollsBackWithAllWrites() throws Exception {
        try (Rig rig = Rig.start(2)) {
            rig.seed(keys);
            try (LoadGenerator load = rig.load(keys, checker, RATE)) {
                rig.migrate("{\"type\": \"big_bang\"}");
                load.start();
                answers(load, 3L * RATE);
                rig.awaitEqual();
                assertThat(rig.act("rollback").path("status").asText()).isEqualTo("rolled_back");
                answers(load, RATE);
                load.stop();
            }
            noHarm();
            lostNothing(rig.oldServer());
        }
    }

    @Test
    void rollbackFromACanary() throws Exception {
        try (Rig rig = Rig.start(2)) {
            rig.seed(keys);
            try (LoadGenerator load = rig.load(keys, checker, RATE)) {
                rig.migrate(Rig.canary(0.75));
                load.start();
                answers(load, 2L * RATE);
                assertThat(rig.act("rollback").path("status").asText()).isEqualTo("rolled_back");
                answers(load, RATE);
                load.stop();
            }
            noHarm();
            lostNothing(rig.oldServer());
        }
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

    private void lostNothing(RedisServer server) throws Exception {
        FinalCheck check = Rig.finalCheck(keys, server);
        assertThat(check.samples()).isEmpty();
        assertThat(check.holds()).isTrue();
    }

    private static long commands(RedisServer server) {
        return server.call("INFO", "stats")
                .text()
                .lines()
                .filter(line -> line.startsWith("total_commands_processed:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                .sum();
    }

    private static void answers(LoadGenerator load, long more) throws Exception {
        long enough = load.answered() + more;
        Rig.await("answers", () -> load.answered() >= enough);
    }
}
