package io.segue.proxy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StripesTest {
    private static final int STRIPE = 7;

    private final Stripes stripes = new Stripes();

    @Test
    void writesOnTheSameLanesAreInOrder() {
        assertThat(stripes.enter(STRIPE, 1)).isFalse();
        assertThat(stripes.enter(STRIPE, 1)).isFalse();
        assertThat(stripes.busy(STRIPE)).isTrue();
        stripes.leave(STRIPE);
        stripes.leave(STRIPE);
        assertThat(stripes.busy(STRIPE)).isFalse();
        assertThat(stripes.enter(STRIPE, 2)).isFalse();
    }

    @Test
    void whoeverComesAfterSeveralIsConcurrentUntilAllAreThrough() {
        stripes.enter(STRIPE, 1);
        assertThat(stripes.enter(STRIPE, 2)).isTrue();
        assertThat(stripes.enter(STRIPE, 2)).as("1 is still there").isTrue();
        stripes.leave(STRIPE);
        stripes.leave(STRIPE);
        assertThat(stripes.enter(STRIPE, 1)).isTrue();
        stripes.leave(STRIPE);
        stripes.leave(STRIPE);
        assertThat(stripes.busy(STRIPE)).isFalse();
        assertThat(stripes.enter(STRIPE, 2)).as("a new start").isFalse();
    }

    @Test
    void countsMoreThanSixteenBits() {
        for (int i = 0; i < 70_000; i++) {
            stripes.enter(STRIPE, 1);
        }
        assertThat(stripes.enter(STRIPE, 3)).isTrue();
        for (int i = 0; i < 70_000; i++) {
            stripes.leave(STRIPE);
        }
        assertThat(stripes.busy(STRIPE)).isTrue();
        stripes.leave(STRIPE);
        assertThat(stripes.busy(STRIPE)).isFalse();
    }

    @Test
    void flightsAreCountedApart() {
        stripes.fly(STRIPE, 1);
        assertThat(stripes.flying(STRIPE)).isTrue();
        assertThat(stripes.alone(STRIPE, 0, true)).as("only a flight is there").isTrue();
        assertThat(stripes.alone(STRIPE, 0, false)).isFalse();
        stripes.land(STRIPE);
        assertThat(stripes.flying(STRIPE)).isFalse();
        assertThat(stripes.busy(STRIPE)).as("landed, and not through").isTrue();
        assertThat(stripes.alone(STRIPE, 0, true)).isFalse();
        assertThat(stripes.alone(STRIPE, 1, false)).as("it is the one who asks").isTrue();
        stripes.leave(STRIPE);
        assertThat(stripes.busy(STRIPE)).isFalse();
    }

    @Test
    void aFlightOfOthersIsInNobodysOrder() {
        stripes.enter(STRIPE, 1);
        stripes.fly(STRIPE, 1);
        assertThat(stripes.alone(STRIPE, 1, true))
                .as("behind the one who asks, on the same lanes")
                .isTrue();
        stripes.fly(STRIPE, Stripes.OWN_CONNECTION);
        assertThat(stripes.alone(STRIPE, 1, true)).isFalse();
    }
}
