package io.segue.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import io.segue.proxy.session.SessionSettings;
import io.segue.proxy.telemetry.Counter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that behave badly, each beside one that behaves well and must not notice. */
@NeedsRedis
class BadPeersIT {
    private static final int MB = 1 << 20;
    private static final byte[] BIG = new byte[8 * MB];

    private RedisServer redis;
    private ProxyUnderTest proxy;
    private HealthyClient healthy;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServer.start();
        // One loop: bad and good clients share everything.
        proxy = ProxyUnderTest.idle(1, new SessionSettings(SessionSettings.DEFAULT.frames(), 8192, MB, 64L * MB));
        proxy.apply(ProxyUnderTest.interlay(ProxyUnderTest.INTERLAY, ProxyUnderTest.endpoint("old", redis)));
        healthy = HealthyClient.of(proxy, "good");
        healthy.awaitRounds(1);
    }

    @AfterEach
    void stop() throws Exception {
        try {
            healthy.awaitRounds(5);
            healthy.close();
            Await.until("all clients are gone", () -> proxy.clients() == 0);
            Await.until("all buffers are given back", () -> LeakWatch.bytesHeld() < MB);
        } finally {
            proxy.close();
            redis.close();
        }
    }

    private void rejected(String bytes, String answer) throws IOException {
        try (RespClient bad = proxy.connect(Duration.ofSeconds(5))) {
            bad.sendRaw(bytes);
            bad.flush();
            assertThat(bad.read().toString()).as(bytes).contains(answer);
            assertThat(bad.closedByServer()).as(bytes).isTrue();
        }
    }

    @Test
    void absurdLengths() throws IOException {
        rejected("*2147483647\r\n", "-ERR Protocol error: invalid multibulk length");
        rejected("*99999999999999999999\r\n", "-ERR Protocol error: invalid multibulk length");
        rejected("*1\r\n$9999999999\r\n", "-ERR Protocol error: invalid bulk length");
        rejected("*2\r\n$3\r\nGET\r\n$-5\r\n", "-ERR Protocol error: invalid bulk length");
        rejected("*1\r\n$4294967300\r\n", "-ERR Protocol error: invalid bulk length");
        rejected("*1048576\r\n$1073741820\r\n", "-ERR Protocol error");
        rejected("x".repeat(70_000), "-ERR Protocol error: too big inline request");
        assertThat(proxy.count(Counter.PROTOCOL_ERRORS)).isEqualTo(7);
    }

    @Test
    void negativeCountIsNothing() throws IOException {
        try (RespClient client = proxy.connect()) {
            client.sendRaw("*-1\r\n*0\r\n\r\n*1\r\n$4\r\nPING\r\n");
            client.flush();
            assertThat(client.read().text()).isEqualTo("PONG");
        }
    }

    @Test
    void missingLineBreaksAndWrongMarks() throws IOException {
        rejected("*1\r\n$4\r\nPINGxx", "-ERR Protocol error");
        rejected("*1\r\n:4\r\n", "-ERR Protocol error: expected '$', got ':'");
        rejected("*x\r\n", "-ERR Protocol error: invalid multibulk length");
        rejected("SET k \"open\n", "-ERR Protocol error: unbalanced quotes in request");
    }

    @Test
    void whatCameBeforeTheGarbageIsServed() throws IOException {
        try (RespClient bad = proxy.connect()) {
            bad.sendRaw("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*1\r\n!boom\r\n");
            bad.flush();
            assertThat(bad.read().text()).isEqualTo("OK");
            assertThat(bad.read().text()).isEqualTo("v");
            assertThat(bad.read().toString()).startsWith("-ERR Protocol error");
            assertThat(bad.closedByServer()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void garbage(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] bytes = new byte[100_000];
        random.nextBytes(bytes);
        if (seed % 2 == 0) {
            // Something that begins well.
            byte[] good = "*2\r\n$3\r\nGET\r\n".getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(good, 0, bytes, 0, good.length);
        }
        try (RespClient bad = proxy.connect(Duration.ofSeconds(5))) {
            bad.sendRaw(bytes);
            bad.flush();
            bad.shutdownOutput();
            assertThat(bad.closedByServer()).as("seed %d", seed).isTrue();
        } catch (java.net.SocketException e) {
            assertThat(e).as("closed while it was still sending").hasMessageMatching("(?i).*(reset|broken pipe).*");
        }
    }

    @Test
    void oneByteAtATime() throws IOException {
        String requests = """
                *3
                $3
                SET
                $4
                slow
                $5
                value
                *2
                $3
                GET
                $4
                slow
                GET slow
                *1
                $5
                MULTI
                *2
                $3
                GET
                $4
                slow
                *1
                $4
                EXEC
                """.replace("\n", "\r\n");
        try (RespClient slow = proxy.connect()) {
            for (int i = 0; i < requests.length(); i++) {
                slow.sendRaw(requests.substring(i, i + 1));
                slow.flush();
            }
            assertThat(slow.read().text()).isEqualTo("OK");
            assertThat(slow.read().text()).isEqualTo("value");
            assertThat(slow.read().text()).isEqualTo("value");
            assertThat(slow.read().text()).isEqualTo("OK");
            assertThat(slow.read().text()).isEqualTo("QUEUED");
            assertThat(slow.read().text()).isEqualTo("[value]");
        }
    }

    @Test
    void oneByteAtATimeOfABigValueCostsLittle() throws Exception {
        try (RespClient slow = proxy.connect()) {
            slow.sendRaw("*3\r\n$3\r\nSET\r\n$4\r\nslow\r\n$50000000\r\n");
            slow.flush();
            for (int i = 0; i < 20_000; i++) {
                slow.sendRaw("x");
                slow.flush();
            }
            healthy.awaitRounds(5);
            assertThat(LeakWatch.bytesHeld()).isLessThan(MB);
        }
    }

    @Test
    void gone_inTheMiddleOfARequest() throws IOException {
        for (String part :
                new String[] {"*", "*3\r\n$3\r\nSET\r\n$1", "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100\r\nabc", "GET k"}) {
            try (RespClient bad = proxy.connect()) {
                bad.sendRaw(part);
                bad.flush();
            }
        }
        assertThat(redis.call("EXISTS", "k").number()).isZero();
    }

    @Test
    void gone_inTheMiddleOfABigValue() throws IOException {
        try (RespClient bad = proxy.connect()) {
            bad.sendRaw("*3\r\n$3\r\nSET\r\n$3\r\nbig\r\n$100000000\r\n");
            bad.sendRaw(BIG);
            bad.flush();
        }
        assertThat(redis.call("EXISTS", "big").number()).isZero();
    }

    @Test
    void gone_inTheMiddleOfAReply() throws IOException {
        bigValue();
        for (int i = 0; i < 3; i++) {
            try (RespClient bad = proxy.connect()) {
                bad.send("GET", "big");
                bad.send("GET", "big");
                bad.flush();
                bad.readRaw(100);
            }
        }
    }

    @Test
    void gone_beforeItsReplies() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (RespClient bad = proxy.connect()) {
                bad.socket().setSoLinger(true, 0);
                for (int j = 0; j < 500; j++) {
                    bad.send("INCR", "counter");
                }
                bad.flush();
            }
        }
        healthy.awaitRounds(5);
    }

    @Test
    void gone_inATransaction() throws Exception {
        try (RespClient bad = proxy.connect()) {
            bad.call("WATCH", "t");
            bad.call("MULTI");
            bad.call("SET", "t", "never");
        }
        healthy.awaitRounds(2);
        assertThat(redis.call("EXISTS", "t").number()).isZero();
        Await.until(
                "its own connection is gone",
                () -> redis.call("CLIENT", "LIST").text().lines().noneMatch(line -> line.contains("multi=1")));
    }

    @Test
    void gone_whileItBlocks_popsNothing() throws Exception {
        try (RespClient bad = proxy.connect()) {
            bad.send("BLPOP", "jobs", "0");
            bad.flush();
            Await.until("it blocks", () -> blocked() == 1);
        }
        Await.until("the server has been told", () -> blocked() == 0);
        try (RespClient good = proxy.connect()) {
            good.call("RPUSH", "jobs", "precious");
            assertThat(good.call("LPOP", "jobs").text()).isEqualTo("precious");
        }
    }

    @Test
    void gone_whileSubscribed() throws Exception {
        try (RespClient bad = proxy.connect()) {
            bad.call("SUBSCRIBE", "news");
        }
        Await.until(
                "the server has no subscriber",
                () -> redis.call("PUBLISH", "news", "x").number() == 0);
    }

    @RepeatedTest(5)
    void halfClosed_stillGetsItsReplies() throws IOException {
        bigValue();
        try (RespClient half = proxy.connect()) {
            half.send("SET", "k", "v");
            half.send("GET", "big");
            half.send("MULTI");
            half.send("GET", "k");
            half.send("EXEC");
            half.send("BLPOP", "none", "0");
            half.send("GET", "k");
            half.shutdownOutput();
            assertThat(half.read().text()).isEqualTo("OK");
            assertThat(half.read().bytes()).isEqualTo(BIG);
            assertThat(half.read().text()).isEqualTo("OK");
            assertThat(half.read().text()).isEqualTo("QUEUED");
            assertThat(half.read().text()).isEqualTo("[v]");
            assertThat(half.read().isNil())
                    .as("nobody waits for a client that will never ask again")
                    .isTrue();
            assertThat(half.read().text()).isEqualTo("v");
            assertThat(half.closedByServer()).isTrue();
        }
    }

    @Test
    void neverReads_smallAnswers() throws Exception {
        byte[] requests =
                "*2\r\n$4\r\nECHO\r\n$10\r\n0123456789\r\n".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
        try (RespClient bad = proxy.connect()) {
            // Until the proxy takes no more: the socket's buffers are full.
            Thread writer = new Thread(
                    () -> {
                        try {
                            while (true) {
                                bad.sendRaw(requests);
                                bad.flush();
                            }
                        } catch (IOException e) {
                            // The end of the test.
                        }
                    },
                    "never-reads");
            writer.start();
            Await.until("the proxy stops reading", () -> stalled(writer));
            healthy.awaitRounds(20);
            assertThat(LeakWatch.bytesHeld()).isLessThan(16L * MB);
            bad.socket().close();
            writer.join();
        }
    }

    private boolean stalled(Thread writer) throws Exception {
        long held = proxy.count(Counter.REQUESTS_OLD_READ);
        healthy.awaitRounds(20);
        // Only the healthy client's own requests: 21 reads a round.
        return writer.isAlive() && proxy.count(Counter.REQUESTS_OLD_READ) - held < 2_000;
    }

    @Test
    void neverReads_bigAnswersEndIt() throws Exception {
        bigValue();
        try (RespClient bad = proxy.connect()) {
            for (int i = 0; i < 40; i++) {
                bad.send("GET", "big");
            }
            bad.flush();
            // 320 MB are owed, 64 MB allowed.
            Await.until("the proxy gives it up", () -> proxy.clients() == 1);
        }
    }

    private long blocked() {
        String info = redis.call("INFO", "clients").text();
        return info.lines()
                .filter(line -> line.startsWith("blocked_clients:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                .sum();
    }

    private void bigValue() throws IOException {
        new Random(7).nextBytes(BIG);
        try (RespClient client = redis.connect()) {
            client.call(RespClient.bytes("SET")[0], RespClient.bytes("big")[0], BIG);
        }
    }
}
