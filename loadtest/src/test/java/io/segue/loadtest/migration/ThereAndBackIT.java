package io.segue.loadtest.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.fleet.RestClient;
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
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys go to NEW and come back, some of them or all, again and again under load: no acknowledged write is lost on the way. */
@NeedsRedis
@Timeout(240)
class ThereAndBackIT {
    private static final int RATE = 1_500;
    private static final int ROUNDS = Integer.getInteger("segue.toggle.rounds", 5);
    private static final long SEED = Long.getLong("segue.toggle.seed", System.nanoTime());

    private final List<TrackedKey> keys = Keyspace.create(600, 2);
    private final Checker checker = new Checker();

    @ParameterizedTest
    @ValueSource(strings = {"scan", "none"})
    void allKeysThereAndBackManyTimes(String data) throws Exception {
        try (Rig rig = Rig.start(2)) {
            begin(rig, data);
            List<Long> took = new ArrayList<>();
            try (LoadGenerator load = rig.load(keys, checker, RATE)) {
                load.start();
                answers(load, RATE);
                for (int round = 0; round < ROUNDS; round++) {
                    for (double share : new double[] {1.0, 0.0}) {
                        long before = System.nanoTime();
                        rig.patch(WayBackIT.cutover(share));
                        took.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before));
                        answers(load, RATE / 4);
                    }
                }
                load.stop();
            }
            System.out.println("toggles took " + took + " ms");
            noHarm();
            lostNothing(rig.oldServer());
            if (data.equals("scan")) {
                // What was written on OLD last is followed on NEW.
                assertThat(rig.awaitSame(Duration.ofSeconds(5)).isEqual()).isTrue();
            }
        }
    }

    @Test
    void someKeysThereAndBack_bothDirectionsAtOnce() throws Exception {
        try (Rig rig = Rig.start(2)) {
            begin(rig, "scan");
            Movement movement = new Movement(rig);
            try (LoadGenerator load = rig.load(keys, checker, RATE)) {
                load.start();
                for (double share : new double[] {0.3, 0.7, 1.0, 0.3}) {
                    rig.patch(WayBackIT.cutover(share));
                    answers(load, RATE / 2);
                }
                load.stop();
            }
            noHarm();
            // Each side follows the other in the keys of which that one has the truth.
            movement.awaitCaughtUp();
            assertThat(rig.awaitSame(Duration.ofSeconds(5)).isEqual()).isTrue();
            assertThat(movement.verify(false).path("clean").asBoolean()).isTrue();
            assertThat(rig.progress().path("movements").findValuesAsText("direction"))
                    .containsExactly("forward", "reverse");

            assertThat(rig.act("rollback").path("status").asText()).isEqualTo("rolled_back");
            lostNothing(rig.oldServer());
        }
    }

    @Test
    void theControlPlaneIsKilledAroundDecisions() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        System.out.println("kills around decisions: seed " + SEED);
        try (Rig rig = Rig.start(2)) {
            begin(rig, "scan");
            double share = 0.0;
            int decided = 0;
            int rounds = ROUNDS;
            try (LoadGenerator load = rig.load(keys, checker, RATE)) {
                load.start();
                answers(load, RATE);
                for (int round = 0; round < rounds; round++) {
                    double wanted = share == 0.0 ? 1.0 : 0.0;
                    RestClient rest = rig.rest();
                    CompletableFuture<Void> asked = CompletableFuture.runAsync(() -> patchOrDie(rest, wanted));
                    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextLong(400_000)));
                    rig.controlPlane().kill9();
                    asked.handle((done, failure) -> done).join();
                    rig.controlPlane().restart();
                    Rig.await("both proxies", () -> acknowledged(rig));
                    double now = rig.migration()
                            .path("strategy")
                            .path("write_mode")
                            .path("write_percentage")
                            .asDouble();
                    decided += now == wanted ? 1 : 0;
                    share = now;
                    answers(load, RATE / 2);
                    new Movement(rig).awaitCaughtUp();
                }
                if (share != 0.0) {
                    assertThat(rig.act("rollback").path("status").asText()).isEqualTo("rolled_back");
                }
                answers(load, RATE / 2);
                load.stop();
            }
            System.out.println(decided + " of " + rounds + " switches were decided before the kill");
            noLoss();
            lostNothing(rig.oldServer());
        }
    }

    /** The answer is lost with the process. */
    private static void patchOrDie(RestClient rest, double share) {
        try {
            rest.patch("/migrations/" + Rig.MIGRATION, "{\"strategy\": " + WayBackIT.cutover(share) + "}");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean acknowledged(Rig rig) throws InterruptedException {
        int connected = 0;
        for (var proxy : rig.rest().get("/proxies")) {
            connected += proxy.path("connected").asBoolean()
                            && proxy.path("acked_version").asLong()
                                    == proxy.path("target_version").asLong()
                    ? 1
                    : 0;
        }
        return connected == rig.proxies().size();
    }

    private void begin(Rig rig, String data) throws IOException, InterruptedException {
        if (data.equals("scan")) {
            try (RespClient redis = rig.oldServer().connect()) {
                Keyspace.seed(keys, redis);
            }
            rig.migrate(WayBackIT.cutover(0.0), Rig.scan("replace"));
            rig.awaitOpen();
        } else {
            rig.seed(keys);
            rig.migrate(WayBackIT.cutover(0.0));
        }
    }

    private void noHarm() {
        noLoss();
        assertThat(checker.errors()).as("%s", checker.samples()).isZero();
    }

    private void noLoss() {
        for (Violation violation : Violation.values()) {
            if (violation.isFatal()) {
                assertThat(checker.count(violation))
                        .as(violation + " " + checker.samples())
                        .isZero();
            }
        }
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
