package io.segue.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.core.strategy.BigBang;
import io.segue.core.strategy.Canary;
import io.segue.core.strategy.WriteMode;
import io.segue.core.strategy.WritePolicy;
import io.segue.proxy.Await;
import io.segue.proxy.engine.Settings;
import io.segue.proxy.protocol.Limits;
import io.segue.proxy.session.SessionSettings;
import io.segue.proxy.testkit.FakeServer;
import io.segue.proxy.testkit.Proxy;
import io.segue.proxy.testkit.TestClient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Changes of the plan while requests are under way. */
@Timeout(30)
final class RouteChangeTest {
    /** Servers are given all the time they want. */
    private static final Settings PATIENT = new Settings(20_000, 20_000, 20_000);

    private static final WriteMode BOTH = new WriteMode.DualWrite(WritePolicy.OLD_AUTHORITATIVE);

    private final AtomicReference<FakeServer.Connection> asked = new AtomicReference<>();

    /** Leaves {@code line} without an answer, and answers OK to all else. */
    private FakeServer leaves(String line) throws Exception {
        return new FakeServer((from, words) -> {
            if (String.join(" ", words).equals(line)) {
                asked.set(from);
                return "";
            }
            return "+OK\r\n";
        });
    }

    private void answer(String reply) {
        asked.get().send(reply);
    }

