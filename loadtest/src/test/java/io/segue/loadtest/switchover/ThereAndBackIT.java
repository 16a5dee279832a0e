package io.segue.loadtest.switchover;

import static io.segue.loadtest.switchover.Switching.RATE;
import static io.segue.loadtest.switchover.Switching.answers;
import static io.segue.loadtest.switchover.Switching.blueGreen;
import static io.segue.loadtest.switchover.Switching.cutover;
import static io.segue.loadtest.switchover.Switching.rollback;
import static io.segue.loadtest.switchover.Switching.toggle;
import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.fleet.RestClient;
import io.segue.loadtest.load.LoadGenerator;
import io.segue.loadtest.migration.Movement;
import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.redis.NeedsRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys go to NEW and come back, some of them or all, again and again under load: no acknowledged write is lost on the way. */
@NeedsRedis
@Timeout(240)
class ThereAndBackIT {
    private static final int ROUNDS = Integer.getInteger("segue.toggle.rounds", 4);

    private final Switching switching = new Switching();

    @ParameterizedTest
    @ValueSource(strings = {"scan", "none"})
    void allKeysThereAndBackManyTimes(String data) throws Exception {
        try (Rig rig = Rig.start(2)) {
            // Without a copy, what OLD alone was written with before would be missing on NEW.
            switching.begin(rig, blueGreen(data.equals("none")), data);
            List<Long> waits = new ArrayList<>();
            try (LoadGenerator load = switching.load(rig)) {
                load.start();
                answers(load, RATE / 2);
                for (int round = 0; round < ROUNDS; round++) {
                    for (boolean toNew : new boolean[] {true, false}) {
                        load.latencies().startStage();
                        toggle(rig, toNew);
                        answers(load, RATE / 4);
                        waits.add(longestMs(load));
                    }
                }
                load.stop();
            }
            System.out.println("longest request in each switch, ms: " + waits);
            switching.assertNoHarm();
            switching.assertHasAll(rig.oldServer());
            assertThat(Collections.max(waits)).as("a hold is short").isLessThan(2_000);
            if (data.equals("scan")) {
                // What was written on OLD last is followed on NEW.
                assertThat(rig.awaitSame(Duration.ofSeconds(10)).isEqual()).isTrue();
            }
        }
    }

    /** Counted from when the request was due, so the time for which it was held is in it. */
    private static long longestMs(LoadGenerator load) {
        return load.latencies().stage().values().stream()
                .mapToLong(one -> TimeUnit.MICROSECONDS.toMillis(one.maxMicros()))
                .max()
                .orElse(0);
    }

    @Test
    void someKeysThereAndBack_bothDirectionsAtOnce() throws Exception {
        try (Rig rig = Rig.start(2)) {
            switching.begin(rig, cutover(0.0), "scan");
            Movement movement = new Movement(rig);
            try (LoadGenerator load = switching.load(rig)) {
                load.start();
                for (double share : new double[] {0.3, 0.7, 1.0, 0.3}) {
                    rig.patch(cutover(share));
                    answers(load, RATE / 2);
                }
                load.stop();
            }
            switching.assertNoHarm();
            // Each side follows the other in the keys of which that one has the truth.
            movement.awaitCaughtUp();
            assertThat(rig.awaitSame(Duration.ofSeconds(10)).isEqual()).isTrue();
            assertThat(movement.verify(false).path("clean").asBoolean()).isTrue();
            assertThat(rig.progress().path("movements").findValuesAsText("direction"))
                    .containsExactly("forward", "reverse");

            rollback(rig);
            switching.assertHasAll(rig.oldServer());
        }
    }

    /** Where in a switch the control plane is killed: versions are published, to get ready, to hold, and with the decision. */
    private enum Moment {
        HELD,
        DECIDED
    }

    @Test
    void theControlPlaneIsKilledAroundDecisions() throws Exception {
        try (Rig rig = Rig.start(2)) {
            switching.begin(rig, cutover(0.0), "scan");
            try (LoadGenerator load = switching.load(rig)) {
                load.start();
                answers(load, RATE / 2);
                switchAndKill(rig, load, 1.0, Moment.HELD);
                double share = share(rig) == 1.0 ? 0.0 : 1.0;
                switchAndKill(rig, load, share, Moment.DECIDED);
                assertThat(share(rig)).as("what was decided happens").isEqualTo(share);
                rollback(rig);
                answers(load, RATE / 2);
                load.stop();
            }
            switching.assertNoLoss();
            switching.assertHasAll(rig.oldServer());
        }
    }

    private static void switchAndKill(Rig rig, LoadGenerator load, double share, Moment moment) throws Exception {
        RestClient rest = rig.rest();
        long before = targetVersion(rig);
        CompletableFuture<Void> asked = CompletableFuture.runAsync(() -> patchOrDie(rest, share));
        Rig.await("the moment", () -> targetVersion(rig) > before + 1 + moment.ordinal() || asked.isDone());
        rig.controlPlane().kill9();
        asked.handle((done, failure) -> null).join();
        rig.controlPlane().restart();
        Rig.await("both proxies", Duration.ofSeconds(60), () -> acknowledged(rig));
        answers(load, RATE / 2);
        new Movement(rig).awaitCaughtUp();
    }

    /** The answer is lost with the process. */
    private static void patchOrDie(RestClient rest, double share) {
        try {
            rest.patch("/migrations/" + Rig.MIGRATION, "{\"strategy\": " + cutover(share) + "}");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static double share(Rig rig) throws InterruptedException {
        return rig.migration()
                .path("strategy")
                .path("write_mode")
                .path("write_percentage")
                .asDouble();
    }

    private static long targetVersion(Rig rig) throws InterruptedException {
        return rig.rest().get("/proxies").get(0).path("target_version").asLong();
    }

    private static boolean acknowledged(Rig rig) throws InterruptedException {
        int connected = 0;
        for (var proxy : rig.rest().get("/proxies")) {
            boolean runs = proxy.path("acked_version").asLong()
                    == proxy.path("target_version").asLong();
            connected += proxy.path("connected").asBoolean() && runs ? 1 : 0;
        }
        return connected == rig.proxies().size();
    }
}
