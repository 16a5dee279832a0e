package io.segue.loadtest.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.loadtest.fleet.RestClient;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RespClient;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A proxy cannot do what it is told, or says nothing. */
@NeedsRedis
@Timeout(60)
class RefusalIT {
    @Test
    void takenPort_isNamedInTheAnswerAndTheOldConfigurationGoesOn() throws Exception {
        try (Rig rig = Rig.start(1);
                RespClient client = rig.client();
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String body = """
                    {"id": "second", "endpoint": "old_redis", "bind": "127.0.0.1", "port": %d}""".formatted(taken.getLocalPort());
            assertThatThrownBy(() -> rig.rest().post("/interlays", body))
                    .isInstanceOf(RestClient.RefusedException.class)
                    .hasMessageContaining("409")
                    .hasMessageContaining("proxy-1")
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort());

            JsonNode proxy = rig.rest().get("/proxies").get(0);
            assertThat(proxy.path("rejected_reason").asText()).contains("cannot listen");
            assertThat(proxy.path("rejected_version").asLong()).isPositive();
            assertThat(proxy.path("acked_version").asLong())
                    .isEqualTo(proxy.path("target_version").asLong());
            assertThat(client.call("SET", "still", "served").text()).isEqualTo("OK");
            assertThatThrownBy(() -> rig.rest().get("/interlays/second")).hasMessageContaining("404");
        }
    }

    @Test
    void silentProxy_isNamedWithinTheBound() throws Exception {
        try (Rig rig = Rig.start(2)) {
            rig.migrate(Rig.canary(0.05));
            signal("STOP", rig.proxies().get(1).process().pid());
            long before = System.nanoTime();
            JsonNode answer = rig.patch(Rig.canary(0.25));
            Duration took = Duration.ofNanos(System.nanoTime() - before);

            assertThat(took).isLessThan(Duration.ofSeconds(8));
            JsonNode rollout = answer.path("rollout");
            assertThat(rollout.path("acknowledged").toString())
                    .contains("proxy-1")
                    .doesNotContain("proxy-2");
            assertThat(rollout.path("silent").toString()).contains("proxy-2");

            signal("CONT", rig.proxies().get(1).process().pid());
            Rig.await("the silent one taking it over", () -> {
                JsonNode late = rig.rest().get("/proxies").get(1);
                return late.path("acked_version").asLong()
                        == late.path("target_version").asLong();
            });
        }
    }

    private static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }
}
