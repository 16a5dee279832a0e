package io.segue.core.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.core.operation.Access;
import io.segue.core.operation.Bucket;
import io.segue.core.operation.Labels;
import io.segue.core.operation.Operation;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.verdict.Quorum;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import java.time.Instant;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrategiesTest {
    private static final WriteMode DUAL = new WriteMode.DualWrite(WritePolicy.OLD_AUTHORITATIVE);

    @Test
    void bigBang_everythingOnNew_durabilityKeepsOldInStep() {
        assertThat(verdict(new BigBang(true), Access.READ, 5)).isEqualTo(Verdict.single(Side.NEW));
        assertThat(verdict(new BigBang(true), Access.WRITE, 5)).isEqualTo(Verdict.dual(Side.NEW));
        assertThat(verdict(new BigBang(false), Access.WRITE, 5)).isEqualTo(Verdict.single(Side.NEW));
    }

    @Test
    void canary_readsBelowTheShareGoToNew() {
        Canary canary = new Canary(0.05, DUAL);
        assertThat(verdict(canary, Access.READ, 499)).isEqualTo(Verdict.single(Side.NEW));
        assertThat(verdict(canary, Access.READ, 500)).isEqualTo(Verdict.single(Side.OLD));
    }

    @Test
    void canary_dualWrite_thePolicyNamesTheAuthority() {
        assertThat(verdict(new Canary(0.05, DUAL), Access.WRITE, 1)).isEqualTo(Verdict.dual(Side.OLD));
        WriteMode newFirst = new WriteMode.DualWrite(WritePolicy.NEW_AUTHORITATIVE);
        assertThat(verdict(new Canary(0.05, newFirst), Access.WRITE, 9_999)).isEqualTo(Verdict.dual(Side.NEW));
    }

    @Test
    void canary_dualWrite_thePolicySaysWhatSuccessTakes() {
        assertThat(verdict(new Canary(0, new WriteMode.DualWrite(WritePolicy.BOTH_REQUIRED)), Access.WRITE, 1))
                .isEqualTo(Verdict.dual(Side.OLD, Quorum.BOTH));
        assertThat(verdict(new Canary(0, new WriteMode.DualWrite(WritePolicy.BEST_EFFORT)), Access.WRITE, 1))
                .isEqualTo(Verdict.dual(Side.OLD, Quorum.EITHER));
        assertThat(verdict(new Canary(0, new WriteMode.DualWrite(WritePolicy.LAST_WRITE_WINS)), Access.WRITE, 1))
                .isEqualTo(Verdict.dual(Side.OLD, Quorum.LATEST));
        assertThat(verdict(new BigBang(true), Access.WRITE, 1)).isEqualTo(Verdict.dual(Side.NEW, Quorum.AUTHORITY));
    }

    @Test
    void canary_cutover_writesAreOnOneSideOnly() {
        Canary canary = new Canary(0.3, new WriteMode.Cutover(0.3));
        assertThat(verdict(canary, Access.WRITE, 2_999)).isEqualTo(Verdict.single(Side.NEW));
        assertThat(verdict(canary, Access.WRITE, 3_000)).isEqualTo(Verdict.single(Side.OLD));
    }

    @Test
    void canary_keylessWorkMovesLast() {
        assertThat(verdict(new Canary(0.9999, DUAL), Access.READ, Bucket.KEYLESS))
                .isEqualTo(Verdict.single(Side.OLD));
        assertThat(verdict(new Canary(1.0, DUAL), Access.READ, Bucket.KEYLESS)).isEqualTo(Verdict.single(Side.NEW));
    }

    @Test
    void canary_aSmallerShareIsContainedInALargerOne() {
        BitSet before = new BitSet();
        for (double share : new double[] {0.0, 0.05, 0.25, 0.75, 1.0}) {
            BitSet now = onNew(new Canary(share, DUAL));
            assertThat(now.cardinality()).isEqualTo(Bucket.threshold(share));
            BitSet lost = (BitSet) before.clone();
            lost.andNot(now);
            assertThat(lost.isEmpty()).isTrue();
            before = now;
        }
    }

    @Test
    void shadowTraffic_oldAnswersEverything() {
        assertThat(verdict(new ShadowTraffic(), Access.READ, 0)).isEqualTo(Verdict.shadowed(Side.OLD));
        assertThat(verdict(new ShadowTraffic(), Access.WRITE, 0)).isEqualTo(Verdict.shadowed(Side.OLD));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.01, 1.0001, Double.NaN, Double.POSITIVE_INFINITY})
    void shares_outOfRange_areRefusedWithFieldValueAndExpectation(double share) {
        assertThatThrownBy(() -> new Canary(share, DUAL))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessage("strategy.read_percentage: " + share + " (expected: 0.0 to 1.0)");
        assertThatThrownBy(() -> new WriteMode.Cutover(share))
                .hasMessage("strategy.write_mode.write_percentage: " + share + " (expected: 0.0 to 1.0)");
    }

    private static BitSet onNew(Strategy strategy) {
        BitSet buckets = new BitSet();
        for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
            buckets.set(bucket, verdict(strategy, Access.READ, bucket).primary() == Side.NEW);
        }
        return buckets;
    }

    private static Verdict verdict(Strategy strategy, Access access, int bucket) {
        return strategy.decide(new Operation(access, bucket, Labels.NONE), Instant.EPOCH);
    }
}
