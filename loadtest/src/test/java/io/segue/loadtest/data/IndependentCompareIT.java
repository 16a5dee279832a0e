package io.segue.loadtest.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.segue.loadtest.data.Difference.Kind;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisBinary;
import io.segue.loadtest.redis.RedisCluster;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import io.segue.loadtest.redis.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@NeedsRedis
@Timeout(60)
class IndependentCompareIT {
    private static final long SEED = 20_261_124;
    private static final Duration LONG = Duration.ofHours(1);

    /** Each program with itself, and an older with a newer one, as far as there are several. */
    static List<List<RedisBinary>> pairs() {
        List<List<RedisBinary>> pairs = new ArrayList<>();
        List<RedisBinary> all = RedisServer.available();
        all.forEach(binary -> pairs.add(List.of(binary, binary)));
        for (RedisBinary one : all) {
            for (RedisBinary other : all) {
                if (one.version().compareTo(other.version()) < 0) {
                    pairs.add(List.of(one, other));
                }
            }
        }
        return pairs;
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void compare_findsExactlyWhatIsPlanted(List<RedisBinary> pair) throws Exception {
        try (RedisServer one = RedisServer.builder().binary(pair.get(0)).start();
                RedisServer other = RedisServer.builder().binary(pair.get(1)).start()) {
            new MixedData(MixedData.Settings.of(SEED, 5_000).withDatabases(3).withBig(6, 300_000)).fill(Store.of(one));
            try (RespClient here = one.connect()) {
                known(here);
            }
            copy(one, other);

            Comparison before = IndependentCompare.compare(Store.of(one), Store.of(other));
            assertThat(before.isEqual()).as("seed %d: %s", SEED, before).isTrue();
            assertThat(before.byType()).containsOnlyKeys("string", "list", "set", "zset", "hash", "stream");

            Map<String, Kind> planted = new TreeMap<>();
            try (RespClient there = other.connect()) {
                plant(there, planted);
            }
            Comparison after = IndependentCompare.compare(Store.of(one), Store.of(other));
            Map<String, Kind> found = new TreeMap<>();
            after.differences().forEach(d -> found.put(d.db() + ":" + Difference.printable(d.key()), d.kind()));
            assertThat(found).as("%s", after).isEqualTo(planted);
            assertThat(after.differences()).as("one for each").hasSameSizeAs(planted.keySet());
        }
    }

    /** By the server's own replication: nothing of ours has a hand in it. */
    private static void copy(RedisServer one, RedisServer other) {
        other.replicaOf(one);
        other.awaitInSync(one, Duration.ofSeconds(20));
        other.promote();
    }

    private static void known(RespClient redis) throws IOException {
        for (String db : List.of("0", "2")) {
            run(redis, "SELECT " + db);
            for (int i = 0; i < 20; i++) {
                run(redis, "SET s" + i + " value" + i);
                run(redis, "SET t" + i + " value" + i + " PX 3600000");
            }
        }
        run(redis, "SELECT 0");
        run(redis, "RPUSH l a b c d");
        run(redis, "SADD set a b c");
        run(redis, "SADD ints 1 2 3");
        run(redis, "ZADD z 1 a 2.5 b -inf c");
        run(redis, "HSET h f1 v1 f2 v2");
        for (String stream : List.of("x1", "x2", "x3", "x4", "x5", "x6", "x7")) {
            for (int i = 1; i <= 5; i++) {
                run(redis, "XADD " + stream + " " + i + "-1 f v" + i);
            }
            run(redis, "XGROUP CREATE " + stream + " g 0");
            run(redis, "XREADGROUP GROUP g anna COUNT 3 STREAMS " + stream + " >");
        }
        run(redis, "SETBIT bits 100 1");
        run(redis, "PFADD hll a b c d e");
        run(redis, "PFADD hll2 a b c d e");
    }

    private static void plant(RespClient redis, Map<String, Kind> planted) throws IOException {
        plant(redis, planted, "s1", Kind.MISSING, "DEL s1");
        plant(redis, planted, "extra", Kind.EXTRA, "SET extra 1 EX 1000");
        plant(redis, planted, "s2", Kind.TYPE, "DEL s2", "RPUSH s2 value2");
        plant(redis, planted, "s3", Kind.VALUE, "SET s3 Value3");
        plant(redis, planted, "s4", Kind.EXPIRY, "PEXPIRE s4 3600000");
        plant(redis, planted, "t1", Kind.EXPIRY, "PERSIST t1");
        long later = redis.call("PTTL", "t2").number() + 60;
        plant(redis, planted, "t2", Kind.EXPIRY, "PEXPIRE t2 " + later);
        plant(redis, planted, "l", Kind.VALUE, "LSET l 3 e");
        plant(redis, planted, "set", Kind.VALUE, "SREM set a", "SADD set d");
        plant(redis, planted, "ints", Kind.VALUE, "SADD ints 4");
        plant(redis, planted, "z", Kind.VALUE, "ZADD z 2.5000000000000004 b");
        plant(redis, planted, "h", Kind.VALUE, "HSET h f2 v3");
        plant(redis, planted, "bits", Kind.VALUE, "SETBIT bits 101 1");
        plant(redis, planted, "hll", Kind.VALUE, "PFADD hll other1 other2 other3");
        plant(redis, planted, "x1", Kind.VALUE, "XADD x1 6-1 f v");
        plant(redis, planted, "x2", Kind.VALUE, "XACK x2 g 1-1");
        plant(redis, planted, "x3", Kind.VALUE, "XCLAIM x3 g bert 0 1-1");
        plant(redis, planted, "x4", Kind.VALUE, "XCLAIM x4 g anna 0 1-1 RETRYCOUNT 7");
        plant(redis, planted, "x5", Kind.VALUE, "XGROUP SETID x5 g 5-1");
        plant(redis, planted, "x6", Kind.VALUE, "XGROUP CREATECONSUMER x6 g carl");
        plant(redis, planted, "x7", Kind.VALUE, "XSETID x7 9-9");
        plant(redis, planted, "big:string:0", Kind.VALUE, "SETRANGE big:string:0 200000 x-planted-x");
        plant(redis, planted, "big:list:1", Kind.VALUE, "LSET big:list:1 250 planted");
        plant(redis, planted, "big:hash:2", Kind.VALUE, "HSET big:hash:2 item:77: planted");
        plant(redis, planted, "big:zset:3", Kind.VALUE, "ZPOPMIN big:zset:3", "ZADD big:zset:3 1 planted");
        plant(redis, planted, "big:set:4", Kind.VALUE, "SPOP big:set:4", "SADD big:set:4 planted");
        plant(redis, planted, "big:stream:5", Kind.VALUE, "XDEL big:stream:5 99-1", "XADD big:stream:5 9999-1 f v");
        // Asking a HyperLogLog writes into it; its value is the same all the same.
        run(redis, "PFCOUNT hll2");
        run(redis, "SELECT 2");
        run(redis, "DEL s5");
        planted.put("2:s5", Kind.MISSING);
        run(redis, "SELECT 7");
        run(redis, "SET s1 v");
        planted.put("7:s1", Kind.EXTRA);
    }

    private static void plant(RespClient redis, Map<String, Kind> planted, String key, Kind kind, String... commands)
            throws IOException {
        for (String command : commands) {
            run(redis, command);
        }
        planted.put("0:" + key, kind);
    }

    private static void run(RespClient redis, String command) throws IOException {
        Resp reply = redis.call(command.split(" "));
        assertThat(reply.isError()).as("%s: %s", command, reply).isFalse();
    }

    @Test
    void compare_ofAnEmptyStoreCountsAllAndListsSome() throws Exception {
        try (RedisServer one = RedisServer.start();
                RedisServer other = RedisServer.start()) {
            new MixedData(MixedData.Settings.of(1, 3_000).withExpiring(0.3, LONG, LONG)).fill(Store.of(one));

            Comparison there = IndependentCompare.compare(Store.of(one), Store.of(other));
            assertThat(there.count(Kind.MISSING)).isEqualTo(3_000);
            assertThat(there.differences()).hasSize(100);
            Comparison back = IndependentCompare.compare(Store.of(other), Store.of(one));
            assertThat(back.count(Kind.EXTRA)).isEqualTo(3_000);
        }
    }

    @Test
    void compare_keysThatExpireMeanwhileAreNoDifference() throws Exception {
        try (RedisServer one = RedisServer.start();
                RedisServer other = RedisServer.start();
                RespClient here = one.connect();
                RespClient there = other.connect()) {
            long now = System.currentTimeMillis();
            for (int i = 0; i < 20_000; i++) {
                String at = Long.toString(now + 300 + i / 20);
                here.send("SET", "k" + i, "v", "PXAT", at);
                there.send("SET", "k" + i, "v", "PXAT", Long.toString(Long.parseLong(at) + i % 5));
            }
            here.flush();
            there.flush();
            for (int i = 0; i < 20_000; i++) {
                here.read();
                there.read();
            }
            for (int i = 0; i < 10; i++) {
                Comparison found = IndependentCompare.compare(Store.of(one), Store.of(other));
                assertThat(found.isEqual()).as("%s", found).isTrue();
            }
        }
    }

    @Test
    void compare_functionsCount() throws Exception {
        try (RedisServer one = RedisServer.start();
                RedisServer other = RedisServer.start()) {
            assumeThat(one.version()).isGreaterThan("7");
            new MixedData(MixedData.Settings.of(1, 0)).fill(Store.of(one));
            new MixedData(MixedData.Settings.of(2, 0)).fill(Store.of(other));
            other.call("FUNCTION", "DELETE", "mixed2");

            assertThat(IndependentCompare.compare(Store.of(one), Store.of(other))
                            .differences())
                    .extracting(Difference::kind, d -> new String(d.key(), StandardCharsets.UTF_8))
                    .containsExactlyInAnyOrder(
                            tuple(Kind.FUNCTION, "mixed0"),
                            tuple(Kind.FUNCTION, "mixed1"),
                            tuple(Kind.FUNCTION, "mixed2"));
        }
    }

    @ParameterizedTest
    @MethodSource("io.segue.loadtest.redis.RedisServer#available")
    void compare_clusterWithServerInBothDirections(RedisBinary binary) throws Exception {
        try (RedisServer server = RedisServer.builder().binary(binary).start();
                RedisCluster cluster = RedisCluster.start(3, binary)) {
            MixedData data = new MixedData(MixedData.Settings.of(SEED, 4_000)
                    .withExpiring(0, LONG, LONG)
                    .withBig(6, 100_000));
            data.fill(Store.of(server));
            data.fill(cluster);

            Comparison into = IndependentCompare.compare(Store.of(server), cluster);
            assertThat(into.isEqual()).as("%s", into).isTrue();
            assertThat(into.keys()).isEqualTo(4_006);
            cluster.call("SET", "extra", "1");
            cluster.call("DEL", "big:hash:2");
            cluster.call("PEXPIRE", "big:list:1", "100000");

            assertThat(IndependentCompare.compare(Store.of(server), cluster).counts())
                    .containsOnly(Map.entry(Kind.EXTRA, 1L), Map.entry(Kind.MISSING, 1L), Map.entry(Kind.EXPIRY, 1L));
            assertThat(IndependentCompare.compare(cluster, Store.of(server)).counts())
                    .containsOnly(Map.entry(Kind.EXTRA, 1L), Map.entry(Kind.MISSING, 1L), Map.entry(Kind.EXPIRY, 1L));
        }
    }

    @Test
    void compare_ofManyKeysTakesNotLong() throws Exception {
        try (RedisServer one = RedisServer.start();
                RedisServer other = RedisServer.start()) {
            MixedData.Filled filled =
                    new MixedData(MixedData.Settings.of(3, 50_000).withDatabases(2)).fill(Store.of(one));
            copy(one, other);

            Comparison found = IndependentCompare.compare(Store.of(one), Store.of(other));
            System.out.println(filled + "\n" + found + " " + Math.round(found.keysPerSecond()) + " keys/s");
            assertThat(found.isEqual()).as("%s", found).isTrue();
            // A free machine does a hundred thousand and more; this one may be busy.
            assertThat(found.keysPerSecond()).as("%s", found).isGreaterThan(1_500);
        }
    }
}
