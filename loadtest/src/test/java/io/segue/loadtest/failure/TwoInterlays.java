package io.segue.loadtest.failure;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.loadtest.fault.FaultProxy;
import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.redis.FreePorts;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A rig with two interlays, each with an OLD and a NEW of its own, in one migration: the rig's, and {@value #SECOND}, whose NEW is behind a fault
 * proxy. Clients read and write through both.
 */
final class TwoInterlays implements AutoCloseable {
    static final String FIRST = Rig.INTERLAY;
    static final String SECOND = "second";

    private final RedisServer secondOld = RedisServer.start();
    private final RedisServer secondNew = RedisServer.start();
    private final FaultProxy fault = FaultProxy.start(secondNew.port());
    private final int secondPort = FreePorts.several(1).get(0);
    private final ExecutorService clients = Executors.newCachedThreadPool();
    private final List<RespClient> connections = new ArrayList<>();
    private final Rig rig;
    private volatile boolean stopped;
    private volatile String trouble = "";

    /** One proxy; a migration with {@code more} fields, such as {@code ", \"failure_handling\": …"}; not started. */
    TwoInterlays(String strategy, String more) throws IOException, InterruptedException {
        rig = Rig.setup()
                .proxies(1, "--threads", "1", "--listen", SECOND + "=127.0.0.1:" + secondPort)
                .start();
        endpoint("second_old", secondOld.port());
        endpoint("second_new", fault.port());
        rig.rest()
                .post(
                        "/interlays",
                        "{\"id\": \"" + SECOND
                                + "\", \"endpoint\": \"second_old\", \"bind\": \"127.0.0.1\", \"port\": 7001}");
        rig.rest().post("/migrations", "{\"id\": \"" + Rig.MIGRATION + "\", \"strategy\": " + strategy + more + "}");
        rig.rest().post(path("/interlay/" + FIRST), "{\"endpoint\": \"new_redis_cluster\"}");
        rig.rest().post(path("/interlay/" + SECOND), "{\"endpoint\": \"second_new\"}");
    }

    private void endpoint(String id, int port) throws InterruptedException {
        rig.rest().post("/endpoints", """
                {"id": "%s", "kind": "redis", "config": {"host": "127.0.0.1", "port": %d}}""".formatted(id, port));
    }

    static String path(String below) {
        return "/migrations/" + Rig.MIGRATION + below;
    }

    Rig rig() {
        return rig;
    }

    /** Between Segue and NEW of the second interlay. */
    FaultProxy fault() {
        return fault;
    }

    RedisServer secondOld() {
        return secondOld;
    }

    RedisServer secondNew() {
        return secondNew;
    }

    RespClient first() throws IOException {
        return rig.client();
    }

    RespClient second() throws IOException {
        return RespClient.connect(secondPort);
    }

    /** A client for each interlay that reads and writes, some hundred times a second, until it is told to stop. */
    TwoInterlays load() throws IOException {
        for (RespClient client : List.of(first(), second())) {
            connections.add(client);
            clients.execute(() -> work(client));
        }
        return this;
    }

    private void work(RespClient client) {
        try {
            for (int i = 0; !stopped; i++) {
                note(client.call("SET", "key:" + i % 500, Integer.toString(i)));
                for (int j = 0; j < 5; j++) {
                    note(client.call("GET", "key:" + (i + j * 100) % 500));
                }
                // A pace of its own: a faster machine must not run the figures into another size.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
            }
        } catch (IOException e) {
            if (!stopped) {
                trouble = "a client's connection ended: " + e;
            }
        }
    }

    private void note(Resp reply) {
        if (reply.isError()) {
            trouble = "a client got an error: " + reply.text();
        }
    }

    /** No client has seen an error. */
    void assertNoTrouble() {
        if (!trouble.isEmpty()) {
            throw new AssertionError(trouble);
        }
    }

    /** What the migration shows of an interlay. */
    JsonNode part(String interlay) throws InterruptedException {
        for (JsonNode one : rig.migration().path("interlays")) {
            if (one.path("id").asText().equals(interlay)) {
                return one;
            }
        }
        throw new AssertionError("the migration has no interlay " + interlay);
    }

    void awaitPart(String interlay, String status) throws IOException, InterruptedException {
        Rig.await(
                interlay + " being " + status,
                () -> part(interlay).path("status").asText().equals(status));
    }

    /** Requests of an interlay to a side so far. */
    long requests(String interlay, String side) throws InterruptedException {
        return rig.metric("segue_requests_total", "interlay=\"" + interlay + "\"", "side=\"" + side + "\"");
    }

    /** Waits until so many more requests of an interlay went to a side. */
    void awaitMore(String interlay, String side, long more) throws IOException, InterruptedException {
        long before = requests(interlay, side);
        Rig.await(more + " requests of " + interlay + " to " + side, () -> requests(interlay, side) >= before + more);
        assertNoTrouble();
    }

    List<String> events() throws InterruptedException {
        return rig.rest().get(path("/events")).findValuesAsText("event");
    }

    @Override
    public void close() {
        stopped = true;
        clients.shutdownNow();
        for (RespClient one : connections) {
            try {
                one.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        rig.close();
        fault.close();
        secondOld.close();
        secondNew.close();
    }
}
