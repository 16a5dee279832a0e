package io.segue.controlplane;

import static io.segue.controlplane.testkit.Strategies.BIG_BANG;
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
import io.segue.core.operation.Bucket;
import io.segue.core.operation.HashTag;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys change sides only when NEW has what OLD has of them, and no mover writes them any more. */
class DataGateTest {
    private static final byte[] ANY = "user:1".getBytes(StandardCharsets.UTF_8);

    private final FakeMovers movers = new FakeMovers().quick();
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

    private FakeMover open(String strategy) throws Exception {
        bench.ready(strategy, SCAN);
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        return movers.last();
    }

    @Test
    void theMoverDrainsWhileTheProxiesHold_andLetsGoBeforeTheDecision() throws Exception {
        FakeMover mover = open(dual(0.5));
        proxy.awaitReads(0.5);
        AtomicBoolean held = new AtomicBoolean();
        mover.atDrain(() -> held.set(proxy.config().getInterlays(0).hasPrepared()));
        bench.patch(dualNew(0.5)).expect(200);

        assertThat(held).isTrue();
        assertThat(mover.calls()).containsSubsequence("passed", "drain", "restrict");
        assertThat(mover.filter().test(ANY)).isFalse();
        assertThat(proxy.config().getInterlays(0).hasPrepared()).isFalse();
    }

    @Test
    void whatIsNotCarriedOverInTime_undoesTheChange() throws Exception {
        FakeMover mover = open(dual(0.5)).neverDrains();
        String message = bench.patch(dualNew(0.5)).expect(409).message();
        assertThat(message).contains("the data of a was not on b within 300 ms").contains("the change was undone");
        assertUnchanged(mover);
        assertThat(mover.calls()).doesNotContain("takeOver the switch was undone");
    }

    @Test
    void whatIsNotCarriedOverInTime_canBeGivenUp() throws Exception {
        FakeMover mover = open(dual(0.5)).neverDrains();
        bench.rest()
                .patch("/api/v1/migrations/m", "{\"force\":true,\"strategy\":" + dualNew(0.5) + "}")
                .expect(200);
        assertThat(mover.filter().test(ANY)).isFalse();
    }

    @Test
    void aWriteOfTheMoverThatIsStillUnderWay_undoesTheChange() throws Exception {
        FakeMover mover = open(dual(0.5)).neverRestricts();
        assertThat(bench.patch(dualNew(0.5)).expect(409).message()).contains("a write to b was still unanswered");
        assertUnchanged(mover);
        assertThat(mover.calls()).contains("takeOver the switch was undone");
    }

    @Test
    void aMoverThatDoesNotComeToRest_isClosedAndMadeAnewWhenTheChangeIsForced() throws Exception {
        FakeMover hanging = open(dual(0.5)).neverRestricts();
        bench.rest()
                .patch("/api/v1/migrations/m", "{\"force\":true,\"strategy\":" + dualNew(0.5) + "}")
                .expect(200);
        assertThat(hanging.closed()).isTrue();
        Await.until("another one", () -> movers.lastOf("a").spec().epoch() == 2);
    }

    @Test
    void aProxyThatRefusesTheDecision_isOfferedItAgain_andNothingIsTakenBack() throws Exception {
        FakeMover mover = open(dual(0.5));
        proxy.refusing(config -> config.getInterlays(0).hasPrepared()
                        || !config.getInterlays(0)
                                .getPlan()
                                .getStrategy()
                                .getCanary()
                                .getWriteMode()
                                .toString()
                                .contains("NEW")
                ? Optional.empty()
                : Optional.of("no"));
        String notes = bench.patch(dualNew(0.5))
                .expect(200)
                .data()
                .path("rollout")
                .path("notes")
                .toString();
        assertThat(notes).contains("could not carry out the decision", "no");
        assertThat(mover.filter().test(ANY)).isFalse();
        assertThat(mover.calls()).doesNotContain("takeOver the switch was undone");
        proxy.refusing(config -> Optional.empty());
        Await.until("it runs it after all", () -> {
            var shown = bench.rest().get("/api/v1/proxies").data().get(0);
            return shown.path("acked_version").asLong()
                    == shown.path("target_version").asLong();
        });
    }

