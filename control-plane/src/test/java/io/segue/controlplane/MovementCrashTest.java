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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The control plane is killed: what is on disk at that moment is copied away while it runs, and a second one starts from the copy, with
 * movers of its own.
 */
class MovementCrashTest {
    private static final byte[] ANY = "any".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path dir;

    private final FakeMovers movers = new FakeMovers();
    private Bench bench;
    private FakeProxy proxy;

    @BeforeEach
    void start() throws Exception {
        bench = new Bench(Files.createDirectory(dir.resolve("first")), movers);
        proxy = bench.proxy("p1");
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    /** What kill -9 would leave now. */
    private Path image() {
        try {
            Path copy = Files.createTempDirectory(dir, "image");
            try (Stream<Path> files = Files.list(dir.resolve("first"))) {
                for (Path file : files.filter(Files::isRegularFile)
                        .filter(file -> !file.toString().endsWith("-shm"))
                        .toList()) {
                    Files.copy(file, copy.resolve(file.getFileName()));
                }
            }
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whileItCopies_itGoesOnCopying() throws Exception {
        bench.ready(cutover(0.3, 0.0), SCAN);
        bench.call("migrate").expect(200);
        movers.last();
        FakeMovers later = new FakeMovers();
        try (Bench second = new Bench(image(), later)) {
            FakeMover mover = later.last();
            assertThat(mover.spec().epoch()).isEqualTo(2);
            assertThat(mover.spec().folder().getFileName())
                    .isEqualTo(movers.last().spec().folder().getFileName());
            assertThat(second.progress().path("stage").asText()).isEqualTo("copying");
            mover.catchUp();
            second.awaitStage("open");
            second.proxy("p1").awaitReads(0.3);
        }
    }

    @Test
    void whilePaused_theNewMoverStandsStillToo() throws Exception {
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        movers.last();
        bench.call("pause").expect(200);
        FakeMovers later = new FakeMovers();
        try (Bench second = new Bench(image(), later)) {
            assertThat(later.last().calls()).containsSubsequence("pause", "start");
            second.call("resume").expect(200);
            assertThat(later.last().paused()).isFalse();
        }
    }

    @Test
    void betweenTheTwoSteps_itWaitsAgain() throws Exception {
        movers.starting(FakeMover::waiting);
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        movers.last().catchUp();
        bench.awaitStage("opening");
        FakeMovers later = new FakeMovers().starting(FakeMover::waiting);
        try (Bench second = new Bench(image(), later)) {
            FakeProxy back = second.proxy("p1");
            FakeMover mover = later.last();
            assertThat(mover.calls()).containsSubsequence("dualWrites true", "start");
            Await.until("the mover is asked", () -> mover.calls().contains("passed"));
            back.awaitReads(0.0);
            mover.pass();
            back.awaitReads(0.3);
        }
    }

    @Test
    void whenOpen_theMoverFollowsOn_withTheKeysThatAreLeft() throws Exception {
        movers.quick();
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        bench.patch(cutover(1.0, 1.0)).expect(200);
        FakeMovers later = new FakeMovers();
        try (Bench second = new Bench(image(), later)) {
            assertThat(later.lastOf("a").calls()).containsSubsequence("restrict", "start");
            assertThat(later.lastOf("a").filter().test(ANY)).isFalse();
            assertThat(later.lastOf("b").calls()).containsSubsequence("restrict", "start");
            assertThat(later.lastOf("b").filter().test(ANY)).isTrue();
            second.proxy("p1").awaitReads(1.0);
        }
    }

    @Test
    void insideTheHold_theSwitchDidNotHappen() throws Exception {
        movers.quick();
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        Path[] image = new Path[1];
        movers.last().atDrain(() -> image[0] = image());
        bench.patch(dualNew(0.3)).expect(200);

        FakeMovers later = new FakeMovers().quick();
        try (Bench second = new Bench(image[0], later)) {
            FakeProxy back = second.proxy("p1");
            later.last();
            assertThat(back.config().getInterlays(0).hasPrepared()).isFalse();
            assertThat(second.progress()
                            .path("in_force")
                            .path("write_mode")
                            .path("policy")
                            .asText())
                    .isEqualTo("old_authoritative");
            assertThat(later.lastOf("a").filter().test(ANY)).isTrue();
            assertThat(later.lastOf("b").filter().test(ANY)).isFalse();
            second.patch(dualNew(0.3)).expect(200);
        }
    }

    @Test
    void onceItIsDecided_theSwitchHappens_andOldFollows() throws Exception {
        movers.quick();
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        Path[] image = new Path[1];
        movers.atTakeOver(() -> image[0] = image());
        bench.patch(cutover(1.0, 1.0)).expect(200);

        FakeMovers later = new FakeMovers().quick();
        try (Bench second = new Bench(image[0], later)) {
            FakeProxy back = second.proxy("p1");
            back.awaitReads(1.0);
            assertThat(back.config().getInterlays(0).hasPrepared()).isFalse();
            assertThat(later.lastOf("a").filter().test(ANY)).isFalse();
            assertThat(later.lastOf("b").filter().test(ANY)).isTrue();
            second.call("rollback").expect(200);
            assertThat(later.lastOf("b").calls()).containsSubsequence("drain", "restrict", "bypass", "close");
        }
    }

    @Test
    void onTheWayBackAfterAFailure_theWayIsWalkedToItsEnd() throws Exception {
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        movers.last().catchUp();
        proxy.awaitReads(0.3);
        proxy.mute();
        movers.last().fail("disk full");
        Await.until("it is failing", () -> !bench.status().equals("running"));
        FakeMovers later = new FakeMovers();
        try (Bench second = new Bench(image(), later)) {
            FakeProxy back = second.proxy("p1");
            second.awaitStatus("rolled_back");
            back.awaitReads(-1);
            assertThat(later.made()).isEmpty();
        }
    }

    @Test
    void theLimitsAreKept() throws Exception {
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        movers.last();
        bench.rest()
                .patch("/api/v1/migrations/m/throttle", "{\"keys_per_second\":7}")
                .expect(200);
        FakeMovers later = new FakeMovers();
        try (Bench second = new Bench(image(), later)) {
            assertThat(later.last().spec().ceilings().keysPerSecond()).isEqualTo(7);
            assertThat(second.progress()
                            .path("throttle")
                            .path("keys_per_second")
                            .asLong())
                    .isEqualTo(7);
        }
    }

    @Test
    void aVerificationIsNotCarriedOn_andSaysSo() throws Exception {
        movers.quick();
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        bench.call("verify").expect(202);
        try (Bench second = new Bench(image(), new FakeMovers())) {
            var result =
                    second.rest().get("/api/v1/migrations/m/verify").expect(200).data();
            assertThat(result.path("state").asText()).isEqualTo("failed");
            assertThat(result.path("reason").asText()).contains("restarted");
        }
    }

    @Test
    void aProxyThatDiedWhileNoControlPlaneRan_isLost() throws Exception {
        movers.quick();
        bench.ready(dual(0.3), SCAN);
        bench.proxy("dead");
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        FakeMovers later = new FakeMovers();
        try (Bench second = new Bench(image(), later)) {
            second.proxy("p1");
            Await.until("the mover is told", () -> later.last().calls().contains("recheck proxy dead was lost"));
            assertThat(later.last().calls()).doesNotContain("recheck proxy p1 was lost");
        }
    }

    @Test
    void whatAnEndedMovementLeftOnDisk_isRemovedByTheNextProcess() throws Exception {
        movers.quick();
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        bench.call("complete").expect(200);
        Path folder = dir.resolve("first").relativize(movers.last().spec().folder());
        Path image = image();
        Path left = Files.createDirectories(image.resolve(folder));
        Path orphan = Files.createDirectories(
                left.getParent().resolveSibling("of-nobody").resolve("0"));
        Path report = Files.createDirectories(left.resolveSibling("verify").resolve("id"));
        try (Bench second = new Bench(image, new FakeMovers())) {
            assertThat(second.progress().path("stage").asText()).isEqualTo("closed");
            assertThat(left).doesNotExist();
            assertThat(orphan.getParent()).doesNotExist();
            assertThat(report).isDirectory();
        }
    }

    @Test
    void whatHasEnded_startsNoMover() throws Exception {
        movers.quick();
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        bench.call("complete").expect(200);
        FakeMovers later = new FakeMovers();
        try (Bench second = new Bench(image(), later)) {
            assertThat(second.progress().path("stage").asText()).isEqualTo("closed");
            assertThat(second.progress()
                            .path("movements")
                            .get(0)
                            .path("keys_copied")
                            .asLong())
                    .isEqualTo(1000);
            FakeProxy back = second.proxy("p1");
            assertThat(back.config().getInterlays(0).getEndpoint().getId()).isEqualTo("b");
            assertThat(later.made()).isEmpty();
            assertThat(Optional.of(second.status())).contains("completed");
        }
    }
}
