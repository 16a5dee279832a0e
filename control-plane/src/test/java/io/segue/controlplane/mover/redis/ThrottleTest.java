package io.segue.controlplane.mover.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.DataMover.Ceilings;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    private static final int MOST = 512;
    private static final long PAGE_NS = TimeUnit.MILLISECONDS.toNanos(2);

    private long now = 1_000;

    private Throttle throttle(long keys, long bytes, boolean adaptive) {
        return new Throttle(new Ceilings(keys, bytes, adaptive), () -> now);
    }

    /** Pages for a time, each of which takes as long as it is large; returns the keys. */
    private long work(Throttle throttle, long nanos, long bytesPerKey) {
        long keys = 0;
        for (long end = now + nanos; now < end; ) {
            if (!throttle.allows()) {
                now += Math.min(throttle.waitNs(), end - now);
                continue;
            }
            int piece = throttle.piece(MOST);
            long took = PAGE_NS * piece / MOST;
            now += took;
            throttle.spent(piece, took);
            throttle.wrote(piece * bytesPerKey);
            keys += piece;
        }
        return keys;
    }

    @Test
    void ceiling_holds_forKeysAndForBytes() {
        assertThat(work(throttle(10_000, 0, true), TimeUnit.SECONDS.toNanos(10), 1))
                .isBetween(99_000L, 102_000L);
        assertThat(work(throttle(0, 1_000_000, true), TimeUnit.SECONDS.toNanos(10), 100))
                .isBetween(99_000L, 102_000L);
    }

    @Test
    void adaptive_beginsSlowly_andGoesUpWhileNothingIsSlow() {
        Throttle throttle = throttle(0, 0, true);
        assertThat(throttle.pipelined()).isFalse();
        assertThat(throttle.piece(MOST)).isEqualTo(64);
        // A tenth of the time.
        assertThat(work(throttle, TimeUnit.SECONDS.toNanos(1), 0)).isBetween(20_000L, 30_000L);
        assertThat(throttle.waitedNs()).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(850));
        for (int i = 0; i < 50; i++) {
            throttle.felt(false);
        }
        assertThat(throttle.pipelined()).isTrue();
        assertThat(throttle.piece(MOST)).isEqualTo(MOST);
        assertThat(work(throttle, TimeUnit.SECONDS.toNanos(1), 0)).isGreaterThanOrEqualTo(250_000);
    }

    @Test
    void slow_downAtOnce_neverCrawls_andDoesNotTryTheSamePaceAgainSoon() {
        Throttle throttle = throttle(0, 0, true);
        for (int i = 0; i < 20; i++) {
            throttle.felt(false);
        }
        double met = throttle.pace();
        throttle.felt(true);
        assertThat(throttle.pace()).isEqualTo(met / 2);
        for (int i = 0; i < 20; i++) {
            throttle.felt(false);
        }
        assertThat(throttle.pace()).isGreaterThan(met / 2).isLessThan(met);
        for (int i = 0; i < 100; i++) {
            throttle.felt(true);
        }
        assertThat(work(throttle, TimeUnit.SECONDS.toNanos(1), 0)).isBetween(20_000L, 30_000L);
        for (int i = 0; i < 1_000; i++) {
            throttle.felt(false);
        }
        assertThat(throttle.pipelined()).as("in the end it is tried again").isTrue();
    }

    @Test
    void aloneOnTheServer_fullSpeed_untilSomebodyComes() {
        Throttle throttle = throttle(0, 0, true);
        throttle.alone(true);
        assertThat(throttle.pipelined()).isTrue();
        throttle.alone(false);
        assertThat(throttle.pipelined()).isFalse();
        throttle.felt(false);
        double pace = throttle.pace();
        throttle.alone(false);
        assertThat(throttle.pace()).isEqualTo(pace);
    }

    @Test
    void notAdaptive_doesNotCare_andDoesNotRest() {
        Throttle throttle = throttle(0, 0, false);
        throttle.felt(true);
        throttle.rest(true);
        assertThat(throttle.pipelined()).isTrue();
        assertThat(throttle.allows()).isTrue();
    }

    @Test
    void rest_standsStillUntilTold() {
        Throttle throttle = throttle(0, 0, true);
        throttle.rest(true);
        assertThat(throttle.allows()).isFalse();
        now += TimeUnit.SECONDS.toNanos(1);
        assertThat(throttle.allows()).isFalse();
        throttle.rest(false);
        assertThat(throttle.allows()).isTrue();
        assertThat(throttle.waitedNs()).isEqualTo(TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void slower_onlyIfItWasFasterWithoutTheCopy() {
        assertThat(LatencyProbe.slower(pings(200), pings(100)))
                .as("nobody notices")
                .isFalse();
        assertThat(LatencyProbe.slower(pings(500), pings(100))).isTrue();
        assertThat(LatencyProbe.slower(pings(5_000), pings(4_000)))
                .as("a side that is slow by itself")
                .isFalse();
        assertThat(LatencyProbe.slower(pings(7_000), pings(4_000))).isTrue();
        long[] chance = pings(100);
        chance[3] = TimeUnit.SECONDS.toNanos(1);
        assertThat(LatencyProbe.slower(chance, pings(100))).as("a single one").isFalse();
        chance[4] = TimeUnit.SECONDS.toNanos(1);
        assertThat(LatencyProbe.slower(chance, pings(100)))
                .as("two of a hundred")
                .isTrue();
    }

    private static long[] pings(long micros) {
        long[] window = new long[LatencyProbe.WINDOW];
        Arrays.fill(window, TimeUnit.MICROSECONDS.toNanos(micros));
        return window;
    }
}
