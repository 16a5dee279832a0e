package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.DataMover.Ceilings;
import io.segue.controlplane.mover.MoverFactory.FeedChoice;
import io.segue.loadtest.data.IndependentCompare;
import io.segue.loadtest.data.MixedData;
import io.segue.loadtest.data.Writers;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisCluster;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Store;
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
 * Something breaks at a node of the cluster into which mixed data is copied while clients change it: the mover goes on by itself, and in the end both
 * sides are equal. With {@code -Dsegue.moments=20} each fault comes that often.
 */
@NeedsRedis
@Timeout(900)
class ClusterFaultsIT {
    private static final int MOMENTS = Integer.getInteger("segue.moments", 1);
    private static final long SEED = Long.getLong("segue.moments.seed", System.nanoTime());
    private static final int KEYS = 3_000;
    private static final int NODES = 3;
    private static final int SLOTS = 16_384;
    /** The first copy takes a second or two, so that it is hit as well. */
    private static final Ceilings SLOW = new Ceilings(2_500, 0, false);

    /** What breaks. */
    enum Fault {
        CUT,
        PAUSE,
        RESTART_EMPTY,
        SLOTS_MOVE
    }

    /** One where there is not time for both. */
    static List<FeedChoice> feeds() {
        return MOMENTS == 1 ? List.of(FeedChoice.TRACKING) : List.of(FeedChoice.TRACKING, FeedChoice.PSYNC);
    }

    @ParameterizedTest
    @MethodSource("feeds")
    void equalInTheEnd(FeedChoice feed) throws Exception {
        System.out.println("ClusterFaultsIT: seed " + SEED);
        Random random = new Random(SEED);
        try (RedisServer from = RedisServer.start();
                RedisCluster to = RedisCluster.start(NODES)) {
            MixedData data = new MixedData(MixedData.Settings.of(SEED, KEYS).withBig(2, 2_500_000));
            data.fill(Store.of(from));
            Writers.Settings load = Writers.Settings.of(data, SEED, 60).withClients(4);
            try (Writers writers = new Writers(List.of(Store.of(from)), null, load).start();
                    MoverUnderTest mover = MoverUnderTest.options()
                            .feed(feed)
                            .ceilings(SLOW)
                            .start(from.port(), to.ports().get(0))) {
                for (Fault fault : faults(random)) {
                    wait(random.nextInt(800));
                    strike(to, fault, random);
                }
                assertThat(writers.stop().commands()).isPositive();
                mover.awaitCaughtUp();
                mover.mover.passed().get(30, TimeUnit.SECONDS);
                assertThat(IndependentCompare.compare(Store.of(from), to))
                        .satisfies(found -> assertThat(found.isEqual())
                                .as("seed " + SEED + " " + found + "\n" + mover.events + "\n" + mover.status())
                                .isTrue());
                assertThat(mover.status().errorKeys()).isZero();
            }
        }
    }

    /** Pauses are long: few of them. */
    private static List<Fault> faults(Random random) {
        List<Fault> all = new ArrayList<>();
        for (Fault fault : Fault.values()) {
            all.addAll(Collections.nCopies(fault == Fault.PAUSE ? (MOMENTS + 3) / 4 : MOMENTS, fault));
        }
        Collections.shuffle(all, random);
        return all;
    }

    private static void strike(RedisCluster cluster, Fault fault, Random random) {
        RedisServer node = cluster.nodes().get(random.nextInt(NODES));
        switch (fault) {
            case CUT -> node.call("CLIENT", "KILL", "TYPE", "normal");
            case PAUSE -> {
                node.stopSignal();
                wait(5_000);
                node.cont();
            }
            case RESTART_EMPTY -> node.restart();
            case SLOTS_MOVE -> {
                for (int i = 0; i < 5; i++) {
                    int slot = random.nextInt(SLOTS);
                    move(cluster, slot, (cluster.owner(slot) + 1) % NODES);
                }
            }
        }
    }

    /** Nodes that were away do not take anything at once. */
    private static void move(RedisCluster cluster, int slot, int to) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                cluster.moveSlot(slot, to);
                return;
            } catch (IllegalStateException e) {
                if (!String.valueOf(e.getMessage()).contains("CLUSTERDOWN") || System.nanoTime() - end > 0) {
                    throw e;
                }
                wait(100);
            }
        }
    }

    private static void wait(int millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }
}
