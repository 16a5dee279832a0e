package io.segue.core.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.core.wire.LabelsMapper;
import io.segue.proto.v1.InstanceBy;
import io.segue.proto.v1.LabelRule;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelRulesTest {
    private static final Caller REPORTER = new Caller(7, "reporting-3", "analyst");

    @Test
    void theFirstRuleThatIsAboutAnOperationCounts() {
        LabelRules rules = rules(
                LabelRule.newBuilder().setKeyPrefix("pay:").setFeature("payments"),
                LabelRule.newBuilder().setKey("*").setFeature("rest"),
                LabelRule.newBuilder().setKeyPrefix("pay:card:").setFeature("never"));
        assertThat(rules.match(get("pay:card:1"))).isEqualTo(0);
        assertThat(rules.match(get("cart:1"))).isEqualTo(1);
    }

    @Test
    void everyConditionOfARuleMustHold() {
        LabelRules rules = rules(LabelRule.newBuilder()
                .setKeyPrefix("r:")
                .setCommand("hgetall")
                .setClient("reporting-*")
                .setUser("ana*")
                .setDb(3)
                .setFeature("reporting"));
        Subject subject = new Subject().begin("HGETALL", REPORTER, 3);
        assertThat(rules.match(key(subject, "r:1"))).isZero();
        assertThat(rules.match(key(subject, "x:1"))).isEqualTo(LabelRules.NO_RULE);
        assertThat(rules.match(key(subject.begin("GET", REPORTER, 3), "r:1"))).isEqualTo(LabelRules.NO_RULE);
        assertThat(rules.match(key(subject.begin("HGETALL", REPORTER, 0), "r:1")))
                .isEqualTo(LabelRules.NO_RULE);
        assertThat(rules.match(key(subject.begin("HGETALL", Caller.NOBODY, 3), "r:1")))
                .isEqualTo(LabelRules.NO_RULE);
    }

    @Test
    void whatComesOverADatabaseProtocol_hasNoTemplateAndNoApi() {
        LabelRules rules = rules(
                LabelRule.newBuilder().setTemplate("get_user").setFeature("a"),
                LabelRule.newBuilder().setApi("users").setFeature("b"));
        Subject subject = new Subject().begin("GET", Caller.NOBODY, 0);
        assertThat(rules.match(subject)).isEqualTo(LabelRules.NO_RULE);
        assertThat(rules.match(subject.through("get_user", ""))).isZero();
        assertThat(rules.match(subject.through("", "users"))).isEqualTo(1);
    }

    @Test
    void aRuleAboutKeys_isNotAboutOperationsWithoutOne() {
        LabelRules rules = rules(
                LabelRule.newBuilder().setKey("*").setFeature("keys"),
                LabelRule.newBuilder().setCommand("PUBLISH").setFeature("messages"));
        assertThat(rules.match(new Subject().begin("PUBLISH", Caller.NOBODY, 0)))
                .isEqualTo(1);
        assertThat(rules.match(key(new Subject().begin("GET", Caller.NOBODY, 0), "")))
                .isZero();
    }

    @Test
    void besideKey_namesTheFirstConditionThatLooksElsewhere() {
        assertThat(rules(LabelRule.newBuilder().setKey("u:{user}:*")).besideKey())
                .isEmpty();
        assertThat(rules(
                                LabelRule.newBuilder().setKeyPrefix("a").setFeature("a"),
                                LabelRule.newBuilder().setClient("x").setFeature("b"))
                        .besideKey())
                .contains("labels[1].client");
    }

    @Test
    void rulesThatNameNothing_orTooMany_areRefused() {
        assertThatThrownBy(() -> rules(LabelRule.newBuilder().setKeyPrefix("a")))
                .hasMessage(
                        "labels[0]: a rule that names nothing (expected: feature, flag, or a key pattern with {user})");
        assertThatThrownBy(() -> rules(
                        LabelRule.newBuilder().setKeyPrefix("a").setKey("b").setFlag("c")))
                .hasMessage("labels[0].key_prefix: a (expected: either key or key_prefix, not both)");
        LabelRule one = LabelRule.newBuilder().setFeature("a").build();
        assertThatThrownBy(() ->
                        LabelsMapper.fromProto(InstanceBy.INSTANCE_BY_UNSPECIFIED, Collections.nCopies(1_001, one)))
                .hasMessage("labels: 1001 rules (expected: at most 1000 rules)");
    }

    private static LabelRules rules(LabelRule.Builder... rules) {
        return LabelsMapper.fromProto(
                        InstanceBy.INSTANCE_BY_UNSPECIFIED,
                        List.of(rules).stream().map(LabelRule.Builder::build).toList())
                .rules();
    }

    private static Subject get(String key) {
        return key(new Subject().begin("GET", Caller.NOBODY, 0), key);
    }

    private static Subject key(Subject subject, String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return subject.key(bytes, bytes.length);
    }
}
