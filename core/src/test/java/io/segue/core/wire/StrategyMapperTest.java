package io.segue.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import io.segue.core.operation.Sampling;
import io.segue.core.strategy.BigBang;
import io.segue.core.strategy.BlueGreen;
import io.segue.core.strategy.Canary;
import io.segue.core.strategy.FeatureFlag;
import io.segue.core.strategy.Geographic;
import io.segue.core.strategy.RollingUpdate;
import io.segue.core.strategy.ShadowTraffic;
import io.segue.core.strategy.StranglerFig;
import io.segue.core.strategy.TimeWindow;
import io.segue.core.strategy.WriteMode;
import io.segue.core.strategy.WritePolicy;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.validation.NotSupportedException;
import io.segue.proto.v1.Cutover;
import io.segue.proto.v1.DualWrite;
import io.segue.proto.v1.SampleBy;
import io.segue.proto.v1.Strategy;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class StrategyMapperTest {

    @Test
    void bigBang_isDurableUnlessToldOtherwise() {
        assertThat(StrategyMapper.fromProto(Strategy.newBuilder()
                        .setBigBang(io.segue.proto.v1.BigBang.getDefaultInstance())
                        .build()))
                .isEqualTo(new BigBang(true));
        assertThat(StrategyMapper.fromProto(Strategy.newBuilder()
                        .setBigBang(io.segue.proto.v1.BigBang.newBuilder().setDurability(false))
                        .build()))
                .isEqualTo(new BigBang(false));
    }

    @Test
    void canary_writesBothSidesOldFirstUnlessToldOtherwise() {
        assertThat(StrategyMapper.fromProto(
                        canary(io.segue.proto.v1.Canary.newBuilder().setReadPercentage(0.05))))
                .isEqualTo(new Canary(0.05, new WriteMode.DualWrite(WritePolicy.OLD_AUTHORITATIVE)));
        assertThat(StrategyMapper.fromProto(canary(io.segue.proto.v1.Canary.newBuilder()
                        .setReadPercentage(1.0)
                        .setWriteMode(io.segue.proto.v1.WriteMode.newBuilder()
                                .setCutover(Cutover.newBuilder().setWritePercentage(1.0))))))
                .isEqualTo(new Canary(1.0, new WriteMode.Cutover(1.0)));
    }

    @ParameterizedTest
    @EnumSource(WritePolicy.class)
    void dualWrite_everyPolicyHasItsName(WritePolicy policy) {
        DualWrite.Builder dual = DualWrite.newBuilder()
                .setPolicy(io.segue.proto.v1.WritePolicy.valueOf("WRITE_POLICY_" + policy.name()));
        assertThat(StrategyMapper.fromProto(canary(io.segue.proto.v1.Canary.newBuilder()
                        .setWriteMode(io.segue.proto.v1.WriteMode.newBuilder().setDualWrite(dual)))))
                .isEqualTo(new Canary(0.0, new WriteMode.DualWrite(policy)));
    }

    @Test
    void shadowTraffic_hasNoParameters() {
        assertThat(StrategyMapper.fromProto(Strategy.newBuilder()
                        .setShadowTraffic(io.segue.proto.v1.ShadowTraffic.getDefaultInstance())
                        .build()))
                .isEqualTo(new ShadowTraffic());
    }

    static Stream<Arguments> theOthers() {
        io.segue.proto.v1.WriteMode both = io.segue.proto.v1.WriteMode.newBuilder()
                .setDualWrite(DualWrite.getDefaultInstance())
                .build();
        WriteMode.DualWrite oldFirst = new WriteMode.DualWrite(WritePolicy.OLD_AUTHORITATIVE);
        Timestamp start = Timestamp.newBuilder().setSeconds(1_705_284_000).build();
        Timestamp end = Timestamp.newBuilder().setSeconds(1_705_291_200).build();
        return Stream.of(
                Arguments.of(
                        Strategy.newBuilder()
                                .setBlueGreen(io.segue.proto.v1.BlueGreen.newBuilder()
                                        .setActiveIsNew(true)
                                        .setWriteMode(both)),
                        new BlueGreen(true, oldFirst)),
                Arguments.of(
                        Strategy.newBuilder()
                                .setRollingUpdate(io.segue.proto.v1.RollingUpdate.newBuilder()
                                        .addMigratedInstances("shard-0")
                                        .setTotalInstances(5)),
                        new RollingUpdate(Set.of("shard-0"), 5, null)),
                Arguments.of(
                        Strategy.newBuilder()
                                .setStranglerFig(io.segue.proto.v1.StranglerFig.newBuilder()
                                        .putFeatures("user_auth", true)
                                        .setWriteMode(both)),
                        new StranglerFig(Map.of("user_auth", true), oldFirst)),
                Arguments.of(
                        Strategy.newBuilder()
                                .setFeatureFlag(io.segue.proto.v1.FeatureFlag.newBuilder()
                                        .putFlags("new_database", true)
                                        .setRolloutPercentage(0.25)),
                        new FeatureFlag(Map.of("new_database", true), 0.25, null)),
                Arguments.of(
                        Strategy.newBuilder()
                                .setGeographic(io.segue.proto.v1.Geographic.newBuilder()
                                        .putRegions("us-east-1", true)
                                        .setWriteMode(io.segue.proto.v1.WriteMode.newBuilder()
                                                .setCutover(Cutover.newBuilder().setWritePercentage(1.0)))),
                        new Geographic(Map.of("us-east-1", true), null)),
                Arguments.of(
                        Strategy.newBuilder()
                                .setTimeWindow(io.segue.proto.v1.TimeWindow.newBuilder()
                                        .setWindowStart(start)
                                        .setWindowEnd(end)
                                        .setExecuted(true)),
                        new TimeWindow(
                                Instant.parse("2024-01-15T02:00:00Z"),
                                Instant.parse("2024-01-15T04:00:00Z"),
                                true,
                                null)));
    }

    @ParameterizedTest
    @MethodSource
    void theOthers(Strategy.Builder message, io.segue.core.strategy.Strategy expected) {
        assertThat(StrategyMapper.fromProto(message.build())).isEqualTo(expected);
    }

    @Test
    void cutover_isAllOrNothingWhereWritesGoWhereReadsGo() {
        assertThatThrownBy(() -> StrategyMapper.fromProto(Strategy.newBuilder()
                        .setBlueGreen(io.segue.proto.v1.BlueGreen.newBuilder()
                                .setWriteMode(io.segue.proto.v1.WriteMode.newBuilder()
                                        .setCutover(Cutover.newBuilder().setWritePercentage(0.5))))
                        .build()))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessage("strategy.write_mode.write_percentage: 0.5 (expected: 1.0: under blue_green writes go where"
                        + " reads go)");
    }

    @Test
    void windowWithoutAMoment_isRefused() {
        assertThatThrownBy(() -> StrategyMapper.fromProto(Strategy.newBuilder()
                        .setTimeWindow(io.segue.proto.v1.TimeWindow.getDefaultInstance())
                        .build()))
                .hasMessage("strategy.window_start: nothing (expected: a moment)");
    }

    @Test
    void sampling_isByKeyUnlessToldOtherwise() {
        assertThat(StrategyMapper.sampling(Strategy.getDefaultInstance())).isEqualTo(Sampling.KEY);
        assertThat(StrategyMapper.sampling(Strategy.newBuilder()
                        .setSampleBy(SampleBy.SAMPLE_BY_CONNECTION)
                        .build()))
                .isEqualTo(Sampling.CONNECTION);
        assertThat(StrategyMapper.sampling(Strategy.newBuilder()
                        .setSampleBy(SampleBy.SAMPLE_BY_USER)
                        .build()))
                .isEqualTo(Sampling.USER);
    }

    @Test
    void policiesThatAreNotThereYet_areNamed() {
        assertThatThrownBy(() -> StrategyMapper.fromProto(canary(io.segue.proto.v1.Canary.newBuilder()
                        .setWriteMode(io.segue.proto.v1.WriteMode.newBuilder()
                                .setDualWrite(DualWrite.newBuilder()
                                        .setPolicy(io.segue.proto.v1.WritePolicy.WRITE_POLICY_BOTH_REQUIRED))))))
                .isInstanceOf(NotSupportedException.class)
                .hasMessageContaining(": both_required is not available in this release (expected: ");
    }

    @Test
    void nothing_isRefused() {
        assertThatThrownBy(() -> StrategyMapper.fromProto(Strategy.getDefaultInstance()))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessage("strategy.type: nothing (expected: a strategy)");
    }

    private static Strategy canary(io.segue.proto.v1.Canary.Builder canary) {
        return Strategy.newBuilder().setCanary(canary).build();
    }
}
