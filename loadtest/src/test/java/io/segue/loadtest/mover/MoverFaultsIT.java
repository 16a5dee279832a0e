package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.DataMover.Ceilings;
import io.segue.controlplane.mover.MoverFactory.FeedChoice;
import io.segue.loadtest.data.IndependentCompare;
import io.segue.loadtest.data.MixedData;
import io.segue.loadtest.data.Writers;
import io.segue.loadtest.fault.FaultProxy;
import io.segue.loadtest.fleet.JavaProcess;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Store;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Something breaks at random moments while mixed data is copied and followed and clients write: the mover goes on by itself, and in the end both
 * sides are equal.
 */
@NeedsRedis
@Timeout(300)
class MoverFaultsIT {
    private static final int MOMENTS = Integer.getInteger("segue.moments", 3);
    private static final long SEED = Long.getLong("segue.moments.seed", System.nanoTime());
    private static final int KEYS = 3_000;
    /** The first copy takes a second or two, so that it is hit as well. */
    private static final Ceilings SLOW = new Ceilings(2_500, 0, false);

    private static final String LIBRARY = "#!lua name=f\nredis.register_function('f', function() return 1 end)";

    /** What breaks. */
    enum Fault {
        CUT_OLD,
        CUT_NEW,
        PAUSE_OLD,
        PAUSE_NEW,
        RESTART_NEW,
        FAILOVER_OLD,
        KILL_MOVER
    }

    static List<Arguments> faults() {
        List<Arguments> all = new ArrayList<>();
        for (Fault fault : Fault.values()) {
            for (FeedChoice feed : List.of(FeedChoice.TRACKING, FeedChoice.PSYNC)) {
                // Pauses are long: few of them, where there is not time for many moments.
                boolean skipped =
                        MOMENTS <= 3 && fault == (feed == FeedChoice.TRACKING ? Fault.PAUSE_NEW : Fault.PAUSE_OLD);
                if (!skipped) {
                    all.add(Arguments.of(fault, feed));
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("faults")
    void equalInTheEnd(Fault fault, FeedChoice feed) throws Exception {
        System.out.println("MoverFaultsIT: seed " + SEED);
        RedisServer authority = RedisServer.start();
        RedisServer standby = fault == Fault.FAILOVER_OLD ? RedisServer.start() : null;
        try (RedisServer follower = RedisServer.start();
                FaultProxy clients = FaultProxy.start(authority.port());
                TwoSides sides = new TwoSides(authority, follower)) {
            MixedData data = new MixedData(
                    MixedData.Settings.of(SEED, KEYS).withDatabases(2).withBig(3, 2_500_000));
            data.fill(Store.of(authority));
            sides.old("FUNCTION", "LOAD", LIBRARY);
            Writers.Settings load = Writers.Settings.of(data, SEED, 60).withClients(4);
            Store target = Store.at(clients.port());
            try (Writers writers = new Writers(List.of(target), null, load).start()) {
                Scene scene = new Scene(sides, clients, authority, standby, feed);
                if (fault == Fault.KILL_MOVER) {
                    scene.killMovers();
                } else {
                    scene.strike(fault);
                }
                assertThat(writers.stop().commands()).isPositive();
                scene.assertEqual();
            }
        } finally {
            authority.close();
            if (standby != null) {
                standby.close();
            }
        }
    }

    /** One run. */
    private static final class Scene {
        private final Random random = new Random(SEED);
        private final TwoSides sides;
        private final FaultProxy clients;
        private final FeedChoice feed;
        private final Path folder = MoverUnderTest.newFolder();
        private RedisServer primary;
        private RedisServer standby;
        private long epoch = 1;

        Scene(TwoSides sides, FaultProxy clients, RedisServer primary, RedisServer standby, FeedChoice feed) {
            this.sides = sides;
            this.clients = clients;
            this.primary = primary;
            this.standby = standby;
            this.feed = feed;
        }

        private MoverUnderTest mover;

        private void startMover() {
            mover = sides.start(MoverUnderTest.options()
                    .feed(feed)
                    .folder(folder)
                    .epoch(epoch)
                    .ceilings(SLOW));
        }

        private void wait(int mostMs) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(mostMs)));
        }

        void strike(Fault fault) throws Exception {
            if (standby != null) {
                standby.replicaOf(primary);
                standby.awaitInSync(primary, TwoSides.LIMIT);
            }
            startMover();
            boolean pause = fault == Fault.PAUSE_OLD || fault == Fault.PAUSE_NEW;
            for (int moment = 0; moment < (pause ? Math.max(1, MOMENTS / 3) : MOMENTS); moment++) {
                wait(moment == 0 ? 400 : 1_000);
                switch (fault) {
                    case CUT_OLD -> sides.atOld.cut();
                    case CUT_NEW -> sides.atNew.cut();
                    case PAUSE_OLD -> pause(primary);
                    case PAUSE_NEW -> pause(sides.follower);
                    case RESTART_NEW -> sides.follower.restart();
                    case FAILOVER_OLD -> failOver();
                    default -> throw new IllegalArgumentException(fault.toString());
                }
            }
        }

        private static void pause(RedisServer server) {
            server.stopSignal();
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(5));
            server.cont();
        }

        private void failOver() {
            RedisServer gone = primary;
            gone.kill9();
            standby.promote();
            for (FaultProxy proxy : List.of(clients, sides.atOld)) {
                proxy.target(standby.port());
                proxy.cut();
            }
            primary = standby;
            standby = gone;
            standby.restart();
            standby.replicaOf(primary);
            standby.awaitInSync(primary, TwoSides.LIMIT);
        }

        void killMovers() throws Exception {
            Path log = folder.resolveSibling(folder.getFileName() + ".log");
            for (int moment = 0; moment < MOMENTS; moment++) {
                try (JavaProcess process = JavaProcess.start(
                        "mover",
                        List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"),
                        MoverProgram.class.getName(),
                        List.of(
                                Integer.toString(sides.atOld.port()),
                                Integer.toString(sides.atNew.port()),
                                feed.name(),
                                Long.toString(epoch++),
                                folder.toString(),
                                Long.toString(SLOW.keysPerSecond())),
                        Map.of(),
                        log)) {
                    long before = sides.atNew.accepted();
                    process.await("at work", TwoSides.LIMIT, () -> sides.atNew.accepted() > before);
                    wait(900);
                    process.kill9();
                }
            }
            startMover();
        }

        void assertEqual() throws Exception {
            try (MoverUnderTest running = mover) {
                running.awaitCaughtUp();
                running.mover.passed().get(30, TimeUnit.SECONDS);
                assertThat(IndependentCompare.compare(Store.of(primary), Store.of(sides.follower)))
                        .satisfies(found -> assertThat(found.isEqual())
                                .as("seed " + SEED + " " + found + "\n" + running.events + "\n" + running.status())
                                .isTrue());
                assertThat(running.status().errorKeys()).isZero();
            }
        }
    }
}
