package io.segue.loadtest.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.load.Checker;
import io.segue.loadtest.load.Keyspace;
import io.segue.loadtest.load.LoadGenerator;
import io.segue.loadtest.load.TrackedKey;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RespClient;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Shadow traffic: NEW is tried out, and no client can tell. */
@NeedsRedis
@Timeout(90)
class ShadowIT {
    private static final String SHADOW = "{\"type\": \"shadow_traffic\"}";
    private static final int RATE = 1_000;

    @Test
    void countsComparisonsAndMismatchesAndAnswersFromOld() throws Exception {
        try (Rig rig = Rig.start(1);
                RespClient client = rig.client()) {
            for (int i = 0; i < 100; i++) {
                rig.oldServer().call("SET", "key:" + i, "old");
                rig.newServer().call("SET", "key:" + i, i < 10 ? "new" : "old");
            }
            rig.migrate(SHADOW);
            for (int i = 0; i < 100; i++) {
                assertThat(client.call("GET", "key:" + i).text()).isEqualTo("old");
            }
            Rig.await("comparisons", () -> rig.metric("segue_shadow_compared_total") == 100);
            assertThat(rig.metric("segue_shadow_mismatched_total")).isEqualTo(10);

            for (int i = 50; i < 60; i++) {
                assertThat(client.call("SET", "key:" + i, "both").text()).isEqualTo("OK");
                assertThat(client.call("APPEND", "key:" + i, "!").number()).isEqualTo(5);
            }
            Rig.await("comparisons of writes", () -> rig.metric("segue_shadow_compared_total") == 120);
            assertThat(rig.metric("segue_shadow_mismatched_total")).isEqualTo(10);
            assertThat(rig.newServer().call("GET", "key:55").text()).isEqualTo("both!");
        }
    }

    @Test
    void underLoadNothingDiffersAndNewMayStop() throws Exception {
        List<TrackedKey> keys = Keyspace.create(300, 1);
        Checker checker = new Checker();
        try (Rig rig = Rig.start(1)) {
            rig.seed(keys);
            rig.migrate(SHADOW);
            try (LoadGenerator load = rig.load(keys, checker, RATE)) {
                load.start();
                long first = load.answered() + 3L * RATE;
                Rig.await("answers", () -> load.answered() > first);
                assertThat(rig.metric("segue_shadow_compared_total")).isGreaterThan(RATE);
                assertThat(rig.metric("segue_shadow_mismatched_total")).isZero();

                rig.newServer().stopSignal();
                long shed = rig.metric("segue_shadow_shed_total");
                long second = load.answered() + 2L * RATE;
                Rig.await("answers", () -> load.answered() > second);
                assertThat(rig.metric("segue_shadow_shed_total") - shed).isGreaterThan(RATE / 2);
                rig.newServer().cont();
                load.stop();
            }
            assertThat(checker.samples()).isEmpty();
            rig.awaitEqual();
            assertThat(rig.differences()).isEmpty();
            assertThat(rig.metric("segue_shadow_mismatched_total")).isZero();
        }
    }
}
