package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.redis.value.PieceCopy;
import io.segue.controlplane.mover.redis.value.ValueCompare;
import io.segue.controlplane.mover.redis.value.ValueCompare.Verdict;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The comparison of values finds every kind of difference, and no others. */
@NeedsRedis
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ValueCompareIT {
    /** What is done to a key of both sides, what is then done to the follower's alone, and what must come of it. */
    private record Planted(String values, String difference, Verdict verdict) {}

    private static final List<Planted> PLANTED = List.of(
            new Planted("SET k hello", "SET k hellp", Verdict.VALUE),
            new Planted("SET k hello", "SET k hello!", Verdict.VALUE),
            new Planted("SET k 12", "SET k 012", Verdict.VALUE),
            new Planted("SETRANGE k 3000000 x", "SETBIT k 20000000 1", Verdict.VALUE),
            new Planted("SET k HYLL-1234567890-1234567890", "SET k HYLL-12345X7890-1234567890", Verdict.VALUE),
            new Planted("PFADD k a b c", "PFADD k d", Verdict.VALUE),
            new Planted("RPUSH k a b c", "LSET k 1 x", Verdict.VALUE),
            new Planted("RPUSH k a b c", "LMOVE k k LEFT RIGHT", Verdict.VALUE),
            new Planted("RPUSH k a b c", "RPUSH k d", Verdict.VALUE),
            new Planted("RPUSH k a b c", "RPOP k", Verdict.VALUE),
            new Planted("SADD k a b c", "SMOVE k other a", Verdict.VALUE),
            new Planted("SADD k 1 2 3", "SADD k 4", Verdict.VALUE),
            new Planted("SADD k a b c", "SREM k a; SADD k A", Verdict.VALUE),
            new Planted("HSET k f v g w", "HSET k f x", Verdict.VALUE),
            new Planted("HSET k f v g w", "HDEL k f; HSET k F v", Verdict.VALUE),
            new Planted("HSET k f v g w", "HSET k f w g v", Verdict.VALUE),
            new Planted("HSET k f v", "HSET k g v", Verdict.VALUE),
            new Planted(
                    "HSET k f a-value-of-more-than-32-bytes-is-compared-by-its-digest",
                    "HSET k f a-value-of-more-than-32-bytes-is-compared-by-its-digesT",
                    Verdict.VALUE),
            new Planted("ZADD k 1 a 2 b", "ZADD k 1.0000000000000002 a", Verdict.VALUE),
            new Planted("ZADD k inf a 2 b", "ZADD k -inf a", Verdict.VALUE),
            new Planted("ZADD k 1 a 2 b", "ZREM k a; ZADD k 1 A", Verdict.VALUE),
            new Planted("ZADD k 1 a 2 b", "ZADD k 3 c", Verdict.VALUE),
            new Planted("XADD k 1-1 f v; XADD k 2-1 f w", "XDEL k 2-1; XADD k 3-1 f w", Verdict.VALUE),
            new Planted("XADD k 1-1 f v; XADD k 2-1 f w", "XDEL k 1-1", Verdict.VALUE),
            new Planted("XADD k 1-1 f v", "DEL k; XADD k 1-1 f V", Verdict.VALUE),
            new Planted("XADD k 1-1 f v", "DEL k; XADD k 1-1 f v g w", Verdict.VALUE),
            new Planted("XADD k 1-1 f v", "XSETID k 1-2", Verdict.VALUE),
            new Planted("XADD k 1-1 f v", "XGROUP CREATE k g 0", Verdict.VALUE),
            new Planted("XADD k 1-1 f v; XGROUP CREATE k g 0", "XGROUP SETID k g 1-1", Verdict.VALUE),
            new Planted("XADD k 1-1 f v; XGROUP CREATE k g 0", "XGROUP CREATECONSUMER k g c", Verdict.VALUE),
            new Planted(pending(), "XACK k g 2-1", Verdict.VALUE),
            new Planted(pending(), "XCLAIM k g d 0 2-1 TIME 1600000000000 RETRYCOUNT 3 JUSTID", Verdict.VALUE),
            new Planted(pending(), "XCLAIM k g c 0 2-1 TIME 1600000000000 RETRYCOUNT 4 JUSTID", Verdict.VALUE),
            new Planted(pending(), "XCLAIM k g c 0 2-1 TIME 1600000000020 RETRYCOUNT 3 JUSTID", Verdict.VALUE),
            new Planted("SET k v PXAT 4102444800000", "PEXPIREAT k 4102444800006", Verdict.TTL),
            new Planted("SET k v PXAT 4102444800000", "PEXPIREAT k 4102444799994", Verdict.TTL),
            new Planted("SET k v PXAT 4102444800000", "PERSIST k", Verdict.TTL),
            new Planted("SET k v", "PEXPIREAT k 4102444800000", Verdict.TTL),
            new Planted("SET k v PXAT 4102444800000", "SET k w", Verdict.VALUE),
            new Planted("SET k v", "DEL k", Verdict.MISSING),
            new Planted("DEL k", "SET k v", Verdict.EXTRA),
            new Planted("SET k v", "DEL k; RPUSH k v", Verdict.TYPE),
            new Planted("SADD k a", "DEL k; ZADD k 1 a", Verdict.TYPE));

    /** What is no difference. */
    private static final List<Planted> SAME = List.of(
            new Planted("DEL k", "DEL k", Verdict.EQUAL),
            new Planted("SADD k a b c", "DEL k; SADD k c b a", Verdict.EQUAL),
            new Planted("HSET k f v g w", "DEL k; HSET k g w f v", Verdict.EQUAL),
            new Planted("SET k 12", "SETRANGE k 0 12", Verdict.EQUAL),
            new Planted("ZADD k 0 a", "DEL k; ZADD k -0 a", Verdict.EQUAL),
            new Planted("RPUSH k a b", "DEL k; LPUSH k b a", Verdict.EQUAL),
            new Planted("SADD k 1 2", "SADD k x; SREM k x", Verdict.EQUAL),
            new Planted(
                    "HSET k f v",
                    "CONFIG SET hash-max-ziplist-entries 0; DEL k; HSET k f v; CONFIG SET hash-max-ziplist-entries 128",
                    Verdict.EQUAL),
            new Planted("PFADD k a b c", "PFCOUNT k", Verdict.EQUAL),
            new Planted("SET k v PXAT 4102444800000", "PEXPIREAT k 4102444800005", Verdict.EQUAL),
            new Planted("SET k v", "SET k v PX 3; DEL k; SET k v", Verdict.EQUAL),
            new Planted(pending(), "XCLAIM k g c 0 2-1 TIME 1600000000003 RETRYCOUNT 3 JUSTID", Verdict.EQUAL));

    private final ServerPairs servers = new ServerPairs();

    private static String pending() {
        return "XADD k 1-1 f v; XADD k 2-1 f w; XGROUP CREATE k g 0; XGROUP CREATECONSUMER k g d; "
                + "XREADGROUP GROUP g c STREAMS k >; XCLAIM k g c 0 2-1 TIME 1600000000000 RETRYCOUNT 3 JUSTID";
    }

    @BeforeAll
    void start() {
        servers.start();
    }

    @BeforeEach
    void empty() {
        servers.empty();
    }

    @AfterAll
    void stop() {
        servers.close();
    }

    List<ServerPairs.Pair> pairs() {
        return servers.pairs();
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void compare_findsWhatWasPlantedAndNothingElse(ServerPairs.Pair pair) throws IOException {
        List<Planted> all = new ArrayList<>(PLANTED);
        all.addAll(SAME);
        byte[] key = ValueDescription.bytes("k");
        try (RespClient source = pair.source().connect();
                RespClient target = pair.target().connect();
                RedisConnection from = ServerPairs.open(pair.source());
                RedisConnection to = ServerPairs.open(pair.target())) {
            PieceCopy copier = new PieceCopy(from, to, "t");
            ValueCompare compare = new ValueCompare(from, to, 5, 10);
            for (Planted planted : all) {
                servers.empty();
                run(source, planted.values);
                copier.copy(key);
                assertThat(compare.compare(key)).as("before %s", planted).isEqualTo(Verdict.EQUAL);

                run(target, planted.difference);

                assertThat(compare.compare(key)).as("%s", planted).isEqualTo(planted.verdict);
                if (planted.verdict != Verdict.EXTRA) {
                    copier.copy(key);
                    assertThat(compare.compare(key)).as("after %s", planted).isEqualTo(Verdict.EQUAL);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void compare_oneDifferenceInABigValueIsFoundWhereverItIs(ServerPairs.Pair pair) throws IOException {
        try (RespClient source = pair.source().connect();
                RespClient target = pair.target().connect();
                RedisConnection from = ServerPairs.open(pair.source());
                RedisConnection to = ServerPairs.open(pair.target())) {
            List<byte[][]> commands = new ArrayList<>();
            for (int i = 0; i < 3_000; i++) {
                commands.add(RespClient.bytes("RPUSH", "list", "element " + i));
                commands.add(RespClient.bytes("SADD", "set", "element " + i));
                commands.add(
                        RespClient.bytes("HSET", "hash", "field " + i, "a value that is longer than 32 bytes " + i));
                commands.add(RespClient.bytes("ZADD", "zset", i + ".5", "element " + i));
                commands.add(RespClient.bytes("XADD", "stream", i + "-1", "n", "" + i));
            }
            source.pipeline(commands);
            PieceCopy copier = new PieceCopy(from, to, "t");
            ValueCompare compare = new ValueCompare(from, to, 5, 10);
            for (int i : new int[] {0, 1, 1_499, 2_999}) {
                for (String key : List.of("list", "set", "hash", "zset", "stream")) {
                    assertThat(copier.copy(ValueDescription.bytes(key)).kind()).isEqualTo(PieceCopy.Kind.COPIED);
                    assertThat(compare.compare(ValueDescription.bytes(key)))
                            .as(key)
                            .isEqualTo(Verdict.EQUAL);
                }
                run(target, "LSET list " + i + " x; SMOVE set other element_" + i);
                target.call("SREM", "set", "element " + i);
                target.call("SADD", "set", "other");
                target.call("HSET", "hash", "field " + i, "a value that is longer than 32 bytes " + (i + 1));
                target.call("ZINCRBY", "zset", "0.25", "element " + i);
                run(target, "XDEL stream " + i + "-1; XADD stream 5000-1 n n");
                for (String key : List.of("list", "set", "hash", "zset", "stream")) {
                    assertThat(compare.compare(ValueDescription.bytes(key)))
                            .as("%s %d", key, i)
                            .isEqualTo(Verdict.VALUE);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void compare_aKeyAtItsEndIsNoDifference(ServerPairs.Pair pair) throws IOException {
        byte[] key = ValueDescription.bytes("k");
        try (RespClient source = pair.source().connect();
                RespClient target = pair.target().connect();
                RedisConnection from = ServerPairs.open(pair.source());
                RedisConnection to = ServerPairs.open(pair.target())) {
            ValueCompare compare = new ValueCompare(from, to, 10_000, 10);
            run(source, "SET k v PX 5000");
            assertThat(compare.compare(key)).isEqualTo(Verdict.EQUAL);
            run(source, "DEL k");
            run(target, "SET k v PX 5000");
            assertThat(compare.compare(key)).isEqualTo(Verdict.EQUAL);
            run(target, "SET k v PX 50000");
            assertThat(compare.compare(key)).isEqualTo(Verdict.EXTRA);
        }
    }

    private static void run(RespClient client, String commands) throws IOException {
        for (String command : commands.split("; ", -1)) {
            Resp reply = client.call(command.split(" "));
            assertThat(reply.isError()).as("%s: %s", command, reply).isFalse();
        }
    }
}
