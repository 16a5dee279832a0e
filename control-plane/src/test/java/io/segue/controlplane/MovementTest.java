package io.segue.controlplane;

import static io.segue.controlplane.testkit.Strategies.SCAN;
import static io.segue.controlplane.testkit.Strategies.SNAPSHOT;
import static io.segue.controlplane.testkit.Strategies.cutover;
import static io.segue.controlplane.testkit.Strategies.dual;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.controlplane.mover.DataMover.ErrorKey;
import io.segue.controlplane.mover.MoverFactory.Movement;
import io.segue.controlplane.testkit.Await;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeMover;
import io.segue.controlplane.testkit.FakeMovers;
import io.segue.controlplane.testkit.FakeProxy;
import io.segue.controlplane.testkit.Strategies;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Data moves first, and the strategy follows: what the movers and the proxies are told, and when. */
class MovementTest {
    @TempDir
    private Path dir;

    private final FakeMovers movers = new FakeMovers();
    private Bench bench;
    private FakeProxy proxy;

    @BeforeEach
    void start() throws Exception {
        bench = new Bench(dir, movers);
        proxy = bench.proxy("p1");
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void whileTheMoverCopies_theProxiesServeOldOnly() throws Exception {
        bench.ready(cutover(0.3, 0.0), SCAN);
        long before = proxy.config().getVersion();
        JsonNode started = bench.call("migrate").expect(200).data();
        FakeMover mover = movers.last();

        assertThat(started.path("status").asText()).isEqualTo("running");
        assertThat(started.has("rollout")).isFalse();
        assertThat(started.path("warnings").toString()).contains("stays on OLD");
        assertThat(mover.spec().epoch()).isEqualTo(1);
        assertThat(mover.spec().movement()).isEqualTo(Movement.SCAN);
        assertThat(mover.spec().authority().getId()).isEqualTo("a");
        assertThat(mover.spec().follower().getId()).isEqualTo("b");
        JsonNode progress = bench.progress();
        assertThat(progress.path("stage").asText()).isEqualTo("copying");
        assertThat(progress.path("phase").asText()).isEqualTo("copying");
        assertThat(progress.path("in_force").isNull()).isTrue();
        assertThat(progress.path("keys_copied").asLong()).isEqualTo(400);
        assertThat(progress.path("movements").get(0).path("movement").asText()).isEqualTo("scan");
        assertThat(proxy.sentAfter(before)).isEmpty();

        mover.catchUp();
        bench.awaitStage("open");
        proxy.awaitReads(0.3);
        assertThat(bench.events()).containsSubsequence("migrate", "begin the copy", "caught up", "apply the strategy");
        // Nobody but the mover writes NEW here.
        assertThat(mover.calls()).doesNotContain("dualWrites true", "passed");
    }

    @Test
    void dualWritesOpenInTwoSteps() throws Exception {
        movers.starting(FakeMover::waiting);
        bench.ready(dual(0.3), SCAN);
        long before = proxy.config().getVersion();
        bench.call("migrate").expect(200);
        FakeMover mover = movers.last();
        mover.catchUp();

        bench.awaitStage("opening");
        Await.until("the mover is asked", () -> mover.calls().contains("passed"));
        proxy.awaitReads(0.0);
        assertThat(proxy.sentAfter(before)).hasSize(1);
        assertThat(mover.calls()).containsSubsequence("start", "dualWrites true", "passed");
        mover.pass();

        bench.awaitStage("open");
        proxy.awaitReads(0.3);
        assertThat(proxy.sentAfter(before)).hasSize(2);
        assertThat(bench.events()).containsSubsequence("write to both sides", "apply the strategy");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"blue_green\",\"active_is_new\":true,\"write_mode\":{\"mode\":\"dual_write\"}}",
                "{\"type\":\"rolling_update\",\"migrated_instances\":[\"i1\"],\"total_instances\":2,\"write_mode\":{\"mode\":\"dual_write\"}}",
                "{\"type\":\"feature_flag\",\"flags\":{\"f\":true},\"rollout_percentage\":1.0,\"write_mode\":{\"mode\":\"dual_write\"}}",
                "{\"type\":\"geographic\",\"regions\":{\"us\":true},\"write_mode\":{\"mode\":\"dual_write\"}}",
            })
    void nobodyReadsFromNew_beforeEverybodyWritesToBothSides(String strategy) throws Exception {
        movers.starting(FakeMover::waiting);
        bench.ready(strategy, SCAN);
        bench.call("migrate").expect(200);
        movers.last().catchUp();
        bench.awaitStage("opening");
        assertThat(course("read")).isEqualTo("{\"kind\":\"single\",\"sides\":[\"old\"]}");
        assertThat(course("write")).isEqualTo("{\"kind\":\"dual\",\"sides\":[\"old\",\"new\"]}");
        Await.until("the mover is asked", () -> movers.last().calls().contains("passed"));
        movers.last().pass();
        bench.awaitStage("open");
        assertThat(course("read")).isEqualTo("{\"kind\":\"single\",\"sides\":[\"new\"]}");
        assertThat(course("write")).isEqualTo("{\"kind\":\"dual\",\"sides\":[\"old\",\"new\"]}");
    }

