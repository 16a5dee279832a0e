package io.segue.core.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.core.operation.Access;
import io.segue.core.operation.Bucket;
import io.segue.core.operation.Label;
import io.segue.core.operation.Labels;
import io.segue.core.operation.Operation;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.verdict.Quorum;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import java.time.Instant;
import java.util.BitSet;
import java.util.Map;
import java.util.Set;
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

    @Test
    void blueGreen_allOnTheActiveSide_dualWriteKeepsTheOtherInStep() {
        assertThat(verdict(new BlueGreen(false, null), Access.READ, 5)).isEqualTo(Verdict.single(Side.OLD));
        assertThat(verdict(new BlueGreen(false, null), Access.WRITE, 5)).isEqualTo(Verdict.single(Side.OLD));
        assertThat(verdict(new BlueGreen(true, null), Access.READ, 5)).isEqualTo(Verdict.single(Side.NEW));
        assertThat(verdict(new BlueGreen(true, null), Access.WRITE, 5)).isEqualTo(Verdict.single(Side.NEW));
        BlueGreen inStep = new BlueGreen(true, new WriteMode.DualWrite(WritePolicy.NEW_AUTHORITATIVE));
        assertThat(verdict(inStep, Access.READ, 5)).isEqualTo(Verdict.single(Side.NEW));
        assertThat(verdict(inStep, Access.WRITE, 5)).isEqualTo(Verdict.dual(Side.NEW));
    }

    @Test
    void blueGreen_theActiveSideIsTheAuthority_unlessThePolicyNamesOne() {
        WriteMode.DualWrite required = new WriteMode.DualWrite(WritePolicy.BOTH_REQUIRED);
        assertThat(verdict(new BlueGreen(true, required), Access.WRITE, 5))
                .isEqualTo(Verdict.dual(Side.NEW, Quorum.BOTH));
        assertThat(verdict(new BlueGreen(false, required), Access.WRITE, 5))
                .isEqualTo(Verdict.dual(Side.OLD, Quorum.BOTH));
        WriteMode.DualWrite oldFirst = new WriteMode.DualWrite(WritePolicy.OLD_AUTHORITATIVE);
        assertThat(verdict(new BlueGreen(true, oldFirst), Access.WRITE, 5)).isEqualTo(Verdict.dual(Side.OLD));
        assertThat(verdict(new BlueGreen(true, oldFirst), Access.PINNED, 5)).isEqualTo(Verdict.single(Side.OLD));
    }

    @Test
    void rollingUpdate_goesByTheInstance() {
        RollingUpdate rolling = new RollingUpdate(Set.of("cache-2"), 5, null);
        assertThat(sideOf(rolling, Label.INSTANCE, "cache-2")).isEqualTo(Side.NEW);
        assertThat(sideOf(rolling, Label.INSTANCE, "cache-1")).isEqualTo(Side.OLD);
        assertThat(sideOf(rolling, Label.INSTANCE, "")).isEqualTo(Side.OLD);
    }

    @Test
    void stranglerFig_goesByTheFeature() {
        StranglerFig fig = new StranglerFig(Map.of("user_auth", true, "payments", false), null);
        assertThat(sideOf(fig, Label.FEATURE, "user_auth")).isEqualTo(Side.NEW);
        assertThat(sideOf(fig, Label.FEATURE, "payments")).isEqualTo(Side.OLD);
        assertThat(sideOf(fig, Label.FEATURE, "reporting")).isEqualTo(Side.OLD);
        assertThat(sideOf(fig, Label.FEATURE, "")).isEqualTo(Side.OLD);
    }

    @Test
    void geographic_goesByTheRegion() {
        Geographic geographic = new Geographic(Map.of("us-east-1", true, "eu-west-1", false), null);
        assertThat(sideOf(geographic, Label.REGION, "us-east-1")).isEqualTo(Side.NEW);
        assertThat(sideOf(geographic, Label.REGION, "eu-west-1")).isEqualTo(Side.OLD);
        assertThat(sideOf(geographic, Label.REGION, "")).isEqualTo(Side.OLD);
    }

    @Test
    void featureFlag_theFlagMustBeEnabledAndTheUserWithinTheShare() {
        FeatureFlag flag = new FeatureFlag(Map.of("new_database", true, "beta", false), 0.25, null);
        assertThat(sideOf(flag, Label.FLAG, "new_database", 2_499)).isEqualTo(Side.NEW);
        assertThat(sideOf(flag, Label.FLAG, "new_database", 2_500)).isEqualTo(Side.OLD);
        assertThat(sideOf(flag, Label.FLAG, "beta", 0)).isEqualTo(Side.OLD);
        assertThat(sideOf(flag, Label.FLAG, "unknown", 0)).isEqualTo(Side.OLD);
    }

    @Test
    void featureFlag_withoutAFlag_anyEnabledOneGoverns() {
        assertThat(sideOf(new FeatureFlag(Map.of("a", false, "b", true), 0.5, null), Label.FLAG, "", 0))
                .isEqualTo(Side.NEW);
        assertThat(sideOf(new FeatureFlag(Map.of("a", false), 0.5, null), Label.FLAG, "", 0))
                .isEqualTo(Side.OLD);
    }

    @Test
    void timeWindow_isOnOldUntilTheSwitchHasHappened() {
        Instant start = Instant.parse("2024-01-15T02:00:00Z");
        Instant end = Instant.parse("2024-01-15T04:00:00Z");
        Operation read = new Operation(Access.READ, 0, Labels.NONE);
        assertThat(new TimeWindow(start, end, false, null)
                        .decide(read, start.plusSeconds(1))
                        .primary())
                .isEqualTo(Side.OLD);
        assertThat(new TimeWindow(start, end, true, null).decide(read, start).primary())
                .isEqualTo(Side.NEW);
        assertThatThrownBy(() -> new TimeWindow(end, start, false, null))
                .hasMessage("strategy.window_end: 2024-01-15T02:00:00Z (expected: a moment after window_start,"
                        + " 2024-01-15T04:00:00Z)");
    }

    @Test
    void namesAndNumbersOfInstances_areChecked() {
        assertThatThrownBy(() -> new RollingUpdate(Set.of(), 0, null))
                .hasMessage("strategy.total_instances: 0 (expected: 1 to 1000)");
        assertThatThrownBy(() -> new RollingUpdate(Set.of("a", "b"), 1, null))
                .hasMessage("strategy.migrated_instances: 2 instances (expected: at most total_instances, 1)");
        assertThatThrownBy(() -> new StranglerFig(Map.of("", true), null))
                .hasMessage("strategy.features: \"\" (expected: names of 1 to 128 characters)");
    }

    private static Side sideOf(Strategy strategy, Label label, String value) {
        Side read = sideOf(strategy, label, value, 0);
        Labels labels = Labels.NONE.with(label, value);
        assertThat(strategy.decide(new Operation(Access.WRITE, 0, labels), Instant.EPOCH))
                .isEqualTo(Verdict.single(read));
        return read;
    }

    private static Side sideOf(Strategy strategy, Label label, String value, int bucket) {
        Operation operation = new Operation(Access.READ, bucket, Labels.NONE.with(label, value));
        return strategy.decide(operation, Instant.EPOCH).primary();
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
