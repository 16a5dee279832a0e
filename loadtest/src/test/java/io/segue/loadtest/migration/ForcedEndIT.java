package io.segue.loadtest.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.loadtest.fleet.MigrationStage;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RespClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An operator who knows better ends a migration although the two sides are not equal. */
@NeedsRedis
@Timeout(60)
class ForcedEndIT {
    @Test
    void completeWithForceWhileOldIsDead() throws Exception {
        try (Rig rig = Rig.start(1);
                RespClient client = rig.client()) {
            rig.migrate(Rig.canary(0.5));
            client.call("SET", "a", "1");
            rig.awaitEqual();
            rig.oldServer().stopSignal();
            client.send("SET", "a", "2");
            client.flush();
            Rig.await("a request that hangs", () -> rig.metric("segue_in_flight") > 0);

            rig.oldServer().kill9();
            assertThat(client.read().isError()).isTrue();
            Rig.await(
                    "the ledger being reported",
                    () -> rig.divergence().path("count").asLong() > 0);
            // The mover lacks the same key: whichever of the two is looked at first, it is refused.
            assertThatThrownBy(() -> rig.act("complete"))
                    .hasMessageContaining("409")
                    .hasMessageMatching("(?s).*cannot complete now: .*(not known to be equal|ms behind).*");

            assertThat(rig.force("complete").path("status").asText()).isEqualTo("completed");
            assertThat(client.call("GET", "a").text()).isEqualTo("1");
            assertThat(client.call("SET", "a", "3").text()).isEqualTo("OK");
            assertThat(rig.newServer().call("GET", "a").text()).isEqualTo("3");
        }
    }

    @Test
    void rollbackWithForceWhileOldLacksAWrite() throws Exception {
        try (Rig rig = Rig.start(1);
                RespClient client = rig.client()) {
            rig.migrate("{\"type\": \"big_bang\"}");
            client.call("SET", "a", "1");
            rig.awaitEqual();
            rig.oldServer().stopSignal();
            client.call("SET", "a", "2");
            Rig.await(
                    "the ledger being reported",
                    () -> rig.divergence().path("count").asLong() > 0);
            assertThatThrownBy(() -> rig.act("rollback")).hasMessageContaining("409");

            assertThat(rig.force("rollback").path("status").asText()).isEqualTo("rolled_back");
            rig.oldServer().cont();
            Rig.await(
                    "answers from OLD",
                    () -> client.call("SET", "b", "3").text().equals("OK"));
            assertThat(rig.oldServer().call("GET", "b").text()).isEqualTo("3");
        }
    }

    @Test
    void forceDoesNotOutliveTheMigration() throws Exception {
        try (Rig rig = Rig.start(1);
                RespClient client = rig.client()) {
            rig.migrate(Rig.canary(0.5));
            rig.force("rollback");
            rig.rest().post("/migrations", "{\"id\": \"second\", \"strategy\": " + Rig.canary(0.5) + "}");
            rig.rest().post("/migrations/second/interlay/" + Rig.INTERLAY, "{\"endpoint\": \"new_redis_cluster\"}");
            rig.rest().post("/migrations/second/migrate", "");
            MigrationStage.awaitOpen(rig.rest(), "second", Duration.ofSeconds(20));
            client.call("SET", "a", "1");
            rig.newServer().stopSignal();
            client.call("SET", "a", "2");
            Rig.await("the ledger being told", () -> rig.ledger() > 0);

            assertThatThrownBy(() -> rig.rest().post("/migrations/second/complete", ""))
                    .hasMessageContaining("409");
            rig.newServer().cont();
            rig.awaitEqual();
            rig.rest().post("/migrations/second/complete", "");
            assertThat(client.call("GET", "a").text()).isEqualTo("2");
        }
    }
}
