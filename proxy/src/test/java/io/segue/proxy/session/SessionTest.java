package io.segue.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.proxy.Await;
import io.segue.proxy.engine.Settings;
import io.segue.proxy.testkit.FakeServer;
import io.segue.proxy.testkit.Proxy;
import io.segue.proxy.testkit.TestClient;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client may rely on, whatever it mixes. */
@Timeout(30)
final class SessionTest {
    private final AtomicReference<FakeServer.Connection> asked = new AtomicReference<>();
    private FakeServer server;
    private Proxy proxy;

    @BeforeEach
    void start() throws Exception {
        server = new FakeServer();
        proxy = new Proxy(Settings.DEFAULT);
        proxy.serve(server.port()).get(5, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        server.close();
    }

    private static void expect(TestClient client, String expected) throws Exception {
        assertThat(client.read(expected)).isEqualTo(expected);
    }

    @Test
    void aMessageDoesNotEndTheWaitForABlockingCall() throws Exception {
        AtomicReference<FakeServer.Connection> subscribed = new AtomicReference<>();
        server.script((from, words) -> {
            switch (words.get(0)) {
                case "SUBSCRIBE" -> {
                    subscribed.set(from);
                    return ">3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n";
                }
                case "BLPOP" -> {
                    asked.set(from);
                    return "";
                }
                default -> {
                    return "+" + words.get(0) + "\r\n";
                }
            }
        });
        try (TestClient client = proxy.client()) {
            client.send("HELLO 3").read(1_000, 300);
            client.send("SUBSCRIBE c");
            expect(client, ">3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n");
            client.send("BLPOP q 0", "BLPOP r 0");
            Await.until("the call blocks", () -> asked.get() != null);
            String message = ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n";
            subscribed.get().send(message);
            expect(client, message);
            assertThat(client.read(1, 100)).isEmpty();
            assertThat(server.got("BLPOP r 0")).isFalse();

            asked.get().send("*2\r\n$1\r\nq\r\n$1\r\nx\r\n");
            expect(client, "*2\r\n$1\r\nq\r\n$1\r\nx\r\n");
        }
    }

    @Test
    void aSubscriptionIsConfirmedAfterTheAnswersBeforeIt() throws Exception {
        server.script((from, words) -> {
            switch (words.get(0)) {
                case "SUBSCRIBE" -> {
                    return "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n";
                }
                case "EXEC" -> {
                    asked.set(from);
                    return "";
                }
                default -> {
                    return "+" + words.get(0) + "\r\n";
                }
            }
        });
        try (TestClient client = proxy.client()) {
            client.send("MULTI", "SET k 1", "EXEC", "SUBSCRIBE c");
            expect(client, "+OK\r\n+SET\r\n");
            assertThat(client.read(1, 150)).isEmpty();
            asked.get().send("*1\r\n+OK\r\n");
            expect(client, "*1\r\n+OK\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n");
        }
    }

    @Test
    void resetDoesNotCutOffAnswersThatAreOwed() throws Exception {
        server.script((from, words) -> {
            if (words.get(0).equals("EXEC")) {
                asked.set(from);
                return "";
            }
            return "+OK\r\n";
        });
        try (TestClient client = proxy.client()) {
            client.send("MULTI", "SET k 1", "EXEC", "RESET");
            expect(client, "+OK\r\n+OK\r\n");
            Await.until("EXEC is under way", () -> asked.get() != null);
            assertThat(client.read(1, 100)).isEmpty();
            asked.get().send("*1\r\n+OK\r\n");
            expect(client, "*1\r\n+OK\r\n+RESET\r\n");
        }
    }

    @Test
    void refusedCommandsAreRefusedWhileKeysAreWatched() throws Exception {
        try (TestClient client = proxy.client()) {
            client.send("WATCH k", "SHUTDOWN NOSAVE");
            expect(client, "+OK\r\n-ERR segue: SHUTDOWN is not passed on");
            assertThat(server.got("SHUTDOWN NOSAVE")).isFalse();
        }
    }

    @Test
    void skippingOneAnswerDoesNotBringTheOthersBack() throws Exception {
        try (TestClient client = proxy.client()) {
            client.send("CLIENT REPLY OFF", "CLIENT REPLY SKIP", "SET a 1", "SET b 1", "CLIENT REPLY ON", "CLIENT ID");
            expect(client, "+OK\r\n:");
        }
    }

    @Test
    void aHelloThatFailsLeavesTheDialectAsItWas() throws Exception {
        proxy.serve(FakeServer.unusedPort()).get(5, TimeUnit.SECONDS);
        try (TestClient client = proxy.client()) {
            client.send("HELLO 3", "CLIENT GETNAME");
            assertThat(client.read(1_000, 300))
                    .startsWith("-UNAVAILABLE segue: the database cannot be reached (")
                    .endsWith(")\r\n$-1\r\n");
        }
    }
}
