package io.segue.loadtest.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.loadtest.fleet.Proxy;
import io.segue.loadtest.load.Checker;
import io.segue.loadtest.load.Keyspace;
import io.segue.loadtest.load.LoadGenerator;
import io.segue.loadtest.load.TrackedKey;
import io.segue.loadtest.load.Violation;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Segue's own processes die, without a chance to say goodbye. */
@NeedsRedis
@Timeout(120)
class CrashIT {
    private static final int RATE = 1_000;

    @Test
    void controlPlaneDiesUnderLoad_nobodyNoticesAndNothingIsLost() throws Exception {
        List<TrackedKey> keys = Keyspace.create(300, 2);
        Checker checker = new Checker();
        try (Rig rig = Rig.start(2)) {
            rig.seed(keys);
            rig.migrate(Rig.canary(0.25));
            JsonNode before = rig.migration();
            JsonNode interlay = rig.rest().get("/interlays/" + Rig.INTERLAY);
            try (LoadGenerator load = rig.load(keys, checker, RATE)) {
                load.start();
                for (int i = 0; i < 2; i++) {
                    rig.controlPlane().kill9();
                    long then = load.answered();
                    Rig.await("answers without a control plane", () -> load.answered() > then + RATE);
                    rig.controlPlane().restart();
                }
                assertThat(rig.migration()).isEqualTo(before);
                assertThat(rig.rest().get("/interlays/" + Rig.INTERLAY)).isEqualTo(interlay);
                awaitAgreement(rig);
                JsonNode answer = rig.patch(Rig.canary(0.75));
                assertThat(answer.toString()).contains("proxy-1").contains("proxy-2");
                awaitAgreement(rig);
                load.stop();
            }
            // Through the other proxy a key in this one's ledger may be read as it was: that is known, and no
            // violation.
            assertThat(checker.errors()).as("%s", checker.samples()).isZero();
            for (Violation violation : Violation.values()) {
                assertThat(violation.isFatal() ? checker.count(violation) : 0)
                        .as(violation + " " + checker.samples())
                        .isZero();
            }
            rig.awaitEqual();
            assertThat(rig.differences()).isEmpty();
        }
    }

    private static void awaitAgreement(Rig rig) throws Exception {
        Rig.await("all proxies on one version", () -> {
            boolean all = true;
            int count = 0;
            for (JsonNode proxy : rig.rest().get("/proxies")) {
                count++;
                all &= proxy.path("connected").asBoolean()
                        && proxy.path("acked_version").asLong()
                                == proxy.path("target_version").asLong();
            }
            return all && count == 2;
        });
    }

    @Test
    void proxyStartsFromItsDiskWhileTheControlPlaneIsDown() throws Exception {
        try (Rig rig = Rig.start(1)) {
            rig.migrate(Rig.canary(0.5));
            rig.controlPlane().kill9();
            rig.proxy().kill9();
            rig.proxy().restart();
            rig.proxy().awaitReady();
            try (RespClient client = rig.client()) {
                for (int i = 0; i < 100; i++) {
                    assertThat(client.call("SET", "key:" + i, "v" + i).text()).isEqualTo("OK");
                    assertThat(client.call("GET", "key:" + i).text()).isEqualTo("v" + i);
                }
            }
            rig.awaitEqual();
            assertThat(rig.newServer().call("DBSIZE").number()).isEqualTo(100);
            assertThat(rig.proxy().get("/config")).contains("\"source\" : \"disk\"");
        }
    }

    @Test
    void proxyKilledInTheMiddleOfDualWrites_everyAcknowledgedWriteIsOnNewInTheEnd() throws Exception {
        try (Rig rig = Rig.start(1, "--threads", "2")) {
            rig.migrate(Rig.canary(0.5));
            Map<String, Long> acknowledged = new ConcurrentHashMap<>();
            AtomicBoolean stop = new AtomicBoolean();
            List<Thread> writers = List.of(writer(rig, 0, acknowledged, stop), writer(rig, 1, acknowledged, stop));
            writers.forEach(Thread::start);
            for (int i = 0; i < 5; i++) {
                int before = acknowledged.size();
                Rig.await("acknowledged writes", () -> acknowledged.size() > before + 300);
                Proxy proxy = rig.proxy();
                proxy.kill9();
                proxy.restart();
                proxy.awaitReady();
                assertThat(rig.ledger() + rig.metric("segue_ledger_repaired_total"))
                        .as("after such an end nothing is taken for equal")
                        .isPositive();
            }
            stop.set(true);
            for (Thread writer : writers) {
                writer.join();
            }
            rig.awaitEqual(Duration.ofSeconds(30));
            assertThat(rig.differences()).isEmpty();
            try (RespClient onNew = rig.newServer().connect()) {
                for (Map.Entry<String, Long> write : acknowledged.entrySet()) {
                    assertThat(onNew.call("GET", write.getKey()).text())
                            .isEqualTo(write.getValue().toString());
                }
            }
        }
    }

    @Test
    void proxyStoppedInOrder_trustsBothSidesWhenItIsBack() throws Exception {
        try (Rig rig = Rig.start(1)) {
            rig.migrate(Rig.canary(0.5));
            try (RespClient client = rig.client()) {
                for (int i = 0; i < 50; i++) {
                    client.call("SET", "key:" + i, "v");
                }
            }
            rig.proxy().close();
            rig.proxy().restart();
            rig.proxy().awaitReady();

            assertThat(rig.ledger()).isZero();
            assertThat(rig.metric("segue_ledger_repaired_total")).isZero();
        }
    }

    /** Writes new keys one by one, and tries again on a new connection when one breaks. */
    private static Thread writer(Rig rig, int number, Map<String, Long> acknowledged, AtomicBoolean stop) {
        return new Thread(() -> {
            long next = 0;
            while (!stop.get()) {
                try (RespClient client = rig.client()) {
                    while (!stop.get()) {
                        String key = "w" + number + ":" + next++;
                        Resp reply = client.call("INCRBY", key, Long.toString(next));
                        if (reply instanceof Resp.Int value) {
                            acknowledged.put(key, value.value());
                        }
                    }
                } catch (IOException e) {
                    Thread.onSpinWait();
                }
            }
        });
    }
}
