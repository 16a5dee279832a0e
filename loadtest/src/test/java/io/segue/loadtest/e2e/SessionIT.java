package io.segue.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What belongs to one connection: login, dialect, name, transaction, messages, what it hears, how it ends. */
@NeedsRedis
class SessionIT {
    private RedisServer redis;
    private ProxyUnderTest proxy;
    private final List<RespClient> clients = new ArrayList<>();

    @BeforeEach
    void start() {
        redis = RedisServer.builder().password("s3cret").start();
        proxy = ProxyUnderTest.idle();
        proxy.apply(ProxyUnderTest.interlay(
                ProxyUnderTest.INTERLAY, ProxyUnderTest.endpoint("old", redis.port(), "s3cret")));
    }

    @AfterEach
    void stop() throws IOException {
        for (RespClient client : clients) {
            client.close();
        }
        proxy.close();
        redis.close();
    }

    private RespClient stranger() throws IOException {
        RespClient client = proxy.connect(Duration.ofSeconds(5));
        clients.add(client);
        return client;
    }

    private RespClient client() throws IOException {
        RespClient client = stranger();
        assertThat(client.call("AUTH", "s3cret").text()).isEqualTo("OK");
        return client;
    }

    private RespClient client3() throws IOException {
        RespClient client = stranger();
        assertThat(client.call("HELLO", "3", "AUTH", "default", "s3cret").isError())
                .isFalse();
        return client;
    }

    private static String ask(RespClient client, String line) throws IOException {
        return client.call(line.split(" ", -1)).toString();
    }

    @Test
    void auth_theEndpointsPasswordAndNoOther() throws IOException {
        RespClient client = stranger();
        assertThat(ask(client, "GET k")).isEqualTo("-NOAUTH Authentication required.");
        assertThat(ask(client, "SUBSCRIBE c")).startsWith("-NOAUTH");
        assertThat(ask(client, "HELLO")).startsWith("-NOAUTH");
        assertThat(ask(client, "HELLO 3")).startsWith("-NOAUTH");
        assertThat(ask(client, "AUTH wrong")).startsWith("-WRONGPASS");
        assertThat(ask(client, "HELLO 3 AUTH default wrong")).startsWith("-WRONGPASS");
        assertThat(ask(client, "AUTH nobody s3cret")).startsWith("-WRONGPASS");
        assertThat(ask(client, "GET k")).startsWith("-NOAUTH");
        assertThat(ask(client, "AUTH default s3cret")).isEqualTo("OK");
        assertThat(ask(client, "GET k")).isEqualTo("(nil)");
        assertThat(ask(client, "AUTH wrong")).startsWith("-WRONGPASS");
        assertThat(ask(client, "GET k")).as("still logged in").isEqualTo("(nil)");
    }

    @Test
    void auth_oneLoginDoesNotOpenAnothersConnection() throws IOException {
        assertThat(ask(client(), "SET k v")).isEqualTo("OK");
        assertThat(ask(stranger(), "GET k")).startsWith("-NOAUTH");
    }

    @Test
    void hello_switchesDialectsBackAndForth() throws IOException {
        RespClient client = client();
        assertThat(ask(client, "HELLO 3 SETNAME me")).contains("proto 3", "server redis", "version " + redis.version());
        ask(client, "HSET h f v");
        assertThat(client.call("HGETALL", "h")).hasFieldOrPropertyWithValue("marker", '%');
        assertThat(ask(client, "CLIENT GETNAME")).isEqualTo("me");
        assertThat(ask(client, "HELLO 2")).contains("proto 2");
        assertThat(client.call("HGETALL", "h")).hasFieldOrPropertyWithValue("marker", '*');
        assertThat(ask(client, "HELLO")).contains("proto 2");
        assertThat(ask(client, "HELLO 4")).startsWith("-NOPROTO");
        assertThat(ask(client, "BLPOP none 0.01")).isEqualTo("(nil)");
        assertThat(ask(client, "HELLO 3")).contains("proto 3");
        ask(client, "RPUSH l a");
        assertThat(ask(client, "BLPOP l 1")).as("own connections switch too").isEqualTo("[l a]");
    }

    @Test
    void client_subcommands() throws IOException {
        RespClient client = client();
        long id = client.call("CLIENT", "ID").number();
        assertThat(client().call("CLIENT", "ID").number()).isNotEqualTo(id);
        assertThat(ask(client, "CLIENT SETNAME worker")).isEqualTo("OK");
        assertThat(ask(client, "CLIENT SETINFO LIB-NAME kit")).isEqualTo("OK");
        assertThat(ask(client, "CLIENT INFO")).contains("id=" + id + " ", "name=worker", "lib-name=kit");
        assertThat(ask(client, "CLIENT KILL ID 1")).startsWith("-ERR segue:");
        assertThat(ask(client, "CLIENT PAUSE 1000")).startsWith("-ERR segue:");
    }

