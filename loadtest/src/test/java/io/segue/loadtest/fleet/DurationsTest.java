package io.segue.loadtest.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DurationsTest {
    @Test
    void parse_readsUnits() {
        assertThat(List.of("500ms", "90s", "5m", "1h", "20"))
                .extracting(text -> Durations.parse("--duration", text))
                .containsExactly(
                        Duration.ofMillis(500),
                        Duration.ofSeconds(90),
                        Duration.ofMinutes(5),
                        Duration.ofHours(1),
                        Duration.ofSeconds(20));
    }

    @Test
    void parse_refusesTheRest() {
        for (String wrong : List.of("", "5 m", "-1s", "1d", "99999999999s")) {
            assertThatThrownBy(() -> Durations.parse("--duration", wrong))
                    .hasMessage("--duration: " + wrong + " (expected: a duration such as 500ms, 90s, 5m, 1h)");
        }
    }
}
