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

/** The authority dies under load. It keeps what it has acknowledged on disk, as one would expect of the server that is the truth. */
@NeedsRedis
@Timeout(90)
class OldSideFailsIT {
    private static final int RATE = 1_000;

    @Test
    void clientsGetClearErrorsAndNoWrongAnswersAndItRecovers() throws Exception {
        List<TrackedKey> keys = Keyspace.create(600, 1);
        Checker checker = new Checker();
        RedisServer durable = RedisServer.builder()
                .config("appendonly yes")
                .config("appendfsync always")
                .start();
        try (Rig rig = Rig.start(durable, RedisServer.start(), 1, "--threads", "2")) {
            rig.seed(keys);
            rig.migrate(Rig.canary(0.5));
            try (LoadGenerator load = rig.load(keys, checker, RATE)) {
                load.start();
                Rig.await("acknowledged writes", () -> checker.acknowledgedWrites() > RATE);
                assertThat(checker.errors()).isZero();

                durable.kill9();
                Rig.await("errors", () -> checker.errors() > RATE / 4);
                durable.restart();
                long then = checker.acknowledgedWrites();
                Rig.await("acknowledged writes again", () -> checker.acknowledgedWrites() > then + RATE);
                load.stop();
            }
            assertThat(checker.samples())
                    .allMatch(line -> line.contains("UNAVAILABLE segue: the OLD side 127.0.0.1:" + durable.port())
                            || line.contains("UNKNOWN segue: lost the OLD side 127.0.0.1:" + durable.port()));
            for (Violation violation : Violation.values()) {
                assertThat(checker.count(violation)).as(violation.description()).isZero();
            }
            rig.awaitEqual();
            assertThat(rig.differences()).isEmpty();
            for (RedisServer server : List.of(rig.oldServer(), rig.newServer())) {
                FinalCheck check = Rig.finalCheck(keys, server);
                assertThat(check.samples()).isEmpty();
            }
            assertThat(rig.metric("segue_dual_write_failures_total", "failed_on=\"old\""))
                    .isPositive();
        }
    }
}