    @Test
    void clientReply_offSkipAndOn() throws IOException {
        RespClient client = client();
        client.send("CLIENT", "REPLY", "SKIP");
        client.send("SET", "a", "1");
        client.send("SET", "b", "2", "GET");
        client.send("CLIENT", "REPLY", "OFF");
        client.send("SET", "c", "3");
        client.send("CLIENT", "REPLY", "SKIP");
        client.send("SET", "d", "4");
        client.send("PING");
        client.send("CLIENT", "REPLY", "ON");
        client.send("MGET", "a", "b", "c", "d");
        client.flush();
        assertThat(client.read().text()).isEqualTo("(nil)");
        assertThat(client.read().text()).isEqualTo("OK");
        assertThat(client.read().text()).isEqualTo("[1 2 3 4]");
    }

    @Test
    void tracking_invalidationsArrive() throws IOException {
        RespClient client = client3();
        RespClient other = client();
        assertThat(ask(client, "CLIENT TRACKING ON NOSUCH")).isEqualTo("-ERR syntax error");
        assertThat(ask(client, "CLIENT TRACKING ON PREFIX p")).startsWith("-ERR PREFIX");
        assertThat(ask(client, "CLIENT TRACKING ON REDIRECT 5")).startsWith("-ERR segue:");
        assertThat(ask(client, "GET k")).as("a refused option harms nothing").isEqualTo("(nil)");
        assertThat(ask(client, "CLIENT TRACKING ON")).isEqualTo("OK");
        assertThat(ask(client, "GET k")).isEqualTo("(nil)");
        ask(other, "SET k v");
        assertThat(client.read().text()).isEqualTo("[invalidate [k]]");
        assertThat(ask(client, "GET k")).isEqualTo("v");
        assertThat(ask(client, "CLIENT TRACKINGINFO")).contains("[on]");
        assertThat(ask(client(), "CLIENT TRACKING ON")).as("RESP2").startsWith("-ERR segue:");
    }

    @Test
    void tracking_broadcast() throws IOException {
        RespClient client = client3();
        assertThat(ask(client, "CLIENT TRACKING ON BCAST PREFIX user: PREFIX item: NOLOOP"))
                .isEqualTo("OK");
        assertThat(ask(client, "PING")).isEqualTo("PONG");
        ask(client(), "SET user:1 v");
        assertThat(client.read().text()).isEqualTo("[invalidate [user:1]]");
    }

    @Test
    void reset_forgetsEverything() throws IOException {
        RespClient client = client3();
        ask(client, "CLIENT SETNAME me");
        ask(client, "SELECT 3");
        ask(client, "MULTI");
        ask(client, "SET k v");
        assertThat(ask(client, "RESET")).isEqualTo("RESET");
        assertThat(ask(client, "GET k")).startsWith("-NOAUTH");
        ask(client, "AUTH s3cret");
        assertThat(ask(client, "GET k")).isEqualTo("(nil)");
        assertThat(ask(client, "CLIENT GETNAME")).isEqualTo("(nil)");
        assertThat(ask(client, "HELLO")).contains("proto 2");
        assertThat(ask(client, "EXEC")).isEqualTo("-ERR EXEC without MULTI");
    }

