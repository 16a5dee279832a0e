package io.segue.loadtest.e2e;

import static io.segue.loadtest.e2e.ProxyUnderTest.INTERLAY;
import static io.segue.loadtest.e2e.ProxyUnderTest.endpoint;
import static io.segue.loadtest.e2e.ProxyUnderTest.interlay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import io.segue.proxy.config.EndpointSpec;
import io.segue.proxy.config.InterlaySpec;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Listeners come, go and move while the clients of another one work on. */
@NeedsRedis
class InterlaysIT {
    private final RedisServer redis = RedisServer.start();
    private final RedisServer other = RedisServer.start();
    private ProxyUnderTest proxy;
    private HealthyClient healthy;
    private InterlaySpec stays;

    @BeforeEach
    void start() throws Exception {
        proxy = ProxyUnderTest.idle();
        stays = interlay(INTERLAY, endpoint("old", redis));
        proxy.apply(stays);
        healthy = HealthyClient.of(proxy, "stays");
    }

    @AfterEach
    void stop() throws Exception {
        try {
            healthy.close();
        } finally {
            proxy.close();
            redis.close();
            other.close();
        }
    }

    private InterlaySpec second(int port) {
        EndpointSpec to = endpoint("other", other);
        return interlay("second", to).listeningOn("127.0.0.1", port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    @Test
    void addedMovedAndRemoved() throws Exception {
        proxy.apply(stays, second(0));
        healthy.awaitRounds(2);
        int first = proxy.port("second");
        try (RespClient client = RespClient.connect(first)) {
            assertThat(client.call("SET", "k", "v").text()).isEqualTo("OK");
            assertThat(other.call("GET", "k").text()).isEqualTo("v");

            int moved = freePort();
            proxy.apply(stays, second(moved));
            healthy.awaitRounds(2);
            assertThat(proxy.port("second")).isEqualTo(moved);
            assertThat(client.call("GET", "k").text()).as("its clients stay").isEqualTo("v");
            assertThatThrownBy(() -> RespClient.connect(first)).isInstanceOf(ConnectException.class);
            try (RespClient late = RespClient.connect(moved)) {
                assertThat(late.call("GET", "k").text()).isEqualTo("v");
            }

            proxy.apply(stays);
            healthy.awaitRounds(2);
            assertThat(client.closedByServer()).isTrue();
            assertThatThrownBy(() -> RespClient.connect(moved)).isInstanceOf(ConnectException.class);
        }
        for (int i = 0; i < 20; i++) {
            proxy.apply(stays, second(0));
            proxy.apply(stays);
        }
        healthy.awaitRounds(2);
    }

    @Test
    void anotherEndpoint_takesItsClientsAlong() throws Exception {
        proxy.apply(stays, second(0));
        try (RespClient client = RespClient.connect(proxy.port("second"));
                RespClient subscriber = RespClient.connect(proxy.port("second"))) {
            client.call("SET", "k", "other");
            assertThat(subscriber.call("SUBSCRIBE", "news").text()).isEqualTo("[subscribe news 1]");
            redis.call("SET", "k", "first");
            proxy.apply(stays, interlay("second", endpoint("old", redis)));
            assertThat(client.call("GET", "k").text()).isEqualTo("first");
            Await.until(
                    "the subscription has moved",
                    () -> redis.call("PUBLISH", "news", "hi").number() == 1);
            assertThat(subscriber.read().text()).isEqualTo("[message news hi]");
        }
    }

    @Test
    void aTakenPort_refusesTheWholeAndChangesNothing() throws Exception {
        proxy.apply(stays, second(0));
        int before = proxy.port("second");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                RespClient client = RespClient.connect(before)) {
            int port = taken.getLocalPort();
            String reason = proxy.refusal(
                    stays,
                    interlay("second", endpoint("old", redis)),
                    interlay("third", endpoint("other", other)),
                    interlay("fourth", endpoint("other", other)).listeningOn("127.0.0.1", port));
            assertThat(reason).contains("fourth", "cannot listen on 127.0.0.1:" + port, "in use");

            assertThat(proxy.port("second")).isEqualTo(before);
            assertThat(proxy.server().listeningOn("third")).isNull();
            client.call("SET", "where", "x");
            assertThat(other.call("GET", "where").text())
                    .as("still the old endpoint")
                    .isEqualTo("x");
            healthy.awaitRounds(2);
        }
    }

    @Test
    void aKindNobodySpeaks_isRefused() {
        EndpointSpec mysql = new EndpointSpec("m", "mysql", endpoint("m", redis).write(), null);
        assertThat(proxy.refusal(stays, interlay("second", mysql))).contains("second", "endpoint.kind", "mysql");
        assertThat(proxy.server().ready()).isTrue();
    }

    @Test
    void twoInterlaysOnOneAddress_areRefused() throws IOException {
        int port = freePort();
        InterlaySpec third = interlay("third", endpoint("other", other)).listeningOn("127.0.0.1", port);
        assertThat(proxy.refusal(stays, second(port), third)).contains("third", Integer.toString(port));
    }
}
