package io.segue.loadtest.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.data.MixedData;
import io.segue.loadtest.data.Writers;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Something breaks at random moments while two proxies write to both sides, a client writes past them, and a mover follows: it goes on by itself, and
 * in the end both sides are equal. With {@code -Dsegue.moments=20} each fault comes that often.
 */
@NeedsRedis
@Timeout(900)
class MovementFaultsIT {
    private static final int MOMENTS = Integer.getInteger("segue.moments", 1);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What breaks. */
    enum Fault {
        CUT_OLD,
        CUT_NEW,
        PAUSE_NEW,
        PAUSE_OLD,
        RESTART_NEW,
        KILL_PROXY,
        KILL_CONTROL_PLANE
    }

    /** One where there is not time for both. */
    static List<String> feeds() {
        return MOMENTS == 1 ? List.of("tracking") : List.of("tracking", "psync");
    }

    @ParameterizedTest
    @MethodSource("feeds")
    void equalInTheEnd_underDualWrites(String feed) throws Exception {
        Random random = new Random(Movement.SEED);
        try (Rig rig = Rig.setup().faults().proxies(2, "--threads", "1").start()) {
            Movement movement = new Movement(rig);
            MixedData data = Movement.fill(rig);
            try (Writers writers = new Writers(
                            rig.fronts(),
                            rig.oldSide().store(),
                            Writers.Settings.of(data, Movement.SEED, 60).withClients(6))
                    .start()) {
                rig.migrate(Rig.canary(0.2), Movement.scan("replace", feed, 0));
                movement.awaitOpen();
                for (Fault fault : faults(random)) {
                    wait(random.nextInt(600));
                    strike(rig, fault);
                    long then = writers.commands();
                    Rig.await("writes after " + fault, PATIENCE, () -> writers.commands() > then + 100);
                }
                rig.proxy().awaitReady();
                writers.stop();
            }
            rig.awaitEqual(PATIENCE);
            movement.awaitCaughtUp();
            movement.awaitEqual(Duration.ofSeconds(20));
            assertThat(movement.progress().path("error_keys").asLong()).isZero();
            assertThat(movement.verify(false).path("clean").asBoolean()).isTrue();
        }
    }

    /** Pauses are long: few of them where many moments are asked for, and one where few are. */
    private static List<Fault> faults(Random random) {
        List<Fault> all = new ArrayList<>();
        for (Fault fault : Fault.values()) {
            boolean pause = fault == Fault.PAUSE_OLD || fault == Fault.PAUSE_NEW;
            int times = pause ? (MOMENTS + 2) / 4 : MOMENTS;
            all.addAll(Collections.nCopies(times, fault));
        }
        if (MOMENTS == 1) {
            all.add(random.nextBoolean() ? Fault.PAUSE_NEW : Fault.PAUSE_OLD);
        }
        Collections.shuffle(all, random);
        return all;
    }

    private static void strike(Rig rig, Fault fault) throws Exception {
        switch (fault) {
            case CUT_OLD -> rig.oldFault().cut();
            case CUT_NEW -> rig.newFault().cut();
            case PAUSE_OLD -> pause(rig.oldServer());
            case PAUSE_NEW -> pause(rig.newServer());
            case RESTART_NEW -> rig.newServer().restart();
            case KILL_PROXY -> {
                rig.proxy().kill9();
                rig.proxy().restart();
                rig.proxy().awaitReady();
            }
            case KILL_CONTROL_PLANE -> {
                rig.controlPlane().kill9();
                rig.controlPlane().restart();
            }
        }
    }

    private static void pause(RedisServer server) {
        server.stopSignal();
        wait(5_000);
        server.cont();
    }

    private static void wait(int millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }
}
