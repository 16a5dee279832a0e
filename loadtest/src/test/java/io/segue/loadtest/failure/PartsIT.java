package io.segue.loadtest.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two interlays in one migration, one of which fails under load: the other one goes on, or goes back with it. */
@NeedsRedis
@Timeout(90)
class PartsIT {
    private static final String PARTIAL = ", \"failure_handling\": \"allow_partial\"";
    private static final String P99 =
            ", \"guardrails\": {\"max_p99_ratio\": 4.0, \"window_seconds\": 10, \"min_requests\": 100}";
    private static final String ERRORS =
            ", \"guardrails\": {\"max_error_rate\": 0.05, \"window_seconds\": 10, \"min_requests\": 100}";

    private static TwoInterlays running(String more) throws IOException, InterruptedException {
        TwoInterlays both = new TwoInterlays(Rig.canary(0.5), more);
        both.rig().act("migrate");
        both.rig().awaitOpen();
        return both.load();
    }

    @Test
    void newIsSlow_allowPartial_thatInterlayGoesBack() throws Exception {
        try (TwoInterlays both = running(P99 + PARTIAL)) {
            both.awaitMore(TwoInterlays.SECOND, "new", 300);
            // Below the rescue budget: no read fails, clients only wait.
            both.fault().delay(Duration.ofMillis(25));
            both.awaitPart(TwoInterlays.SECOND, "rolled_back");

            assertThat(both.part(TwoInterlays.SECOND).path("reason").asText())
                    .startsWith("guardrail breached by second: p99: ");
            assertThat(both.part(TwoInterlays.FIRST).path("status").asText()).isEqualTo("running");
            assertThat(both.events()).contains("guardrail breached", "roll back the interlay");
            long newBefore = both.requests(TwoInterlays.SECOND, "new");
            both.awaitMore(TwoInterlays.SECOND, "old", 300);
            assertThat(both.requests(TwoInterlays.SECOND, "new") - newBefore)
                    .as("repairs and requests that were under way")
                    .isLessThan(100);
            both.awaitMore(TwoInterlays.FIRST, "new", 300);
        }
    }

    @Test
    void newFails_rollbackAll_bothGoBackAndNoClientNotices() throws Exception {
        try (TwoInterlays both = running(ERRORS)) {
            both.awaitMore(TwoInterlays.SECOND, "new", 300);
            both.fault().refuse(true);
            both.fault().cut();
            Rig.await(
                    "the migration being rolled back",
                    () -> both.rig().migration().path("status").asText().equals("rolled_back"));
            assertThat(both.rig().migration().path("status_reason").asText())
                    .startsWith("guardrail breached by second: error rate: ");
            both.awaitMore(TwoInterlays.FIRST, "old", 300);
            both.awaitMore(TwoInterlays.SECOND, "old", 300);
            try (RespClient client = both.first()) {
                assertThat(client.call("SET", "last", "word").text()).isEqualTo("OK");
                assertThat(both.rig().oldServer().call("GET", "last").text()).isEqualTo("word");
                assertThat(both.rig().newServer().call("EXISTS", "last").text()).isEqualTo("0");
            }
        }
    }

    @Test
    void dataCannotBeMoved_allowPartial_theOtherInterlayOpens() throws Exception {
        String data = ", \"data\": {\"type\": \"scan\", \"replace\": \"replace\", \"throttle\":"
                + " {\"keys_per_second\": 500}}";
        try (TwoInterlays both = new TwoInterlays(Rig.canary(0.5), data + PARTIAL);
                RespClient usurper = both.secondNew().connect()) {
            both.secondOld().call("DEBUG", "POPULATE", "5000");
            both.rig().act("migrate");
            Rig.await("the mover's connections", () -> moverName(both).isPresent());
            // A later mover of the same movement seems to be at work: this one must give up.
            String[] name = moverName(both).orElseThrow().split(":", 4);
            usurper.call("CLIENT", "SETNAME", name[0] + ":" + name[1] + ":99:" + name[3]);
            both.fault().cut();
            both.awaitPart(TwoInterlays.SECOND, "rolled_back");
            both.rig().awaitOpen();
            both.load();

            both.awaitMore(TwoInterlays.FIRST, "new", 300);
            assertThat(both.part(TwoInterlays.FIRST).path("status").asText()).isEqualTo("running");
            assertThat(both.part(TwoInterlays.SECOND).path("reason").asText())
                    .startsWith("the data movement failed: mover 99 of this movement is at work");
            assertThat(both.requests(TwoInterlays.SECOND, "new")).isZero();
        }
    }

    private static Optional<String> moverName(TwoInterlays both) throws IOException {
        return both.secondNew()
                .call("CLIENT", "LIST")
                .text()
                .lines()
                .map(line -> line.replaceFirst(".* name=(\\S*) .*", "$1"))
                .filter(name -> name.startsWith("segue-mover:"))
                .findFirst();
    }

    @Test
    void withoutAControlPlane_theProxyReadsAtTheAuthority_andItsReportIsActedOnLater() throws Exception {
        try (TwoInterlays both = running(ERRORS + PARTIAL)) {
            both.awaitMore(TwoInterlays.SECOND, "new", 300);
            both.rig().controlPlane().kill9();
            both.fault().refuse(true);
            both.fault().cut();
            Rig.await(
                    "reads at the authority",
                    () -> both.rig().proxy().get("/config").contains("\"reads_at_authority\" : true"));
            // Nothing of the first interlay has changed: its NEW is well.
            assertThat(both.rig().proxy().get("/config")).contains("\"reads_at_authority\" : false");
            both.awaitMore(TwoInterlays.FIRST, "new", 100);

            both.rig().controlPlane().restart();
            both.awaitPart(TwoInterlays.SECOND, "rolled_back");
            assertThat(both.part(TwoInterlays.SECOND).path("reason").asText())
                    .contains("proxy proxy-1 found, while it had no control plane: error rate: ");
            assertThat(both.part(TwoInterlays.FIRST).path("status").asText()).isEqualTo("running");
        }
    }
}
