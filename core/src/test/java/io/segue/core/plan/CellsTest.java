package io.segue.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.segue.core.labels.Caller;
import io.segue.core.labels.Labelling;
import io.segue.core.labels.Subject;
import io.segue.core.operation.Access;
import io.segue.core.operation.Bucket;
import io.segue.core.operation.HashTag;
import io.segue.core.operation.Labels;
import io.segue.core.operation.Sampling;
import io.segue.core.strategy.Canary;
import io.segue.core.strategy.FeatureFlag;
import io.segue.core.strategy.RollingUpdate;
import io.segue.core.strategy.StranglerFig;
import io.segue.core.strategy.Strategy;
import io.segue.core.strategy.WriteMode;
import io.segue.core.verdict.Side;
import io.segue.core.wire.LabelsMapper;
import io.segue.proto.v1.InstanceBy;
import io.segue.proto.v1.LabelRule;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** From an operation to its cell, and to its side. */
class CellsTest {
    private static final String UUID = "550e8400-e29b-41d4-a716-446655440000";
    private static final Canary HALF = new Canary(0.5, new WriteMode.Cutover(0.5));
    private static final Labelling FEATURES = rules(
            LabelRule.newBuilder()
                    .setKey("user:{user}:*")
                    .setFeature("user_auth")
                    .setFlag("new_database"),
            LabelRule.newBuilder().setKeyPrefix("pay:").setFeature("payments"),
            LabelRule.newBuilder().setKeyPrefix("login:").setFeature("user_auth"));

    @Test
    void whereNoLabelDiffers_theCellIsTheBucketOfTheKey() {
        Plan plan = compile(HALF, Sampling.KEY, FEATURES, Labels.NONE);
        assertThat(plan.cells().plain()).isTrue();
        for (String key : List.of("a", "user:1:x", "{tag}.x")) {
            assertThat(plan.cells().of(get(key))).isEqualTo(HashTag.bucket(bytes(key), plan.salt()));
        }
    }

    @Test
    void features_areToldApartByTheRules() {
        Plan plan = compile(
                new StranglerFig(Map.of("user_auth", true, "payments", false), null),
                Sampling.KEY,
                FEATURES,
                Labels.NONE);
        assertThat(plan.cells().classes()).isEqualTo(3);
        assertThat(sideOf(plan, get("user:1:x"))).isEqualTo(Side.NEW);
        assertThat(sideOf(plan, get("login:1"))).isEqualTo(Side.NEW);
        assertThat(sideOf(plan, get("pay:1"))).isEqualTo(Side.OLD);
        assertThat(sideOf(plan, get("other"))).isEqualTo(Side.OLD);
    }

    @Test
    void aUserKeepsTheBucket_whateverTheKey() {
        Plan plan =
                compile(new FeatureFlag(Map.of("new_database", true), 0.25, null), Sampling.KEY, FEATURES, Labels.NONE);
        int moved = 0;
        for (int user = 0; user < 2_000; user++) {
            Side side = sideOf(plan, get("user:" + user + ":cart"));
            assertThat(sideOf(plan, get("user:" + user + ":profile:7"))).isEqualTo(side);
            assertThat(plan.cells().of(get("user:" + user + ":cart")) % Bucket.COUNT)
                    .isEqualTo(Bucket.of(bytes("" + user), 0, bytes("" + user).length, plan.salt()));
            moved += side == Side.NEW ? 1 : 0;
        }
        assertThat(moved).isBetween(430, 570);
    }

    @Test
    void shards_areInstancesByTheSlotOfTheKey() {
        Labelling byShard = LabelsMapper.fromProto(InstanceBy.INSTANCE_BY_SHARD, List.of());
        Plan plan = compile(
                new RollingUpdate(Set.of("shard-0", "shard-4"), 5, null),
                Sampling.KEY,
                byShard,
                new Labels("", "shard-1"));
        assertThat(plan.cells().classes()).isEqualTo(6);
        // Slots 12182 (shard 3), 5061 (1), and that of an empty key (0).
        assertThat(sideOf(plan, get("foo"))).isEqualTo(Side.OLD);
        assertThat(sideOf(plan, get("bar"))).isEqualTo(Side.OLD);
        assertThat(sideOf(plan, get(""))).isEqualTo(Side.NEW);
        assertThat(sideOf(plan, new Subject())).isEqualTo(Side.OLD);
        assertThat(plan.explain(get("foo")).labels().instance()).isEqualTo("shard-3");
    }

    @Test
    void connections_areSampledWhateverTheKey() {
        Plan plan = compile(HALF, Sampling.CONNECTION, Labelling.NONE, Labels.NONE);
        Subject subject = new Subject();
        int moved = 0;
        for (long connection = 1; connection <= 2_000; connection++) {
            subject.begin("GET", new Caller(connection, "", ""), 0);
            byte[] a = bytes("a");
            byte[] b = bytes("b");
            int cell = plan.cells().of(subject.key(a, 1));
            assertThat(plan.cells().of(subject.key(b, 1))).isEqualTo(cell);
            moved += cell < Bucket.COUNT / 2 ? 1 : 0;
        }
        assertThat(moved).isBetween(900, 1_100);
    }

