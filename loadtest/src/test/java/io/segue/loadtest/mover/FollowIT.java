package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.MoverFactory.FeedChoice;
import io.segue.loadtest.data.IndependentCompare;
import io.segue.loadtest.data.MixedData;
import io.segue.loadtest.data.Writers;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisBinary;
import io.segue.loadtest.redis.RedisCluster;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Store;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Mixed data is copied and followed while many clients change it in every way: in the end both sides are equal. */
@NeedsRedis
@Timeout(1_200)
class FollowIT {
    /** Two million with {@code -Dsegue.follow.keys=2000000}. */
    private static final int KEYS = Integer.getInteger("segue.follow.keys", 200_000);

    private static final int FEWER_KEYS = 4_000;
    private static final long BIG_BYTES = Long.getLong("segue.follow.big", 10_000_000);
    private static final long SEED = Long.getLong("segue.follow.seed", System.nanoTime());
    private static final long WRITES = 8_000;

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void equalAfterTheWritersHaveStopped(FeedChoice feed) throws Exception {
        try (RedisServer from = RedisServer.start();
                RedisServer to = RedisServer.start()) {
            MixedData data = new MixedData(
                    MixedData.Settings.of(SEED, KEYS).withDatabases(3).withBig(4, BIG_BYTES));
            follow(
                    data,
                    Store.of(from),
                    Store.of(to),
                    from.port(),
                    to.port(),
                    feed,
                    load(data).withUndeclared());
        }
    }

    /** FLUSHDB and SWAPDB have everything compared, however little they changed; so with fewer keys. */
    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void databasesAreFlushedAndSwapped(FeedChoice feed) throws Exception {
        try (RedisServer from = RedisServer.start();
                RedisServer to = RedisServer.start()) {
            MixedData data =
                    new MixedData(MixedData.Settings.of(SEED, FEWER_KEYS).withDatabases(3));
            follow(
                    data,
                    Store.of(from),
                    Store.of(to),
                    from.port(),
                    to.port(),
                    feed,
                    load(data).withNasty());
        }
    }

    static List<Arguments> versions() {
        List<Arguments> pairs = new ArrayList<>();
        for (RedisBinary from : RedisServer.available()) {
            for (RedisBinary to : RedisServer.available()) {
                if (!from.version().equals(to.version())) {
                    for (FeedChoice feed : List.of(FeedChoice.TRACKING, FeedChoice.PSYNC)) {
                        pairs.add(Arguments.of(from, to, feed));
                    }
                }
            }
        }
        return pairs;
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("versions")
    void betweenVersions(RedisBinary one, RedisBinary other, FeedChoice feed) throws Exception {
        try (RedisServer from = RedisServer.builder().binary(one).start();
                RedisServer to = RedisServer.builder().binary(other).start()) {
            MixedData data =
                    new MixedData(MixedData.Settings.of(SEED, FEWER_KEYS).withDatabases(2));
            follow(data, Store.of(from), Store.of(to), from.port(), to.port(), feed, load(data));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void intoACluster(FeedChoice feed) throws Exception {
        try (RedisServer from = RedisServer.start();
                RedisCluster to = RedisCluster.start(3)) {
            MixedData data = new MixedData(MixedData.Settings.of(SEED, FEWER_KEYS));
            follow(data, Store.of(from), to, from.port(), to.ports().get(0), feed, load(data));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void outOfACluster(FeedChoice feed) throws Exception {
        try (RedisCluster from = RedisCluster.start(3);
                RedisServer to = RedisServer.start()) {
            MixedData data = new MixedData(MixedData.Settings.of(SEED, FEWER_KEYS));
            follow(data, from, Store.of(to), from.ports().get(1), to.port(), feed, load(data));
        }
    }

    private static Writers.Settings load(MixedData data) {
        return Writers.Settings.of(data, SEED, 200);
    }

    private static void follow(
            MixedData data, Store from, Store to, int fromPort, int toPort, FeedChoice feed, Writers.Settings load)
            throws Exception {
        System.out.println("FollowIT: seed " + SEED);
        data.fill(from);
        try (Writers writers = new Writers(List.of(from), from, load).start();
                MoverUnderTest mover = MoverUnderTest.options().feed(feed).start(fromPort, toPort)) {
            mover.await("the copy under way", () -> mover.status().keysCopied() > 0);
            long before = writers.commands();
            mover.await("writes beside the copy", () -> writers.commands() > before + WRITES);
            Writers.Report report = writers.stop();
            assertThat(report.byCommand()).as("commands").hasSizeGreaterThan(10);
            mover.awaitCaughtUp();
            mover.awaitPassed();
            assertThat(IndependentCompare.compare(from, to))
                    .satisfies(c -> assertThat(c.isEqual())
                            .as(c.toString() + "\n" + mover.events + "\n" + mover.status())
                            .isTrue());
            assertThat(mover.status().errorKeys()).isZero();
            assertThat(mover.verify())
                    .satisfies(result ->
                            assertThat(result.clean()).as(result.toString()).isTrue());
        }
    }
}
