package io.segue.loadtest.register;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.fault.FaultProxy;
import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One server behind three plain forwarders: what is checked here is the load and its records, not Segue. */
@NeedsRedis
@Timeout(60)
class RegisterLoadIT {
    private static final int RATE = 2_000;

    private final RedisServer server = RedisServer.start();
    private final List<FaultProxy> proxies = new ArrayList<>();

    @BeforeEach
    void start() {
        for (int i = 0; i < 3; i++) {
            proxies.add(FaultProxy.start(server.port()));
        }
    }

    @AfterEach
    void stop() {
        proxies.forEach(FaultProxy::close);
        server.close();
    }

    @Test
    void oneServerIsLinearizable_andAllOfItIsRecorded() throws Exception {
        try (RegisterLoad load = load()) {
            long start = System.nanoTime();
            load.start();
            awaitMore(load, RATE);
            assertThat((System.nanoTime() - start) / 1e9).as("paced").isGreaterThan(0.9);
            long end = System.nanoTime();
            History history = load.stop();

            RegisterChecker.Result result = RegisterChecker.check(history);
            assertThat(result.linearizable()).as("%s", result.text()).isTrue();
            assertThat(result.keys()).isEqualTo(1_000);
            assertThat(load.errors()).isEmpty();
            assertThat(history.size()).isEqualTo((int) load.answered()).isGreaterThan(1_000 + RATE + 3_000);
            Pace pace = Pace.of(history, start, end);
            assertThat(pace.operations()).isBetween((long) RATE, (long) history.size() - 3_000);
            assertThat(pace.unanswered()).isZero();
            assertThat(pace.longest()).isGreaterThanOrEqualTo(pace.p99()).isPositive();
        }
    }

    @Test
    void aStallIsChargedToAllThatWasDueInIt() throws Exception {
        try (RegisterLoad load = load()) {
            load.start();
            awaitMore(load, RATE / 4);
            long from = System.nanoTime();
            proxies.forEach(FaultProxy::pause);
            Rig.await("half a second", () -> System.nanoTime() - from > 500_000_000);
            long to = System.nanoTime();
            proxies.forEach(FaultProxy::resume);
            awaitMore(load, RATE / 4);
            History history = load.stop();

            Pace stall = Pace.of(history, from, to);
            assertThat(stall.operations()).isGreaterThan(RATE / 3);
            assertThat(stall.longest()).isGreaterThan(450);
            assertThat(stall.p50()).as("half of them waited for half of it").isGreaterThan(200);
            assertThat(RegisterChecker.check(history).linearizable()).isTrue();
        }
    }

    @Test
    void whatSomebodyElseBringsBackIsFound() throws Exception {
        try (RegisterLoad load = load();
                RespClient saboteur = server.connect()) {
            load.start();
            String name = RegisterSettings.of(ports(), RATE, 1).name(7);
            String stale = saboteur.call("GET", name).text();
            Rig.await(
                    "another value",
                    () -> !saboteur.call("GET", name).isNil()
                            && !saboteur.call("GET", name).text().equals(stale));
            for (int i = 0; i < 12; i++) {
                // A write may cover it before anybody has looked, but not twelve times.
                saboteur.call("SET", name, stale);
                awaitMore(load, RATE / 10);
            }

            RegisterChecker.Result result = RegisterChecker.check(load.stop());
            assertThat(result.findings()).extracting(Finding::key).containsExactly(7);
        }
    }

    @Test
    void aLostConnectionIsAnErrorUnlessItWasExpected() throws Exception {
        try (RegisterLoad load = load()) {
            load.start();
            load.expectLoss(0);
            proxies.get(0).close();
            awaitMore(load, RATE / 2);
            assertThat(load.errors()).isEmpty();

            proxies.get(1).cut();
            awaitMore(load, RATE / 2);
            History history = load.stop();
            assertThat(load.errors())
                    .isNotEmpty()
                    .allSatisfy((text, count) -> assertThat(text).startsWith("connection to proxy 1 lost"));
            assertThat(RegisterChecker.check(history).linearizable())
                    .as("what was not answered may have happened or not")
                    .isTrue();
        }
    }

    private RegisterLoad load() throws Exception {
        return new RegisterLoad(RegisterSettings.of(ports(), RATE, System.nanoTime()));
    }

    private List<Integer> ports() {
        return proxies.stream().map(FaultProxy::port).toList();
    }

    private static void awaitMore(RegisterLoad load, long answers) throws Exception {
        long enough = load.answered() + answers;
        Rig.await("answers", () -> load.answered() >= enough);
    }
}
