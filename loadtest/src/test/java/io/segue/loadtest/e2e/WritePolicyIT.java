package io.segue.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.core.strategy.Canary;
import io.segue.core.strategy.WriteMode;
import io.segue.core.strategy.WritePolicy;
import io.segue.core.verdict.Side;
import io.segue.loadtest.fault.FaultProxy;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import io.segue.proxy.config.EndpointSpec;
import io.segue.proxy.config.InterlaySpec;
import io.segue.proxy.engine.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What write policies do with work that is more than one write of one key, and with what follows a failure. */
@NeedsRedis
@Timeout(60)
class WritePolicyIT {
    private static final Settings LIMITS = new Settings(50, 300, 600);
    private static final String KEYLESS = "return redis.call('SET', 'undeclared', '1')";
    private static final String PUSH = "redis.call('RPUSH', KEYS[1], ARGV[1]) return redis.call('LLEN', KEYS[1])";

    private final Map<Side, RedisServer> servers = new EnumMap<>(Side.class);
    private final Map<Side, FaultProxy> faults = new EnumMap<>(Side.class);
    private final Map<Side, EndpointSpec> endpoints = new EnumMap<>(Side.class);
    private ProxyUnderTest proxy;
    private RespClient client;
    private int marks;

    @BeforeEach
    void start() {
        for (Side side : Side.values()) {
            servers.put(side, RedisServer.start());
            faults.put(side, FaultProxy.start(servers.get(side).port()));
            endpoints.put(
                    side, ProxyUnderTest.endpoint(side.name(), faults.get(side).port(), ""));
        }
        proxy = ProxyUnderTest.idle(2, LIMITS);
    }

    @AfterEach
    void stop() throws IOException {
        if (client != null) {
            client.close();
        }
        proxy.close();
        faults.values().forEach(FaultProxy::close);
        servers.values().forEach(RedisServer::close);
    }

    private static InterlaySpec[] with(Map<Side, EndpointSpec> endpoints, WritePolicy policy) {
        InterlaySpec moved = ProxyUnderTest.migrating(
                ProxyUnderTest.INTERLAY,
                endpoints.get(Side.OLD),
                endpoints.get(Side.NEW),
                new Canary(0, new WriteMode.DualWrite(policy)));
        return new InterlaySpec[] {moved};
    }

    /** Serves a policy; on one connection both sides have been reached. */
    private void serve(WritePolicy policy) throws IOException {
        proxy.apply(ProxyUnderTest.interlay(ProxyUnderTest.INTERLAY, endpoints.get(Side.OLD)));
        client = proxy.connect(Duration.ofSeconds(20));
        assertThat(client.call("PING").text()).isEqualTo("PONG");
        proxy.apply(with(endpoints, policy));
        carriedOver();
    }

    private void down(Side side) {
        faults.get(side).refuse(true);
        faults.get(side).cut();
        Await.until(side + " has lost its connections", () -> faults.get(side).connections() == 0);
    }

    private void up(Side side) {
        faults.get(side).refuse(false);
    }

    private void settled() {
        Await.until("the ledger is empty", () -> proxy.divergent() == 0);
    }

    /** Waits until the other side has what was written on this connection so far. */
    private void carriedOver() throws IOException {
        String mark = "m" + ++marks;
        assertThat(ask("SET", "mark", mark)).isEqualTo("OK");
        Await.until(
                "what was written is on NEW", () -> at(Side.NEW, "GET", "mark").equals(mark));
        settled();
    }

    private String at(Side side, String... command) {
        return servers.get(side).call(command).toString();
    }

    private String ask(String... command) throws IOException {
        return client.call(command).toString();
    }

    /** Asks until the answer is {@code expected}: a lost connection is noticed a moment later. */
    private void untilAsked(String expected, String... command) {
        Await.until(
                String.join(" ", command) + " gives " + expected,
                () -> ask(command).startsWith(expected));
    }

    private void oldIsKnownToBeDown() {
        down(Side.OLD);
        untilAsked("-UNAVAILABLE", "GET", "never written");
    }

