package io.segue.loadtest.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.load.Checker;
import io.segue.loadtest.load.FinalCheck;
import io.segue.loadtest.load.Kind;
import io.segue.loadtest.load.Latencies.Destination;
import io.segue.loadtest.load.Latencies.Percentiles;
import io.segue.loadtest.load.TrackedKey;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final FinalCheck ALL_THERE = new FinalCheck(100, 0, 0, List.of());

    private final Checker checker = new Checker();
    private final TrackedKey key = new TrackedKey("string:1", Kind.STRING, 0);

    @Test
    void of_aCleanRunHolds() {
        someLoad();

        Report report = Report.of(checker, 2, List.of(stage(1, 0.048)), ALL_THERE);

        assertThat(report.problems()).isEmpty();
        assertThat(report.text())
                .contains("canary 5 %", "4.8 %", "writes missing on NEW                   0", "All of it held");
    }

    @Test
    void of_eachThingThatDoesNotHoldIsNamed() {
        someLoad();
        checker.failed(key, "refused");
        checker.endRead(checker.beginRead(key, 0), 0);

        Report report = Report.of(checker, 4, List.of(stage(1, 0.2)), new FinalCheck(100, 3, 1, List.of()));

        assertThat(report.holds()).isFalse();
        assertThat(report.problems())
                .containsExactly(
                        "errors: 1 (expected: 0)",
                        "reads older than an acknowledged write: 1 (expected: 0)",
                        "acknowledged writes missing on NEW: 3 (expected: 0)",
                        "writes on NEW that were applied twice or that nobody sent: 1 (expected: 0)",
                        "canary 5 %: reads on NEW: 20.0 % (expected: 5.0 %, give or take 3 points)");
        assertThat(report.text()).contains("FAILED  errors: 1");
    }

    @Test
    void of_aRunWithoutLoadDoesNotHold() {
        assertThat(Report.of(checker, 0, List.of(), ALL_THERE).problems())
                .containsExactly("no load: 0 reads, 0 writes");
    }

    @Test
    void of_staleReadsThroughTheOtherProxyAreShownAndHold() {
        someLoad();
        checker.endRead(checker.beginRead(key, 1), 0);

        Report report = Report.of(checker, 3, List.of(), ALL_THERE);

        assertThat(report.holds()).isTrue();
        assertThat(report.staleElsewhere()).isEqualTo(1);
    }

    @Test
    void split_countsTheCommandsOfTheServers() {
        String stats = String.join(
                "\r\n",
                "# Commandstats",
                "cmdstat_get:calls=21,usec=175,usec_per_call=8.33",
                "cmdstat_getex:calls=9,usec=1,usec_per_call=1.00",
                "cmdstat_hget:calls=4,usec=1,usec_per_call=1.00",
                "");

        assertThat(Split.sum(stats, Set.of("get", "hget"))).isEqualTo(25);
        assertThat(new Split(30, 10, 0, 0).since(new Split(0, 0, 0, 0)).newShare())
                .isEqualTo(0.25);
        assertThat(new Split(0, 0, 0, 0).newShare()).isZero();
    }

    @Test
    void view_redrawsOnATerminalOnly() {
        Progress progress = stage(1, 0.05);

        String terminal = shown(progress, true);
        assertThat(terminal)
                .contains("stage 2 of 13", "target 5 %", "to both, OLD authoritative", "OLD 310/900", "NEW -");
        assertThat(terminal).contains("\033[7F\033[J");

        String file = shown(progress, false);
        assertThat(file).doesNotContain("\033").contains("2/13 canary 5 %", "reads on NEW   5.0 %");
        assertThat(file.lines()).as("not a line for every frame").hasSize(1);
    }

    private static String shown(Progress progress, boolean terminal) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        LiveView view = new LiveView(new PrintStream(bytes, true, StandardCharsets.UTF_8), terminal);
        view.show(progress);
        view.show(progress);
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private void someLoad() {
        checker.acknowledged(key, checker.beginWrite(key), "OK");
        checker.endRead(checker.beginRead(key, 0), 1);
    }

    private static Progress stage(int index, double measured) {
        List<Stage> stages = Stage.all();
        long newReads = Math.round(1_000 * measured);
        return new Progress(
                stages.get(index),
                index + 1,
                stages.size(),
                1,
                new Split(1_000 - newReads, newReads, 10, 10),
                3_000,
                10_000,
                4,
                Map.of(Destination.OLD, new Percentiles(100, 310, 900, 1_200)),
                0,
                0,
                0);
    }
}