    @Test
    void reset_inOneWriteWithATransactionKeepsTheEarlierAnswers() throws IOException {
        RespClient client = client();
        client.send("MULTI");
        client.send("SET", "k", "v");
        client.send("RESET");
        client.send("AUTH", "s3cret");
        client.send("GET", "k");
        client.flush();
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            answers.add(client.read().text());
        }
        assertThat(answers).containsExactly("OK", "QUEUED", "RESET", "OK", "(nil)");
    }

    @Test
    void quit_isAnsweredAfterEverythingBefore() throws IOException {
        RespClient client = client();
        client.send("SET", "k", "v");
        client.send("GET", "k");
        client.send("QUIT");
        client.send("SET", "k", "never");
        client.flush();
        assertThat(client.read().text()).isEqualTo("OK");
        assertThat(client.read().text()).isEqualTo("v");
        assertThat(client.read().text()).isEqualTo("OK");
        assertThat(client.closedByServer()).isTrue();
        assertThat(ask(client(), "GET k")).isEqualTo("v");
    }

    @Test
    void select_eachClientHasItsOwnDatabase() throws IOException {
        RespClient one = client();
        RespClient two = client();
        assertThat(ask(one, "SELECT 5")).isEqualTo("OK");
        ask(one, "SET k five");
        ask(two, "SET k zero");
        assertThat(ask(one, "GET k")).isEqualTo("five");
        assertThat(ask(two, "GET k")).isEqualTo("zero");
        assertThat(ask(one, "SELECT 77")).isEqualTo("-ERR DB index is out of range");
        assertThat(ask(one, "GET k")).as("a refused database changes nothing").isEqualTo("five");
        ask(one, "MULTI");
        ask(one, "GET k");
        assertThat(ask(one, "EXEC")).isEqualTo("[five]");
    }

    @Test
    void watch_anotherClientsWriteEndsTheTransactionWithNothing() throws IOException {
        RespClient one = client();
        RespClient two = client();
        ask(one, "SET k 1");
        assertThat(ask(one, "WATCH k other")).isEqualTo("OK");
        assertThat(ask(one, "GET k")).isEqualTo("1");
        ask(two, "SET k 2");
        ask(one, "MULTI");
        assertThat(ask(one, "INCR k")).isEqualTo("QUEUED");
        assertThat(one.call("EXEC").isNil()).isTrue();
        assertThat(ask(one, "GET k")).isEqualTo("2");
    }

    @Test
    void subscribe_messagesPatternsAndGoingOn() throws IOException {
        for (RespClient reader : List.of(client(), client3())) {
            RespClient writer = client();
            assertThat(ask(reader, "SUBSCRIBE news")).isEqualTo("[subscribe news 1]");
            assertThat(ask(reader, "PSUBSCRIBE n*")).isEqualTo("[psubscribe n* 2]");
            assertThat(ask(writer, "PUBLISH news one")).isEqualTo("2");
            assertThat(reader.read().text()).isEqualTo("[message news one]");
            assertThat(reader.read().text()).isEqualTo("[pmessage n* news one]");
            assertThat(ask(reader, "UNSUBSCRIBE news")).isEqualTo("[unsubscribe news 1]");
            assertThat(ask(writer, "PUBLISH news two")).isEqualTo("1");
            assertThat(reader.read().text()).isEqualTo("[pmessage n* news two]");
            assertThat(ask(reader, "PUNSUBSCRIBE")).isEqualTo("[punsubscribe n* 0]");
            assertThat(ask(writer, "PUBLISH news three")).isEqualTo("0");
            assertThat(ask(reader, "SET after subscribing")).isEqualTo("OK");
            assertThat(ask(reader, "SUBSCRIBE again")).isEqualTo("[subscribe again 1]");
            ask(writer, "PUBLISH again 4");
            assertThat(reader.read().text()).isEqualTo("[message again 4]");
        }
    }

    @Test
    void subscribe_whatIsAllowedMeanwhile() throws IOException {
        RespClient two = client();
        ask(two, "SUBSCRIBE c");
        assertThat(ask(two, "GET k")).startsWith("-ERR Can't execute 'get'");
        assertThat(ask(two, "PING")).isEqualTo("[pong ]");
        assertThat(ask(two, "PING hi")).isEqualTo("[pong hi]");
        RespClient three = client3();
        ask(three, "SUBSCRIBE c");
        assertThat(ask(three, "SET k v")).isEqualTo("OK");
        assertThat(ask(three, "PING")).isEqualTo("PONG");
        two.send("SUBSCRIBE", "d", "e");
        two.send("UNSUBSCRIBE");
        two.send("GET", "k");
        two.flush();
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            answers.add(two.read().text());
        }
        assertThat(answers.subList(0, 2)).containsExactly("[subscribe d 2]", "[subscribe e 3]");
        assertThat(answers.subList(2, 5)).allMatch(answer -> answer.startsWith("[unsubscribe "));
        assertThat(answers.get(5)).isEqualTo("v");
    }

    @Test
    void blocking_handOverTimeoutAndOrder() throws Exception {
        RespClient waiter = client();
        RespClient giver = client();
        waiter.send("SET", "before", "1");
        waiter.send("BLPOP", "q", "0");
        waiter.send("GET", "before");
        waiter.flush();
        assertThat(waiter.read().text()).isEqualTo("OK");
        Await.until(
                "the server has a waiting client",
                () -> redis.call("INFO", "clients").text().contains("blocked_clients:1"));
        assertThat(ask(giver, "RPUSH q x y")).isEqualTo("2");
        assertThat(waiter.read().text()).isEqualTo("[q x]");
        assertThat(waiter.read().text()).isEqualTo("1");
        long begin = System.nanoTime();
        assertThat(waiter.call("BLPOP", "empty", "0.2").isNil()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofMillis(150), Duration.ofSeconds(2));
        assertThat(ask(waiter, "BRPOP q 1")).isEqualTo("[q y]");
        assertThat(ask(waiter, "XADD x 1-1 f v")).isEqualTo("1-1");
        assertThat(ask(waiter, "XREAD BLOCK 10 STREAMS x 0")).contains("1-1");
    }

    @Test
    void monitor_showsWhatOthersDo() throws Exception {
        RespClient monitor = client();
        RespClient other = client();
        assertThat(ask(monitor, "MONITOR")).isEqualTo("OK");
        ask(other, "SET seen 1");
        Await.until("MONITOR shows the command", () -> monitor.read().text().contains("\"SET\" \"seen\""));
        assertThat(ask(other, "GET seen")).isEqualTo("1");
    }

    @Test
    void refused_whatWouldHarmTheServer() throws IOException {
        RespClient client = client();
        for (String line : List.of("SHUTDOWN NOSAVE", "REPLICAOF NO ONE", "DEBUG SLEEP 0", "MODULE LOAD x", "SYNC")) {
            assertThat(ask(client, line)).as(line).startsWith("-ERR segue:");
        }
        assertThat(ask(client, "PING")).isEqualTo("PONG");
    }
}