    private String course(String access) {
        return bench.rest()
                .get("/api/v1/migrations/m/explain?key=k&region=us&instance=i1")
                .data()
                .path(access)
                .toString();
    }

    @Test
    void aProxyThatHasNotChangedOver_keepsTheSecondStepWaiting() throws Exception {
        FakeProxy slow = bench.proxy("slow");
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        slow.mute();
        FakeMover mover = movers.last();
        mover.catchUp();
        bench.awaitStage("opening");
        Await.until("it has been sent", () -> slow.reads() == 0.0);
        assertThat(mover.calls()).doesNotContain("passed");

        slow.answer(slow.received().get(slow.received().size() - 1).getNonce(), Optional.empty());
        Await.until("the mover is asked", () -> mover.calls().contains("passed"));
        proxy.awaitReads(0.3);
    }

    @Test
    void withoutACopy_theFeedIsOnBeforeTheFirstDualWrite() throws Exception {
        movers.starting(mover -> {
            mover.waiting();
            assertThat(proxy.reads()).isEqualTo(-1);
            mover.catchUp();
        });
        bench.ready(dual(0.3));
        JsonNode started = bench.call("migrate").expect(200).data();

        assertThat(started.path("rollout").path("acknowledged").toString()).isEqualTo("[\"p1\"]");
        assertThat(started.path("warnings")).isEmpty();
        assertThat(movers.last().spec().movement()).isEqualTo(Movement.CHANGES_ONLY);
        assertThat(proxy.reads()).isZero();
        assertThat(bench.progress().path("stage").asText()).isEqualTo("opening");
        movers.last().pass();
        proxy.awaitReads(0.3);
    }

    @Test
    void withoutACopyAndWithoutAFeed_itGoesOnWithAWarning() throws Exception {
        movers.finding(FakeMovers.none().probe());
        bench.ready(dual(0.3));
        JsonNode started = bench.call("migrate").expect(200).data();
        assertThat(started.path("warnings").toString()).contains("no change feed");
        assertThat(proxy.reads()).isEqualTo(0.3);
        assertThat(movers.made()).isEmpty();
        assertThat(bench.progress().path("stage").asText()).isEqualTo("none");
    }

    @Test
    void aFeedThatFailsAtOnce_isDoneWithout() throws Exception {
        movers.starting(
                mover -> mover.fail("NOPERM this user has no permissions to run the 'client|tracking' command"));
        bench.ready(dual(0.3));
        JsonNode started = bench.call("migrate").expect(200).data();
        assertThat(started.path("warnings").toString()).contains("no change feed");
        proxy.awaitReads(0.3);
        assertThat(movers.last().closed()).isTrue();
    }

    @Test
    void aFeedThatIsSlow_isWaitedForAfterwards() throws Exception {
        bench.ready(dual(0.3));
        JsonNode started = bench.call("migrate").expect(200).data();
        assertThat(started.path("warnings").toString()).contains("as soon as the change feed is on");
        assertThat(proxy.reads()).isEqualTo(-1);
        movers.last().catchUp();
        proxy.awaitReads(0.3);
    }

