package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.segue.controlplane.mover.redis.cluster.KeySlots;
import io.segue.controlplane.mover.redis.value.Merge;
import io.segue.controlplane.mover.redis.value.PieceCopy;
import io.segue.controlplane.mover.redis.value.ValueCompare;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values copied in pieces between real servers of every pair of versions. */
@NeedsRedis
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ValueIT {
    private static final long SEED = 20_261_124;
    private static final byte[] KEY = ValueDescription.bytes("key");

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
    void copy_everyTypeInEveryEncoding(ServerPairs.Pair pair) throws IOException {
        try (RespClient source = pair.source().connect();
                RespClient target = pair.target().connect();
                RedisConnection from = ServerPairs.open(pair.source());
                RedisConnection to = ServerPairs.open(pair.target())) {
            if (pair.sameVersion()) {
                // Either version of the protocol will do.
                from.call("HELLO", "3");
                to.call("HELLO", "3");
            }
            List<byte[]> keys = SampleValues.write(source, SEED);
            PieceCopy copier = new PieceCopy(from, to, "test-1");
            ValueCompare compare = new ValueCompare(from, to, 2, 2);
            for (byte[] key : keys) {
                String name = new String(key, StandardCharsets.ISO_8859_1);
                // What stood there before must be gone, whatever it was.
                ValueDescription.call(target, "RPUSH", key, "old");

                assertThat(copier.copy(key).kind()).as(name).isEqualTo(PieceCopy.Kind.COPIED);

                ValueDescription expected = ValueDescription.of(source, key, pair.sameVersion());
                assertThat(ValueDescription.of(target, key, pair.sameVersion()))
                        .as(name)
                        .matches(there -> there.matches(expected, 2), expected.toString());
                assertThat(compare.compare(key)).as(name).isEqualTo(ValueCompare.Verdict.EQUAL);
                if (pair.sameVersion() && SampleValues.ONE_FORM.contains(name)) {
                    assertThat(ValueDescription.call(target, "DUMP", key).bytes())
                            .as(name)
                            .isEqualTo(
                                    ValueDescription.call(source, "DUMP", key).bytes());
                }
            }
            assertThat(target.call("DBSIZE").number()).isEqualTo(keys.size());
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void copy_oneKeyAgainAndAgainIsTheSame(ServerPairs.Pair pair) throws IOException {
        try (RespClient source = pair.source().connect();
                RespClient target = pair.target().connect();
                RedisConnection from = ServerPairs.open(pair.source());
                RedisConnection to = ServerPairs.open(pair.target())) {
            PieceCopy copier = new PieceCopy(from, to, "t");
            source.call("SET", "key", "v", "PX", "100000");
            assertThat(copier.copy(KEY).kind()).isEqualTo(PieceCopy.Kind.COPIED);
            source.call("PERSIST", "key");
            assertThat(copier.copy(KEY).kind()).isEqualTo(PieceCopy.Kind.COPIED);

            assertThat(target.call("PTTL", "key").number()).isEqualTo(-1);
            assertThat(target.call("GET", "key").text()).isEqualTo("v");

            source.call("DEL", "key");
            assertThat(copier.copy(KEY).kind()).isEqualTo(PieceCopy.Kind.ABSENT);
            assertThat(target.call("GET", "key").text()).isEqualTo("v");
        }
    }

    @Test
    void copy_aBigValuePassesThroughWithoutBeingHeld() throws IOException {
        ServerPairs.Pair pair = servers.pairs().get(0);
        int size = 200_000_000;
        try (RespClient source = pair.source().connect();
                RespClient target = pair.target().connect();
                RedisConnection from = ServerPairs.open(pair.source());
                RedisConnection to = ServerPairs.open(pair.target())) {
            source.call("SETRANGE", "string", "" + (size - 5), "the end");
            source.call("SETRANGE", "string", "123456789", "in the middle");
            source.call(words("RPUSH", "list", new byte[60_000_000]));
            source.call(words("SADD", "set", new byte[60_000_000]));
            source.call("SADD", "set", "small");
            PieceCopy copier = new PieceCopy(from, to, "big");
            ValueCompare compare = new ValueCompare(from, to, 2, 2);
            for (String key : List.of("string", "list", "set")) {
                long before = allocated();

                PieceCopy.Outcome outcome = copier.copy(ValueDescription.bytes(key));
                ValueCompare.Verdict verdict = compare.compare(ValueDescription.bytes(key));

                assertThat(outcome.kind()).as(key).isEqualTo(PieceCopy.Kind.COPIED);
                assertThat(outcome.bytes()).as(key).isGreaterThan(60_000_000);
                assertThat(verdict).as(key).isEqualTo(ValueCompare.Verdict.EQUAL);
                assertThat(allocated() - before)
                        .as("bytes allocated for " + key)
                        .isLessThan(4_000_000);
            }
            assertThat(target.call("STRLEN", "string").number()).isEqualTo(size + 2);
            assertThat(target.call("GETRANGE", "string", "123456789", "123456801")
                            .text())
                    .isEqualTo("in the middle");
        }
    }

    private static byte[][] words(String command, String key, byte[] value) {
        return new byte[][] {ValueDescription.bytes(command), ValueDescription.bytes(key), value};
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void copy_aTypeThatChangesInTheMiddleIsTold(ServerPairs.Pair pair) throws Exception {
        for (String[] change : new String[][] {{"SET", "key", "now a string"}, {"DEL", "key"}}) {
            servers.empty();
            PieceCopy.Outcome outcome = copyDisturbed(pair, change);

            assertThat(outcome.kind()).as(change[0]).isEqualTo(PieceCopy.Kind.CHANGED);
            assertThat(outcome.reason()).isNotEmpty();
            assertThat(pair.target().call("DBSIZE").number()).isZero();
        }
    }

    /** Writes to the follower stand still while the key is changed, so that it happens in the middle. */
    private static PieceCopy.Outcome copyDisturbed(ServerPairs.Pair pair, String[] change) throws Exception {
        try (RespClient source = pair.source().connect();
                RespClient target = pair.target().connect();
                RedisConnection from = ServerPairs.open(pair.source());
                RedisConnection to = ServerPairs.open(pair.target())) {
            List<byte[][]> fields = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                fields.add(RespClient.bytes("HSET", "key", "field " + i, "value"));
            }
            source.pipeline(fields);
            target.call("CLIENT", "PAUSE", "10000", "WRITE");
            CompletableFuture<PieceCopy.Outcome> copy = CompletableFuture.supplyAsync(() -> {
                try {
                    return new PieceCopy(from, to, "t").copy(KEY);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            while (!target.call("INFO", "clients").text().contains("blocked_clients:1\r")) {
                assertThat(copy).isNotDone();
            }
            source.call(change);
            target.call("CLIENT", "UNPAUSE");
            return copy.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void copy_aKeyThatKeepsGrowingComesToAnEnd() throws Exception {
        ServerPairs.Pair pair = servers.pairs().get(0);
        AtomicBoolean copied = new AtomicBoolean();
        try (RespClient source = pair.source().connect();
                RedisConnection from = ServerPairs.open(pair.source());
                RedisConnection to = ServerPairs.open(pair.target())) {
            List<String> keys = List.of("set", "list", "stream", "string");
            grow(source, 0);
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                for (int i = 1_000; !copied.get(); i += 1_000) {
                    grow(source, i);
                }
            });
            try {
                for (int round = 0; round < 5; round++) {
                    for (String key : keys) {
                        assertThat(new PieceCopy(from, to, "t")
                                        .copy(ValueDescription.bytes(key))
                                        .kind())
                                .as(key)
                                .isIn(PieceCopy.Kind.COPIED, PieceCopy.Kind.CHANGED);
                        assertThat(writer).isNotDone();
                    }
                }
            } finally {
                copied.set(true);
                writer.get(20, TimeUnit.SECONDS);
            }
            assertThat(pair.target().call("KEYS", "segue:*").items()).isEmpty();
        }
    }

    private static void grow(RespClient client, int first) {
        List<byte[][]> commands = new ArrayList<>();
        for (int i = first; i < first + 1_000; i++) {
            commands.add(RespClient.bytes("SADD", "set", "member " + i));
            commands.add(RespClient.bytes("RPUSH", "list", "element " + i));
            commands.add(RespClient.bytes("XADD", "stream", "*", "n", "" + i));
            commands.add(RespClient.bytes("APPEND", "string", "some more text"));
        }
        try {
            client.pipeline(commands);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void copy_whatTheFollowerHasNoRoomForIsRefusedAndCleanedUp(ServerPairs.Pair pair) throws IOException {
        try (RespClient source = pair.source().connect();
                RespClient target = pair.target().connect();
                RedisConnection from = ServerPairs.open(pair.source());
                RedisConnection to = ServerPairs.open(pair.target())) {
            byte[] part = new byte[1_000_000];
            for (int i = 0; i < 20; i++) {
                source.call(
                        ValueDescription.bytes("HSET"), ValueDescription.bytes("hash"), new byte[] {(byte) i}, part);
                source.call(ValueDescription.bytes("RPUSH"), ValueDescription.bytes("list"), part);
            }
            source.call("SETRANGE", "string", "20000000", ".");
            source.call("SET", "small", "fits");
            target.call("CONFIG", "SET", "maxmemory", "12mb");
            PieceCopy copier = new PieceCopy(from, to, "t");
            for (String key : List.of("hash", "list", "string")) {
                PieceCopy.Outcome outcome = copier.copy(ValueDescription.bytes(key));

                assertThat(outcome.kind()).as(key).isEqualTo(PieceCopy.Kind.FAILED);
                assertThat(outcome.reason()).as(key).startsWith("OOM command not allowed");
                assertThat(target.call("DBSIZE").number()).as(key).isZero();
            }
            awaitRoom(target);
            assertThat(copier.copy(ValueDescription.bytes("small")).kind()).isEqualTo(PieceCopy.Kind.COPIED);
        } finally {
            pair.target().call("CONFIG", "SET", "maxmemory", "0");
        }
    }

    /** UNLINK frees on a thread of its own. */
    private static void awaitRoom(RespClient target) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!target.call("INFO", "memory").text().contains("lazyfree_pending_objects:0")) {
            assertThat(System.nanoTime()).as("time until the memory is free").isLessThan(deadline);
        }
    }

    @Test
    void copy_whatTheRightsDoNotAllowIsTold() throws IOException {
        ServerPairs.Pair pair = servers.pairs().get(0);
        try (RespClient source = pair.source().connect();
                RedisConnection from = ServerPairs.open(pair.source());
                RedisConnection to = ServerPairs.open(pair.target())) {
            source.call("ACL", "SETUSER", "mover", "on", ">secret", "~*", "+@all", "-hscan");
            source.call("HSET", "key", "f", "v");
            from.call("AUTH", "mover", "secret");

            PieceCopy.Outcome outcome = new PieceCopy(from, to, "t").copy(KEY);

            assertThat(outcome.kind()).isEqualTo(PieceCopy.Kind.FAILED);
            assertThat(outcome.reason()).startsWith("at the authority: NOPERM");
            assertThat(pair.target().call("DBSIZE").number()).isZero();
            source.call("ACL", "DELUSER", "mover");
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void copy_aKeyThatExpiresMeanwhileIsGoneAndNotImmortal(ServerPairs.Pair pair) throws IOException {
        try (RespClient source = pair.source().connect();
                RespClient target = pair.target().connect();
                RedisConnection from = ServerPairs.open(pair.source());
                RedisConnection to = ServerPairs.open(pair.target())) {
            PieceCopy copier = new PieceCopy(from, to, "t");
            for (int ms = 1; ms <= 12; ms++) {
                target.call("SET", "key", "old");
                source.call("SET", "key", "v", "PX", "" + ms);

                PieceCopy.Outcome outcome = copier.copy(KEY);

                boolean old = outcome.kind() != PieceCopy.Kind.COPIED;
                assertThat(target.call("GET", "key").text()).isIn(old ? List.of("old") : List.of("v", "(nil)"));
                assertThat(target.call("PTTL", "key").number()).isLessThanOrEqualTo(old ? -1 : ms);
                assertThat(target.call("TTL", "key").number() == -1).isEqualTo(old);
                assertThat(target.call("KEYS", "segue:*").items()).isEmpty();
            }
        }
    }

    @Test
    void copy_intoAClusterTheTemporaryNameIsInTheKeysSlot() throws IOException {
        RedisServer single = servers.pairs().get(0).source();
        try (RedisServer cluster = RedisServer.builder()
                        .binary(single.binary())
                        .config("cluster-enabled yes")
                        .start();
                RespClient source = single.connect();
                RespClient target = cluster.connect();
                RedisConnection from = ServerPairs.open(single);
                RedisConnection to = ServerPairs.open(cluster)) {
            String[] all = new String[2 + KeySlots.COUNT];
            all[0] = "CLUSTER";
            all[1] = "ADDSLOTS";
            for (int slot = 0; slot < KeySlots.COUNT; slot++) {
                all[2 + slot] = Integer.toString(slot);
            }
            target.call(all);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (!target.call("CLUSTER", "INFO").text().contains("cluster_state:ok")) {
                assertThat(System.nanoTime())
                        .as("time until the cluster serves")
                        .isLessThan(deadline);
            }
            PieceCopy copier = new PieceCopy(from, to, "t");
            for (byte[] key : SampleValues.oddKeys(source, SEED)) {
                assertThat(copier.copy(key)).extracting(PieceCopy.Outcome::kind).isEqualTo(PieceCopy.Kind.COPIED);
                assertThat(new ValueCompare(from, to, 2, 2).compare(key)).isEqualTo(ValueCompare.Verdict.EQUAL);
                assertThat(target.call(ValueDescription.bytes("CLUSTER"), ValueDescription.bytes("KEYSLOT"), key)
                                .number())
                        .isEqualTo(KeySlots.slotOf(key));
            }
            assertThat(target.call("DBSIZE")).isEqualTo(source.call("DBSIZE"));
        }
    }

    /** Only where a server of Redis 7.4 or later is at hand. */
    @ParameterizedTest
    @MethodSource("pairs")
    void copy_fieldsThatExpire(ServerPairs.Pair pair) throws IOException {
        try (RespClient source = pair.source().connect();
                RespClient target = pair.target().connect();
                RedisConnection from = ServerPairs.open(pair.source());
                RedisConnection to = ServerPairs.open(pair.target())) {
            String[] ask = {"HPEXPIRETIME", "key", "FIELDS", "3", "stays", "ends 1", "ends 700"};
            Assumptions.assumeFalse(source.call(ask).isError(), "fields do not expire here");
            source.call("HSET", "key", "stays", "v");
            for (int i = 0; i < 1_000; i++) {
                source.call("HSET", "key", "ends " + i, "value " + i);
                source.call("HPEXPIREAT", "key", "4102444800" + (100 + i % 900), "FIELDS", "1", "ends " + i);
            }
            PieceCopy.Outcome outcome = new PieceCopy(from, to, "t").copy(KEY);
            if (target.call(ask).isError()) {
                assertThat(outcome.kind()).isEqualTo(PieceCopy.Kind.FAILED);
                assertThat(outcome.reason()).contains("7.4");
                assertThat(target.call("DBSIZE").number()).isZero();
                return;
            }
            assertThat(outcome.kind()).isEqualTo(PieceCopy.Kind.COPIED);
            assertThat(target.call(ask).text()).isEqualTo("[-1 4102444800101 4102444800800]");
            ValueCompare compare = new ValueCompare(from, to, 5, 5);
            assertThat(compare.compare(KEY)).isEqualTo(ValueCompare.Verdict.EQUAL);
            target.call("HPEXPIREAT", "key", "4102444800806", "FIELDS", "1", "ends 700");
            assertThat(compare.compare(KEY)).isEqualTo(ValueCompare.Verdict.VALUE);
            target.call("HPERSIST", "key", "FIELDS", "1", "ends 700");
            assertThat(compare.compare(KEY)).isEqualTo(ValueCompare.Verdict.VALUE);
            target.call("HDEL", "key", "ends 1", "ends 2");
            target.call("HSET", "key", "ends 700", "own");

            assertThat(new Merge(from, to, "t").merge(KEY).kind()).isEqualTo(Merge.Kind.MERGED);

            assertThat(target.call(ask).text()).isEqualTo("[-1 4102444800101 -1]");
            assertThat(target.call("HMGET", "key", "ends 1", "ends 700").text()).isEqualTo("[value 1 own]");
            assertThat(target.call("HLEN", "key").number()).isEqualTo(1_001);
        }
    }
}
