package io.segue.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void intendedNanos_isEvenlySpaced() {
        Schedule schedule = new Schedule(1_000, 4_000);

        assertThat(schedule.intendedNanos(0)).isEqualTo(1_000);
        assertThat(schedule.intendedNanos(1)).isEqualTo(251_000);
        assertThat(schedule.intendedNanos(4_000)).isEqualTo(1_000_001_000L);
    }

    @Test
    void intendedNanos_doesNotDriftWithARateThatDoesNotDivideASecond() {
        assertThat(new Schedule(0, 3).intendedNanos(3_000_000)).isEqualTo(1_000_000_000_000_000L);
    }

    @Test
    void due_countsWhatShouldHaveStarted() {
        Schedule schedule = new Schedule(0, 1_000);

        assertThat(schedule.due(-1)).isZero();
        assertThat(schedule.due(0)).isEqualTo(1);
        assertThat(schedule.due(999_999)).isEqualTo(1);
        assertThat(schedule.due(1_000_000)).isEqualTo(2);
        assertThat(schedule.due(1_000_000_000L)).isEqualTo(1_001);
    }

    @Test
    void due_aStalledSenderIsTheMoreBehindTheLongerItStalled() {
        Schedule schedule = new Schedule(0, 1_000);
        long sent = schedule.due(1_000_000_000L);

        assertThat(schedule.due(3_000_000_000L) - sent).isEqualTo(2_000);
    }

    @Test
    void rate_mustBePositive() {
        assertThatThrownBy(() -> new Schedule(0, 0)).hasMessage("rate: 0.0 (expected: above 0)");
        assertThatThrownBy(() -> new Schedule(0, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