    @Test
    void withoutDualWritesAndWithoutACopy_thereIsNoMover() throws Exception {
        bench.ready(cutover(0.3, 0.0));
        bench.call("migrate").expect(200);
        assertThat(movers.made()).isEmpty();
        assertThat(proxy.reads()).isEqualTo(0.3);
    }

    @Test
    void aSnapshotIsTakenOverByAFeed_beforeDualWritesBegin() throws Exception {
        bench.ready(dual(0.3), SNAPSHOT);
        assertThat(bench.call("migrate").expect(200).data().path("warnings").toString())
                .contains("a copy of one moment");
        FakeMover snapshot = movers.last();
        assertThat(snapshot.spec().movement()).isEqualTo(Movement.SNAPSHOT);
        snapshot.catchUp();

        FakeMover feed = movers.last(2);
        assertThat(feed.spec().movement()).isEqualTo(Movement.CHANGES_ONLY);
        assertThat(feed.spec().folder()).isNotEqualTo(snapshot.spec().folder());
        assertThat(snapshot.closed()).isTrue();
        assertThat(proxy.reads()).isEqualTo(-1);
        feed.catchUp();
        proxy.awaitReads(0.3);
        assertThat(bench.progress().path("movements").findValuesAsText("movement"))
                .containsExactly("snapshot", "changes_only");
    }

    @Test
    void dualWritesThatComeLater_openInTwoStepsToo_andAreToldToTheMoverUntilTheLastIsOver() throws Exception {
        bench.ready(cutover(0.3, 0.0), SCAN);
        bench.call("migrate").expect(200);
        FakeMover mover = movers.last();
        mover.catchUp();
        proxy.awaitReads(0.3);
        mover.waiting();

        bench.patch(dual(0.5)).expect(200);
        assertThat(proxy.reads()).isZero();
        assertThat(bench.progress().path("in_force").path("read_percentage").asDouble())
                .isZero();
        assertThat(shownReads()).isEqualTo(0.5);
        // Another share while it waits is the one that comes.
        bench.patch(dual(0.6)).expect(200);
        assertThat(proxy.reads()).isZero();
        Await.until("the mover is asked", () -> mover.calls().contains("passed"));
        mover.pass();
        proxy.awaitReads(0.6);
        // From dual writes to dual writes there is nothing to wait for.
        bench.patch(dual(0.9)).expect(200);
        assertThat(proxy.reads()).isEqualTo(0.9);

        bench.patch(cutover(0.3, 0.0)).expect(200);
        Await.until(
                "the mover is told",
                () -> mover.calls().contains("dualWrites false")
                        && mover.calls().lastIndexOf("dualWrites false")
                                > mover.calls().lastIndexOf("dualWrites true"));
        assertThat(proxy.reads()).isEqualTo(0.3);
    }

    @Test
    void dualWritesThatComeLater_getAFeedFirst() throws Exception {
        movers.quick();
        bench.running(cutover(0.3, 0.0));
        assertThat(movers.made()).isEmpty();
        bench.patch(dual(0.5)).expect(200);
        assertThat(movers.last().spec().movement()).isEqualTo(Movement.CHANGES_ONLY);
        proxy.awaitReads(0.5);
    }

    @Test
    void dualWritesAfterASnapshotWithoutThem_getAFeedFirst() throws Exception {
        movers.quick();
        bench.ready(cutover(0.3, 0.0), SNAPSHOT);
        bench.call("migrate").expect(200);
        proxy.awaitReads(0.3);
        FakeMover snapshot = movers.last();
        assertThat(bench.patch(dual(0.5)).expect(200).data().path("warnings")).isEmpty();
        assertThat(movers.last(2).spec().movement()).isEqualTo(Movement.CHANGES_ONLY);
        assertThat(snapshot.closed()).isTrue();
        proxy.awaitReads(0.5);
    }

    @Test
    void aStrategyThatIsChangedWhileTheMoverCopies_isTheOneThatComes() throws Exception {
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        bench.patch(cutover(0.7, 0.0)).expect(200);
        movers.last().catchUp();
        proxy.awaitReads(0.7);
    }

