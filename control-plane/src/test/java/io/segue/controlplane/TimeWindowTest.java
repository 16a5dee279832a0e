package io.segue.controlplane;

import static io.segue.controlplane.testkit.Strategies.SCAN;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.controlplane.testkit.Await;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeMovers;
import io.segue.controlplane.testkit.FakeProxy;
import io.segue.controlplane.testkit.HandClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Windows of time, by a clock that is moved by hand. */
class TimeWindowTest {
    private static final Instant START = Instant.parse("2024-01-15T02:00:00Z");
    private static final Instant END = Instant.parse("2024-01-15T04:00:00Z");
    private static final String WINDOW = window("2024-01-15T02:00:00Z", "2024-01-15T04:00:00Z", false);

    @TempDir
    private Path dir;

    private final HandClock clock = new HandClock(START.minusSeconds(3_600));
    private final FakeMovers movers = new FakeMovers();
    private Bench bench;
    private FakeProxy proxy;

    @BeforeEach
    void start() throws Exception {
        bench = new Bench(dir, movers, clock);
        proxy = bench.proxy("p1");
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    private static String window(String start, String end, boolean executed) {
        return "{\"type\":\"time_window\",\"window_start\":\"" + start + "\",\"window_end\":\"" + end
                + "\",\"executed\":" + executed + "}";
    }

    private JsonNode migration() {
        return bench.rest().get("/api/v1/migrations/m").expect(200).data();
    }

    private boolean executed() {
        return migration().path("strategy").path("executed").asBoolean();
    }

    private boolean onNew() {
        return proxy.config()
                .getInterlays(0)
                .getPlan()
                .getStrategy()
                .getTimeWindow()
                .getExecuted();
    }

    private String reason() {
        return migration().path("status_reason").asText();
    }

    @Test
    void theSwitchHappensByItself_whenTheWindowBegins() throws Exception {
        movers.quick();
        bench.running(WINDOW);
        clock.set(START.minusMillis(1));
        assertThat(executed()).isFalse();
        assertThat(onNew()).isFalse();
        clock.set(START);
        Await.until("the switch", () -> bench.events().contains("switched in its window"));
        assertThat(executed()).isTrue();
        assertThat(onNew()).isTrue();
        assertThat(migration().path("status").asText()).isEqualTo("running");
        assertThat(migration().path("strategy").toString())
                .isEqualTo(window("2024-01-15T02:00:00Z", "2024-01-15T04:00:00Z", true));
        clock.set(END.plusSeconds(1));
        bench.call("complete").expect(200);
        assertThat(bench.events())
                .containsExactly(
                        "created", "add", "migrate", "change the strategy", "switched in its window", "complete");
    }

    @Test
    void itSurvivesARestart() throws Exception {
        movers.quick();
        bench.running(WINDOW);
        Bench first = bench;
        first.controlPlane().close();
        clock.set(START.plusSeconds(60));
        bench = new Bench(dir, movers, clock);
        proxy = bench.proxy("p1");
        Await.until("the switch", () -> executed() && onNew());
        first.close();
    }

    @Test
    void aMissedWindowIsNotMadeUpFor_andTheMigrationSaysSo() throws Exception {
        movers.quick();
        bench.running(WINDOW);
        bench.call("pause").expect(200);
        clock.set(END);
        bench.call("resume").expect(200);
        Await.until("it says so", () -> bench.events().contains("window missed"));
        assertThat(reason())
                .startsWith("the window ended at 2024-01-15T04:00:00Z without the switch: ")
                .contains("was paused")
                .endsWith("(everything stays on OLD; a later window may be set with PATCH)");
        assertThat(executed()).isFalse();
        assertThat(onNew()).isFalse();

        bench.patch(window("2024-01-15T05:00:00Z", "2024-01-15T06:00:00Z", false))
                .expect(200);
        clock.advance(Duration.ofHours(1));
        Await.until("the switch", this::executed);
        assertThat(bench.events()).containsOnlyOnce("window missed");
    }

    @Test
    void itWaitsForTheData_withinTheWindow() throws Exception {
        bench.ready(WINDOW, SCAN);
        bench.call("migrate").expect(200);
        movers.last();
        clock.set(START);
        Await.until("it says what it waits for", () -> reason().contains("the data has not been copied yet"));
        assertThat(executed()).isFalse();
        // The way back is ready at once.
        movers.quick();
        movers.last().catchUp();
        Await.until("the switch", () -> executed() && onNew());
        Await.until("the note of it", () -> bench.events().contains("switched in its window"));
        assertThat(bench.events()).containsSubsequence("window waits", "caught up", "switched in its window");
    }

    @Test
    void dataThatIsNotThereInTime_isNamedAsTheReason() throws Exception {
        bench.ready(WINDOW, SCAN);
        bench.call("migrate").expect(200);
        movers.last();
        clock.set(START);
        Await.until("it says what it waits for", () -> reason().contains("the data has not been copied yet"));
        clock.set(END);
        Await.until("it is missed", () -> bench.events().contains("window missed"));
        assertThat(reason())
                .startsWith(
                        "the window ended at 2024-01-15T04:00:00Z without the switch: the data has not been copied");
        movers.last().catchUp();
        bench.awaitStage("open");
        assertThat(executed()).isFalse();
        assertThat(onNew()).isFalse();
    }

    @Test
    void aWindowThatIsOver_standsInTheWayOfTheStart() throws Exception {
        clock.set(END);
        bench.ready(WINDOW);
        assertThat(bench.call("migrate").expect(409).message()).contains("the window ended at 2024-01-15T04:00:00Z");
        assertThat(bench.call("test").data().path("findings").findValuesAsText("code"))
                .contains("window_over");
    }

    @Test
    void executed_isForTheControlPlaneToSay() throws Exception {
        String made = window("2024-01-15T02:00:00Z", "2024-01-15T04:00:00Z", true);
        assertThat(bench.rest()
                        .post("/api/v1/migrations", "{\"id\":\"n\",\"strategy\":" + made + "}")
                        .expect(400)
                        .message())
                .startsWith("strategy.executed: true (expected: false");
        movers.quick();
        bench.running(WINDOW);
        assertThat(bench.patch(made).expect(400).message()).startsWith("strategy.executed: true");
        clock.set(START);
        Await.until("the switch", this::executed);
        bench.patch(made).expect(200);
    }
}
