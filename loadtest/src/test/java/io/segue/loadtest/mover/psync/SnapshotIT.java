package io.segue.loadtest.mover.psync;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.redis.psync.RdbHandler;
import io.segue.controlplane.mover.redis.psync.RdbValue;
import io.segue.controlplane.mover.redis.psync.ReplicationLink;
import io.segue.controlplane.mover.redis.psync.Snapshot;
import io.segue.controlplane.redis.Redis;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.loadtest.data.Comparison;
import io.segue.loadtest.data.IndependentCompare;
import io.segue.loadtest.data.MixedData;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisBinary;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@NeedsRedis
class SnapshotIT {
    private static final IndependentCompare.Settings COMPARE = new IndependentCompare.Settings(5, 20, 1, false, true);

    @TempDir
    Path folder;

    static List<RedisBinary> available() {
        return RedisServer.available();
    }

    @ParameterizedTest
    @MethodSource("available")
    void snapshot_everyKeyOfEveryKindCanBeRestored(RedisBinary binary) throws Exception {
        Recorder recorder = new Recorder();
        try (RedisServer source = Links.source(binary, "databases 16");
                RedisServer target = Links.source(binary)) {
            new MixedData(new MixedData.Settings(
                            7, 6_000, 3, 0.3, Duration.ofMinutes(5), Duration.ofHours(6), 0, 1024, false))
                    .fill(Store.of(source));
            oddOnes(source);
            try (ReplicationLink link = Links.open(source.port(), folder, recorder)) {
                Restorer restorer = restore(recorder.snapshot(), target);

                assertThat(restorer.large).isEmpty();
                assertThat(restorer.types).hasSizeGreaterThan(7);
                Comparison comparison = IndependentCompare.compare(Store.of(source), Store.of(target), COMPARE);
                assertThat(comparison.isEqual()).as("%s", comparison).isTrue();
                assertThat(comparison.keys()).isGreaterThan(5_000);
                link.applied(recorder.snapshot());
                assertThat(folder.toFile().list()).noneMatch(name -> name.endsWith(".rdb"));
            }
        }
    }

    /** Encodings that depend on sizes and settings, and keys that are compressed or numbers. */
    private static void oddOnes(RedisServer source) {
        source.call("SET", "long".repeat(100), "compressed key");
        source.call("SET", "12345", "a key that is a number");
        source.call("SET", "-7", "another");
        source.call("SET", "70000", "a wider one");
        source.call("SET", "compressed", "abc".repeat(5_000));
        source.call("SADD", "intset", "1", "2", "70000", "5000000000");
        source.call("ZADD", "infinite", "-inf", "a", "inf", "b", "0.1", "c");
        source.call("XADD", "stream", "1-1", "f", "v");
        source.call("XADD", "stream", "2-1", "f", "v");
        source.call("XGROUP", "CREATE", "stream", "g", "0");
        source.call("XREADGROUP", "GROUP", "g", "c1", "COUNT", "1", "STREAMS", "stream", ">");
        source.call("XDEL", "stream", "2-1");
        source.call("XGROUP", "CREATE", "empty-stream", "g", "$", "MKSTREAM");
        source.call("SET", "dying", "x", "PX", "3600000");
    }

    static Restorer restore(Snapshot snapshot, RedisServer target) throws IOException {
        try (snapshot;
                RedisConnection to = Redis.open(Links.at(target.port()), Duration.ofSeconds(10))) {
            Restorer restorer = new Restorer(to);
            while (snapshot.read(restorer, 500)) {
                restorer.answers();
            }
            restorer.answers();
            assertThat(snapshot.readBytes()).isEqualTo(snapshot.totalBytes());
            return restorer;
        }
    }

    /** Sends every value on. */
    static final class Restorer implements RdbHandler {
        final Set<Integer> types = new TreeSet<>();
        final List<String> large = new ArrayList<>();
        private final RedisConnection to;
        private int db;
        private int pending;

        Restorer(RedisConnection to) {
            this.to = to;
        }

        @Override
        public void entry(int inDb, byte[] key, long expireAtMs, int valueType, RdbValue value) throws IOException {
            types.add(valueType);
            if (value.large()) {
                large.add(new String(key, StandardCharsets.ISO_8859_1));
                return;
            }
            if (db != inDb) {
                to.send("SELECT", Integer.toString(inDb));
                db = inDb;
                pending++;
            }
            to.begin(5).arg("RESTORE").arg(key).arg(Math.max(0, expireAtMs));
            value.argument(to);
            to.arg("ABSTTL");
            pending++;
        }

        void answers() throws IOException {
            to.flush();
            for (; pending > 0; pending--) {
                assertThat(to.ok()).as("%s", to.lastError()).isTrue();
            }
        }
    }
}
