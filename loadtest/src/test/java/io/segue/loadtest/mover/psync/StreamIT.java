package io.segue.loadtest.mover.psync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.segue.controlplane.mover.redis.psync.ReplicationLink;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisBinary;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@NeedsRedis
class StreamIT {
    /** A command, and what must be told of it; of lines that begin with 7 only newer servers know. Commands without a bar prepare the next one. */
    private static final List<String> COMMANDS = List.of(
            "SET s v | k s",
            "set S v | k S",
            "SETNX nx v | k nx",
            "SETNX nx w |",
            "SET nx v NX |",
            "SETEX s 100 v | k s",
            "PSETEX s 100000 v | k s",
            "GETSET s w | k s",
            "SET s v EX 100 | k s",
            "GETEX s PERSIST | k s",
            "GETDEL s | k s",
            "MSET a 1 b 2 | k a, k b",
            "MSETNX m1 1 m2 2 | k m1, k m2",
            "INCR n | k n",
            "DECRBY n 3 | k n",
            "INCRBYFLOAT n 0.5 | k n",
            "APPEND a x | k a",
            "SETRANGE a 3 y | k a",
            "SETBIT bits 7 1 | k bits",
            "BITFIELD bits SET u8 0 3 | k bits",
            "BITOP OR bd bits a | k bd",
            "EXPIRE a 100 | k a",
            "PEXPIRE a 100000 | k a",
            "EXPIREAT a 4102444800 | k a",
            "PERSIST a | k a",
            "RENAME a a2 | k a, k a2",
            "RENAMENX a2 a3 | k a2, k a3",
            "COPY a3 a4 | k a4",
            "COPY a3 a5 DB 4 | 4 a5",
            "MOVE a4 5 | k a4, 5 a4",
            "DEL b nosuch | k b, k nosuch",
            "UNLINK m1 m2 | k m1, k m2",
            "RPUSH l 3 1 2 | k l",
            "LPUSHX l 0 | k l",
            "LINSERT l BEFORE 1 9 | k l",
            "LSET l 0 8 | k l",
            "LREM l 1 8 | k l",
            "LTRIM l 0 2 | k l",
            "LPOP l | k l",
            "RPOPLPUSH l l2 | k l, k l2",
            "LMOVE l l2 LEFT LEFT | k l, k l2",
            "BLPOP l2 0 | k l2",
            "RPUSH l3 2 1",
            "SORT l3 STORE sorted | k sorted",
            "7 LMPOP 2 none l3 LEFT | k l3",
            "SADD set 1 2 3 4 | k set",
            "SREM set 1 | k set",
            "SMOVE set set2 2 | k set, k set2",
            "SPOP set | k set",
            "SUNIONSTORE u set set2 | k u",
            "SINTERSTORE u set set2 | k u",
            "SDIFFSTORE u set set2 | k u",
            "ZADD z 1 a 2 b 3 c | k z",
            "ZINCRBY z 5 a | k z",
            "ZREM z b | k z",
            "ZRANGESTORE zr z 0 -1 | k zr",
            "ZUNIONSTORE zu 2 z zr | k zu",
            "ZINTERSTORE zi 2 z zr WEIGHTS 1 2 | k zi",
            "ZDIFFSTORE zd 1 z | k zd",
            "ZREMRANGEBYRANK zu 0 0 | k zu",
            "ZPOPMIN zu | k zu",
            "BZPOPMIN zi 0 | k zi",
            "HSET h f v g w | k h",
            "HSETNX h x 1 | k h",
            "HINCRBY h x 2 | k h",
            "HINCRBYFLOAT h x 0.5 | k h",
            "HDEL h f | k h",
            "PFADD hll a b | k hll",
            "PFADD hll2 c | k hll2",
            "PFMERGE hll3 hll hll2 | k hll3",
            "PFCOUNT hll hll2 |",
            "GEOADD geo 13.361389 38.115556 p | k geo",
            "GEOSEARCHSTORE gs geo FROMMEMBER p BYRADIUS 1 km | k gs",
            "GEORADIUS geo 13 38 900 km STORE gr | k gr",
            "GEORADIUSBYMEMBER geo p 900 km STOREDIST gd | k gd",
            "XADD x * f v | k x",
            "XADD x 9999999999999-1 f v | k x",
            "XGROUP CREATE x g 0 | k x",
            "XREADGROUP GROUP g c COUNT 1 STREAMS x > | k x",
            "XREADGROUP GROUP g c STREAMS x > | k x",
            "XCLAIM x g c2 0 9999999999999-1 | k x",
            "XAUTOCLAIM x g c3 0 0 | k x",
            "XACK x g 9999999999999-1 | k x",
            "XTRIM x MAXLEN 1 | k x",
            "XDEL x 9999999999999-1 | k x",
            "XSETID x 9999999999999-5 | k x",
            "XGROUP DESTROY x g | k x",
            "TOUCH x |",
            "GET nx |",
            "EVAL redis.call('SET',ARGV[1],1);redis.call('DEL','nx') 0 undeclared | k undeclared, k nx",
            "7 FUNCTION LOAD #!lua\u00a0name=lib\nredis.register_function('f',function()redis.call('SET','byf',1)end) | functions",
            "7 FCALL f 0 | k byf",
            "7 FUNCTION FLUSH | functions",
            "PUBLISH c m |",
            "SELECT 6",
            "SET six v | 6 six",
            "FLUSHDB | everything FLUSHDB",
            "SELECT 0",
            "SWAPDB 0 7 | everything SWAPDB",
            "FLUSHALL | everything FLUSHALL");

    @TempDir
    Path folder;

    static List<RedisBinary> available() {
        return RedisServer.available();
    }

