package io.segue.loadtest.planchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.loadtest.fault.Trap;
import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.planchange.ChangingFleet.Point;
import io.segue.loadtest.planchange.ChangingFleet.Traffic;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Something fails at each step of a change that moves all keys, under load. The change happens or does not, all proxies agree in the end, no
 * acknowledged write is lost, and nobody waits for longer than the limits say.
 */
@NeedsRedis
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlanChangeFaultsIT {
    private static final Duration SPRUNG = Duration.ofSeconds(30);
    private ChangingFleet fleet;

    @BeforeAll
    void start() throws Exception {
        fleet = ChangingFleet.start(2);
    }

    @AfterAll
    void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    /** Something to do while a message is caught. */
    private interface Fault {
        void strike(Trap trap) throws Exception;
    }

    /** Something to do when the call has been answered. */
    private interface Mend {
        void mend() throws Exception;
    }

    /** Changes the plan under load with a fault at some point; returns what the caller was told. */
    private String changeWith(Point point, Fault fault, Mend mend) throws Exception {
        boolean before = fleet.awaitAgreement();
        try (Traffic traffic = fleet.traffic()) {
            Caught caught = caught(point);
            fault.strike(caught.trap);
            String outcome = ChangingFleet.outcome(caught.change);
            mend.mend();
            caught.trap.release();
            boolean after = fleet.awaitAgreement();
            assertThat(after != before)
                    .as("decided: it happens, else it does not; told: " + outcome)
                    .isEqualTo(point.decided());
            traffic.lostNothing();
            return outcome;
        }
    }

    /** A change one of whose messages is held. */
    private record Caught(Trap trap, CompletableFuture<JsonNode> change) {}

    /** Begins a change; it is refused beforehand as long as ledgers and movers have not got over what was before. */
    private Caught caught(Point point) throws Exception {
        long deadline = System.nanoTime() + SPRUNG.toNanos();
        while (true) {
            Caught caught = new Caught(fleet.trap(point), fleet.change());
            Rig.await("a message of the change, or a refusal", () -> caught.trap.isSprung() || caught.change.isDone());
            if (caught.trap.isSprung()) {
                return caught;
            }
            caught.trap.release();
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not begun: " + ChangingFleet.outcome(caught.change));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"PREPARE", "HOLD", "HELD", "DECISION"})
    void aProxyIsKilled(Point point) throws Exception {
        String told = changeWith(
                point, trap -> fleet.victim().kill9(), () -> fleet.victim().restart());
        if (point.decided()) {
            assertThat(told).contains("\"acknowledged\":[\"proxy-1\"]");
        } else {
            assertThat(told).contains("proxy-2").contains("lost");
            assertThat(fleet.rig()
                            .rest()
                            .get("/migrations/canary_migration/events")
                            .toString())
                    .contains("plan change aborted");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"HOLD", "DECISION"})
    void aProxyIsPausedForFiveSeconds(Point point) throws Exception {
        long begin = System.nanoTime();
        String told = changeWith(
                point,
                trap -> {
                    ChangingFleet.pause(fleet.victim().process());
                    trap.release();
                },
                () -> {
                    CompletableFuture.runAsync(
                                    () -> {},
                                    CompletableFuture.delayedExecutor(
                                            Math.max(0, 5_000 - (System.nanoTime() - begin) / 1_000_000),
                                            TimeUnit.MILLISECONDS))
                            .join();
                    ChangingFleet.goOn(fleet.victim().process());
                });
        assertThat(told).contains(point.decided() ? "\"silent\":[\"proxy-2\"]" : "did not say that they hold");
    }

    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"PREPARE", "HELD", "DECISION"})
    void theLinkOfAProxyIsCut(Point point) throws Exception {
        String told = changeWith(
                point,
                trap -> {
                    fleet.link().refuse(true);
                    trap.cut();
                    fleet.link().cut();
                },
                () -> fleet.link().refuse(false));
        assertThat(told).contains(point.decided() ? "\"disconnected\":[\"proxy-2\"]" : "were lost");
    }

    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"HELD", "DECISION"})
    void theControlPlaneIsKilled(Point point) throws Exception {
        changeWith(
                point,
                trap -> fleet.rig().controlPlane().kill9(),
                () -> fleet.rig().controlPlane().restart());
    }

    @Test
    void theAuthorityIsPaused_soTheChangeDoesNotHappen() throws Exception {
        fleet.awaitAgreement();
        RedisServer paused = fleet.authority();
        String told = changeWith(
                Point.HOLD,
                trap -> {
                    paused.stopSignal();
                    trap.release();
                },
                paused::cont);
        assertThat(told).contains("the change was undone");
    }
}
