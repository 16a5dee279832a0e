package io.segue.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void median_ofEachFigureByItself() {
        Figures median = Figures.median(
                List.of(new Figures(100, 3, 0, 9), new Figures(300, 1, 0, 7), new Figures(200, 2, 0, 8)));

        assertThat(median).isEqualTo(new Figures(200, 2, 0, 8));
    }

    @Test
    void median_ofAnEvenNumberIsTheMiddleOfTheTwo() {
        assertThat(Figures.median(List.of(new Figures(100, 1, 0, 0), new Figures(200, 3, 0, 0))))
                .isEqualTo(new Figures(150, 2, 0, 0));
        assertThatThrownBy(() -> Figures.median(List.of())).hasMessageContaining("rounds: none");
    }

    @Test
    void redisBenchmark_itsCsvIsUnderstood() throws IOException {
        String csv = """
                "test","rps","avg_latency_ms","min_latency_ms"
                "GET","81234.50","0.3","0.1"
                """;

        assertThat(RedisBenchmark.requestsPerSecond(csv, "GET")).isEqualTo(81_234.5);
        assertThatThrownBy(() -> RedisBenchmark.requestsPerSecond(csv, "SET"))
                .hasMessageContaining("no figure for SET");
    }

    @Test
    void migration_isReadFromTheCommandLine() {
        assertThat(BenchMigration.parse("none")).isEmpty();
        assertThat(BenchMigration.parse("canary:0.05")).contains(new BenchMigration("canary:0.05", 0.05));
        for (String wrong : List.of("canary:1.5", "canary:x", "canary", "big_bang")) {
            assertThatThrownBy(() -> BenchMigration.parse(wrong)).hasMessageStartingWith("--migration: " + wrong);
        }
    }

    @Test
    void size_deepPipelinesGetMoreRequests() {
        BenchRun.Size size = new BenchRun.Size(3, 1_000);

        assertThat(Scenario.standard()).extracting(size::requests).containsExactly(1_000L, 1_000L, 8_000L, 8_000L);
    }

    @Test
    void table_showsTheRatio() {
        Result.Row row = new Result.Row(
                Scenario.standard().get(0), new Figures(50_000, 12.5, 0, 0), new Figures(45_000, 5, 0, 13));

        String table = new Result("a tool", "7.0.15", 17, 2, "none", 3, List.of(row)).table();

        assertThat(table).contains("| GET, pipeline 1 ", "50,000", "45,000", " 0.90 ", "12.50", "13.00");
    }
}
