package io.segue.core.movement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MovementRulesTest {
    private static final long BOUND = TimeUnit.MILLISECONDS.toNanos(650);
    private static final long MARGIN = TimeUnit.MILLISECONDS.toNanos(20);

    @Test
    void aKeySettlesForTheBoundAndAMargin() {
        assertThat(Settle.over(BOUND + MARGIN - 1, 0, BOUND)).isFalse();
        assertThat(Settle.remainingNs(BOUND, 0, BOUND)).isEqualTo(MARGIN);
        assertThat(Settle.over(BOUND + MARGIN, 0, BOUND)).isTrue();
        assertThat(Settle.remainingNs(Long.MAX_VALUE / 2, 0, BOUND)).isZero();
    }

    @Test
    void nothingSettlesWhenNobodyElseWrites() {
        assertThat(Settle.over(0, 0, 0)).isTrue();
        assertThatThrownBy(() -> Settle.over(0, 0, -1)).hasMessage("bound: -1 ns (expected: 0 or more)");
    }

    @Test
    void theClockMayWrapAround() {
        long change = Long.MAX_VALUE - 10;
        assertThat(Settle.over(change + BOUND, change, BOUND)).isFalse();
        assertThat(Settle.over(change + BOUND + MARGIN, change, BOUND)).isTrue();
        assertThat(Settle.late(change, change + BOUND - 1, BOUND)).isFalse();
        assertThat(Settle.late(change, change + BOUND, BOUND)).isTrue();
    }

    /** What is not reported has ended before anybody compares, whatever the moments are. */
    @Test
    void aDualWriteIsEitherOverOrLate() {
        for (long began = 0; began < 40; began += 3) {
            for (long named = began; named < 40; named += 3) {
                for (long ended = began; ended < BOUND * 2; ended += BOUND / 7) {
                    boolean endedBefore = !Settle.over(ended, named, BOUND);
                    assertThat(endedBefore || Settle.late(began, ended, BOUND)).isTrue();
                }
            }
        }
    }

    @Test
    void aFeedThatComesUpOwesEverythingUntilAPassOfItsOwn() {
        FeedState first = FeedState.NONE.up(100);
        assertThat(first).isEqualTo(new FeedState(true, true, 1, 100));
        assertThat(first.vouches(1)).isFalse();
        FeedState current = first.passed(1);
        assertThat(current.vouches(1)).isTrue();
        assertThat(current.vouches(0)).isFalse();
        FeedState second = current.lost().up(200);
        assertThat(second.passed(1)).isEqualTo(second);
        assertThat(second.passed(2).vouches(1)).isFalse();
        assertThat(second.passed(2).vouches(2)).isTrue();
    }

    @Test
    void aFeedThatIsDownVouchesForNothing() {
        FeedState down = FeedState.NONE.up(0).passed(1).lost();
        assertThat(down.vouches(1)).isFalse();
        assertThat(down.mayPass(BOUND * 2, 0)).isFalse();
        assertThat(down.resumed().vouches(1)).isTrue();
        assertThat(FeedState.NONE.vouches(0)).isFalse();
        assertThat(FeedState.NONE.resumed().vouches(0)).isFalse();
    }

    @Test
    void aFeedThatResumesOwesWhatItOwed() {
        FeedState owing = FeedState.NONE.up(0).lost().resumed();
        assertThat(owing).isEqualTo(new FeedState(true, true, 1, 0));
        assertThat(owing.passed(1).owing()).isFalse();
    }

    @Test
    void everythingMayBecomeOwedWithoutALoss() {
        FeedState owed = FeedState.NONE.up(0).passed(1).owed(50);
        assertThat(owed).isEqualTo(new FeedState(true, true, 2, 50));
        FeedState down = FeedState.NONE.up(0).passed(1).lost().owed(50);
        assertThat(down.resumed().vouches(2)).isFalse();
        assertThat(down.resumed().passed(1).owing()).isTrue();
    }

    @Test
    void aPassWaitsForEffectsOfUnnamedChanges() {
        FeedState up = FeedState.NONE.up(1_000);
        assertThat(up.mayPass(1_000, 0)).isTrue();
        assertThat(up.mayPass(1_000 + BOUND, BOUND)).isFalse();
        assertThat(up.mayPass(1_000 + BOUND + MARGIN, BOUND)).isTrue();
        assertThat(up.passed(1).mayPass(1_000 + BOUND * 2, BOUND)).isFalse();
    }

    @Test
    void aCheckpointStaysBeforeTheOldestOwedChange() {
        assertThat(Checkpoint.durable(90, Checkpoint.NOTHING_OWED)).isEqualTo(90);
        assertThat(Checkpoint.durable(90, 41)).isEqualTo(40);
        assertThat(Checkpoint.durable(90, 90)).isEqualTo(89);
        assertThat(Checkpoint.durable(90, 120)).isEqualTo(90);
    }

    @Test
    void theGateNeedsEverything() {
        assertThat(gate(true, true, true, 0)).returns(true, Gate::open).returns("", Gate::missing);
        assertThat(gate(false, true, true, 0))
                .returns(false, Gate::open)
                .returns("a proxy has not reported that it holds", Gate::missing);
        assertThat(gate(true, false, true, 0))
                .returns(false, Gate::open)
                .returns("connections of a lost proxy are not fenced", Gate::missing);
        assertThat(gate(true, true, false, 0))
                .returns(false, Gate::open)
                .returns("the change feed has not confirmed that it named every change", Gate::missing);
        for (int part = 0; part < 5; part++) {
            long[] keys = new long[5];
            keys[part] = 3;
            Gate gate = new Gate(true, true, true, keys[0], keys[1], keys[2], keys[3], keys[4]);
            assertThat(gate.open()).isFalse();
            assertThat(gate.missing()).startsWith("3 keys ");
        }
    }

    private static Gate gate(boolean quiet, boolean strangersFenced, boolean vouched, long keys) {
        return new Gate(quiet, strangersFenced, vouched, keys, keys, keys, keys, keys);
    }
}
