package io.segue.loadtest.planchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** A proxy that cannot be reached keeps keys from changing sides, until it has said goodbye, or is evicted and kept out of the databases. */
@NeedsRedis
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LostProxyIT {
    private ChangingFleet fleet;

    @BeforeAll
    void start() throws Exception {
        fleet = ChangingFleet.start(2);
    }

    @AfterAll
    void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    @Test
    void anEvictedProxyThatIsAliveCannotWrite_andIsBackWhenItsLinkIs() throws Exception {
        boolean before = fleet.awaitAgreement();
        RedisServer old = fleet.authority();
        Rig rig = fleet.rig();
        fleet.link().refuse(true);
        fleet.link().cut();
        Rig.await(
                "the loss is noticed", () -> !shown("proxy-2").path("connected").asBoolean());
        assertThat(ChangingFleet.outcome(fleet.change())).contains("409", "proxy-2", "DELETE /api/v1/proxies/");

        try (RespClient cutOff = RespClient.connect(fleet.victim().port())) {
            assertThat(cutOff.call("SET", "k", "1").text()).as("it serves on").isEqualTo("OK");
            JsonNode evicted = rig.rest().delete("/proxies/proxy-2");
            assertThat(evicted.path("rollout").path("notes").toString())
                    .contains("endpoint old_redis", "endpoint new_redis_cluster", "is kept out")
                    .doesNotContain("NOT kept out");
            assertThat(cutOff.call("SET", "k", "2").isError()).isTrue();
            assertThat(connections(rig.oldServer()) + connections(rig.newServer()))
                    .as("its connections are gone, and none comes again")
                    .isZero();

            assertThat(ChangingFleet.outcome(fleet.change())).contains("\"acknowledged\":[\"proxy-1\"]");
            try (RespClient other = RespClient.connect(rig.proxy().port())) {
                assertThat(other.call("SET", "k", "3").text()).isEqualTo("OK");
            }
            assertThat(cutOff.call("SET", "k", "4").isError()).isTrue();

            fleet.link().refuse(false);
            assertThat(fleet.awaitAgreement()).isEqualTo(!before);
            Rig.await("it serves again", () -> cutOff.call("GET", "k").text().equals("3"));
            assertThat(cutOff.call("SET", "k", "5").text()).isEqualTo("OK");
            assertThat(fleet.authority().call("GET", "k").text()).isEqualTo("5");
            assertThat(fleet.authority()).isNotSameAs(old);
        }
        for (RedisServer server : List.of(rig.oldServer(), rig.newServer())) {
            Rig.await(
                    "the mark is gone",
                    () -> server.call("EXISTS", "segue:evicted:proxy-2").number() == 0);
        }
    }

    private static long connections(RedisServer server) {
        return server.call("CLIENT", "LIST")
                .text()
                .lines()
                .filter(line -> line.contains("name=segue-proxy:proxy-2:"))
                .count();
    }

    private JsonNode shown(String id) throws InterruptedException {
        for (JsonNode proxy : fleet.rig().rest().get("/proxies")) {
            if (proxy.path("id").asText().equals(id)) {
                return proxy;
            }
        }
        throw new AssertionError("no proxy " + id);
    }

    @Test
    void aProxyThatStopsInOrderIsWaitedForNoLonger() throws Exception {
        fleet.awaitAgreement();
        fleet.victim().close();
        assertThat(fleet.rig().rest().get("/proxies").toString()).doesNotContain("proxy-2");
        String told = ChangingFleet.outcome(fleet.change());
        fleet.victim().restart();
        fleet.awaitAgreement();

        assertThat(told).contains("\"acknowledged\":[\"proxy-1\"]", "\"disconnected\":[]");
        try (RespClient client = RespClient.connect(fleet.victim().port())) {
            client.call("SET", "back", "1");
        }
        assertThat(fleet.authority().call("GET", "back").text()).isEqualTo("1");
    }

    @Test
    void theAnswerAndTheMetricsSayHowLongWorkWasHeld() throws Exception {
        fleet.awaitAgreement();
        String told = ChangingFleet.outcome(fleet.change());
        fleet.awaitAgreement();
        assertThat(told).contains("\"longest_hold_ms\":", "\"longest_hold_proxy\":\"proxy-");
        assertThat(fleet.rig().metric("segue_hold_duration_seconds_count")).isPositive();
        assertThat(fleet.rig().metric("segue_longest_hold_us")).isPositive();
    }
}
