package io.segue.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lettuce through the proxy, in both dialects. */
@NeedsRedis
class LettuceIT {
    private static final String PASSWORD = "s3cret";

    private RedisServer redis;
    private ProxyUnderTest proxy;
    private final List<RedisClient> clients = new ArrayList<>();

    @BeforeEach
    void start() {
        redis = RedisServer.builder().password(PASSWORD).start();
        proxy = ProxyUnderTest.idle();
        proxy.apply(ProxyUnderTest.interlay(
                ProxyUnderTest.INTERLAY, ProxyUnderTest.endpoint("old", redis.port(), PASSWORD)));
    }

    @AfterEach
    void stop() {
        clients.forEach(client -> client.shutdown(0, 1, TimeUnit.SECONDS));
        proxy.close();
        redis.close();
    }

    private RedisClient client(ProtocolVersion dialect, String password) {
        RedisURI.Builder uri =
                RedisURI.builder().withHost("127.0.0.1").withPort(proxy.port()).withClientName("lettuce-test");
        if (!password.isEmpty()) {
            uri.withPassword(password.toCharArray());
        }
        RedisClient client = RedisClient.create(uri.build());
        client.setOptions(ClientOptions.builder()
                .protocolVersion(dialect)
                .autoReconnect(false)
                .build());
        clients.add(client);
        return client;
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"RESP2", "RESP3"})
    @SuppressWarnings("unchecked") // Varargs of generic types.
    void dataTypes(ProtocolVersion dialect) {
        try (StatefulRedisConnection<String, String> connection =
                client(dialect, PASSWORD).connect()) {
            RedisCommands<String, String> sync = connection.sync();
            assertThat(sync.ping()).isEqualTo("PONG");
            assertThat(sync.clientGetname()).isEqualTo("lettuce-test");
            assertThat(sync.set("s", "v", SetArgs.Builder.ex(100))).isEqualTo("OK");
            assertThat(sync.get("s")).isEqualTo("v");
            assertThat(sync.ttl("s")).isBetween(90L, 100L);
            assertThat(sync.get("none")).isNull();
            assertThat(sync.mset(Map.of("a", "1", "b", "2"))).isEqualTo("OK");
            assertThat(sync.mget("a", "none", "b"))
                    .containsExactly(KeyValue.just("a", "1"), KeyValue.empty("none"), KeyValue.just("b", "2"));
            assertThat(sync.hset("h", Map.of("f", "1", "g", "2"))).isEqualTo(2);
            assertThat(sync.hgetall("h")).isEqualTo(Map.of("f", "1", "g", "2"));
            assertThat(sync.hincrbyfloat("h", "f", 0.5)).isEqualTo(1.5);
            assertThat(sync.rpush("l", "x", "y", "z")).isEqualTo(3);
            assertThat(sync.lrange("l", 0, -1)).containsExactly("x", "y", "z");
            assertThat(sync.sadd("set", "m", "n")).isEqualTo(2);
            assertThat(sync.smembers("set")).isEqualTo(Set.of("m", "n"));
            assertThat(sync.zadd("z", ScoredValue.just(1.5, "p"), ScoredValue.just(2, "q")))
                    .isEqualTo(2);
            assertThat(sync.zrangeWithScores("z", 0, -1))
                    .containsExactly(ScoredValue.just(1.5, "p"), ScoredValue.just(2, "q"));
            assertThat(sync.zscore("z", "p")).isEqualTo(1.5);
            assertThat(sync.zscore("z", "none")).isNull();
            String id = sync.xadd("x", Map.of("k", "v"));
            List<StreamMessage<String, String>> read = sync.xread(StreamOffset.from("x", "0"));
            assertThat(read).hasSize(1);
            assertThat(read.get(0).getId()).isEqualTo(id);
            assertThat(sync.xread(XReadArgs.Builder.block(10), StreamOffset.latest("x")))
                    .isEmpty();
            assertThat(sync.blpop(1, "l")).isEqualTo(KeyValue.just("l", "x"));
            assertThat(sync.<Long>eval("return redis.call('INCR', KEYS[1])", ScriptOutputType.INTEGER, "n"))
                    .isEqualTo(1L);
            String digest = sync.scriptLoad("return ARGV[1]");
            assertThat(sync.<String>evalsha(digest, ScriptOutputType.VALUE, new String[0], "hi"))
                    .isEqualTo("hi");
            assertThatThrownBy(() -> sync.incr("l")).hasMessageContaining("WRONGTYPE");
            assertThat(sync.select(4)).isEqualTo("OK");
            assertThat(sync.get("s")).isNull();
            assertThat(sync.select(0)).isEqualTo("OK");
            assertThat(sync.get("s")).isEqualTo("v");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"RESP2", "RESP3"})
    void transactionsAndWatchConflict(ProtocolVersion dialect) {
        RedisClient client = client(dialect, PASSWORD);
        try (StatefulRedisConnection<String, String> one = client.connect();
                StatefulRedisConnection<String, String> two = client.connect()) {
            one.sync().multi();
            one.sync().set("t", "1");
            one.sync().incr("t");
            assertThat(one.sync().exec().<Object>get(1)).isEqualTo(2L);
            one.sync().watch("t");
            two.sync().set("t", "9");
            one.sync().multi();
            one.sync().incr("t");
            TransactionResult result = one.sync().exec();
            assertThat(result.wasDiscarded()).isTrue();
            assertThat(one.sync().get("t")).isEqualTo("9");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"RESP2", "RESP3"})
    void pipeliningAndScan(ProtocolVersion dialect) throws Exception {
        try (StatefulRedisConnection<String, String> connection =
                client(dialect, PASSWORD).connect()) {
            RedisAsyncCommands<String, String> async = connection.async();
            connection.setAutoFlushCommands(false);
            List<RedisFuture<String>> writes = new ArrayList<>();
            List<RedisFuture<String>> reads = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                writes.add(async.set("p:" + i, "v" + i));
                reads.add(async.get("p:" + i));
            }
            connection.flushCommands();
            for (int i = 0; i < 1_000; i++) {
                assertThat(writes.get(i).get(10, TimeUnit.SECONDS)).isEqualTo("OK");
                assertThat(reads.get(i).get(10, TimeUnit.SECONDS)).isEqualTo("v" + i);
            }
            connection.setAutoFlushCommands(true);
            Set<String> seen = new HashSet<>();
            ScanArgs args = ScanArgs.Builder.matches("p:*").limit(100);
            KeyScanCursor<String> cursor = connection.sync().scan(ScanCursor.INITIAL, args);
            seen.addAll(cursor.getKeys());
            while (!cursor.isFinished()) {
                cursor = connection.sync().scan(cursor, args);
                seen.addAll(cursor.getKeys());
            }
            assertThat(seen).hasSize(1_000);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"RESP2", "RESP3"})
    void messages(ProtocolVersion dialect) throws Exception {
        RedisClient client = client(dialect, PASSWORD);
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        try (StatefulRedisPubSubConnection<String, String> subscriber = client.connectPubSub();
                StatefulRedisConnection<String, String> publisher = client.connect()) {
            subscriber.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    heard.add(channel + ":" + message);
                }

                @Override
                public void message(String pattern, String channel, String message) {
                    heard.add(pattern + ":" + channel + ":" + message);
                }
            });
            subscriber.sync().subscribe("news");
            subscriber.sync().psubscribe("n?ws");
            assertThat(publisher.sync().publish("news", "one")).isEqualTo(2);
            Await.until("both messages are heard", () -> heard.size() == 2);
            assertThat(heard).containsExactlyInAnyOrder("news:one", "n?ws:news:one");
            subscriber.sync().unsubscribe("news");
            subscriber.sync().punsubscribe("n?ws");
            assertThat(publisher.sync().publish("news", "two")).isZero();
            assertThat(subscriber.sync().ping()).isEqualTo("PONG");
            assertThat(publisher.sync().get("none")).isNull();
        }
    }

    @Test
    void tracking_invalidatesWhatWasRead() throws Exception {
        RedisClient client = client(ProtocolVersion.RESP3, PASSWORD);
        Queue<String> invalidated = new ConcurrentLinkedQueue<>();
        try (StatefulRedisConnection<String, String> reader = client.connect();
                StatefulRedisConnection<String, String> writer = client.connect()) {
            reader.addListener(message -> {
                if (message.getType().equals("invalidate")) {
                    List<?> keys = (List<?>) message.getContent().get(1);
                    keys.forEach(key -> invalidated.add(
                            StandardCharsets.UTF_8.decode((ByteBuffer) key).toString()));
                }
            });
            reader.sync().clientTracking(TrackingArgs.Builder.enabled());
            assertThat(reader.sync().get("cached")).isNull();
            writer.sync().set("cached", "now");
            Await.until("the invalidation arrives", () -> invalidated.contains("cached"));
            assertThat(reader.sync().get("cached")).isEqualTo("now");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"RESP2", "RESP3"})
    void login_wrongAndMissing(ProtocolVersion dialect) {
        // The reason itself is asserted on the wire (SessionIT): lettuce closes the connection when it reads the
        // refusal, and then reports
        // the refusal or its own close, whichever it handles first.
        assertThatThrownBy(() -> client(dialect, "wrong").connect())
                .isInstanceOf(RedisConnectionException.class)
                .satisfies(refusal -> assertThat(Throwables.getStackTrace(refusal))
                        .containsAnyOf("WRONGPASS", "Connection closed prematurely"));
        assertThatThrownBy(() -> {
                    try (StatefulRedisConnection<String, String> stranger =
                            client(dialect, "").connect()) {
                        stranger.sync().get("k");
                    }
                })
                .hasStackTraceContaining("NOAUTH");
    }
}
