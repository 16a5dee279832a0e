package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.redis.value.Merge;
import io.segue.controlplane.mover.redis.value.Merge.Kind;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values joined between real servers of every pair of versions. */
@NeedsRedis
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ValueMergeIT {
    private static final byte[] KEY = ValueDescription.bytes("k");

    private final ServerPairs servers = new ServerPairs();

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
    void merge_byType(ServerPairs.Pair pair) throws IOException {
        check(pair, "HSET k a 1 b 2", "HSET k b 9 c 3", Kind.MERGED, "hash {a=1, b=9, c=3}");
        check(pair, "SADD k a b", "SADD k b c", Kind.MERGED, "set [a, b, c]");
        check(pair, "ZADD k 1 a 2 b inf d", "ZADD k 9 b 3 c", Kind.MERGED, "zset a=1.0 c=3.0 b=9.0 d=Infinity ");
        check(pair, "SET k theirs", "SET k own", Kind.KEPT, "string own");
        check(pair, "RPUSH k a b", "RPUSH k c", Kind.KEPT, "list [c]");
        check(pair, "RPUSH k a b", "SET k own", Kind.KEPT, "string own");
        check(pair, "SADD k a", "ZADD k 1 b", Kind.KEPT, "zset b=1.0 ");
        check(pair, "SET k HYLL-but-no-more", "PFADD k a", Kind.KEPT, null);
        check(pair, "DEL k", "SET k own", Kind.ABSENT, "string own");
        check(pair, "SET k theirs", "DEL k", Kind.MISSING, "none ");
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void merge_entriesAfterTheFollowersLastId(ServerPairs.Pair pair) throws IOException {
        try (Sides sides = new Sides(pair)) {
            for (int i = 1; i <= 700; i++) {
                sides.source.call("XADD", "k", i + "-1", "n", "" + i);
            }
            sides.target.call("XADD", "k", "2-5", "own", "1");
            sides.target.call("XADD", "k", "600-1", "own", "2");
            sides.target.call("XDEL", "k", "600-1");
            sides.target.call("XGROUP", "CREATE", "k", "g", "0");

            assertThat(sides.merge().kind()).isEqualTo(Kind.MERGED);

            assertThat(sides.target.call("XLEN", "k").number()).isEqualTo(101);
            assertThat(sides.target.call("XRANGE", "k", "-", "+", "COUNT", "2").text())
                    .isEqualTo("[[2-5 [own 1]] [601-1 [n 601]]]");
            String after = sides.follower().toString();
            assertThat(sides.merge().kind()).isEqualTo(Kind.MERGED);
            assertThat(sides.follower()).hasToString(after);
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void merge_hyperLogLogs(ServerPairs.Pair pair) throws IOException {
        for (int count : new int[] {10, 5_000}) {
            servers.empty();
            try (Sides sides = new Sides(pair)) {
                for (int i = 0; i < count; i++) {
                    sides.source.call("PFADD", "k", "theirs " + i);
                    sides.target.call("PFADD", "k", "own " + i);
                    sides.target.call("PFADD", "expected", "own " + i, "theirs " + i);
                }
                sides.target.call("PEXPIREAT", "k", "4102444800000");

                assertThat(sides.merge().kind()).isEqualTo(Kind.MERGED);

                assertThat(sides.target.call("PFCOUNT", "k").number())
                        .isEqualTo(sides.target.call("PFCOUNT", "expected").number());
                ValueDescription once = sides.follower();
                assertThat(sides.merge().kind()).isEqualTo(Kind.MERGED);
                // The cached count is part of the value.
                sides.target.call("PFCOUNT", "k");
                assertThat(sides.follower()).matches(twice -> twice.matches(once, 2), once.toString());
                assertThat(sides.target.call("DBSIZE").number()).isEqualTo(2);
            }
        }
    }

    /** Whatever both sides have: the follower's own is there afterwards, and what it lacked; and nothing else. */
    @ParameterizedTest
    @MethodSource("pairs")
    void merge_laws(ServerPairs.Pair pair) throws IOException {
        long seed = 42;
        Random random = new Random(seed);
        for (int size : new int[] {5, 3_000}) {
            servers.empty();
            try (Sides sides = new Sides(pair)) {
                Map<String, String> expected = new HashMap<>(fill(sides.source, random, size));
                expected.putAll(fill(sides.target, random, size));
                sides.target.call("PEXPIREAT", "hash", "4102444800000");

                for (int round = 0; round < 2; round++) {
                    for (String key : List.of("hash", "set", "zset")) {
                        assertThat(sides.merge
                                        .merge(ValueDescription.bytes(key))
                                        .kind())
                                .as("seed %d", seed)
                                .isEqualTo(Kind.MERGED);
                    }
                    assertThat(pairs(sides.target, "HGETALL", "hash")).isEqualTo(expected);
                    assertThat(pairs(sides.target, "ZRANGE", "zset", "0", "-1", "WITHSCORES"))
                            .isEqualTo(expected);
                    assertThat(sides.target.call("SCARD", "set").number()).isEqualTo(expected.size());
                }
                assertThat(sides.target.call("PTTL", "hash").number()).isPositive();
            }
        }
    }

    private static Map<String, String> fill(RespClient client, Random random, int size) throws IOException {
        Map<String, String> written = new HashMap<>();
        List<byte[][]> commands = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            String name = "name " + random.nextInt(2 * size);
            String value = Integer.toString(random.nextInt(1_000));
            written.put(name, value);
            commands.add(RespClient.bytes("HSET", "hash", name, value));
            commands.add(RespClient.bytes("ZADD", "zset", value, name));
            commands.add(RespClient.bytes("SADD", "set", name));
        }
        client.pipeline(commands);
        return written;
    }

    private static Map<String, String> pairs(RespClient client, String... command) throws IOException {
        Map<String, String> pairs = new HashMap<>();
        var items = client.call(command).items();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            pairs.put(items.get(i).text(), items.get(i + 1).text());
        }
        return pairs;
    }

    private void check(ServerPairs.Pair pair, String theirs, String own, Kind kind, @Nullable String result)
            throws IOException {
        servers.empty();
        try (Sides sides = new Sides(pair)) {
            sides.source.call(theirs.split(" "));
            sides.target.call(own.split(" "));
            sides.target.call("PEXPIREAT", "k", "4102444800000");
            ValueDescription before = sides.follower();
            for (int round = 0; round < 2; round++) {
                Merge.Outcome outcome = sides.merge();

                assertThat(outcome.kind()).as("%s into %s", theirs, own).isEqualTo(kind);
                assertThat(outcome.reason().isEmpty()).isEqualTo(kind != Kind.KEPT);
                ValueDescription after = sides.follower();
                assertThat(after.text()).isEqualTo(result == null ? before.text() : result);
                assertThat(after.expiry()).isCloseTo(before.expiry(), Offset.offset(2L));
            }
            assertThat(sides.target.call("DBSIZE").number()).isLessThanOrEqualTo(1);
        }
    }

    /** Connections to both sides. */
    private static final class Sides implements AutoCloseable {
        final RespClient source;
        final RespClient target;
        final Merge merge;
        private final RedisConnection from;
        private final RedisConnection to;

        Sides(ServerPairs.Pair pair) throws IOException {
            source = pair.source().connect();
            target = pair.target().connect();
            from = ServerPairs.open(pair.source());
            to = ServerPairs.open(pair.target());
            merge = new Merge(from, to, "t");
        }

        Merge.Outcome merge() throws IOException {
            return merge.merge(KEY);
        }

        ValueDescription follower() throws IOException {
            return ValueDescription.of(target, KEY, true);
        }

        @Override
        public void close() throws IOException {
            source.close();
            target.close();
            from.close();
            to.close();
        }
    }
}
