package io.segue.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The server behind the proxy goes away, hangs, or is not there yet. No migration runs. */
@NeedsRedis
class UpstreamTroubleIT {
    private static final int CLIENTS = 8;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private RedisServer redis;
    private ProxyUnderTest proxy;

    @BeforeEach
    void start() {
        redis = RedisServer.builder()
                .config("appendonly yes")
                .config("appendfsync always")
                .start();
        proxy = ProxyUnderTest.before(redis);
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        try {
            proxy.close();
        } finally {
            redis.close();
        }
    }

    /** One client's counting: what it was told, and whether it was told the truth. */
    private final class Counting {
        private final String key;
        private final AtomicLong errors = new AtomicLong();
        private final AtomicLong successes = new AtomicLong();
        private long acknowledged;

        Counting(String key) {
            this.key = key;
        }

        /** Counts up on one connection until {@code ended}; every answer must be an error or larger than all before. */
        Void run(AtomicBoolean ended) throws IOException {
            try (RespClient client = proxy.connect(Duration.ofSeconds(20))) {
                for (long round = 0; !ended.get(); round++) {
                    client.send("INCR", key);
                    client.send("ECHO", key + round);
                    client.flush();
                    count(client.read());
                    Resp echo = client.read();
                    if (!isError(echo)) {
                        assertThat(echo.toString())
                                .as("answers keep their order")
                                .isEqualTo(key + round);
                    }
                }
            }
            return null;
        }

        private void count(Resp answer) {
            if (isError(answer)) {
                errors.incrementAndGet();
            } else {
                assertThat(answer.number()).as("counts only go up").isGreaterThan(acknowledged);
                acknowledged = answer.number();
                successes.incrementAndGet();
            }
        }

        private static boolean isError(Resp answer) {
            if (answer.isError()) {
                assertThat(answer.text()).matches("(UNAVAILABLE|UNKNOWN|LOADING|MISCONF) .*");
            }
            return answer.isError();
        }
    }

    private interface Trouble {
        void happen() throws Exception;
    }

    private List<Counting> under(Trouble trouble) throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        List<Counting> all = new ArrayList<>();
        List<Future<Void>> running = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            Counting one = new Counting("counter:" + i + ":");
            all.add(one);
            running.add(threads.submit(() -> one.run(ended)));
        }
        try {
            awaitMore(all, running);
            trouble.happen();
            awaitMore(all, running);
        } finally {
            ended.set(true);
        }
        for (Future<Void> one : running) {
            one.get();
        }
        try (RespClient direct = redis.connect()) {
            for (Counting one : all) {
                assertThat(direct.call("GET", one.key).number())
                        .as("every acknowledged increment of %s is there", one.key)
                        .isGreaterThanOrEqualTo(one.acknowledged);
            }
        }
        return all;
    }

    /** Returns when each client has had successes from now on. */
    private static void awaitMore(List<Counting> all, List<Future<Void>> running) throws Exception {
        List<Long> goals = all.stream().map(one -> one.successes.get() + 20).toList();
        for (int i = 0; i < all.size(); i++) {
            Counting one = all.get(i);
            Future<Void> client = running.get(i);
            long goal = goals.get(i);
            Await.until(
                    "client " + i + " is served",
                    Duration.ofSeconds(3),
                    () -> client.isDone() || one.successes.get() >= goal);
            assertThat(client.isDone()).as("client %d ended early", i).isFalse();
        }
    }

    @Test
    void restarted_errorsMeanwhileConnectionsStayAndItRecovers() throws Exception {
        List<Counting> all = under(redis::restart);

        assertThat(all.stream().mapToLong(one -> one.errors.get()).sum()).isPositive();
    }

    @Test
    void downForAWhile_everyRequestIsAnsweredAtOnce() throws Exception {
        try (RespClient client = proxy.connect(Duration.ofSeconds(5))) {
            assertThat(client.call("SET", "k", "v").text()).isEqualTo("OK");
            redis.kill9();
            Await.until("the loss is noticed", () -> client.call("GET", "k").isError());
            long begin = System.nanoTime();
            for (int i = 0; i < 200; i++) {
                assertThat(client.call("GET", "k").toString()).startsWith("-UNAVAILABLE segue: endpoint 127.0.0.1:");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
            assertThat(client.call("HELLO", "3").isError()).isTrue();
            assertThat(client.call("SELECT", "1").toString()).startsWith("-UNAVAILABLE");
            assertThat(client.call("BLPOP", "q", "1").isError()).isTrue();
            redis.restart();
            Await.until(
                    "it recovers",
                    Duration.ofSeconds(3),
                    () -> client.call("GET", "k").toString().equals("v"));
        }
    }

    @Test
    void frozenForASecond_nothingIsWrongOrOutOfOrder() throws Exception {
        List<Counting> all = under(() -> {
            redis.stopSignal();
            try {
                // The clock is what this test is about: the server is frozen for one second.
                assertThat(new CountDownLatch(1).await(1, TimeUnit.SECONDS)).isFalse();
            } finally {
                redis.cont();
            }
        });

        assertThat(all).allMatch(one -> one.errors.get() == 0);
    }

    @Test
    void clientsWithStateAreToldByAClosedConnection() throws Exception {
        try (RespClient transaction = proxy.connect(Duration.ofSeconds(5));
                RespClient subscriber = proxy.connect(Duration.ofSeconds(5));
                RespClient blocked = proxy.connect(Duration.ofSeconds(5))) {
            transaction.call("WATCH", "k");
            transaction.call("MULTI");
            transaction.call("SET", "k", "v");
            subscriber.call("SUBSCRIBE", "c");
            blocked.send("BLPOP", "q", "0");
            blocked.flush();
            Await.until("it blocks", () -> redis.call("INFO", "clients").text().contains("blocked_clients:1"));
            redis.restart();
            assertThat(transaction.closedByServer())
                    .as("what it had queued is gone")
                    .isTrue();
            assertThat(subscriber.closedByServer())
                    .as("it might have missed messages")
                    .isTrue();
            assertThat(blocked.read().toString()).startsWith("-UNKNOWN");
            Await.until("it goes on", () -> !blocked.call("PING").isError());
        }
    }

    @Test
    void notThereAtTheStart() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        proxy.apply(ProxyUnderTest.interlay(ProxyUnderTest.INTERLAY, ProxyUnderTest.endpoint("old", port, "")));
        try (RespClient client = proxy.connect()) {
            assertThat(client.call("PING").toString()).startsWith("-UNAVAILABLE");
            assertThat(client.call("HELLO", "3").toString()).startsWith("-UNAVAILABLE");
            client.call("MULTI");
            try (RedisServer late = RedisServer.builder().port(port).start();
                    RespClient other = proxy.connect()) {
                Await.until(
                        "it is found",
                        Duration.ofSeconds(3),
                        () -> other.call("PING").text().equals("PONG"));
                assertThat(late.call("PING").text()).isEqualTo("PONG");
            }
        }
    }
}