    @Test
    void users_areThoseWhoLoggedInWhereNoRuleTakesThemFromTheKey() {
        Plan plan = compile(HALF, Sampling.USER, Labelling.NONE, Labels.NONE);
        Subject subject = get("a").begin("GET", new Caller(1, "", "ann"), 0).key(bytes("a"), 1);
        assertThat(plan.cells().of(subject)).isEqualTo(Bucket.of(bytes("ann"), 0, 3, plan.salt()));
        assertThat(plan.cells().of(get("a"))).isEqualTo(Bucket.KEYLESS);

        Plan captured = compile(HALF, Sampling.USER, FEATURES, Labels.NONE);
        assertThat(captured.cells().of(subject)).isEqualTo(Bucket.KEYLESS);
        assertThat(captured.cells().of(get("user:ann:cart"))).isEqualTo(Bucket.of(bytes("ann"), 0, 3, captured.salt()));
    }

    @Test
    void workWithoutKeys_movesLast_butHasTheFeatureOfItsCommand() {
        Labelling messages = rules(LabelRule.newBuilder().setCommand("PUBLISH").setFeature("messages"));
        Plan plan = compile(new StranglerFig(Map.of("messages", true), null), Sampling.KEY, messages, Labels.NONE);
        assertThat(sideOf(plan, new Subject().begin("PUBLISH", Caller.NOBODY, 0)))
                .isEqualTo(Side.NEW);
        assertThat(sideOf(plan, new Subject().begin("PING", Caller.NOBODY, 0))).isEqualTo(Side.OLD);
        assertThat(compile(HALF, Sampling.CONNECTION, Labelling.NONE, Labels.NONE)
                        .cells()
                        .of(new Subject().begin("PING", new Caller(3, "", ""), 0)))
                .isEqualTo(Bucket.KEYLESS);
    }

    /** The proxies do this for every key of every request. */
    @Test
    void looking_allocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Plan flag =
                compile(new FeatureFlag(Map.of("new_database", true), 0.25, null), Sampling.KEY, FEATURES, Labels.NONE);
        Plan shards = compile(
                new RollingUpdate(Set.of("shard-0"), 5, null),
                Sampling.CONNECTION,
                new Labelling(FEATURES.rules(), true),
                Labels.NONE);
        Subject subject = new Subject();
        Caller caller = new Caller(7, "web", "ann");
        byte[][] keys = {bytes("user:42:cart"), bytes("pay:1"), bytes("{tag}.x"), bytes("login:7")};
        int looks = 100_000;
        long found = 0;
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < looks; i++) {
            subject.begin("GET", caller, 0);
            byte[] key = keys[i % keys.length];
            int cell = flag.cells().of(subject.key(key, key.length), 17);
            found += flag.verdict(Access.READ, cell) == flag.verdict(Access.READ, 0) ? 1 : 0;
            found += shards.authority(shards.cells().of(subject, 17)).ordinal();
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(found).isPositive();
        assertThat(bytes).isLessThan(looks);
    }

    @Test
    void explain_saysWhatDecided() {
        Plan plan =
                compile(new FeatureFlag(Map.of("new_database", true), 1.0, null), Sampling.KEY, FEATURES, Labels.NONE);
        Explanation found = plan.explain(get("user:42:cart"));
        assertThat(found.authority()).isEqualTo(Side.NEW);
        assertThat(found.rule()).isZero();
        assertThat(found.unit()).isEqualTo("user (from the key)");
        assertThat(found.labels().flag()).isEqualTo("new_database");
        assertThat(found.why())
                .isEqualTo("flag new_database is true in flags; bucket " + found.bucket()
                        + " is below 10000 (rollout_percentage 1.0)");
        assertThat(plan.explain(get("other")).why()).startsWith("it has no flag, and some flag is enabled; bucket ");
    }

    private static Plan compile(Strategy strategy, Sampling sampling, Labelling labelling, Labels proxy) {
        return Plan.compile("m", UUID, strategy, sampling, labelling, proxy);
    }

    private static Side sideOf(Plan plan, Subject subject) {
        int cell = plan.cells().of(subject);
        assertThat(plan.verdict(Access.READ, cell).primary()).isEqualTo(plan.authority(cell));
        return plan.authority(cell);
    }

    private static Subject get(String key) {
        byte[] bytes = bytes(key);
        return new Subject().begin("GET", Caller.NOBODY, 0).key(bytes, bytes.length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Labelling rules(LabelRule.Builder... rules) {
        return LabelsMapper.fromProto(
                InstanceBy.INSTANCE_BY_UNSPECIFIED,
                List.of(rules).stream().map(LabelRule.Builder::build).toList());
    }
}
