package io.segue.controlplane.mover.redis.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SuspectTest {
    private static final long SETTLE = 1_000;

    private final Suspect suspect = new Suspect(0, new byte[] {'k'}, 0);

    @Test
    void withoutDualWritesOneLookIsEnough() {
        assertThat(suspect.stillDifferent(10, 20, 0)).isTrue();
    }

    @Test
    void underDualWritesItMustBeSeenTwiceWithASettleInBetween() {
        suspect.changes = 7;
        assertThat(suspect.stillDifferent(10, 20, SETTLE)).isFalse();
        suspect.afterSettle(SETTLE);
        assertThat(suspect.due()).isEqualTo(20 + SETTLE);
        assertThat(suspect.stillDifferent(19 + SETTLE, 40 + SETTLE, SETTLE)).isFalse();
        assertThat(suspect.stillDifferent(20 + SETTLE, 40 + SETTLE, SETTLE)).isTrue();
    }

    @Test
    void aChangeInBetweenBeginsTheSettleAnew() {
        suspect.changes = 7;
        assertThat(suspect.stillDifferent(10, 20, SETTLE)).isFalse();
        suspect.changes = 8;
        assertThat(suspect.stillDifferent(5_000, 5_010, SETTLE)).isFalse();
        assertThat(suspect.stillDifferent(5_500, 5_510, SETTLE)).isFalse();
        assertThat(suspect.stillDifferent(6_010, 6_020, SETTLE)).isTrue();
    }

    @Test
    void aRepairBeginsANewDoubt() {
        suspect.attempted();
        assertThat(suspect.hopeless(0, settings(1))).isTrue();
        suspect.repair(0);
        assertThat(suspect.hopeless(0, settings(1))).isFalse();
        assertThat(suspect.hopeless(2_000_000_000L, settings(1))).isTrue();
    }

    private static VerifySettings settings(int attempts) {
        return new VerifySettings(1, 1, 1, 5, Duration.ofSeconds(1), attempts, Duration.ofSeconds(1), 1);
    }
}
