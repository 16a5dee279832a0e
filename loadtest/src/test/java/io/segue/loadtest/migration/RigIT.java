package io.segue.loadtest.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.data.MixedData;
import io.segue.loadtest.data.Writers;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisBinary;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The rig itself: sides behind fault proxies, any version on each, writers through the proxies, a control plane that comes back. */
@NeedsRedis
@Timeout(90)
class RigIT {
    @Test
    void behindFaults_everythingThatProxiesSendPassesThem() throws Exception {
        List<RedisBinary> binaries = RedisServer.available();
        RedisBinary last = binaries.get(binaries.size() - 1);
        try (Rig rig = Rig.setup()
                .sides(RigSide.of(last), RigSide.of(binaries.get(0)))
                .faults()
                .proxies(2, "--threads", "1")
                .start()) {
            rig.migrate(Rig.canary(0));
            try (RespClient client = rig.client()) {
                assertThat(client.call("SET", "k", "v").text()).isEqualTo("OK");
                rig.awaitEqual();
                assertThat(rig.oldServer().version()).isEqualTo(last.version());
                assertThat(rig.oldFault().connections()).isPositive();
                assertThat(rig.newFault().connections()).isPositive();
                assertThat(rig.awaitSame(Duration.ofSeconds(5)).keys()).isEqualTo(1);

                rig.newServer().call("DEL", "k");
                assertThat(rig.compare().differences()).hasSize(1);
            }
        }
    }

    @Test
    void writersThroughTheProxiesGoOnWhileTheControlPlaneDiesAndReturns() throws Exception {
        try (Rig rig = Rig.setup().proxies(2, "--threads", "1").start()) {
            MixedData data = new MixedData(MixedData.Settings.of(1, 500));
            data.fill(rig.oldSide().store());
            rig.define(Rig.canary(0));
            try (Writers writers = new Writers(
                            rig.fronts(),
                            rig.oldSide().store(),
                            Writers.Settings.of(data, 1, 200).withClients(6))
                    .start()) {
                Rig.await("commands", () -> writers.commands() > 500);
                rig.controlPlane().kill9();
                long then = writers.commands();
                Rig.await("commands without a control plane", () -> writers.commands() > then + 500);
                rig.controlPlane().restart();
                assertThat(rig.migration().path("id").asText()).isEqualTo(Rig.MIGRATION);
                Writers.Report report = writers.stop();

                assertThat(report.errors().keySet())
                        .as("%s", report)
                        .noneMatch(text -> text.startsWith("connection") || text.contains("segue"));
                assertThat(report.byCommand()).containsKeys("EXEC", "EVAL", "RENAME", "XADD");
            }
        }
    }
}