    private static void staysUndone(CompletableFuture<Void> change) {
        assertThatThrownBy(() -> change.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
    }

    private static void done(CompletableFuture<Void> change) throws Exception {
        change.get(5, TimeUnit.SECONDS);
    }

    @Test
    void whatAnOlderPlanHasUnderWayIsWaitedForToo() throws Exception {
        try (FakeServer old = new FakeServer();
                FakeServer next = leaves("SET k 1");
                Proxy proxy = new Proxy(PATIENT)) {
            done(proxy.serve(old.port()));
            done(proxy.migrate(old.port(), next.port(), new Canary(0, BOTH)));
            try (TestClient client = proxy.client()) {
                assertThat(client.send("SET k 1").read("+OK\r\n")).isEqualTo("+OK\r\n");
                Await.until("the write is on its way to NEW", () -> asked.get() != null);

                done(proxy.migrate(old.port(), next.port(), new Canary(0.5, BOTH)));
                CompletableFuture<Void> completion = proxy.serve(next.port());
                staysUndone(completion);
                answer("+OK\r\n");
                done(completion);
            }
        }
    }

    @Test
    void aCutoverOfASmallShareHoldsWritesThatHaveNoPlanYet() throws Exception {
        try (FakeServer old = leaves("SET slow 1");
                FakeServer next = new FakeServer();
                Proxy proxy = new Proxy(PATIENT)) {
            done(proxy.serve(old.port()));
            try (TestClient slow = proxy.client();
                    TestClient other = proxy.client()) {
                slow.send("SET slow 1");
                Await.until("the write is on its way", () -> asked.get() != null);

                CompletableFuture<Void> start =
                        proxy.migrate(old.port(), next.port(), new Canary(0.01, new WriteMode.Cutover(0.01)));
                staysUndone(start);
                other.send("SET held 1");
                assertThat(other.read(5, 200)).isEmpty();
                assertThat(old.got("SET held 1")).isFalse();

                answer("+OK\r\n");
                done(start);
                assertThat(other.read("+OK\r\n")).isEqualTo("+OK\r\n");
            }
        }
    }

    @Test
    void dualWritesBeginWhenWhatWasUnderWayBeforeIsThrough() throws Exception {
        try (FakeServer old = leaves("SET slow 1");
                FakeServer next = new FakeServer();
                Proxy proxy = new Proxy(PATIENT)) {
            done(proxy.serve(old.port()));
            try (TestClient client = proxy.client();
                    TestClient other = proxy.client()) {
                client.send("SET slow 1");
                Await.until("the write is on its way", () -> asked.get() != null);

                CompletableFuture<Void> start = proxy.migrate(old.port(), next.port(), new Canary(0, BOTH));
                staysUndone(start);
                other.send("SET slow 2");
                assertThat(other.read(5, 200)).isEmpty();

                answer("+OK\r\n");
                done(start);
                assertThat(other.read("+OK\r\n")).isEqualTo("+OK\r\n");
                Await.until("the second write reaches NEW", () -> next.got("SET slow 2"));
            }
        }
    }

    @Test
    void aTransactionFromBeforeTheStartIsNotCommittedOnTheOtherSide() throws Exception {
        try (FakeServer old = new FakeServer();
                FakeServer next = new FakeServer();
                Proxy proxy = new Proxy(PATIENT)) {
            done(proxy.serve(old.port()));
            try (TestClient client = proxy.client()) {
                client.send("MULTI", "SET k 1");
                assertThat(client.read("+OK\r\n+OK\r\n")).isEqualTo("+OK\r\n+OK\r\n");

                done(proxy.migrate(old.port(), next.port(), new BigBang(false)));

                assertThat(client.send("EXEC").read("-EXECABORT")).isEqualTo("-EXECABORT");
                assertThat(old.got("EXEC")).isFalse();
                Await.until("it is given up on OLD", () -> old.got("DISCARD"));
            }
        }
    }

    @Test
    void aTransactionFromBeforeTheStartIsCommittedWhereItsSideStaysTheAuthority() throws Exception {
        try (FakeServer old = new FakeServer();
                FakeServer next = new FakeServer();
                Proxy proxy = new Proxy(PATIENT)) {
            done(proxy.serve(old.port()));
            try (TestClient client = proxy.client()) {
                client.send("MULTI", "SET k 1");
                assertThat(client.read("+OK\r\n+OK\r\n")).isEqualTo("+OK\r\n+OK\r\n");

                done(proxy.migrate(old.port(), next.port(), new Canary(0, BOTH)));

                assertThat(client.send("EXEC").read("+OK\r\n")).isEqualTo("+OK\r\n");
                assertThat(old.got("EXEC")).isTrue();
                Await.until("its key is copied", () -> old.got("DUMP k"));
            }
        }
    }

    @Test
    void aBlockingCallIsWokenAgainWhenTheFirstCallCameTooEarly() throws Exception {
        AtomicInteger wakes = new AtomicInteger();
        try (FakeServer old = new FakeServer();
                FakeServer next = new FakeServer();
                Proxy proxy = new Proxy(PATIENT)) {
            old.script((from, words) -> {
                if (words.get(0).equals("BLPOP")) {
                    asked.set(from);
                    return "";
                }
                if (String.join(" ", words).startsWith("CLIENT UNBLOCK")) {
                    if (wakes.incrementAndGet() == 1) {
                        return ":0\r\n";
                    }
                    answer("*-1\r\n");
                    return ":1\r\n";
                }
                return "+OK\r\n";
            });
            next.script((from, words) -> words.get(0).equals("BLPOP") ? "*2\r\n$1\r\nq\r\n$1\r\nx\r\n" : "+OK\r\n");
            done(proxy.serve(old.port()));
            try (TestClient client = proxy.client()) {
                client.send("BLPOP q 0", "PING");
                Await.until("it waits at OLD", () -> asked.get() != null);

                done(proxy.migrate(old.port(), next.port(), new BigBang(false)));

                String expected = "*2\r\n$1\r\nq\r\n$1\r\nx\r\n+OK\r\n";
                assertThat(client.read(expected)).isEqualTo(expected);
                assertThat(wakes).hasValueGreaterThan(1);
            }
        }
    }

    @Test
    void aHoldThatAFailedChangeGaveUpIsTakenUpAgain() throws Exception {
        BigBang moved = new BigBang(false);
        try (FakeServer old = new FakeServer();
                FakeServer next = new FakeServer();
                Proxy proxy = new Proxy(PATIENT)) {
            done(proxy.serve(old.port()));
            done(proxy.prepare(old.port(), next.port(), moved));
            assertThatThrownBy(() -> done(proxy.clash(old.port(), old.port()))).hasMessageContaining("cannot listen");

            done(proxy.prepare(old.port(), next.port(), moved));
            try (TestClient client = proxy.client()) {
                client.send("SET k 1");
                assertThat(client.read(5, 200)).isEmpty();
                done(proxy.migrate(old.port(), next.port(), moved));
                assertThat(client.read("+OK\r\n")).isEqualTo("+OK\r\n");
                assertThat(next.got("SET k 1")).isTrue();
                assertThat(old.got("SET k 1")).isFalse();
            }
        }
    }

    @Test
    void soManyRequestsWaitAndNoMore() throws Exception {
        SessionSettings few = new SessionSettings(Limits.DEFAULT, 8192, 1 << 20, 1L << 30, 2, 1 << 20);
        try (FakeServer old = new FakeServer();
                FakeServer next = new FakeServer();
                Proxy proxy = new Proxy(PATIENT, few)) {
            done(proxy.serve(old.port()));
            done(proxy.prepare(old.port(), next.port(), new BigBang(false)));
            try (TestClient first = proxy.client();
                    TestClient second = proxy.client();
                    TestClient third = proxy.client()) {
                first.send("SET k 1");
                second.send("SET k 2");
                assertThat(first.read(5, 100)).isEmpty();
                assertThat(second.read(5, 100)).isEmpty();
                assertThat(third.send("SET k 3").read("-TRYAGAIN")).isEqualTo("-TRYAGAIN");
                done(proxy.migrate(old.port(), next.port(), new BigBang(false)));
                assertThat(first.read("+OK\r\n")).isEqualTo("+OK\r\n");
                assertThat(second.read("+OK\r\n")).isEqualTo("+OK\r\n");
                assertThat(next.got("SET k 3")).isFalse();
            }
        }
    }

    @Test
    void aLostConnectionIsKilledAtTheServerBeforeTheProxySaysThatItHolds() throws Exception {
        AtomicReference<String> killed = new AtomicReference<>("");
        AtomicReference<FakeServer.Connection> killer = new AtomicReference<>();
        try (FakeServer old = new FakeServer((from, words) -> {
                    String line = String.join(" ", words);
                    if (line.startsWith("CLIENT KILL ID")) {
                        killed.set(line);
                        killer.set(from);
                        return "";
                    }
                    if (line.equals("SET k 1")) {
                        asked.set(from);
                        from.hangUp();
                        return "";
                    }
                    return "+OK\r\n";
                });
                FakeServer next = new FakeServer();
                Proxy proxy = new Proxy(PATIENT)) {
            done(proxy.serve(old.port()));
            try (TestClient client = proxy.client()) {
                assertThat(client.send("SET k 1").read("-UNKNOWN")).isEqualTo("-UNKNOWN");
                CompletableFuture<Void> hold = proxy.prepare(old.port(), next.port(), new BigBang(false));
                staysUndone(hold);
                Await.until("it is to be killed", () -> !killed.get().isEmpty());
                assertThat(killed.get())
                        .isEqualTo("CLIENT KILL ID " + asked.get().id());
                killer.get().send(":1\r\n");
                done(hold);
                done(proxy.migrate(old.port(), next.port(), new BigBang(false)));
            }
        }
    }
}