    @Test
    void pauseStopsTheMover_andResumeLetsItGoOn() throws Exception {
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        FakeMover mover = movers.last();
        bench.call("pause").expect(200);
        assertThat(mover.paused()).isTrue();
        assertThat(bench.progress().path("paused").asBoolean()).isTrue();
        mover.catchUp();
        // A look at everything passes without a step.
        mover.tell("probe", "");
        Await.until("it was looked after", () -> bench.events().contains("probe"));
        assertThat(bench.progress().path("stage").asText()).isEqualTo("copying");

        bench.call("resume").expect(200);
        assertThat(mover.paused()).isFalse();
        proxy.awaitReads(0.3);
    }

    @Test
    void rollbackWhileTheMoverCopies_isCancelling() throws Exception {
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        FakeMover mover = movers.last();
        JsonNode done = bench.call("rollback").expect(200).data();
        assertThat(done.path("status").asText()).isEqualTo("rolled_back");
        assertThat(mover.closed()).isTrue();
        assertThat(proxy.reads()).isEqualTo(-1);
        JsonNode history = bench.progress();
        assertThat(history.path("stage").asText()).isEqualTo("closed");
        assertThat(history.path("keys_copied").asLong()).isEqualTo(400);

        Files.createDirectories(mover.spec().folder());
        Path folder = mover.spec().folder();
        bench.rest().delete("/api/v1/migrations/m").expect(200);
        assertThat(folder.getParent()).doesNotExist();
    }

