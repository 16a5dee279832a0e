package io.segue.core.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.core.strategy.BigBang;
import io.segue.core.strategy.Canary;
import io.segue.core.strategy.ShadowTraffic;
import io.segue.core.strategy.WriteMode;
import io.segue.core.strategy.WritePolicy;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.validation.NotSupportedException;
import io.segue.proto.v1.BlueGreen;
import io.segue.proto.v1.Cutover;
import io.segue.proto.v1.DualWrite;
import io.segue.proto.v1.FeatureFlag;
import io.segue.proto.v1.Geographic;
import io.segue.proto.v1.RollingUpdate;
import io.segue.proto.v1.SampleBy;
import io.segue.proto.v1.StranglerFig;
import io.segue.proto.v1.Strategy;
import io.segue.proto.v1.TimeWindow;
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

    static Stream<Arguments> notYet() {
        return Stream.of(
                Arguments.of("blue_green", Strategy.newBuilder().setBlueGreen(BlueGreen.getDefaultInstance())),
                Arguments.of(
                        "rolling_update", Strategy.newBuilder().setRollingUpdate(RollingUpdate.getDefaultInstance())),
                Arguments.of("strangler_fig", Strategy.newBuilder().setStranglerFig(StranglerFig.getDefaultInstance())),
                Arguments.of("feature_flag", Strategy.newBuilder().setFeatureFlag(FeatureFlag.getDefaultInstance())),
                Arguments.of("geographic", Strategy.newBuilder().setGeographic(Geographic.getDefaultInstance())),
                Arguments.of("time_window", Strategy.newBuilder().setTimeWindow(TimeWindow.getDefaultInstance())),
                Arguments.of(
                        "user",
                        canary(io.segue.proto.v1.Canary.newBuilder()).toBuilder()
                                .setSampleBy(SampleBy.SAMPLE_BY_USER)));
    }

    @ParameterizedTest
    @MethodSource
    void notYet(String name, Strategy.Builder message) {
        assertThatThrownBy(() -> StrategyMapper.fromProto(message.build()))
                .isInstanceOf(NotSupportedException.class)
                .hasMessageContaining(": " + name + " is not available in this release (expected: ");
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
