package io.segue.proxy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.core.strategy.Canary;
import io.segue.core.strategy.WriteMode;
import io.segue.core.strategy.WritePolicy;
import io.segue.proxy.Await;
import io.segue.proxy.testkit.FakeServer;
import io.segue.proxy.testkit.Proxy;
import io.segue.proxy.testkit.TestClient;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One side takes over what the other cannot do, in the order of the requests. */
@Timeout(30)
final class TakeOverTest {
    private static final Settings PATIENT = new Settings(20_000, 20_000, 20_000);
    private static final Canary BEST_EFFORT = new Canary(0, new WriteMode.DualWrite(WritePolicy.BEST_EFFORT));
    private static final String LOADING = "-LOADING not yet\r\n";

    private static void begin(Proxy proxy, FakeServer old, FakeServer next) throws Exception {
        proxy.serve(old.port()).get(5, TimeUnit.SECONDS);
        proxy.migrate(old.port(), next.port(), BEST_EFFORT).get(5, TimeUnit.SECONDS);
    }

    private static boolean is(List<String> words, String line) {
        return String.join(" ", words).equals(line);
    }

    @Test
    void whatIsBehindAWriteThatWasTakenOverFollowsItInOrder() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger counter = new AtomicInteger(5);
        // OLD has loaded its data after the first request.
        try (FakeServer old = new FakeServer((from, words) -> is(words, "INCR k")
                        ? asked.incrementAndGet() == 1 ? LOADING : ":100\r\n"
                        : is(words, "GET k") ? FakeServer.bulk("old") : "+OK\r\n");
                FakeServer next = new FakeServer((from, words) -> is(words, "INCR k")
                        ? ":" + counter.incrementAndGet() + "\r\n"
                        : is(words, "GET k") ? FakeServer.bulk("new") : "+OK\r\n");
                Proxy proxy = new Proxy(PATIENT)) {
            begin(proxy, old, next);
            try (TestClient client = proxy.client()) {
                client.send("INCR k", "INCR k", "INCR k");
                assertThat(client.read(":6\r\n:7\r\n:8\r\n"))
                        .as("NEW's answers, also where OLD has executed it")
                        .isEqualTo(":6\r\n:7\r\n:8\r\n");
                String read = FakeServer.bulk("new");
                assertThat(client.send("GET k").read(read)).isEqualTo(read);
                assertThat(old.got("GET k")).isFalse();
            }
        }
    }

    @Test
    void nothingIsTakenOverWhileAnEffectIsOnItsWay() throws Exception {
        try (FakeServer old = new FakeServer((from, words) -> is(words, "SET k 2") ? LOADING : "+OK\r\n");
                FakeServer next = new FakeServer((from, words) -> is(words, "SET k 1") ? "" : "+OK\r\n");
                Proxy proxy = new Proxy(PATIENT)) {
            begin(proxy, old, next);
            try (TestClient client = proxy.client()) {
                assertThat(client.send("SET k 1").read("+OK\r\n")).isEqualTo("+OK\r\n");
                Await.until("the effect is on its way", () -> next.got("SET k 1"));
                assertThat(client.send("SET k 2").read(LOADING)).isEqualTo(LOADING);
                assertThat(next.got("SET k 2")).isFalse();
                assertThat(client.send("SET other 2").read("+OK\r\n")).isEqualTo("+OK\r\n");
            }
        }
    }

    @Test
    void anErrorOfTheRequestIsNoReasonToTakeOver() throws Exception {
        String wrong = "-WRONGTYPE no list\r\n";
        try (FakeServer old = new FakeServer((from, words) -> is(words, "LPUSH k 1") ? wrong : "+OK\r\n");
                FakeServer next = new FakeServer();
                Proxy proxy = new Proxy(PATIENT)) {
            begin(proxy, old, next);
            try (TestClient client = proxy.client()) {
                assertThat(client.send("LPUSH k 1").read(wrong)).isEqualTo(wrong);
                assertThat(next.got("LPUSH k 1")).isFalse();
            }
        }
    }
}
