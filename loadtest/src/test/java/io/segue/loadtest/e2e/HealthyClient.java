package io.segue.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An ordinary client that works all the time, on a connection of its own, and checks every answer: it writes, reads back, counts, and
 * pipelines. Whatever others do beside it must not show.
 */
final class HealthyClient implements AutoCloseable {
    private static final int PIPELINE = 20;

    private final RespClient client;
    private final String name;
    private final ConcurrentLinkedQueue<String> troubles = new ConcurrentLinkedQueue<>();
    private final AtomicLong rounds = new AtomicLong();
    private final AtomicLong slowestNs = new AtomicLong();
    private final Thread thread;
    private volatile boolean ended;

    private HealthyClient(RespClient client, String name) {
        this.client = client;
        this.name = name;
        this.thread = new Thread(this::work, "healthy-" + name);
        thread.start();
    }

    /** Begins to work; {@code name} keeps its keys apart from others'. */
    static HealthyClient of(ProxyUnderTest proxy, String name) throws IOException {
        return new HealthyClient(proxy.connect(Duration.ofSeconds(20)), name);
    }

    private void work() {
        try {
            for (long round = 1; !ended; round++) {
                long begin = System.nanoTime();
                round(round);
                slowestNs.accumulateAndGet(System.nanoTime() - begin, Math::max);
                rounds.incrementAndGet();
            }
        } catch (IOException e) {
            if (!ended) {
                troubles.add(e.toString());
            }
        }
    }

    private void round(long round) throws IOException {
        String value = name + "-" + round;
        expect("OK", client.call("SET", "healthy:" + name, value));
        expect(value, client.call("GET", "healthy:" + name));
        expect(Long.toString(round), client.call("INCR", "healthy:n:" + name));
        List<byte[][]> requests = new ArrayList<>();
        for (int i = 0; i < PIPELINE; i++) {
            requests.add(RespClient.bytes("ECHO", round + "/" + i));
        }
        List<Resp> answers = client.pipeline(requests);
        for (int i = 0; i < PIPELINE; i++) {
            expect(round + "/" + i, answers.get(i));
        }
    }

    private void expect(String expected, Resp actual) {
        if (!actual.toString().equals(expected)) {
            troubles.add(actual + " (expected: " + expected + ")");
        }
    }

    /** Returns when it has done {@code more} further rounds. */
    void awaitRounds(int more) {
        long goal = rounds.get() + more;
        Await.until(name + " goes on", () -> rounds.get() >= goal || !troubles.isEmpty());
    }

    /** How long its slowest round took. */
    Duration slowestRound() {
        return Duration.ofNanos(slowestNs.get());
    }

    /** Ends it; fails if it ever got a wrong answer, an error, or none. */
    @Override
    public void close() throws IOException {
        if (troubles.isEmpty()) {
            awaitRounds(2);
        }
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
        assertThat(troubles).as("troubles of the healthy client " + name).isEmpty();
        assertThat(rounds.get()).as("rounds of the healthy client").isPositive();
    }
}
