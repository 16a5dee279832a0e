package io.segue.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.XReadParams;
import redis.clients.jedis.resps.ScanResult;
import redis.clients.jedis.resps.Tuple;

/** Jedis through the proxy, in both dialects. */
@NeedsRedis
class JedisIT {
    private static final String PASSWORD = "s3cret";

    private RedisServer redis;
    private ProxyUnderTest proxy;

    @BeforeEach
    void start() {
        redis = RedisServer.builder().password(PASSWORD).start();
        proxy = ProxyUnderTest.idle();
        proxy.apply(ProxyUnderTest.interlay(
                ProxyUnderTest.INTERLAY, ProxyUnderTest.endpoint("old", redis.port(), PASSWORD)));
    }

    @AfterEach
    void stop() {
        proxy.close();
        redis.close();
    }

    private Jedis connect(RedisProtocol dialect, String password) {
        DefaultJedisClientConfig.Builder config =
                DefaultJedisClientConfig.builder().protocol(dialect).clientName("jedis-test");
        if (!password.isEmpty()) {
            config.password(password);
        }
        return new Jedis(new HostAndPort("127.0.0.1", proxy.port()), config.build());
    }

    @ParameterizedTest
    @EnumSource(
            value = RedisProtocol.class,
            names = {"RESP2", "RESP3"})
    void dataTypes(RedisProtocol dialect) {
        try (Jedis jedis = connect(dialect, PASSWORD)) {
            assertThat(jedis.ping()).isEqualTo("PONG");
            assertThat(jedis.clientGetname()).isEqualTo("jedis-test");
            assertThat(jedis.set("s", "v")).isEqualTo("OK");
            assertThat(jedis.get("s")).isEqualTo("v");
            assertThat(jedis.get("none")).isNull();
            assertThat(jedis.mset("a", "1", "b", "2")).isEqualTo("OK");
            assertThat(jedis.mget("a", "none", "b")).containsExactly("1", null, "2");
            assertThat(jedis.hset("h", Map.of("f", "1", "g", "2"))).isEqualTo(2);
            assertThat(jedis.hgetAll("h")).isEqualTo(Map.of("f", "1", "g", "2"));
            assertThat(jedis.rpush("l", "x", "y", "z")).isEqualTo(3);
            assertThat(jedis.lrange("l", 0, -1)).containsExactly("x", "y", "z");
            assertThat(jedis.sadd("set", "m", "n")).isEqualTo(2);
            assertThat(jedis.smembers("set")).isEqualTo(Set.of("m", "n"));
            assertThat(jedis.zadd("z", Map.of("p", 1.5, "q", 2.0))).isEqualTo(2);
            assertThat(jedis.zrangeWithScores("z", 0, -1)).containsExactly(new Tuple("p", 1.5), new Tuple("q", 2.0));
            assertThat(jedis.zscore("z", "none")).isNull();
            StreamEntryID id = jedis.xadd("x", StreamEntryID.NEW_ENTRY, Map.of("k", "v"));
            assertThat(jedis.xread(XReadParams.xReadParams(), Map.of("x", new StreamEntryID())))
                    .hasToString("[x=[" + id + " {k=v}]]");
            assertThat(jedis.blpop(1, "l")).containsExactly("l", "x");
            assertThat(jedis.blpop(0.05, "none")).isNull();
            assertThat(jedis.eval("return redis.call('INCR', KEYS[1])", 1, "n")).isEqualTo(1L);
            assertThat(jedis.evalsha(jedis.scriptLoad("return ARGV[1]"), 0, "hi"))
                    .isEqualTo("hi");
            assertThatThrownBy(() -> jedis.incr("l")).isInstanceOf(JedisDataException.class);
            assertThat(jedis.select(4)).isEqualTo("OK");
            assertThat(jedis.get("s")).isNull();
            assertThat(jedis.select(0)).isEqualTo("OK");
            assertThat(jedis.get("s")).isEqualTo("v");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = RedisProtocol.class,
            names = {"RESP2", "RESP3"})
    void transactionsAndWatchConflict(RedisProtocol dialect) {
        try (Jedis one = connect(dialect, PASSWORD);
                Jedis two = connect(dialect, PASSWORD)) {
            Transaction first = one.multi();
            first.set("t", "1");
            Response<Long> incremented = first.incr("t");
            assertThat(first.exec()).containsExactly("OK", 2L);
            assertThat(incremented.get()).isEqualTo(2);
            one.watch("t");
            two.set("t", "9");
            Transaction second = one.multi();
            second.incr("t");
            assertThat(second.exec()).isNull();
            assertThat(one.get("t")).isEqualTo("9");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = RedisProtocol.class,
            names = {"RESP2", "RESP3"})
    void pipeliningAndScan(RedisProtocol dialect) {
        try (Jedis jedis = connect(dialect, PASSWORD)) {
            Pipeline pipeline = jedis.pipelined();
            List<Response<String>> reads = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                pipeline.set("p:" + i, "v" + i);
                reads.add(pipeline.get("p:" + i));
            }
            pipeline.sync();
            for (int i = 0; i < 1_000; i++) {
                assertThat(reads.get(i).get()).isEqualTo("v" + i);
            }
            Set<String> seen = new HashSet<>();
            String cursor = ScanParams.SCAN_POINTER_START;
            do {
                ScanResult<String> page =
                        jedis.scan(cursor, new ScanParams().match("p:*").count(100));
                seen.addAll(page.getResult());
                cursor = page.getCursor();
            } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
            assertThat(seen).hasSize(1_000);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = RedisProtocol.class,
            names = {"RESP2", "RESP3"})
    void messages(RedisProtocol dialect) throws Exception {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        JedisPubSub listener = new JedisPubSub() {
            @Override
            public void onMessage(String channel, String message) {
                heard.add(channel + ":" + message);
                unsubscribe();
            }
        };
        try (Jedis subscriber = connect(dialect, PASSWORD);
                Jedis publisher = connect(dialect, PASSWORD)) {
            Thread thread = new Thread(() -> subscriber.subscribe(listener, "news"), "jedis-subscriber");
            thread.start();
            Await.until("the subscription is made", () -> publisher.publish("news", "one") == 1);
            thread.join(10_000);
            assertThat(thread.isAlive()).as("unsubscribed").isFalse();
            assertThat(heard).containsExactly("news:one");
            assertThat(subscriber.set("after", "x")).as("goes on").isEqualTo("OK");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = RedisProtocol.class,
            names = {"RESP2", "RESP3"})
    void login_wrongAndMissing(RedisProtocol dialect) {
        assertThatThrownBy(() -> connect(dialect, "wrong").ping()).isInstanceOf(JedisAccessControlException.class);
        assertThatThrownBy(() -> connect(dialect, "").ping())
                .isInstanceOf(JedisDataException.class)
                .hasMessageContaining("NOAUTH");
    }
}
