package io.segue.core.guardrail;

import static org.assertj.core.api.Assertions.assertThat;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** What is in the window, and what has left it. */
class TrafficWindowTest {
    private static final Traffic.Side NOTHING = new Traffic.Side(0, 0, 0, null);

    private static Traffic onNew(long requests, long errors, long avoided, long... micros) {
        Histogram latency = micros.length == 0 ? null : new Histogram(3);
        for (long one : micros) {
            latency.recordValue(one);
        }
        return new Traffic(NOTHING, new Traffic.Side(requests, errors, avoided, latency), 4, 1);
    }

    @Test
    void sumsUpTheWindow_andCountsWhatWasNotSentAsFailed() {
        TrafficWindow window = new TrafficWindow(12);
        window.add(1_000, onNew(10, 1, 2, 100, 200));
        window.add(5_000, onNew(20, 0, 0, 300));

        Figures figures = window.figures(6_000);

        assertThat(figures.newSide()).isEqualTo(new SideFigures(32, 3, 3, 300));
        assertThat(figures.oldSide()).isEqualTo(SideFigures.NONE);
        assertThat(figures.compared()).isEqualTo(8);
        assertThat(figures.mismatched()).isEqualTo(2);
    }

    @Test
    void forgetsWhatIsOlderThanTheWindow() {
        TrafficWindow window = new TrafficWindow(12);
        window.add(1_000, onNew(10, 10, 0));
        window.add(1_900, onNew(5, 5, 0));
        window.add(2_100, onNew(1, 0, 0));

        assertThat(window.figures(13_000).newSide().requests()).isEqualTo(16);
        assertThat(window.figures(13_001).newSide().requests()).isEqualTo(1);
        assertThat(window.figures(60_000)).isEqualTo(Figures.NONE);
    }

    @Test
    void severalProxies_areOneFleet() {
        TrafficWindow window = new TrafficWindow(60);
        for (int i = 0; i < 99; i++) {
            window.add(1_000, onNew(1, 0, 0, 100));
        }
        window.add(1_000, onNew(2, 0, 0, 50_000, 50_000));

        SideFigures figures = window.figures(1_000).newSide();

        assertThat(figures.measured()).isEqualTo(101);
        assertThat(figures.p99Micros()).isBetween(49_900L, 50_100L);
    }
}
