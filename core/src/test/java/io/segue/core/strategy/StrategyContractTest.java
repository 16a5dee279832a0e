package io.segue.core.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.core.operation.Access;
import io.segue.core.operation.Bucket;
import io.segue.core.operation.Label;
import io.segue.core.operation.Labels;
import io.segue.core.operation.Operation;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every strategy promises. A strategy that is not among the samples fails {@link #everyStrategyIsSampled}. */
class StrategyContractTest {
    private static final Instant NOW = Instant.parse("2026-01-15T03:00:00Z");

    static List<Strategy> samples() {
        WriteMode.DualWrite oldFirst = new WriteMode.DualWrite(WritePolicy.OLD_AUTHORITATIVE);
        WriteMode.DualWrite newFirst = new WriteMode.DualWrite(WritePolicy.NEW_AUTHORITATIVE);
        return List.of(
                new BigBang(true),
                new BigBang(false),
                new Canary(0.0, oldFirst),
                new Canary(0.05, oldFirst),
                new Canary(0.5, newFirst),
                new Canary(1.0, new WriteMode.Cutover(1.0)),
                new Canary(0.3, new WriteMode.Cutover(0.3)),
                new ShadowTraffic(),
                new BlueGreen(false, null),
                new BlueGreen(true, null),
                new BlueGreen(true, oldFirst),
                new RollingUpdate(Set.of(), 5, null),
                new RollingUpdate(Set.of("shard-1", "b"), 5, null),
                new RollingUpdate(Set.of("shard-1"), 5, newFirst),
                new StranglerFig(Map.of("auth", true, "pay", false), null),
                new StranglerFig(Map.of("auth", true), oldFirst),
                new FeatureFlag(Map.of("on", true, "off", false), 0.25, null),
                new FeatureFlag(Map.of("off", false), 1.0, null),
                new FeatureFlag(Map.of("on", true), 1.0, newFirst),
                new Geographic(Map.of("us", true, "eu", false), null),
                new Geographic(Map.of("us", true), oldFirst),
                new TimeWindow(NOW, NOW.plusSeconds(1), false, null),
                new TimeWindow(NOW, NOW.plusSeconds(1), true, null),
                new TimeWindow(NOW, NOW.plusSeconds(1), true, oldFirst));
    }

    /** Labels of every kind: of the samples, of none, and unknown ones. */
    static List<Labels> labels(Strategy strategy) {
        List<Labels> labels = new ArrayList<>(strategy.samples());
        labels.add(Labels.NONE);
        labels.add(new Labels("mars", "shard-4", "unheard", "of"));
        return labels;
    }

    @Test
    void everyStrategyIsSampled() {
        assertThat(samples().stream().map(Object::getClass).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(Strategy.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void decide_isTotalAndPure(Strategy strategy) {
        operations(strategy).forEach(operation -> {
            Verdict verdict = strategy.decide(operation, NOW);
            assertThat(verdict).isNotNull();
            assertThat(strategy.decide(operation, NOW)).isSameAs(verdict);
            assertThat(strategy.why(operation)).isNotBlank();
        });
    }

    /** The tables that proxies run are made from this: operations that are selected alike go alike. */
    @ParameterizedTest
    @MethodSource("samples")
    void ofTheLabels_onlyTheSelectionCounts(Strategy strategy) {
        List<Labels> labels = labels(strategy);
        for (Labels some : labels) {
            for (Labels other : labels) {
                for (int bucket = 0;
                        strategy.selects(some) == strategy.selects(other) && bucket < 10_000;
                        bucket += 1_111) {
                    for (Access access : Access.values()) {
                        assertThat(strategy.decide(new Operation(access, bucket, other), NOW))
                                .isEqualTo(strategy.decide(new Operation(access, bucket, some), NOW));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void theSamplesShowEverySelectionThereIs(Strategy strategy) {
        Set<Boolean> sampled =
                strategy.samples().stream().map(strategy::selects).collect(Collectors.toSet());
        assertThat(labels(strategy).stream().map(strategy::selects)).isSubsetOf(sampled);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void labelsThatItDoesNotLookAt_changeNothing(Strategy strategy) {
        for (Label label : Label.values()) {
            boolean selects = strategy.selects(Labels.NONE.with(label, "shard-1"));
            if (label != strategy.label()) {
                assertThat(selects).as("%s", label).isEqualTo(strategy.selects(Labels.NONE));
            }
        }
    }

    /** How many sides are written is the same for all operations of a strategy; the ledger of the proxies relies on it. */
    @ParameterizedTest
    @MethodSource("samples")
    void eitherAllWritesReachBothSidesOrNone(Strategy strategy) {
        assertThat(operations(strategy)
                        .filter(operation -> operation.access() == Access.WRITE)
                        .map(operation -> strategy.decide(operation, NOW) instanceof Verdict.Single)
                        .distinct())
                .hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void growingAShare_movesNoBucketBack(Strategy strategy) {
        for (Labels labels : labels(strategy)) {
            boolean left = false;
            for (int bucket = 0; bucket < Bucket.COUNT; bucket += 37) {
                boolean onNew = strategy.decide(new Operation(Access.READ, bucket, labels), NOW)
                                .primary()
                        == Side.NEW;
                assertThat(left && onNew).as("bucket %d", bucket).isFalse();
                left |= !onNew;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void pinnedWork_isServedByTheAuthorityAlone(Strategy strategy) {
        for (Labels labels : labels(strategy)) {
            for (int bucket = 0; bucket < Bucket.COUNT; bucket += 37) {
                Verdict write = strategy.decide(new Operation(Access.WRITE, bucket, labels), NOW);
                Verdict pinned = strategy.decide(new Operation(Access.PINNED, bucket, labels), NOW);
                assertThat(pinned).isEqualTo(Verdict.single(write.primary()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void theTypeIsTheNameInTheApi(Strategy strategy) {
        assertThat(strategy.type()).matches("[a-z_]+");
    }

    private static Stream<Operation> operations(Strategy strategy) {
        return Arrays.stream(Access.values())
                .flatMap(access -> Stream.iterate(0, bucket -> bucket < Bucket.COUNT, bucket -> bucket + 111)
                        .flatMap(bucket ->
                                labels(strategy).stream().map(labels -> new Operation(access, bucket, labels))));
    }
}
