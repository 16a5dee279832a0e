package io.segue.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.core.operation.Access;
import io.segue.core.strategy.Canary;
import io.segue.core.strategy.WriteMode;
import io.segue.core.strategy.WritePolicy;
import io.segue.core.verdict.Side;
import io.segue.loadtest.fault.Direction;
import io.segue.loadtest.fault.FaultProxy;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import io.segue.proxy.config.EndpointSpec;
import io.segue.proxy.config.InterlaySpec;
import io.segue.proxy.engine.Settings;
import io.segue.proxy.telemetry.Counter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The table of write policies: each policy under each pair of faults of the two sides, what the client is told, whether the key is noted, and
 * what both sides have in the end. The five policies are interlays before the same two servers, so that one fault serves all.
 */
@NeedsRedis
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WritePolicyTableIT {
    private static final Settings LIMITS = new Settings(50, 300, 600);

    /** What happens to a side before, or while, it is to execute a write. */
    private enum Fault {
        NONE,
        /** It answers with an error that speaks of the request. */
        REFUSES,
        /** It cannot be reached, and that is known. */
        DOWN,
        /** The connection is lost after the request was sent. */
        CUT,
        /** It does not answer. */
        HANGS
    }

    private final Map<Side, RedisServer> servers = new EnumMap<>(Side.class);
    private final Map<Side, FaultProxy> faults = new EnumMap<>(Side.class);
    private final Map<Side, RespClient> probes = new EnumMap<>(Side.class);
    private final Map<WritePolicy, RespClient> clients = new EnumMap<>(WritePolicy.class);
    private final ProxyUnderTest proxy = ProxyUnderTest.idle(1, LIMITS);
    private int round;

    @BeforeAll
    void start() throws IOException {
        List<InterlaySpec> interlays = new ArrayList<>();
        Map<Side, EndpointSpec> endpoints = new EnumMap<>(Side.class);
        for (Side side : Side.values()) {
            servers.put(side, RedisServer.start());
            faults.put(side, FaultProxy.start(servers.get(side).port()));
            endpoints.put(
                    side, ProxyUnderTest.endpoint(name(side), faults.get(side).port(), ""));
            interlays.add(ProxyUnderTest.interlay(name(side), endpoints.get(side)));
        }
        for (WritePolicy policy : WritePolicy.values()) {
            double reads = policy.authority() == Side.NEW ? 1 : 0;
            Canary strategy = new Canary(reads, new WriteMode.DualWrite(policy));
            interlays.add(
                    ProxyUnderTest.migrating(name(policy), endpoints.get(Side.OLD), endpoints.get(Side.NEW), strategy));
        }
        proxy.apply(interlays.toArray(InterlaySpec[]::new));
        for (Side side : Side.values()) {
            probes.put(side, client(name(side)));
        }
        for (WritePolicy policy : WritePolicy.values()) {
            clients.put(policy, client(name(policy)));
        }
        for (Side side : Side.values()) {
            Await.until(
                    side + " is reached",
                    () -> !probes.get(side).call("GET", "probe").isError());
        }
    }

    private RespClient client(String interlay) throws IOException {
        return RespClient.connect("127.0.0.1", proxy.port(interlay), Duration.ofSeconds(20));
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    @AfterAll
    void stop() throws IOException {
        for (RespClient client : clients.values()) {
            client.close();
        }
        for (RespClient client : probes.values()) {
            client.close();
        }
        proxy.close();
        faults.values().forEach(FaultProxy::close);
        servers.values().forEach(RedisServer::close);
    }

    static Stream<Arguments> table() {
        return Stream.of(Fault.values())
                .flatMap(old -> Stream.of(Fault.values()).map(next -> Arguments.of(old, next)));
    }

    @ParameterizedTest(name = "OLD {0}, NEW {1}")
    @MethodSource("table")
    void table(Fault old, Fault next) throws Exception {
        round++;
        Map<Side, Fault> fault = new EnumMap<>(Map.of(Side.OLD, old, Side.NEW, next));
        Map<WritePolicy, Long> marks = new EnumMap<>(WritePolicy.class);
        for (WritePolicy policy : WritePolicy.values()) {
            marks.put(policy, proxy.count(name(policy), Counter.LEDGER_MARKED));
            for (RedisServer server : servers.values()) {
                server.call("SET", key(policy), "5");
            }
        }
        for (Side side : Side.values()) {
            begin(side, fault.get(side));
        }
        Map<WritePolicy, Resp> answers = write(fault);
        for (WritePolicy policy : WritePolicy.values()) {
            Row row = new Row(
                    policy,
                    fault.get(policy.authority()),
                    fault.get(policy.authority().other()));
            if (row.noted() && row.b() == Fault.REFUSES) {
                // The client may have its answer before the effect has reached the other side, which must still refuse
                // it then.
                Await.until(
                        row + ": refused", () -> proxy.count(name(policy), Counter.LEDGER_MARKED) > marks.get(policy));
            }
        }
        for (Side side : Side.values()) {
            end(side, fault.get(side));
        }
        for (WritePolicy policy : WritePolicy.values()) {
            Row row = new Row(
                    policy,
                    fault.get(policy.authority()),
                    fault.get(policy.authority().other()));
            Resp answer = answers.get(policy);
            assertThat(answer.toString()).as("%s: the client", row).startsWith(row.answer());
            if (!row.named().isEmpty()) {
                assertThat(answer.toString()).as("%s: the side", row).contains(row.named());
            }
            long before = marks.get(policy);
            if (row.noted()) {
                // The client may have its answer before the other side has refused the effect.
                Await.until(row + ": noted", () -> proxy.count(name(policy), Counter.LEDGER_MARKED) > before);
            } else if (old != Fault.DOWN || next != Fault.DOWN) {
                // With both away it depends on whether the proxy is just trying to reach the authority again.
                assertThat(proxy.count(name(policy), Counter.LEDGER_MARKED))
                        .as("%s: not noted", row)
                        .isEqualTo(before);
            }
        }
        for (WritePolicy policy : WritePolicy.values()) {
            Await.until(policy + ": the ledger is empty", () -> proxy.divergent(name(policy)) == 0);
            Row row = new Row(
                    policy,
                    fault.get(policy.authority()),
                    fault.get(policy.authority().other()));
            String onOld = servers.get(Side.OLD).call("GET", key(policy)).text();
            String onNew = servers.get(Side.NEW).call("GET", key(policy)).text();
            assertThat(onNew).as("%s: both sides in the end", row).isEqualTo(onOld);
            assertThat(onOld).as("%s: the value in the end", row).isIn(row.values());
        }
    }

    private String key(WritePolicy policy) {
        return "k:" + name(policy) + ":" + round;
    }

    private void begin(Side side, Fault fault) throws Exception {
        FaultProxy way = faults.get(side);
        switch (fault) {
            case NONE -> {}
            case REFUSES -> servers.get(side).call("ACL", "SETUSER", "default", "-incr");
            case DOWN -> {
                way.refuse(true);
                way.cut();
                Await.until(
                        side + " is known to be down",
                        () -> probes.get(side).call("GET", "probe").isError());
            }
            case CUT -> way.freeze(Direction.TO_SERVER, true);
            case HANGS -> way.pause();
        }
    }

    /** Has every policy increment its key, and cuts what is to be cut when all that will be sent there has been. */
    private Map<WritePolicy, Resp> write(Map<Side, Fault> fault) throws Exception {
        Map<String, Long> sent = new HashMap<>();
        for (WritePolicy policy : WritePolicy.values()) {
            for (Side side : Side.values()) {
                sent.put(name(policy) + side, proxy.count(name(policy), Counter.requests(side, Access.WRITE)));
            }
        }
        for (Map.Entry<WritePolicy, RespClient> one : clients.entrySet()) {
            one.getValue().send("INCR", key(one.getKey()));
            one.getValue().flush();
        }
        for (Side side : Side.values()) {
            if (fault.get(side) != Fault.CUT) {
                continue;
            }
            for (WritePolicy policy : WritePolicy.values()) {
                Row row = new Row(
                        policy,
                        fault.get(policy.authority()),
                        fault.get(policy.authority().other()));
                long before = sent.get(name(policy) + side);
                if (row.reaches(side)) {
                    Await.until(
                            row + ": " + side + " is sent the write",
                            () -> proxy.count(name(policy), Counter.requests(side, Access.WRITE)) > before);
                }
            }
            faults.get(side).cut();
            faults.get(side).freeze(Direction.TO_SERVER, false);
        }
        Map<WritePolicy, Resp> answers = new EnumMap<>(WritePolicy.class);
        for (Map.Entry<WritePolicy, RespClient> one : clients.entrySet()) {
            answers.put(one.getKey(), one.getValue().read());
        }
        return answers;
    }

    private void end(Side side, Fault fault) throws Exception {
        switch (fault) {
            case NONE, CUT -> {}
            case REFUSES -> servers.get(side).call("ACL", "SETUSER", "default", "+incr");
            case DOWN -> faults.get(side).refuse(false);
            case HANGS -> faults.get(side).resume();
        }
        Await.until(
                side + " can be reached again",
                () -> !probes.get(side).call("GET", "probe").isError());
    }

    /**
     * One row of the table: what is expected.
     *
     * @param a what happens to the authority
     * @param b what happens to the other side
     */
    private record Row(WritePolicy policy, Fault a, Fault b) {
        private boolean takesOver() {
            return policy.quorum().takesOver();
        }

        private boolean both() {
            return policy == WritePolicy.BOTH_REQUIRED;
        }

        private static String unanswered(Fault fault) {
            return switch (fault) {
                case NONE -> "6";
                case REFUSES -> "-NOPERM";
                case DOWN -> "-UNAVAILABLE";
                case CUT, HANGS -> "-UNKNOWN";
            };
        }

        /** Whether the other side is the one that executes the write. */
        private boolean overtaken() {
            return takesOver() && a == Fault.DOWN && b != Fault.DOWN;
        }

        private boolean refusedAtOnce() {
            return both() && a != Fault.DOWN && b == Fault.DOWN;
        }

        String answer() {
            if (overtaken()) {
                return unanswered(b);
            }
            if (refusedAtOnce()) {
                return "-UNAVAILABLE";
            }
            return both() && a == Fault.NONE && b != Fault.NONE ? "-ONESIDE" : unanswered(a);
        }

        /** The side that the answer must name. */
        String named() {
            Side authority = policy.authority();
            boolean other = overtaken() || refusedAtOnce();
            boolean own = answer().equals("6") || answer().equals("-NOPERM");
            return own ? "" : "the " + (other ? authority.other() : authority) + " side 127.0.0.1:";
        }

        boolean reaches(Side side) {
            boolean leads = side == policy.authority();
            if (refusedAtOnce() || (leads ? a : b) == Fault.DOWN) {
                return false;
            }
            return leads || a == Fault.NONE || overtaken();
        }

        boolean noted() {
            if (refusedAtOnce()) {
                return false;
            }
            return switch (a) {
                case NONE -> b != Fault.NONE;
                // With the other side away it is noted first, and what it did is asked afterwards.
                case REFUSES -> b == Fault.DOWN;
                case DOWN -> overtaken();
                case CUT, HANGS -> true;
            };
        }

        List<String> values() {
            return switch (answer()) {
                case "6", "-ONESIDE" -> List.of("6");
                case "-UNKNOWN" -> List.of("5", "6");
                default -> List.of("5");
            };
        }
    }
}
