package io.segue.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.segue.loadtest.data.Comparison;
import io.segue.loadtest.data.IndependentCompare;
import io.segue.loadtest.data.MixedData;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Store;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@NeedsRedis
@Timeout(60)
class CopyBaselinesIT {
    private static final int KEYS = 20_000;

    private RedisServer source;
    private RedisServer target;

    @BeforeEach
    void start() throws Exception {
        source = RedisServer.start();
        target = RedisServer.start();
        new MixedData(MixedData.Settings.of(1, KEYS)
                        .withDatabases(2)
                        .withExpiring(0.3, Duration.ofHours(1), Duration.ofHours(1)))
                .fill(Store.of(source));
    }

    @AfterEach
    void stop() {
        source.close();
        target.close();
    }

    @Test
    void replicaof_copiesAllAndCountsTheChildToo() throws Exception {
        CopyCost cost = ReplicaBaseline.measure(source, target);

        check(cost, "REPLICAOF");
        assertThat(cost.cpuMicros("source")).as("%s", cost).isPositive();
        Comparison found = IndependentCompare.compare(Store.of(source), Store.of(target));
        assertThat(found.isEqual()).as("%s", found).isTrue();
        assertThat(target.call("SET", "writable", "1").text()).isEqualTo("OK");
    }

    @Test
    void pipe_copiesAll(@TempDir Path folder) throws Exception {
        assumeThat(RestorePipe.missing()).isEmpty();
        CopyCost cost =
                RestorePipe.prepare(source, folder.resolve("restore.resp")).measure(target);

        check(cost, "redis-cli --pipe");
        Comparison found = IndependentCompare.compare(
                Store.of(source),
                Store.of(target),
                // The file holds spans of time, which count from the moment they are sent.
                IndependentCompare.Settings.DEFAULT.withTolerance(60_000).withoutFunctions());
        assertThat(found.isEqual()).as("%s", found).isTrue();
    }

    private static void check(CopyCost cost, String means) {
        System.out.println(cost);
        assertThat(cost.means()).isEqualTo(means);
        assertThat(cost.keys()).isEqualTo(KEYS);
        assertThat(cost.keysPerSecond()).isPositive();
        assertThat(cost.cpuMicros("target")).as("%s", cost).isPositive();
        assertThat(cost.toString()).startsWith(means + ": 20,000 keys in ").contains("target ");
    }
}
