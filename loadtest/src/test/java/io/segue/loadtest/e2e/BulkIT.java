package io.segue.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.core.strategy.Canary;
import io.segue.core.strategy.WriteMode.DualWrite;
import io.segue.core.strategy.WritePolicy;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import io.segue.proxy.telemetry.Counter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Much at once: connections, requests, bytes. */
@NeedsRedis
class BulkIT {
    private static final int MB = 1 << 20;
    private static final byte[] SET = "SET".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] GET = "GET".getBytes(StandardCharsets.US_ASCII);
    private static final int[] SIZES = {
        1,
        2,
        100,
        2047,
        2048,
        2049,
        4095,
        4097,
        16_383,
        16_385,
        65_535,
        65_537,
        262_143,
        262_145,
        MB,
        5 * MB + 3,
        100 * MB
    };

    private final RedisServer old = RedisServer.start();
    private final RedisServer next = RedisServer.start();
    private final ExecutorService threads = Executors.newFixedThreadPool(8);
    private ProxyUnderTest proxy;

    @BeforeEach
    void start() {
        proxy = ProxyUnderTest.before(old);
    }

    @AfterEach
    void stop() throws Exception {
        threads.shutdownNow();
        try {
            Await.until("all buffers are given back", () -> proxy.clients() > 0 || LeakWatch.bytesHeld() < MB);
            proxy.close();
        } finally {
            old.close();
            next.close();
        }
    }

    private void migrate(double readPercentage) {
        proxy.apply(ProxyUnderTest.migrating(
                ProxyUnderTest.INTERLAY,
                ProxyUnderTest.endpoint("old", old),
                ProxyUnderTest.endpoint("new", next),
                new Canary(readPercentage, new DualWrite(WritePolicy.OLD_AUTHORITATIVE))));
    }

    @Test
    void thousandClientsAtOnce() throws Exception {
        List<RespClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 1_000; i++) {
                clients.add(proxy.connect(Duration.ofSeconds(30)));
            }
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < clients.size(); i++) {
                    RespClient client = clients.get(i);
                    client.send("SET", "k" + i, round + "-" + i);
                    client.send("GET", "k" + i);
                    client.send("INCR", "all");
                    client.flush();
                }
                for (int i = 0; i < clients.size(); i++) {
                    RespClient client = clients.get(i);
                    assertThat(client.read().text()).isEqualTo("OK");
                    assertThat(client.read().text()).isEqualTo(round + "-" + i);
                    assertThat(client.read().number()).isPositive();
                }
            }
            assertThat(proxy.clients()).isEqualTo(1_000);
            assertThat(old.call("GET", "all").text()).isEqualTo("3000");
            assertThat(connections()).as("many clients share few connections").isLessThan(10);
        } finally {
            for (RespClient client : clients) {
                client.close();
            }
        }
    }

    private long connections() {
        return old.call("CLIENT", "LIST").text().lines().count();
    }

    @Test
    void manyClientsInTransactionsAtOnce() throws Exception {
        List<RespClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                RespClient client = proxy.connect(Duration.ofSeconds(30));
                clients.add(client);
                client.send("MULTI");
                client.send("INCR", "all");
                client.send("SET", "k" + i, "v");
                client.send("EXEC");
                client.flush();
            }
            for (RespClient client : clients) {
                assertThat(client.read().text()).isEqualTo("OK");
                assertThat(client.read().text()).isEqualTo("QUEUED");
                assertThat(client.read().text()).isEqualTo("QUEUED");
                assertThat(client.read().items()).hasSize(2);
            }
            assertThat(old.call("GET", "all").text()).isEqualTo("200");
        } finally {
            for (RespClient client : clients) {
                client.close();
            }
        }
        Await.until("their own connections are closed", () -> connections() < 10);
    }

    @Test
    void pipelineOfTenThousand() throws Exception {
        for (double readPercentage : new double[] {-1, 0.5}) {
            if (readPercentage >= 0) {
                migrate(readPercentage);
            }
            try (RespClient client = proxy.connect(Duration.ofSeconds(30))) {
                Future<?> writer = threads.submit(() -> {
                    for (int i = 0; i < 10_000; i++) {
                        switch (i % 4) {
                            case 0 -> client.send("SET", "k" + i, "v" + i);
                            case 1 -> client.send("GET", "k" + (i - 1));
                            case 2 -> client.send("ECHO", "e" + i);
                            default -> client.send("INCRBY", "n", "1");
                        }
                    }
                    client.flush();
                    return null;
                });
                for (int i = 0; i < 10_000; i++) {
                    String expected =
                            switch (i % 4) {
                                case 0 -> "OK";
                                case 1 -> "v" + (i - 1);
                                case 2 -> "e" + i;
                                default -> Integer.toString((i + 1) / 4 + (readPercentage >= 0 ? 2_500 : 0));
                            };
                    assertThat(client.read().text()).as("answer %d", i).isEqualTo(expected);
                }
                writer.get();
            }
        }
    }

    @Test
    void valuesOfAllSizes_byteForByte() throws Exception {
        try (RespClient client = proxy.connect(Duration.ofSeconds(60))) {
            writeAndRead(client, 11);
        }
    }

    @Test
    void valuesOfAllSizes_throughARunningCanary() throws Exception {
        migrate(0.5);
        try (RespClient client = proxy.connect(Duration.ofSeconds(60))) {
            writeAndRead(client, 12);
            Await.until("both sides are equal", Duration.ofSeconds(30), () -> proxy.divergent() == 0);
            for (int size : SIZES) {
                compareSides("size:" + size);
            }
            assertThat(proxy.count(Counter.LANES_LOST_NEW))
                    .as("connections given up although the server was taking bytes")
                    .isZero();
        }
    }

    private void writeAndRead(RespClient client, long seed) throws IOException {
        for (int size : SIZES) {
            byte[] key = ("size:" + size).getBytes(StandardCharsets.US_ASCII);
            byte[] value = value(seed, size);
            assertThat(client.call(SET, key, value).toString())
                    .as("%d bytes", size)
                    .isEqualTo("OK");
            assertThat(client.call(GET, key).bytes()).as("%d bytes", size).isEqualTo(value);
        }
    }

    private static byte[] value(long seed, int size) {
        byte[] value = new byte[size];
        new Random(seed + size).nextBytes(value);
        return value;
    }

    private void compareSides(String key) throws IOException {
        try (RespClient one = old.connect();
                RespClient other = next.connect()) {
            byte[] name = key.getBytes(StandardCharsets.US_ASCII);
            assertThat(other.call(GET, name)).as("%s on NEW", key).isEqualTo(one.call(GET, name));
        }
    }

    @Test
    void bigValuesDoNotStarveSmallRequests() throws Exception {
        try (HealthyClient small = HealthyClient.of(proxy, "small")) {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 6; t++) {
                byte[] key = ("big:" + t).getBytes(StandardCharsets.US_ASCII);
                byte[] value = value(t, 10 * MB);
                all.add(threads.submit(() -> {
                    try (RespClient client = proxy.connect(Duration.ofSeconds(60))) {
                        for (int i = 0; i < 4; i++) {
                            assertThat(client.call(SET, key, value).toString()).isEqualTo("OK");
                            assertThat(client.call(GET, key).bytes()).isEqualTo(value);
                        }
                        return null;
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
            small.awaitRounds(5);
            assertThat(small.slowestRound()).isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    void aLongStreamOfLargeRequestsHoldsLittle() throws Exception {
        byte[] value = value(5, MB);
        try (RespClient client = proxy.connect(Duration.ofSeconds(60))) {
            Future<?> writer = threads.submit(() -> {
                for (int i = 0; i < 400; i++) {
                    client.send(SET, "stream".getBytes(StandardCharsets.US_ASCII), value);
                }
                client.flush();
                return null;
            });
            long most = 0;
            for (int i = 0; i < 400; i++) {
                Resp answer = client.read();
                assertThat(answer.toString()).isEqualTo("OK");
                most = Math.max(most, LeakWatch.bytesHeld());
            }
            writer.get();
            assertThat(most).as("bytes held while 400 MB passed").isLessThan(64L * MB);
        }
    }
}