    @Test
    void beforeKeysGoToNew_oldIsFollowing_andTakesThemOverOnceItIsDecided() throws Exception {
        FakeMover mover = open(dual(0.5));
        AtomicBoolean idle = new AtomicBoolean();
        mover.atDrain(() -> {
            FakeMover back = movers.lastOf("b");
            idle.set(back.started() && !back.filter().test(ANY));
        });
        bench.patch(cutover(1.0, 1.0)).expect(200);

        FakeMover back = movers.lastOf("b");
        assertThat(idle).as("it listens before the hold, and has nothing to do").isTrue();
        assertThat(back.spec().follower().getId()).isEqualTo("a");
        assertThat(back.calls()).containsSubsequence("restrict", "start", "drain", "takeOver keys have come to NEW");
        assertThat(back.filter().test(ANY)).isTrue();
        assertThat(mover.calls()).containsSubsequence("drain", "restrict", "bypass");
        assertThat(mover.filter().test(ANY)).isFalse();
        assertThat(bench.progress().path("movements").findValuesAsText("direction"))
                .containsExactly("forward", "reverse");
    }

    @Test
    void theSameOnTheWayBack_withTheRolesSwapped() throws Exception {
        FakeMover mover = open(dual(0.5));
        bench.patch(cutover(1.0, 1.0)).expect(200);
        FakeMover back = movers.lastOf("b");
        int before = mover.calls().size();
        bench.patch(cutover(0.0, 0.0)).expect(200);

        assertThat(back.calls()).endsWith("drain", "restrict", "bypass");
        assertThat(back.filter().test(ANY)).isFalse();
        assertThat(mover.calls().subList(before, mover.calls().size()))
                .containsExactly("drain", "takeOver keys have come to OLD");
        assertThat(mover.filter().test(ANY)).isTrue();
    }

    @Test
    void someKeys_haveBothDirectionsAtWork() throws Exception {
        FakeMover mover = open(dual(0.5));
        bench.patch(cutover(0.5, 0.5)).expect(200);
        FakeMover back = movers.lastOf("b");
        for (int i = 0; i < 100; i++) {
            byte[] key = ("user:" + i).getBytes(StandardCharsets.UTF_8);
            assertThat(back.filter().test(key)).isNotEqualTo(mover.filter().test(key));
        }
    }

    @Test
    void whoWritesPastTheProxies_keepsTheKeysWhereTheyAre() throws Exception {
        FakeMover mover = open(dual(0.5)).bypassed("key user:1 was changed");
        String message = bench.patch(cutover(1.0, 1.0)).expect(409).message();
        assertThat(message).contains("somebody writes a past the proxies").contains("key user:1 was changed");
        assertUnchanged(mover);
        assertThat(mover.calls()).contains("takeOver the switch was undone");
        assertThat(movers.lastOf("b").calls()).doesNotContain("takeOver keys have come to NEW");
        mover.bypassed(null);
        bench.patch(cutover(1.0, 1.0)).expect(200);
    }

    @Test
    void whatWasGivenUp_isNotRemovedFromOld() throws Exception {
        open(dual(0.5)).neverDrains();
        movers.starting(made -> made.drainsAgain().catchUp());
        bench.rest()
                .patch("/api/v1/migrations/m", "{\"force\":true,\"strategy\":" + cutover(1.0, 1.0) + "}")
                .expect(200);
        Await.until(
                "a way back that knows of it", () -> !movers.lastOf("b").spec().mirrors());
        assertThat(movers.lastOf("b").filter().test(ANY)).isTrue();
        assertThat(movers.made().stream()
                        .filter(one -> one.spec().authority().getId().equals("b")))
                .extracting(FakeMover::closed)
                .containsExactly(true, false);
    }

    @Test
    void anOldServerThatOthersUseToo_keepsWhatNewDoesNotHave() throws Exception {
        open(dual(0.5));
        bench.patch(cutover(1.0, 1.0)).expect(200);
        assertThat(movers.lastOf("b").spec().mirrors()).isTrue();
        bench.patch(cutover(0.0, 0.0)).expect(200);
        bench.call("rollback").expect(200);
        bench.rest().delete("/api/v1/migrations/m").expect(200);

        bench.interlay("j", "a", 7001);
        bench.rest()
                .post("/api/v1/migrations", "{\"id\":\"m\",\"strategy\":" + dual(0.5) + SCAN + "}")
                .expect(201);
        bench.rest()
                .post("/api/v1/migrations/m/interlay/i", "{\"endpoint\":\"b\"}")
                .expect(200);
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        bench.patch(cutover(1.0, 1.0)).expect(200);
        assertThat(movers.lastOf("b").spec().mirrors()).isFalse();
    }

    @Test
    void aWayBackThatDoesNotAnswer_undoesTheChange() throws Exception {
        FakeMover mover = open(dual(0.5));
        movers.starting(made -> made.neverDrains().catchUp());
        assertThat(bench.patch(cutover(1.0, 1.0)).expect(409).message()).contains("the way back from b to a");
        assertUnchanged(mover);
    }

