package io.segue.loadtest.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.fault.FaultProxy;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisBinary;
import io.segue.loadtest.redis.RedisCluster;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Store;
import io.segue.loadtest.redis.StoreSession;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@NeedsRedis
@Timeout(60)
class WritersIT {
    private static final long SEED = 20_261_124;

    @ParameterizedTest
    @MethodSource("io.segue.loadtest.redis.RedisServer#available")
    void run_useAllCommandsWithFewErrors_andAReplicaIsEqual(RedisBinary binary) throws Exception {
        try (RedisServer server = RedisServer.builder().binary(binary).start();
                RedisServer replica = RedisServer.builder().binary(binary).start()) {
            MixedData data = new MixedData(MixedData.Settings.of(SEED, 2_000).withDatabases(3));
            data.fill(Store.of(server));
            replica.replicaOf(server);
            Writers.Report report;
            try (Writers writers = new Writers(
                    List.of(Store.of(server), Store.at(server.port())),
                    Store.of(server),
                    Writers.Settings.of(data, SEED, 0).withNasty())) {
                writers.start();
                awaitCommands(writers, 60_000);
                report = writers.stop();
            }

            assertThat(report.byCommand().keySet())
                    .contains(
                            "SET",
                            "DEL",
                            "RENAME",
                            "RENAMENX",
                            "COPY",
                            "PERSIST",
                            "GETEX",
                            "APPEND",
                            "INCRBYFLOAT",
                            "LMOVE")
                    .contains(
                            "BLPOP",
                            "BLMOVE",
                            "BZPOPMIN",
                            "SPOP",
                            "ZINCRBY",
                            "HINCRBY",
                            "EVAL",
                            "EXEC",
                            "FLUSHDB",
                            "SWAPDB")
                    .contains(
                            "XADD", "XREADGROUP", "XACK", "XDEL", "XTRIM", "XCLAIM", "XAUTOCLAIM", "PFMERGE", "BITOP");
            long errors =
                    report.errors().values().stream().mapToLong(Long::longValue).sum();
            assertThat(errors).as("%s", report).isLessThan(report.commands() / 4);
            assertThat(report.errors().keySet())
                    .as("%s", report)
                    .noneMatch(text -> text.contains("syntax")
                            || text.contains("unknown")
                            || text.contains("wrong number")
                            || text.contains("connection"));
            replica.awaitInSync(server, Duration.ofSeconds(10));
            replica.promote();
            // A replica of 6.2 is told spans of time instead of moments, and one of 7.0 estimates what groups have
            // read.
            Comparison found = IndependentCompare.compare(
                    Store.of(server),
                    Store.of(replica),
                    IndependentCompare.Settings.DEFAULT
                            .withTolerance(binary.version().startsWith("6.") ? 5_000 : 5)
                            .withoutEntriesRead());
            assertThat(found.isEqual()).as("%s", found).isTrue();
        }
    }

    @Test
    void cluster_onlyWhatOneSlotAllows_alsoWhileSlotsMove() throws Exception {
        try (RedisCluster cluster = RedisCluster.start(3)) {
            MixedData data = new MixedData(MixedData.Settings.of(SEED, 1_000));
            data.fill(cluster);
            try (Writers writers = new Writers(
                    List.of(cluster),
                    cluster,
                    Writers.Settings.of(data, SEED, 0).withNasty())) {
                writers.start();
                awaitCommands(writers, 5_000);
                int slot = StoreSession.slot(new byte[0]);
                cluster.moveSlot(slot, (cluster.owner(slot) + 1) % 3);
                awaitCommands(writers, writers.commands() + 10_000);
                Writers.Report report = writers.stop();

                assertThat(report.errors().keySet())
                        .as("%s", report)
                        .noneMatch(text ->
                                text.contains("CROSSSLOT") || text.contains("syntax") || text.contains("connection"));
                assertThat(report.byCommand()).containsKeys("RENAME", "COPY", "LMOVE", "EXEC", "EVAL", "PFMERGE");
            }
        }
    }

    @Test
    void lostConnections_areCountedAndOpenedAgain() throws Exception {
        try (RedisServer server = RedisServer.start();
                FaultProxy proxy = FaultProxy.start(server.port())) {
            MixedData data = new MixedData(MixedData.Settings.of(SEED, 100));
            try (Writers writers = new Writers(
                            List.of(Store.at(proxy.port())),
                            null,
                            Writers.Settings.of(data, SEED, 500).withClients(4))
                    .start()) {
                awaitCommands(writers, 200);
                proxy.cut();
                awaitCommands(writers, writers.commands() + 400);
                Writers.Report report = writers.stop();

                assertThat(report.errors().keySet()).anyMatch(text -> text.startsWith("connection: "));
            }
        }
    }

    @Test
    void rate_isKept() throws Exception {
        try (RedisServer server = RedisServer.start()) {
            MixedData data = new MixedData(MixedData.Settings.of(SEED, 100));
            try (Writers writers = new Writers(
                            List.of(Store.of(server)),
                            null,
                            Writers.Settings.of(data, SEED, 200).withClients(5))
                    .start()) {
                long start = System.nanoTime();
                awaitCommands(writers, 1_500);
                // 1,000 a second, and the waiting client's few.
                assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start))
                        .isGreaterThan(1_000);
                writers.stop();
            }
        }
    }

    private static void awaitCommands(Writers writers, long count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        while (writers.commands() < count) {
            assertThat(System.nanoTime()).as("%d commands", count).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }
}
