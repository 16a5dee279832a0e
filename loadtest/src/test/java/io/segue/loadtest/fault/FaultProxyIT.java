package io.segue.loadtest.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NeedsRedis
@Timeout(30)
class FaultProxyIT {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private RedisServer server;
    private FaultProxy proxy;

    @BeforeEach
    void start() {
        server = RedisServer.start();
        proxy = FaultProxy.start(server.port());
    }

    @AfterEach
    void stop() {
        proxy.close();
        server.close();
    }

    private RespClient client() throws IOException {
        return RespClient.connect("127.0.0.1", proxy.port(), Duration.ofSeconds(5));
    }

    private static void readsTimeOut(RespClient client) throws IOException {
        client.socket().setSoTimeout(100);
        assertThatThrownBy(client::read).isInstanceOf(SocketTimeoutException.class);
        client.socket().setSoTimeout(5_000);
    }

    @Test
    void forwards_allBytesUnchanged() throws IOException {
        byte[] big = new byte[20_000_000];
        new Random(1).nextBytes(big);
        try (RespClient client = client()) {
            assertThat(client.call(RespClient.bytes("SET")[0], "k".getBytes(StandardCharsets.UTF_8), big)
                            .text())
                    .isEqualTo("OK");
            assertThat(Arrays.equals(client.call("GET", "k").bytes(), big)).isTrue();
            assertThat(proxy.connections()).isEqualTo(1);
        }
    }

    @Test
    void halfClose_passesAndTheReplyStillComes() throws IOException {
        try (RespClient client = client()) {
            client.send("PING");
            client.shutdownOutput();

            assertThat(client.read().text()).isEqualTo("PONG");
            assertThat(client.closedByServer()).isTrue();
        }
    }

