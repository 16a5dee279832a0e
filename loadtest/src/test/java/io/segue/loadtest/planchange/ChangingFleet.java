package io.segue.loadtest.planchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.loadtest.fault.Direction;
import io.segue.loadtest.fault.FaultProxy;
import io.segue.loadtest.fault.Trap;
import io.segue.loadtest.fleet.JavaProcess;
import io.segue.loadtest.fleet.Proxy;
import io.segue.loadtest.load.Checker;
import io.segue.loadtest.load.FinalCheck;
import io.segue.loadtest.load.Keyspace;
import io.segue.loadtest.load.LoadGenerator;
import io.segue.loadtest.load.TrackedKey;
import io.segue.loadtest.load.Violation;
import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.redis.RedisServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * A migration that writes to both sides and changes, again and again, which of them is the authority of all keys; with faults in the links to the
 * control plane. Each change goes through all the steps of DESIGN §5.
 */
final class ChangingFleet implements AutoCloseable {
    private static final int RATE = 300;
    /** Longest time for which a call may last: acknowledgements, the hold, the way back. */
    private static final Duration CALL_LIMIT = Duration.ofSeconds(15);

    /** Where in a change a message of the last proxy is caught. */
    enum Point {
        PREPARE(1, Direction.TO_CLIENT),
        READY(1, Direction.TO_SERVER),
        HOLD(2, Direction.TO_CLIENT),
        HELD(2, Direction.TO_SERVER),
        DECISION(3, Direction.TO_CLIENT),
        DONE(3, Direction.TO_SERVER);

        private final int version;
        private final Direction direction;

        Point(int version, Direction direction) {
            this.version = version;
            this.direction = direction;
        }

        /** Whether the decision is in the store when this message is under way. */
        boolean decided() {
            return version == 3;
        }
    }

    private final Rig rig;
    private final int last;
    private boolean onNew;

    private ChangingFleet(Rig rig, int proxies) {
        this.rig = rig;
        this.last = proxies - 1;
    }

    static ChangingFleet start(int proxies) throws IOException, InterruptedException {
        Rig rig = Rig.setup().links().proxies(proxies, "--threads", "1").start();
        ChangingFleet fleet = new ChangingFleet(rig, proxies);
        boolean up = false;
        try {
            rig.migrate(strategy(false));
            up = true;
            return fleet;
        } finally {
            if (!up) {
                rig.close();
            }
        }
    }

    private static String strategy(boolean onNew) {
        return """
                {"type": "canary", "read_percentage": %s, "write_mode": {"mode": "dual_write", "policy": "%s"}}""".formatted(onNew ? "1.0" : "0.0", onNew ? "new_authoritative" : "old_authoritative");
    }

    Rig rig() {
        return rig;
    }

    /** The proxy whose messages are caught. */
    Proxy victim() {
        return rig.proxies().get(last);
    }

    /** Its link to the control plane. */
    FaultProxy link() {
        return rig.link(last);
    }

    /** The server that has the truth of all keys. */
    RedisServer authority() {
        return onNew ? rig.newServer() : rig.oldServer();
    }

    /** Moves all keys to the other side; completes with the answer, or with what went wrong. */
    CompletableFuture<JsonNode> change() {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return rig.patch(strategy(!onNew));
            } catch (InterruptedException e) {
                throw new CompletionException(e);
            }
        });
    }

    /** Catches the message of a change that begins after this. */
    Trap trap(Point point) throws InterruptedException {
        long version = rig.rest().get("/version").path("config_version").asLong() + point.version;
        return link().hold(point.direction, message(version, point.direction), 1);
    }

    /** The bytes in which a configuration of this version begins, or its acknowledgement: the version, and the tag of the nonce behind it. */
    static byte[] message(long version, Direction direction) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(direction == Direction.TO_CLIENT ? 0x08 : 0x10);
        long rest = version;
        for (; rest >= 0x80; rest >>>= 7) {
            bytes.write((int) (rest & 0x7F) | 0x80);
        }
        bytes.write((int) rest);
        bytes.write(direction == Direction.TO_CLIENT ? 0x12 : 0x1A);
        return bytes.toByteArray();
    }

    /** What came of a change: its answer, or the text of what went wrong. */
    static String outcome(CompletableFuture<JsonNode> change) {
        return change.orTimeout(CALL_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .handle((answer, failure) -> failure == null ? answer.toString() : String.valueOf(failure.getCause()))
                .join();
    }

    /** Waits until all proxies are there and run the same, and checks that this is one side or the other, which is returned. */
    boolean awaitAgreement() throws IOException, InterruptedException {
        int proxies = rig.proxies().size();
        Rig.await("all proxies on one version", Duration.ofSeconds(30), () -> {
            int agree = 0;
            for (JsonNode proxy : rig.rest().get("/proxies")) {
                boolean same = proxy.path("acked_version").asLong()
                        == proxy.path("target_version").asLong();
                agree += proxy.path("connected").asBoolean() && same ? 1 : 0;
            }
            return agree == proxies;
        });
        String policy = rig.migration()
                .path("strategy")
                .path("write_mode")
                .path("policy")
                .asText();
        onNew = policy.equals("new_authoritative");
        for (Proxy proxy : rig.proxies()) {
            Rig.await(
                    "what " + proxy.nodeId() + " runs",
                    () -> proxy.get("/config").contains(policy));
        }
        assertThat(rig.metric("segue_parked_requests")).isZero();
        return onNew;
    }

    /** Load on all proxies, with the books about it. */
    static final class Traffic implements AutoCloseable {
        private final ChangingFleet fleet;
        private final List<TrackedKey> keys;
        private final Checker checker = new Checker();
        private final LoadGenerator load;

        private Traffic(ChangingFleet fleet) throws IOException, InterruptedException {
            this.fleet = fleet;
            this.keys = Keyspace.create(60, fleet.rig.proxies().size());
            fleet.rig.oldServer().call("FLUSHALL");
            fleet.rig.newServer().call("FLUSHALL");
            fleet.rig.seed(keys);
            this.load = fleet.rig.load(keys, checker, RATE);
            load.start();
            answers(RATE / 2);
        }

        /** Waits for so many more answers. */
        void answers(long more) throws IOException, InterruptedException {
            long enough = load.answered() + more;
            Rig.await("answers", () -> load.answered() >= enough);
        }

        /** Ends it, and finds every acknowledged write at the authority. */
        void lostNothing() throws IOException, InterruptedException {
            answers(RATE / 2);
            load.stop();
            for (Violation violation : Violation.values()) {
                assertThat(violation.isFatal() ? checker.count(violation) : 0)
                        .as(violation + " " + checker.samples())
                        .isZero();
            }
            FinalCheck check = Rig.finalCheck(keys, fleet.authority());
            assertThat(check.samples()).isEmpty();
            assertThat(check.holds()).isTrue();
        }

        @Override
        public void close() {
            load.close();
        }
    }

    Traffic traffic() throws IOException, InterruptedException {
        return new Traffic(this);
    }

    static void pause(JavaProcess process) throws IOException, InterruptedException {
        signal("-STOP", process.pid());
    }

    static void goOn(JavaProcess process) throws IOException, InterruptedException {
        signal("-CONT", process.pid());
    }

    private static void signal(String name, long pid) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", name, Long.toString(pid)).start().waitFor())
                .isZero();
    }

    @Override
    public void close() {
        rig.close();
    }
}
