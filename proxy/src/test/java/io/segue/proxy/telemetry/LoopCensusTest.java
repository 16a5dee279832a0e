package io.segue.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is counted of commands, and what is never kept of them. */
class LoopCensusTest {
    private final InterlayStats stats = new InterlayStats("i", 2);

    private void unknown(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        stats.loop(0).census().unknown().call(bytes.length, i -> bytes[i]);
    }

    @Test
    void sumsUpAllLoops() {
        stats.loop(0).census().call(7);
        stats.loop(1).census().call(7);
        stats.loop(1).census().otherDatabase();
        assertThat(stats.loop(1).census().apart(7))
                .as("the first one is an example")
                .isTrue();
        stats.loop(1).census().example(new LoopCensus.Example("MGET", List.of("a", "b")));
        assertThat(stats.loop(1).census().apart(7)).isFalse();

        CensusTotals totals = stats.census();

        assertThat(totals.calls()[7]).isEqualTo(2);
        assertThat(totals.apart()[7]).isEqualTo(2);
        assertThat(totals.otherDatabases()).isEqualTo(1);
        assertThat(totals.example()).isEqualTo(new LoopCensus.Example("MGET", List.of("a", "b")));
    }

    @Test
    void unknownNames_countInAnyCase_andOnlyAsManyAsFit() {
        unknown("json.get");
        unknown("JSON.GET");
        for (int i = 0; i < 50; i++) {
            unknown("made-up" + i);
        }
        assertThat(stats.census().unknown())
                .containsEntry("JSON.GET", 2L)
                .containsEntry("MADE-UP30", 1L)
                .doesNotContainKey("MADE-UP31")
                .containsEntry(UnknownNames.OTHERS, 19L);
    }

    @Test
    void whatIsNoName_isNotKept() {
        unknown("pass word");
        unknown("s3cr3t!");
        unknown("x".repeat(65));
        assertThat(stats.census().unknown()).isEqualTo(Map.of(UnknownNames.OTHERS, 3L));
    }
}
