package io.segue.core.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.core.operation.Access;
import io.segue.core.operation.Bucket;
import io.segue.core.operation.Labels;
import io.segue.core.operation.Operation;
import io.segue.core.verdict.Verdict;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every strategy promises. A strategy that is not among the samples fails {@link #everyStrategyIsSampled}. */
class StrategyContractTest {
    private static final Instant NOW = Instant.parse("2026-01-15T03:00:00Z");

    static List<Strategy> samples() {
        WriteMode oldFirst = new WriteMode.DualWrite(WritePolicy.OLD_AUTHORITATIVE);
        WriteMode newFirst = new WriteMode.DualWrite(WritePolicy.NEW_AUTHORITATIVE);
        return List.of(
                new BigBang(true),
                new BigBang(false),
                new Canary(0.0, oldFirst),
                new Canary(0.05, oldFirst),
                new Canary(0.5, newFirst),
                new Canary(1.0, new WriteMode.Cutover(1.0)),
                new Canary(0.3, new WriteMode.Cutover(0.3)),
                new ShadowTraffic());
    }

    @Test
    void everyStrategyIsSampled() {
        assertThat(samples().stream().map(Object::getClass).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(Strategy.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void decide_isTotalAndPure(Strategy strategy) {
        operations().forEach(operation -> {
            Verdict verdict = strategy.decide(operation, NOW);
            assertThat(verdict).isNotNull();
            assertThat(strategy.decide(operation, NOW)).isSameAs(verdict);
        });
    }

    @ParameterizedTest
    @MethodSource("samples")
    void pinnedWork_isServedByTheAuthorityAlone(Strategy strategy) {
        for (int bucket = 0; bucket < Bucket.COUNT; bucket += 37) {
            Verdict write = strategy.decide(new Operation(Access.WRITE, bucket, Labels.NONE), NOW);
            Verdict pinned = strategy.decide(new Operation(Access.PINNED, bucket, Labels.NONE), NOW);
            assertThat(pinned).isEqualTo(Verdict.single(write.primary()));
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void theTypeIsTheNameInTheApi(Strategy strategy) {
        assertThat(strategy.type()).matches("[a-z_]+");
    }

    private static Stream<Operation> operations() {
        return Arrays.stream(Access.values())
                .flatMap(access -> Stream.iterate(0, bucket -> bucket < Bucket.COUNT, bucket -> bucket + 111)
                        .map(bucket -> new Operation(access, bucket, Labels.NONE)));
    }
}