    @Test
    void aWayBackThatIsNotUp_refusesTheChangeBeforeAnybodyHolds() throws Exception {
        open(dual(0.5));
        proxy.awaitReads(0.5);
        long before = proxy.config().getVersion();
        movers.starting(made -> {});
        assertThat(bench.patch(cutover(1.0, 1.0)).expect(409).message()).contains("the way back is not ready");
        assertThat(proxy.sentAfter(before)).isEmpty();
        movers.lastOf("b").catchUp();
        bench.patch(cutover(1.0, 1.0)).expect(200);
    }

    private void assertUnchanged(FakeMover mover) {
        assertThat(mover.filter().test(ANY)).isTrue();
        assertThat(bench.rest()
                        .get("/api/v1/migrations/m")
                        .data()
                        .path("strategy")
                        .path("write_mode")
                        .path("policy")
                        .asText())
                .isEqualTo("old_authoritative");
        Await.until("the hold is over", () -> !proxy.config().getInterlays(0).hasPrepared());
        assertThat(bench.status()).isEqualTo("running");
        assertThat(bench.progress().path("stage").asText()).isEqualTo("open");
    }

    @Test
    void aMoverThatLags_refusesTheChangeBeforeAnybodyHolds() throws Exception {
        FakeMover mover = open(dual(0.5));
        proxy.awaitReads(0.5);
        long before = proxy.config().getVersion();
        mover.lagging(4_000);
        assertThat(bench.patch(dualNew(0.5)).expect(409).message()).contains("4000 ms behind");
        assertThat(proxy.sentAfter(before)).isEmpty();
        assertThat(mover.calls()).doesNotContain("drain");
    }

    @Test
    void halfOfTheKeys_isHalfOfTheKeys_byHashTag() throws Exception {
        FakeMover mover = open(dual(0.5));
        bench.patch(cutover(0.5, 0.5)).expect(200);
        String uuid =
                bench.rest().get("/api/v1/migrations/m").data().path("uuid").asText();
        int onOld = 0;
        for (int i = 0; i < 1000; i++) {
            byte[] key = ("user:" + i).getBytes(StandardCharsets.UTF_8);
            boolean stays = HashTag.bucket(key, Bucket.salt(uuid)) >= 5_000;
            assertThat(mover.filter().test(key)).isEqualTo(stays);
            byte[] tagged = ("{user:" + i + "}:cart").getBytes(StandardCharsets.UTF_8);
            assertThat(mover.filter().test(tagged)).isEqualTo(stays);
            onOld += stays ? 1 : 0;
        }
        assertThat(onOld).isBetween(400, 600);
        // A mover carries over what OLD alone is written with, so the rest may follow.
        assertThat(bench.patch(cutover(1.0, 1.0))
                        .expect(200)
                        .data()
                        .path("warnings")
                        .toString())
                .doesNotContain("OLD only");
        assertThat(mover.filter().test(ANY)).isFalse();
    }

    @Test
    void keysThatComeBackToOld_areLookedAfterAgain() throws Exception {
        FakeMover mover = open(dual(0.5));
        bench.patch(dualNew(0.5)).expect(200);
        bench.patch(dual(0.5)).expect(200);
        assertThat(mover.filter().test(ANY)).isTrue();
        assertThat(mover.calls()).contains("takeOver keys have come to OLD");
    }

    @Test
    void aSwitchThatComesByItself_passesTheGateToo() throws Exception {
        bench.ready(BIG_BANG, SCAN);
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        assertThat(movers.last().calls()).containsSubsequence("start", "drain", "restrict");
    }

    @Test
    void aSwitchThatComesByItself_waitsForEveryKnownProxy() throws Exception {
        bench.proxy("away").close();
        bench.ready(BIG_BANG, SCAN);
        bench.call("migrate").expect(200);
        Await.until("it says so", () -> bench.events().contains("wait"));
        assertThat(bench.progress().path("stage").asText()).isEqualTo("copying");
        Await.until(
                "it can be forgotten",
                () -> bench.rest().delete("/api/v1/proxies/away").status() == 200);
        bench.awaitStage("open");
    }

    @Test
    void aSwitchThatComesByItself_isTriedAgain_andThenGivenUp() throws Exception {
        movers.starting(mover -> mover.neverDrains().catchUp());
        bench.ready(BIG_BANG, SCAN);
        bench.call("migrate").expect(200);
        bench.awaitStatus("rolled_back");
        assertThat(movers.last().calls().stream().filter("drain"::equals)).hasSize(4);
        assertThat(bench.rest()
                        .get("/api/v1/migrations/m")
                        .data()
                        .path("status_reason")
                        .asText())
                .startsWith("the strategy cannot be applied: the data of a was not on b");
    }
}
