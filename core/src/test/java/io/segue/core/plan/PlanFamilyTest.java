package io.segue.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.core.labels.Labelling;
import io.segue.core.operation.Bucket;
import io.segue.core.operation.Labels;
import io.segue.core.operation.Sampling;
import io.segue.core.strategy.BigBang;
import io.segue.core.strategy.Canary;
import io.segue.core.strategy.FeatureFlag;
import io.segue.core.strategy.Geographic;
import io.segue.core.strategy.RollingUpdate;
import io.segue.core.strategy.StranglerFig;
import io.segue.core.strategy.Strategy;
import io.segue.core.strategy.WriteMode;
import io.segue.core.strategy.WritePolicy;
import io.segue.core.verdict.Side;
import io.segue.core.wire.LabelsMapper;
import io.segue.proto.v1.InstanceBy;
import io.segue.proto.v1.LabelRule;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlanFamilyTest {
    private static final WriteMode.DualWrite BOTH = new WriteMode.DualWrite(WritePolicy.OLD_AUTHORITATIVE);
    private static final Canary CUTOVER = new Canary(0.5, new WriteMode.Cutover(0.5));
    private static final Labelling BY_SHARD = new Labelling(Labelling.NONE.rules(), true);
    private static final Labelling BY_KEY =
            rules(LabelRule.newBuilder().setKeyPrefix("a").setFeature("a"));
    private static final Labelling USERS = rules(LabelRule.newBuilder().setKey("u:{user}:*"));
    private static final Labelling BY_CLIENT =
            rules(LabelRule.newBuilder().setClient("c").setFeature("a").setFlag("a"));

    @Test
    void theKeyAloneDecides_whereNothingElseIsLookedAt() {
        assertByKey(CUTOVER, Sampling.KEY, Labelling.NONE);
        assertByKey(new BigBang(true), Sampling.CONNECTION, Labelling.NONE);
        assertByKey(new Canary(0.5, BOTH), Sampling.CONNECTION, Labelling.NONE);
        assertByKey(new RollingUpdate(Set.of("shard-1"), 5, null), Sampling.KEY, BY_SHARD);
        assertByKey(new StranglerFig(Map.of("a", true), null), Sampling.KEY, BY_KEY);
        assertByKey(new StranglerFig(Map.of("a", true), null), Sampling.KEY, Labelling.NONE);
        assertByKey(new StranglerFig(Map.of("a", true), BOTH), Sampling.KEY, BY_CLIENT);
        assertByKey(new FeatureFlag(Map.of("a", true), 0.5, null), Sampling.KEY, USERS);
        assertByKey(new Geographic(Map.of("us", true), BOTH), Sampling.KEY, Labelling.NONE);
        assertByKey(new Geographic(Map.of("us", false), null), Sampling.KEY, Labelling.NONE);
        assertByKey(CUTOVER, Sampling.USER, USERS);
    }

    @Test
    void itDoesNot_whereWritesGoToOneSideBySomethingElse() {
        assertNotByKey(new Geographic(Map.of("us", true), null), Sampling.KEY, Labelling.NONE, "region of the proxy");
        assertNotByKey(new RollingUpdate(Set.of("b"), 5, null), Sampling.KEY, Labelling.NONE, "instance of the proxy");
        assertNotByKey(new StranglerFig(Map.of("a", true), null), Sampling.KEY, BY_CLIENT, "labels[0].client");
        assertNotByKey(
                new FeatureFlag(Map.of("a", true, "b", false), 1.0, null), Sampling.KEY, flagB(), "labels[0].db");
        assertNotByKey(CUTOVER, Sampling.CONNECTION, Labelling.NONE, "the connection");
        assertNotByKey(CUTOVER, Sampling.USER, Labelling.NONE, "logged in as");
    }

    private static Labelling flagB() {
        return rules(LabelRule.newBuilder().setDb(1).setFlag("b"));
    }

    @Test
    void plans_differWhereTheStrategyLooksAtTheProxy() {
        PlanFamily family = family(new Geographic(Map.of("us", true, "eu", false), null), Sampling.KEY, Labelling.NONE);
        assertThat(family.plans()).hasSize(2);
        assertThat(family.at(new Labels("us", "")).authority(0)).isEqualTo(Side.NEW);
        assertThat(family.at(new Labels("eu", "")).authority(0)).isEqualTo(Side.OLD);
        assertThat(family(CUTOVER, Sampling.KEY, Labelling.NONE).plans()).hasSize(1);
    }

    @Test
    void shifts_showEveryChangeThatSomeProxyMakes() {
        PlanFamily now = family(new Geographic(Map.of("us", true, "eu", false), null), Sampling.KEY, Labelling.NONE);
        PlanFamily next = family(new Geographic(Map.of("us", true, "eu", true), null), Sampling.KEY, Labelling.NONE);
        assertThat(authorities(now, next)).containsExactlyInAnyOrder("OLD OLD", "NEW NEW", "OLD NEW");

        PlanFamily instances = family(new RollingUpdate(Set.of("b"), 5, null), Sampling.KEY, Labelling.NONE);
        assertThat(authorities(now, instances)).containsExactlyInAnyOrder("OLD OLD", "OLD NEW", "NEW OLD", "NEW NEW");
    }

    @Test
    void onlyTheKeysOfAFeatureMove_whenThatFeatureMoves() {
        Labelling rules = rules(
                LabelRule.newBuilder().setKeyPrefix("a").setFeature("a"),
                LabelRule.newBuilder().setKeyPrefix("b").setFeature("b"));
        Plan now = family(new StranglerFig(Map.of("a", true), null), Sampling.KEY, rules)
                .at(Labels.NONE);
        Plan next = family(new StranglerFig(Map.of("a", true, "b", true), null), Sampling.KEY, rules)
                .at(Labels.NONE);
        assertThat(now.comparable(next)).isTrue();
        Set<Integer> classes = new HashSet<>();
        for (int cell = 0; cell < now.cells().count(); cell++) {
            if (now.authority(cell) != next.authority(cell)) {
                classes.add(cell / Bucket.COUNT);
            }
        }
        byte[] key = {'b'};
        assertThat(classes).containsExactly(now.cells().ofKey(key) / Bucket.COUNT);
        assertThat(now.movesAuthority(next)).isTrue();
    }

    @Test
    void plansThatMeanDifferentCells_areComparedAsIfAnyTwoCouldMeet() {
        Plan canary = family(CUTOVER, Sampling.KEY, BY_KEY).at(Labels.NONE);
        Plan fig = family(new StranglerFig(Map.of("a", true), null), Sampling.KEY, BY_KEY)
                .at(Labels.NONE);
        Plan byConnection = family(CUTOVER, Sampling.CONNECTION, BY_KEY).at(Labels.NONE);
        assertThat(canary.comparable(fig)).isFalse();
        assertThat(canary.movesAuthority(fig)).isTrue();
        assertThat(canary.movesAuthority(byConnection)).isTrue();
        assertThat(family(new Canary(0.1, BOTH), Sampling.KEY, BY_KEY)
                        .at(Labels.NONE)
                        .movesAuthority(family(new StranglerFig(Map.of("a", true), BOTH), Sampling.USER, BY_KEY)
                                .at(Labels.NONE)))
                .isFalse();
    }

    private static Set<String> authorities(PlanFamily now, PlanFamily next) {
        Set<String> pairs = new HashSet<>();
        for (PlanFamily.Shift shift : now.shifts(next)) {
            pairs.add(shift.now().authority(0) + " " + shift.next().authority(0));
        }
        return pairs;
    }

    private static void assertByKey(Strategy strategy, Sampling sampling, Labelling labelling) {
        assertThat(family(strategy, sampling, labelling).notByKey())
                .as("%s", strategy)
                .isEmpty();
    }

    private static void assertNotByKey(Strategy strategy, Sampling sampling, Labelling labelling, String why) {
        assertThat(family(strategy, sampling, labelling).notByKey())
                .as("%s", strategy)
                .hasValueSatisfying(reason -> assertThat(reason).contains(why));
    }

    private static PlanFamily family(Strategy strategy, Sampling sampling, Labelling labelling) {
        return PlanFamily.of("m", "550e8400-e29b-41d4-a716-446655440000", strategy, sampling, labelling);
    }

    private static Labelling rules(LabelRule.Builder... rules) {
        return LabelsMapper.fromProto(
                InstanceBy.INSTANCE_BY_UNSPECIFIED,
                List.of(rules).stream().map(LabelRule.Builder::build).toList());
    }
}
