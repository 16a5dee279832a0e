package io.segue.loadtest.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.data.MixedData;
import io.segue.loadtest.data.Writers;
import io.segue.loadtest.redis.NeedsRedis;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Segue's own processes die while data moves: it goes on by itself, and in the end both sides are equal. */
@NeedsRedis
@Timeout(180)
class MovementCrashIT {
    private static final Duration IN_STEP = Duration.ofSeconds(20);

    /** Both feeds with {@code -Dsegue.full=true}. */
    static List<String> feeds() {
        return Boolean.getBoolean("segue.full") ? List.of("tracking", "psync") : List.of("tracking");
    }

    @ParameterizedTest
    @MethodSource("feeds")
    void controlPlaneIsKilledDuringCopyAndFollow(String feed) throws Exception {
        SplittableRandom random = new SplittableRandom(Movement.SEED);
        try (Rig rig = Rig.setup().proxies(2, "--threads", "1").start()) {
            Movement movement = new Movement(rig);
            MixedData data = Movement.fill(rig);
            try (Writers writers = Movement.writers(rig, data)) {
                rig.migrate(Rig.canary(0.2), Movement.scan("replace", feed, 3_000));
                movement.awaitCopied(1 + random.nextInt(Movement.KEYS / 2));
                bounce(rig, writers, random);
                movement.awaitCopied(Movement.KEYS / 2);
                movement.throttle(0);
                bounce(rig, writers, random);
                movement.awaitOpen();
                long then = writers.commands();
                long more = random.nextInt(2_000);
                Rig.await("writes beside the mover", () -> writers.commands() > then + more);
                bounce(rig, writers, random);
                movement.awaitOpen();
                writers.stop();
            }
            movement.awaitEqual(IN_STEP);
            movement.awaitCaughtUp();
            assertThat(movement.verify(false).path("clean").asBoolean()).isTrue();
        }
    }

    private static void bounce(Rig rig, Writers writers, SplittableRandom random) throws Exception {
        rig.controlPlane().kill9();
        long then = writers.commands();
        long more = random.nextInt(1_000);
        Rig.await("writes without a control plane", () -> writers.commands() > then + more);
        rig.controlPlane().restart();
    }

    @Test
    void aProxyIsKilledUnderDualWrites() throws Exception {
        try (Rig rig = Rig.setup().proxies(2, "--threads", "1").start()) {
            Movement movement = new Movement(rig);
            MixedData data = Movement.fill(rig);
            try (Writers writers = Movement.writers(rig, data)) {
                rig.migrate(Rig.canary(0.2), Rig.scan("replace"));
                movement.awaitOpen();
                long then = writers.commands();
                Rig.await("dual writes", () -> writers.commands() > then + 1_000);
                rig.proxy().kill9();
                long later = writers.commands();
                Rig.await("writes through the other one", () -> writers.commands() > later + 500);
                rig.proxy().restart();
                rig.proxy().awaitReady();
                long back = writers.commands();
                Rig.await("writes through both", () -> writers.commands() > back + 500);
                writers.stop();
            }
            assertThat(rig.rest()
                            .get("/migrations/" + Rig.MIGRATION + "/events")
                            .toString())
                    .contains("proxy proxy-1 was lost");
            movement.awaitEqual(IN_STEP);
            rig.awaitEqual(Duration.ofSeconds(30));
            movement.awaitCaughtUp();
            assertThat(movement.verify(false).path("clean").asBoolean()).isTrue();
        }
    }
}