    @Test
    void bestEffort_readsFollowTheLaterWriteUntilItIsBack() throws Exception {
        serve(WritePolicy.BEST_EFFORT);
        assertThat(ask("SET", "k", "before")).isEqualTo("OK");
        assertThat(ask("SET", "other", "o")).isEqualTo("OK");
        carriedOver();
        oldIsKnownToBeDown();

        assertThat(ask("SET", "k", "while OLD was away")).isEqualTo("OK");
        assertThat(ask("GET", "k")).isEqualTo("while OLD was away");
        assertThat(ask("MGET", "k", "other")).isEqualTo("[while OLD was away o]");
        assertThat(at(Side.OLD, "GET", "k")).isEqualTo("before");

        up(Side.OLD);
        Await.until("it is back, and was never read as it was before", () -> {
            assertThat(ask("GET", "k")).isEqualTo("while OLD was away");
            return proxy.divergent() == 0;
        });
        assertThat(ask("GET", "k")).isEqualTo("while OLD was away");
        assertThat(at(Side.OLD, "GET", "k")).isEqualTo("while OLD was away");
        assertThat(ask("SET", "k", "after")).isEqualTo("OK");
        carriedOver();
        assertThat(at(Side.NEW, "GET", "k")).isEqualTo("after");
        assertThat(at(Side.OLD, "GET", "k")).isEqualTo("after");
    }