    @ParameterizedTest
    @MethodSource("available")
    void change_everyCommandNamesItsKeys(RedisBinary binary) throws IOException {
        Recorder recorder = new Recorder();
        SoftAssertions softly = new SoftAssertions();
        try (RedisServer server = Links.source(binary);
                RespClient client = server.connect();
                ReplicationLink link = Links.open(server.port(), folder, recorder)) {
            Links.drop(link, recorder);
            boolean seven = server.version().startsWith("7");
            for (String line : COMMANDS) {
                boolean newer = line.startsWith("7 ");
                if (newer && !seven) {
                    continue;
                }
                String[] parts = (newer ? line.substring(2) : line).split(" \\|", -1);
                Resp reply = client.call(Arrays.stream(parts[0].split(" ", -1))
                        .map(word -> word.replace('\u00a0', ' '))
                        .toArray(String[]::new));
                softly.assertThat(reply.isError()).as("%s: %s", line, reply).isFalse();
                Links.caughtUp(server, recorder);
                Set<String> told = new TreeSet<>(recorder.take());
                told.remove("full");
                if (parts.length == 2) {
                    softly.assertThat(told).as(line).isEqualTo(expected(parts[1]));
                }
            }
        }
        softly.assertAll();
    }

    /** In short "k a" is key a of database 0, and "4 a" of database 4. */
    private static Set<String> expected(String text) {
        Set<String> expected = new TreeSet<>();
        for (String word : text.strip().split(", ", -1)) {
            if (word.startsWith("k ")) {
                expected.add("key 0 " + word.substring(2));
            } else if (word.matches("\\d .*")) {
                expected.add("key " + word);
            } else if (!word.isEmpty()) {
                expected.add(word);
            }
        }
        return expected;
    }

    @ParameterizedTest
    @MethodSource("available")
    void change_transactionsBlockedClientsExpiryAndEviction(RedisBinary binary) throws IOException {
        Recorder recorder = new Recorder();
        try (RedisServer server = Links.source(binary, "hz 100", "maxmemory-policy allkeys-random");
                RespClient client = server.connect();
                RespClient blocked = server.connect();
                ReplicationLink link = Links.open(server.port(), folder, recorder)) {
            Links.drop(link, recorder);
            client.call("MULTI");
            client.call("SET", "t1", "v");
            client.call("SELECT", "3");
            client.call("SET", "t2", "v");
            client.call("EXEC");
            client.call("SELECT", "0");
            recorder.awaitEvent("key 3 t2");
            assertThat(recorder.take()).contains("key 0 t1", "key 3 t2");

            blocked.send("BLMOVE", "from", "to", "LEFT", "LEFT", "0");
            blocked.flush();
            recorder.await(
                    "the client is blocked",
                    r -> server.call("INFO", "clients").text().contains("blocked_clients:1"));
            client.call("RPUSH", "from", "x");
            assertThat(blocked.read().text()).isEqualTo("x");
            Links.caughtUp(server, recorder);
            assertThat(recorder.take()).contains("key 0 from", "key 0 to");

            client.call("SET", "short", "v", "PX", "20");
            recorder.awaitEvent("key 0 short");
            recorder.await(
                    "its end",
                    r -> r.events().stream().filter("key 0 short"::equals).count() == 2);

            evicted(server, client, recorder);
        }
    }

    private static void evicted(RedisServer server, RespClient client, Recorder recorder) throws IOException {
        for (int i = 0; i < 100; i++) {
            client.call("SET", "ev" + i, "x".repeat(20_000));
        }
        Links.caughtUp(server, recorder);
        recorder.take();
        long used = Long.parseLong(client.call("INFO", "memory")
                .text()
                .lines()
                .filter(line -> line.startsWith("used_memory:"))
                .map(line -> line.substring(12).strip())
                .findFirst()
                .orElseThrow());
        client.call("CONFIG", "SET", "maxmemory", Long.toString(used - 500_000));
        client.call("SET", "one", "more");
        client.call("CONFIG", "SET", "maxmemory", "0");
        Links.caughtUp(server, recorder);
        List<String> told = recorder.take();
        int gone = 0;
        for (int i = 0; i < 100; i++) {
            if (client.call("EXISTS", "ev" + i).number() == 0) {
                gone++;
                assertThat(told).contains("key 0 ev" + i);
            }
        }
        assertThat(gone).isPositive();
    }

    @ParameterizedTest
    @MethodSource("available")
    void acknowledge_onlyWhatIsOnDisk_andSoWaitIsAnswered(RedisBinary binary) throws IOException {
        Recorder recorder = new Recorder();
        try (RedisServer server = Links.source(binary);
                RespClient client = server.connect();
                ReplicationLink link = Links.open(server.port(), folder, recorder)) {
            Links.drop(link, recorder);
            client.call("SET", "k", "v");

            assertThat(client.call("WAIT", "1", "5000").number()).isEqualTo(1);
            assertThat(client.call("CLIENT", "LIST", "TYPE", "replica").text()).contains("name=segue-test");
            assertThat(link.received())
                    .isGreaterThanOrEqualTo(recorder.position().offset());
        }
    }

    /** Only old servers can be told so. */
    @Test
    void scriptsThatAreReplicatedAsAWhole_concernEverything() throws IOException {
        RedisBinary old = RedisServer.available().stream()
                .filter(binary -> binary.version().startsWith("6"))
                .findFirst()
                .orElse(null);
        assumeThat(old).isNotNull();
        Recorder recorder = new Recorder();
        try (RedisServer server = Links.source(old, "lua-replicate-commands no");
                ReplicationLink link = Links.open(server.port(), folder, recorder)) {
            Links.drop(link, recorder);
            server.call("EVAL", "redis.call('SET','undeclared',1)", "0");

            recorder.awaitEvent("everything EVAL: ");
        }
    }
}
