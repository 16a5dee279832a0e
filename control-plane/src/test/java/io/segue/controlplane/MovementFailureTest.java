package io.segue.controlplane;

import static io.segue.controlplane.testkit.Strategies.SCAN;
import static io.segue.controlplane.testkit.Strategies.cutover;
import static io.segue.controlplane.testkit.Strategies.dual;
import static io.segue.controlplane.testkit.Strategies.dualNew;
import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.testkit.Await;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeMover;
import io.segue.controlplane.testkit.FakeMovers;
import io.segue.controlplane.testkit.FakeProxy;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a migration whose data cannot be moved. */
class MovementFailureTest {
    private static final String RETRY = ",\"failure_handling\":{\"type\":\"retry_then_all\",\"retry_count\":2}";
    private static final String PARTIAL = ",\"failure_handling\":\"allow_partial\"";

    private final FakeMovers movers = new FakeMovers();
    private Bench bench;
    private FakeProxy proxy;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir, movers);
        proxy = bench.proxy("p1");
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    private FakeMover begin(String strategy, String more) throws Exception {
        bench.ready(strategy, more);
        bench.call("migrate").expect(200);
        return movers.last();
    }

    private FakeMover open(String strategy, String more) throws Exception {
        movers.quick();
        FakeMover mover = begin(strategy, more);
        bench.awaitStage("open");
        return mover;
    }

    private String reason() {
        return bench.rest()
                .get("/api/v1/migrations/m")
                .data()
                .path("status_reason")
                .asText();
    }

    @Test
    void rollbackAll_takesItBackWhileTheMoverCopies() throws Exception {
        FakeMover mover = begin(dual(0.3), SCAN);
        mover.fail("OOM command not allowed");
        bench.awaitStatus("rolled_back");
        assertThat(bench.events()).endsWith("fail", "rollback", "finish the rollback");
        assertThat(reason()).isEqualTo("the data movement failed: OOM command not allowed");
        assertThat(mover.closed()).isTrue();
        assertThat(bench.progress().path("phase").asText()).isEqualTo("failed");
        assertThat(proxy.reads()).isEqualTo(-1);
    }

    @Test
    void rollbackAll_takesItBackWhileOldIsTheAuthority() throws Exception {
        FakeMover mover = open(dual(0.3), SCAN);
        proxy.awaitReads(0.3);
        mover.fail("disk full");
        bench.awaitStatus("rolled_back");
        proxy.awaitReads(-1);
    }

    @Test
    void keysThatAreOnNewAlready_areTakenBackToo_sinceOldFollowsThem() throws Exception {
        FakeMover mover = open(dual(0.3), SCAN);
        bench.patch(cutover(0.5, 0.5)).expect(200);
        FakeMover back = movers.lastOf("b");
        mover.fail("disk full");
        bench.awaitStatus("rolled_back");
        assertThat(reason()).contains("disk full");
        assertThat(mover.closed()).isTrue();
        Await.until("it is closed", back::closed);
        assertThat(back.calls()).endsWith("drain", "restrict", "bypass", "close");
        proxy.awaitReads(-1);
    }

    @Test
    void allowPartial_withKeysOnNew_takesThemBackThroughTheGate() throws Exception {
        FakeMover mover = open(dual(0.3), SCAN + PARTIAL);
        bench.patch(cutover(0.5, 0.5)).expect(200);
        FakeMover back = movers.lastOf("b");
        mover.fail("disk full");
        bench.awaitStatus("rolled_back");
        assertThat(mover.closed()).isTrue();
        assertThat(back.calls()).endsWith("drain", "restrict", "bypass", "close");
    }

    @Test
    void theWayBackIsMadeAgain_andFailsNothing() throws Exception {
        open(dual(0.3), SCAN);
        bench.patch(cutover(1.0, 1.0)).expect(200);
        FakeMover back = movers.lastOf("b");
        back.fail("disk full");
        Await.until("another one", () -> movers.lastOf("b").spec().epoch() == 2);
        assertThat(bench.status()).isEqualTo("running");
        assertThat(back.closed()).isTrue();
        Await.until("it follows", () -> movers.lastOf("b").started());
        bench.call("rollback").expect(200);
    }

    @Test
    void aMoverThatHasNothingLeftToDo_maySoFail() throws Exception {
        FakeMover mover = open(dual(0.3), SCAN);
        bench.patch(dualNew(0.5)).expect(200);
        mover.fail("disk full");
        Await.until("it is noted", () -> bench.events().contains("the mover ended"));
        assertThat(bench.status()).isEqualTo("running");
        bench.call("complete").expect(200);
    }

    @Test
    void retryThenAll_makesNewMovers_andThenTakesItBack() throws Exception {
        movers.starting(mover -> mover.fail("attempt " + mover.spec().epoch()));
        begin(dual(0.3), SCAN + RETRY);
        bench.awaitStatus("rolled_back");
        assertThat(movers.made()).extracting(mover -> mover.spec().epoch()).containsExactly(1L, 2L, 3L);
        assertThat(movers.made()).allMatch(FakeMover::closed);
        assertThat(bench.events().stream().filter("retry the movement"::equals)).hasSize(2);
        assertThat(reason()).contains("attempt 3");
    }

    @Test
    void retryThenAll_isContentWithASecondAttempt() throws Exception {
        movers.starting(mover -> {
            if (mover.spec().epoch() == 1) {
                mover.fail("connection refused");
            } else {
                mover.catchUp();
            }
        });
        begin(dual(0.3), SCAN + RETRY);
        proxy.awaitReads(0.3);
        assertThat(bench.status()).isEqualTo("running");
    }

    @Test
    void allowPartial_theOnlyInterlayTakesTheMigrationWithIt() throws Exception {
        FakeMover mover = begin(dual(0.3), SCAN + PARTIAL);
        mover.fail("disk full");
        bench.awaitStatus("rolled_back");
        assertThat(reason()).isEqualTo("the data movement failed: disk full");
    }

    @Test
    void aMoverThatFailsWhilePaused_failsTheMigrationToo() throws Exception {
        FakeMover mover = begin(dual(0.3), SCAN);
        bench.call("pause").expect(200);
        mover.fail("disk full");
        bench.awaitStatus("rolled_back");
    }

    @Test
    void aFirstSplitThatAProxyRefuses_isTakenBack() throws Exception {
        proxy.refusing(config ->
                config.getInterlaysCount() > 0 && config.getInterlays(0).hasPlan()
                        ? Optional.of("no lanes left")
                        : Optional.empty());
        begin(dual(0.3), SCAN).catchUp();
        bench.awaitStatus("rolled_back");
        assertThat(reason()).contains("the strategy cannot be applied").contains("no lanes left");
    }

    @Test
    void aSecondStepThatAProxyRefuses_leavesReadsAtTheAuthority() throws Exception {
        proxy.refusing(config -> config.getInterlaysCount() > 0
                        && config.getInterlays(0)
                                        .getPlan()
                                        .getStrategy()
                                        .getCanary()
                                        .getReadPercentage()
                                > 0
                ? Optional.of("too much")
                : Optional.empty());
        begin(dual(0.3), SCAN).catchUp();
        Await.until("it is given up", () -> bench.events().contains("keep the strategy that is in force"));
        assertThat(bench.progress().path("stage").asText()).isEqualTo("open");
        assertThat(bench.status()).isEqualTo("running");
        assertThat(reason()).contains("too much");
        assertThat(bench.rest()
                        .get("/api/v1/migrations/m")
                        .data()
                        .path("strategy")
                        .path("read_percentage")
                        .asDouble())
                .isZero();
    }

    @Test
    void aWayBackThatAProxyRefuses_isNotTriedForEver() throws Exception {
        FakeMover mover = open(dual(0.3), SCAN);
        proxy.awaitReads(0.3);
        proxy.refusing(
                config -> config.getInterlays(0).hasPlan() ? Optional.empty() : Optional.of("requests did not finish"));
        mover.fail("disk full");
        Await.until(
                "the way back has failed",
                () -> bench.events().stream().filter("fail"::equals).count() == 2);
        assertThat(bench.status()).isEqualTo("failed");
        proxy.refusing(config -> Optional.empty());
        bench.call("rollback").expect(200);
        assertThat(bench.status()).isEqualTo("rolled_back");
    }
}