    @Test
    void halfClose_ofTheServerLeavesTheOtherDirectionOpen() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                FaultProxy other = FaultProxy.start(listener.getLocalPort());
                Socket client = new Socket(InetAddress.getLoopbackAddress(), other.port());
                Socket accepted = listener.accept()) {
            accepted.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);

            client.getOutputStream().write("late".getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            InputStream in = accepted.getInputStream();
            assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII)).isEqualTo("late");
        }
    }

    @Test
    void cut_endsConnectionsAndServesNewOnes() throws IOException {
        try (RespClient client = client()) {
            client.call("PING");
            proxy.cut();

            assertThat(client.closedByServer()).isTrue();
            assertThat(proxy.connections()).isZero();
        }
        try (RespClient again = client()) {
            assertThat(again.call("PING").text()).isEqualTo("PONG");
        }
        assertThat(proxy.accepted()).isEqualTo(2);
    }

    @Test
    void refuse_asNobodyListened() throws IOException {
        try (RespClient before = client()) {
            before.call("PING");
            proxy.refuse(true);

            assertThatThrownBy(this::client).isInstanceOf(ConnectException.class);
            assertThat(before.call("PING").text()).isEqualTo("PONG");
            proxy.refuse(false);
            try (RespClient after = client()) {
                assertThat(after.call("PING").text()).isEqualTo("PONG");
            }
        }
    }

    @Test
    void pause_holdsAndResumeLetsGo() throws IOException {
        try (RespClient client = client()) {
            client.call("PING");
            proxy.pause();
            client.send("SET", "k", "v");
            client.flush();
            readsTimeOut(client);
            assertThat(server.call("EXISTS", "k").number()).isZero();

            proxy.resume();
            assertThat(client.read().text()).isEqualTo("OK");
        }
    }

    @Test
    void freeze_oneDirectionOnly() throws IOException {
        try (RespClient client = client()) {
            client.call("PING");
            proxy.freeze(Direction.TO_CLIENT, true);
            client.send("SET", "k", "v");
            client.flush();
            readsTimeOut(client);
            assertThat(server.call("GET", "k").text()).as("the command arrived").isEqualTo("v");

            proxy.freeze(Direction.TO_CLIENT, false);
            assertThat(client.read().text()).isEqualTo("OK");
        }
    }

    @Test
    void delay_bothWays() throws IOException {
        try (RespClient client = client()) {
            client.call("PING");
            proxy.delay(Duration.ofMillis(60));
            long start = System.nanoTime();
            client.call("PING");
            assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isBetween(120L, 2_000L);

            proxy.delay(Duration.ZERO);
            client.call("PING");
        }
    }

    @Test
    void target_newConnectionsGoElsewhere() throws IOException {
        try (RedisServer second = RedisServer.start();
                RespClient first = client()) {
            first.call("SET", "who", "first");
            second.call("SET", "who", "second");
            proxy.target(second.port());

            assertThat(first.call("GET", "who").text()).isEqualTo("first");
            try (RespClient client = client()) {
                assertThat(client.call("GET", "who").text()).isEqualTo("second");
            }
        }
    }

    @Test
    void nobodyBehind_closesTheConnection() throws IOException {
        server.kill9();

        assertThatThrownBy(() -> {
                    try (RespClient client = client()) {
                        client.call("PING");
                    }
                })
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void dropAfter_cutsInTheMiddleOfAFrame() throws IOException {
        server.call("SET", "k", "0123456789");
        try (RespClient client = client()) {
            client.call("PING");
            CompletableFuture<Void> cut = proxy.dropAfter(Direction.TO_CLIENT, 8);
            client.send("GET", "k");
            client.flush();

            // The reset may overtake bytes that have not been read; never do more than those eight come.
            try {
                assertThat(client.readRaw(100).length).isLessThanOrEqualTo(8);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("reset");
            }
            assertThat(cut).succeedsWithin(LIMIT);
        }
        try (RespClient again = client()) {
            assertThat(again.call("GET", "k").text()).isEqualTo("0123456789");
        }
    }

    @Test
    void dropAfter_towardsTheServerLeavesTheCommandUndone() throws IOException {
        try (RespClient client = client()) {
            CompletableFuture<Void> cut = proxy.dropAfter(Direction.TO_SERVER, 30);
            client.send("SET", "k", "0123456789");
            client.flush();

            assertThat(client.closedByServer()).isTrue();
            assertThat(cut).succeedsWithin(LIMIT);
            assertThat(server.call("EXISTS", "k").number()).isZero();
        }
    }

    @Test
    void hold_keepsACommandBackUntilItIsReleased() throws Exception {
        try (RespClient mover = client();
                RespClient other = client()) {
            Trap trap = proxy.hold(Direction.TO_SERVER, Trap.words("SET", "k"), 1);
            mover.send("SET", "before", "1");
            mover.send("SET", "k", "old");
            mover.send("SET", "after", "1");
            mover.flush();
            assertThat(mover.read().text()).isEqualTo("OK");
            trap.await(LIMIT);

            assertThat(server.call("EXISTS", "before").number()).isEqualTo(1);
            assertThat(server.call("EXISTS", "k", "after").number()).isZero();
            assertThat(other.call("SET", "k", "new").text()).isEqualTo("OK");
            trap.release();
            assertThat(mover.read().text()).isEqualTo("OK");
            assertThat(mover.read().text()).isEqualTo("OK");
            assertThat(server.call("GET", "k").text()).isEqualTo("old");
        }
    }

    @Test
    void hold_thenCut_theCommandNeverArrives() throws Exception {
        try (RespClient client = client()) {
            Trap trap = proxy.hold(Direction.TO_SERVER, "SET");
            client.send("SET", "k", "v");
            client.flush();
            trap.await(LIMIT);
            trap.cut();

            assertThat(client.closedByServer()).isTrue();
            assertThat(server.call("EXISTS", "k").number()).isZero();
        }
    }

    @Test
    void hold_findsThePatternInPiecesAndCountsOccurrences() throws Exception {
        try (RespClient client = client()) {
            client.call("PING");
            Trap trap = proxy.hold(Direction.TO_SERVER, "aab".getBytes(StandardCharsets.US_ASCII), 2);
            client.call("SET", "one", "aaab");
            assertThat(trap.isSprung()).isFalse();
            byte[] frame = "*3\r\n$3\r\nSET\r\n$3\r\ntwo\r\n$5\r\naaaab\r\n".getBytes(StandardCharsets.US_ASCII);
            for (byte b : frame) {
                client.sendRaw(new byte[] {b});
                client.flush();
            }
            trap.await(LIMIT);
            assertThat(server.call("EXISTS", "two").number()).isZero();

            trap.release();
            assertThat(client.read().text()).isEqualTo("OK");
            assertThat(server.call("GET", "two").text()).isEqualTo("aaaab");
        }
    }

    @Test
    void hold_aReply() throws Exception {
        try (RespClient client = client()) {
            Trap trap = proxy.hold(Direction.TO_CLIENT, "+PONG");
            client.send("PING");
            client.flush();
            trap.await(LIMIT);
            readsTimeOut(client);

            trap.release();
            assertThat(client.read().text()).isEqualTo("PONG");
        }
    }

    @Test
    void on_runsTheCallbackWhileTheConnectionIsHeld() throws Exception {
        try (RespClient client = client()) {
            proxy.on(Direction.TO_SERVER, Trap.words("GET", "k"), 1, () -> server.call("SET", "k", "meanwhile"));

            assertThat(client.call("GET", "k").text()).isEqualTo("meanwhile");
        }
    }

    @Test
    void release_beforeItSprangDisarms() throws IOException {
        try (RespClient client = client()) {
            proxy.hold(Direction.TO_SERVER, "PING").release();

            assertThat(client.call("PING").text()).isEqualTo("PONG");
        }
    }

    @Test
    void idle_usesNoProcessorTime() throws Exception {
        try (RespClient client = client()) {
            client.call("PING");
            proxy.pause();
            client.send("PING");
            client.flush();
            server.kill9();
            // The thread must sleep whatever waits in its queues: it has no reason to run within this time.
            long before = cpu();
            new CompletableFuture<Void>()
                    .completeOnTimeout(null, 300, TimeUnit.MILLISECONDS)
                    .get();
            assertThat(cpu() - before).isLessThan(100_000_000L);
        }
    }

    private long cpu() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("fault-proxy-" + proxy.port())) {
                return threads.getThreadCpuTime(thread.getId());
            }
        }
        throw new IllegalStateException("no thread of the proxy");
    }
}