    /** Clients on two event loops count keys up while OLD comes and goes: no number is given twice, none is lost. */
    @Test
    void bestEffort_noAcknowledgedIncrementIsLostWhileOldComesAndGoes() throws Exception {
        serve(WritePolicy.BEST_EFFORT);
        AtomicBoolean ended = new AtomicBoolean();
        List<Counting> counting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            counting.add(new Counting("counter:" + i));
        }
        // And one that several write, on two event loops.
        counting.add(new Counting("shared"));
        Counting also = new Counting("shared");
        counting.add(also);
        List<CompletableFuture<Void>> running = counting.stream()
                .map(one -> CompletableFuture.runAsync(() -> one.run(ended)))
                .toList();
        for (int i = 0; i < 3; i++) {
            more(counting.subList(0, 4));
            down(Side.OLD);
            more(counting.subList(0, 4));
            up(Side.OLD);
        }
        more(counting);
        ended.set(true);
        for (CompletableFuture<Void> one : running) {
            one.get();
        }
        settled();
        counting.get(4).acknowledged.addAndGet(also.acknowledged.get());
        for (Counting one : counting) {
            long last = Long.parseLong(at(Side.OLD, "GET", one.key));
            assertThat(at(Side.NEW, "GET", one.key)).isEqualTo(Long.toString(last));
            assertThat(last).as("the last one is there").isGreaterThanOrEqualTo(one.highest);
            assertThat(one.acknowledged.get()).as("none was given twice").isLessThanOrEqualTo(last);
        }
    }

    /** Counts one key up, and looks at what it is told. */
    private final class Counting {
        private final String key;
        private final AtomicLong acknowledged = new AtomicLong();
        private volatile long highest;

        Counting(String key) {
            this.key = key;
        }

        void run(AtomicBoolean ended) {
            try (RespClient counter = proxy.connect(Duration.ofSeconds(20))) {
                while (!ended.get()) {
                    Resp answer = counter.call("INCR", key);
                    if (!answer.isError()) {
                        assertThat(answer.number()).as("counts only go up").isGreaterThan(highest);
                        highest = answer.number();
                        acknowledged.incrementAndGet();
                    }
                    LockSupport.parkNanos(500_000);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void more(List<Counting> counting) {
        for (Counting one : counting) {
            long then = one.acknowledged.get();
            Await.until("more acknowledged writes of " + one.key, () -> one.acknowledged.get() > then + 30);
        }
    }

    @Test
    void bestEffort_aSideThatLacksAnAcknowledgedWriteDoesNotTakeOver() throws Exception {
        serve(WritePolicy.BEST_EFFORT);
        newMissesAWriteAndOldGoesDown();
        assertThat(ask("APPEND", "k", "y"))
                .startsWith("-UNAVAILABLE")
                .contains("the NEW side 127.0.0.1:")
                .contains("may lack an earlier write");
        up(Side.OLD);
        settled();
        assertThat(at(Side.NEW, "GET", "k")).isEqualTo("ax");
    }

    @Test
    void lastWriteWins_theSideThatTookTheLaterWriteIsCopied() throws Exception {
        serve(WritePolicy.LAST_WRITE_WINS);
        newMissesAWriteAndOldGoesDown();
        assertThat(ask("APPEND", "k", "y")).isEqualTo("2");
        assertThat(ask("GET", "k")).isEqualTo("ay");
        assertThat(ask("LPUSH", "k", "no list")).as("an error moves nothing").startsWith("-WRONGTYPE");
        up(Side.OLD);
        settled();
        assertThat(at(Side.OLD, "GET", "k")).isEqualTo("ay");
        assertThat(at(Side.NEW, "GET", "k")).isEqualTo("ay");
    }

    @Test
    void lastWriteWins_aWriteThatFailsOnTheSideThatLacksOneMovesNothing() throws Exception {
        serve(WritePolicy.LAST_WRITE_WINS);
        newMissesAWriteAndOldGoesDown();
        assertThat(ask("LPUSH", "k", "no list")).startsWith("-WRONGTYPE");
        up(Side.OLD);
        settled();
        assertThat(at(Side.OLD, "GET", "k")).isEqualTo("ax");
        assertThat(at(Side.NEW, "GET", "k")).isEqualTo("ax");
    }

    private void newMissesAWriteAndOldGoesDown() throws Exception {
        assertThat(ask("SET", "k", "a")).isEqualTo("OK");
        carriedOver();
        down(Side.NEW);
        Await.until("a write misses NEW", () -> {
            ask("SET", "probe", "1");
            return proxy.divergent() > 0;
        });
        assertThat(ask("APPEND", "k", "x")).isEqualTo("2");
        oldIsKnownToBeDown();
        up(Side.NEW);
        // NEW is known to be there when it takes over a key that it lacks nothing of.
        untilAsked("OK", "SET", "fresh", "1");
    }

    @Test
    void bestEffort_aServerThatTakesNoWritesIsAsGoodAsAway() throws Exception {
        serve(WritePolicy.BEST_EFFORT);
        assertThat(ask("SET", "k", "5")).isEqualTo("OK");
        carriedOver();
        assertThat(at(Side.OLD, "CONFIG", "SET", "min-replicas-to-write", "1")).isEqualTo("OK");
        for (int i = 0; i < 3; i++) {
            client.send("INCR", "k");
        }
        client.flush();
        assertThat(client.read().number()).isEqualTo(6);
        assertThat(client.read().number()).isEqualTo(7);
        assertThat(client.read().number()).isEqualTo(8);
        assertThat(ask("GET", "k")).isEqualTo("8");
        assertThat(at(Side.OLD, "CONFIG", "SET", "min-replicas-to-write", "0")).isEqualTo("OK");
        settled();
        assertThat(at(Side.OLD, "GET", "k")).isEqualTo("8");
    }

    @Test
    void bestEffort_moreThanOneKeyAndMoreThanOneCommand() throws Exception {
        serve(WritePolicy.BEST_EFFORT);
        assertThat(ask("MSET", "a", "1", "b", "2", "c", "3")).isEqualTo("OK");
        assertThat(ask("RPUSH", "list", "1", "2")).isEqualTo("2");
        carriedOver();
        oldIsKnownToBeDown();
        assertThat(ask("SET", "a", "1+")).isEqualTo("OK");
        assertThat(ask("MSET", "a", "1++", "b", "2++")).as("b moves too").isEqualTo("OK");
        assertThat(ask("RENAME", "b", "b")).as("one key, named twice").isEqualTo("OK");
        assertThat(ask("LMOVE", "list", "list", "LEFT", "RIGHT")).isEqualTo("1");
        assertThat(ask("EVAL", PUSH, "1", "list", "3")).isEqualTo("3");
        assertThat(ask("LRANGE", "list", "0", "-1")).isEqualTo("[2 1 3]");
        assertThat(ask("DEL", "a", "c")).isEqualTo("2");
        assertThat(ask("EVAL", KEYLESS, "0")).startsWith("-UNAVAILABLE");
        assertThat(ask("FLUSHALL")).startsWith("-UNAVAILABLE").contains("have their later state on the other side");
        assertThat(ask("PUBLISH", "channel", "m")).startsWith("-UNAVAILABLE");

        assertThat(ask("MULTI")).isEqualTo("OK");
        assertThat(ask("SET", "b", "in vain")).startsWith("-UNAVAILABLE").contains("later state on the other side");
        assertThat(ask("EXEC")).startsWith("-EXECABORT");
        assertThat(ask("BLPOP", "list", "1")).startsWith("-UNAVAILABLE").contains("later state on the other side");

        up(Side.OLD);
        settled();
        for (Side side : Side.values()) {
            assertThat(at(side, "MGET", "a", "b", "c")).as("%s", side).isEqualTo("[(nil) 2++ (nil)]");
            assertThat(at(side, "LRANGE", "list", "0", "-1")).as("%s", side).isEqualTo("[2 1 3]");
        }
        assertThat(ask("FLUSHALL")).isEqualTo("OK");
        settled();
        assertThat(at(Side.NEW, "DBSIZE")).isEqualTo("0");
        assertThat(at(Side.OLD, "DBSIZE")).isEqualTo("0");
    }

    @Test
    void bestEffort_aTransactionEndsWithoutEffectWhenATruthHasMovedMeanwhile() throws Exception {
        serve(WritePolicy.BEST_EFFORT);
        assertThat(ask("SET", "k", "1")).isEqualTo("OK");
        carriedOver();
        assertThat(at(Side.OLD, "CONFIG", "SET", "min-replicas-to-write", "1")).isEqualTo("OK");
        try (RespClient transaction = proxy.connect(Duration.ofSeconds(20))) {
            assertThat(transaction.call("WATCH", "k").text()).isEqualTo("OK");
            assertThat(transaction.call("MULTI").text()).isEqualTo("OK");
            assertThat(transaction.call("GET", "k").text()).isEqualTo("QUEUED");
            assertThat(ask("SET", "k", "2")).as("NEW takes it").isEqualTo("OK");
            assertThat(transaction.call("EXEC").toString()).startsWith("-EXECABORT");
        }
        assertThat(at(Side.OLD, "CONFIG", "SET", "min-replicas-to-write", "0")).isEqualTo("OK");
        settled();
        assertThat(at(Side.OLD, "GET", "k")).isEqualTo("2");
    }

    @Test
    void bestEffort_thePolicyIsNotLeftBeforeTheTruthIsBack() throws Exception {
        serve(WritePolicy.BEST_EFFORT);
        oldIsKnownToBeDown();
        assertThat(ask("SET", "k", "only on NEW")).isEqualTo("OK");
        assertThat(proxy.refusal(ProxyUnderTest.interlay(ProxyUnderTest.INTERLAY, endpoints.get(Side.OLD))))
                .contains("1 keys are not known to be equal on both sides");
        assertThat(ask("GET", "k")).isEqualTo("only on NEW");
        up(Side.OLD);
        proxy.apply(ProxyUnderTest.interlay(ProxyUnderTest.INTERLAY, endpoints.get(Side.OLD)));
        assertThat(at(Side.OLD, "GET", "k")).isEqualTo("only on NEW");
        assertThat(ask("GET", "k")).isEqualTo("only on NEW");
    }

    @Test
    void bestEffort_isLeftAtOnceIfOnlyNewIsBehind() throws Exception {
        serve(WritePolicy.BEST_EFFORT);
        down(Side.NEW);
        Await.until("a write misses NEW", () -> {
            ask("SET", "k", "only on OLD");
            return proxy.divergent() > 0;
        });
        proxy.apply(ProxyUnderTest.interlay(ProxyUnderTest.INTERLAY, endpoints.get(Side.OLD)));
        assertThat(ask("GET", "k")).isEqualTo("only on OLD");
    }

    @Test
    void bothRequired_whatCannotBeDerivedIsAnsweredWhenItHasBeenCopied() throws Exception {
        serve(WritePolicy.BOTH_REQUIRED);
        for (int i = 1; i <= 5; i++) {
            assertThat(ask("EVAL", PUSH, "1", "list", "v" + i)).isEqualTo(Integer.toString(i));
            assertThat(at(Side.NEW, "LLEN", "list")).as("when the client knows").isEqualTo(Integer.toString(i));
        }
        assertThat(ask("MULTI")).isEqualTo("OK");
        assertThat(ask("SET", "t1", "1")).isEqualTo("QUEUED");
        assertThat(ask("INCR", "t2")).isEqualTo("QUEUED");
        assertThat(ask("EXEC")).isEqualTo("[OK 1]");
        assertThat(at(Side.NEW, "MGET", "t1", "t2")).isEqualTo("[1 1]");
        assertThat(ask("BLPOP", "list", "1")).isEqualTo("[list v1]");
        assertThat(at(Side.NEW, "LRANGE", "list", "0", "0")).isEqualTo("[v2]");
        assertThat(ask("BLPOP", "empty", "0.05")).isEqualTo("(nil)");
        assertThat(ask("EVAL", KEYLESS, "0")).startsWith("-ERR segue: EVAL names no key");
        assertThat(at(Side.OLD, "EXISTS", "undeclared"))
                .as("it was not executed")
                .isEqualTo("0");
        assertThat(ask("PUBLISH", "channel", "m")).isEqualTo("0");
        assertThat(ask("FLUSHALL")).isEqualTo("OK");
        assertThat(at(Side.NEW, "DBSIZE")).isEqualTo("0");
    }

    @Test
    void bothRequired_aTransactionThatCannotBeCopiedIsAnErrorAndIsCarriedOverLater() throws Exception {
        serve(WritePolicy.BOTH_REQUIRED);
        assertThat(ask("MULTI")).isEqualTo("OK");
        assertThat(ask("SET", "t", "1")).isEqualTo("QUEUED");
        down(Side.NEW);
        assertThat(ask("EXEC")).startsWith("-ONESIDE segue: executed on the OLD side 127.0.0.1:");
        assertThat(at(Side.OLD, "GET", "t")).isEqualTo("1");
        untilAsked("-UNAVAILABLE segue: the NEW side", "SET", "t", "2");
        assertThat(at(Side.OLD, "GET", "t"))
                .as("refused before it was executed")
                .isIn("1", "2");
        up(Side.NEW);
        settled();
        assertThat(at(Side.NEW, "GET", "t")).isEqualTo(at(Side.OLD, "GET", "t"));
        untilAsked("OK", "SET", "t", "3");
        assertThat(at(Side.NEW, "GET", "t")).isEqualTo("3");
    }

    /** Two connections that write one key at the same moment are no failure of a side. */
    @Test
    void bothRequired_writersOfOneKeyDoNotDisturbEachOther() throws Exception {
        serve(WritePolicy.BOTH_REQUIRED);
        int each = 300;
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            writers.add(CompletableFuture.runAsync(() -> {
                try (RespClient writer = proxy.connect(Duration.ofSeconds(20))) {
                    for (int n = 0; n < each; n++) {
                        Resp answer = writer.call("INCR", "counter");
                        assertThat(answer.isError()).as("%s", answer).isFalse();
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
        }
        for (CompletableFuture<Void> writer : writers) {
            writer.get();
        }
        settled();
        assertThat(at(Side.OLD, "GET", "counter")).isEqualTo(Integer.toString(4 * each));
        assertThat(at(Side.NEW, "GET", "counter")).isEqualTo(Integer.toString(4 * each));
    }
}