    @Test
    void completeWaitsForTheMover() throws Exception {
        movers.quick();
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        FakeMover mover = movers.last();
        mover.lagging(5_000);
        assertThat(bench.call("complete").expect(409).message()).contains("5000 ms behind");
        mover.lagging(0).errors(List.of(new ErrorKey(0, new byte[] {1}, "OOM", false, 1, 2)));
        assertThat(bench.call("complete").expect(409).message()).contains("1 keys could not be copied");
        assertThat(bench.rest()
                        .post("/api/v1/migrations/m/complete", "{\"force\":true}")
                        .expect(400)
                        .message())
                .startsWith("reason: nothing");
        bench.rest()
                .post("/api/v1/migrations/m/error-keys/accept", "{\"reason\":\"we know\"}")
                .expect(200);
        bench.call("complete").expect(200);
        assertThat(mover.closed()).isTrue();
        assertThat(mover.calls()).containsSubsequence("drain", "restrict", "close");
        assertThat(mover.filter().test("any".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isFalse();
        assertThat(proxy.config().getInterlays(0).getEndpoint().getId()).isEqualTo("b");
    }

    @Test
    void whatIsOnlyAMomentAway_isWaitedFor() throws Exception {
        movers.quick();
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        Await.until("it opens", () -> !bench.progress().path("stage").asText().equals("copying"));
        // As scripts do it: one call after the other, while the second step is still to come.
        bench.patch(cutover(1.0, 1.0)).expect(200);
        bench.call("complete").expect(200);
    }

    @Test
    void completeWhileTheMoverCopies_isRefused() throws Exception {
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        assertThat(bench.call("complete").expect(409).message()).contains("still copying");
    }

    @Test
    void errorKeysKeepTheStrategyWaiting_untilTheyAreAccepted() throws Exception {
        bench.ready(cutover(0.3, 0.0), SCAN);
        bench.call("migrate").expect(200);
        FakeMover mover = movers.last();
        mover.errors(List.of(new ErrorKey(0, new byte[] {1}, "OOM", false, 1, 2)));
        mover.catchUp();
        assertThat(bench.progress().path("caught_up").asBoolean()).isFalse();
        assertThat(bench.progress().path("stage").asText()).isEqualTo("copying");
        bench.rest()
                .post("/api/v1/migrations/m/error-keys/accept", "{\"reason\":\"we know\"}")
                .expect(200);
        proxy.awaitReads(0.3);
    }

    @Test
    void aProxyThatIsLostUnderDualWrites_hasEverythingComparedAgain() throws Exception {
        movers.quick();
        bench.ready(dual(0.3), SCAN);
        FakeProxy polite = bench.proxy("polite");
        FakeProxy dying = bench.proxy("dying");
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        FakeMover mover = movers.last();

        polite.leave();
        dying.close();
        Await.until("the mover is told", () -> mover.calls().contains("recheck proxy dying was lost"));
        assertThat(mover.calls()).doesNotContain("recheck proxy polite was lost");
    }

    @Test
    void aProxyThatIsStruckOffTheList_mayHaveServedToTheLast() throws Exception {
        movers.quick();
        bench.ready(dual(0.3), SCAN);
        FakeProxy gone = bench.proxy("gone");
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        gone.leave();
        Await.until(
                "it is known to be away",
                () -> !bench.rest()
                        .get("/api/v1/proxies")
                        .data()
                        .get(0)
                        .path("connected")
                        .asBoolean());
        bench.rest().delete("/api/v1/proxies/gone").expect(200);
        assertThat(movers.last().calls()).contains("recheck proxy gone was lost");
    }

    @Test
    void whatAMoverKeptOnDisk_goesWithTheMovement_andReportsStay() throws Exception {
        movers.quick();
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        Path work = Files.createDirectories(movers.last().spec().folder());
        Files.writeString(work.resolve("spool"), "bytes");
        bench.call("verify").expect(202);
        bench.call("complete").expect(200);
        assertThat(work).doesNotExist();
        assertThat(work.resolveSibling("verify")).isDirectory();
        JsonNode ended = bench.progress().path("verify");
        assertThat(ended.path("state").asText()).isEqualTo("cancelled");
        assertThat(ended.path("reason").asText()).contains("movers of the migration were closed");
        assertThat(bench.events()).contains("verify ended");
    }

    @Test
    void aControlPlaneThatStops_losesNoProxy() throws Exception {
        movers.quick();
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        bench.controlPlane().close();
        assertThat(movers.last().closed()).isTrue();
        assertThat(movers.last().calls()).noneMatch(call -> call.startsWith("recheck"));
    }

    @Test
    void aProxyThatIsLostWithoutDualWrites_changesNothing() throws Exception {
        movers.quick();
        bench.ready(cutover(0.3, 0.0), SCAN);
        FakeProxy dying = bench.proxy("dying");
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        dying.close();
        Await.until(
                "its end is seen",
                () -> !bench.rest()
                        .get("/api/v1/proxies")
                        .data()
                        .get(0)
                        .path("connected")
                        .asBoolean());
        assertThat(movers.last().calls()).noneMatch(call -> call.startsWith("recheck"));
    }

    @Test
    void twoMigrationsNeverMoveTheSameData() throws Exception {
        bench.ready(dual(0.3), SCAN).interlay("j", "a", 7001);
        bench.call("migrate").expect(200);
        bench.rest()
                .post("/api/v1/migrations", "{\"id\":\"n\",\"strategy\":" + Strategies.dual(0.1) + SCAN + "}")
                .expect(201);
        bench.rest()
                .post("/api/v1/migrations/n/interlay/j", "{\"endpoint\":\"b\"}")
                .expect(200);
        assertThat(bench.rest().post("/api/v1/migrations/n/migrate").expect(409).message())
                .contains("by migration m already");
    }

    @Test
    void oneMoverForEachPairOfEndpoints() throws Exception {
        bench.ready(cutover(0.3, 0.0), SCAN)
                .endpoint("c")
                .interlay("j", "a", 7001)
                .interlay("k", "a", 7002);
        bench.rest()
                .post("/api/v1/migrations/m/interlay/j", "{\"endpoint\":\"b\"}")
                .expect(200);
        bench.rest()
                .post("/api/v1/migrations/m/interlay/k", "{\"endpoint\":\"c\"}")
                .expect(200);
        bench.call("migrate").expect(200);
        movers.last(2);
        assertThat(movers.made())
                .extracting(mover -> mover.spec().follower().getId())
                .containsExactlyInAnyOrder("b", "c");
        assertThat(movers.made()).extracting(mover -> mover.spec().folder()).doesNotHaveDuplicates();
        movers.made().get(0).catchUp();
        assertThat(bench.progress().path("stage").asText()).isEqualTo("copying");
        movers.made().get(1).catchUp();
        bench.awaitStage("open");
        assertThat(bench.progress().path("keys_total").asLong()).isEqualTo(2000);
    }

    private double shownReads() {
        return bench.rest()
                .get("/api/v1/migrations/m")
                .data()
                .path("strategy")
                .path("read_percentage")
                .asDouble();
    }
}
