package io.segue.core.guardrail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.core.guardrail.Judgement.Outcome;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.wire.GuardrailMapper;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The limits, one by one and together. */
class GuardrailsTest {
    private static final OptionalDouble ANY = OptionalDouble.empty();

    private static Guardrails errors(double most) {
        return new Guardrails(OptionalDouble.of(most), ANY, ANY, 10, 100);
    }

    private static Guardrails ratio(double most) {
        return new Guardrails(ANY, OptionalDouble.of(most), ANY, 10, 100);
    }

    private static Figures of(SideFigures old, SideFigures neu) {
        return new Figures(old, neu, 0, 0);
    }

    private static SideFigures failing(long requests, long failed) {
        return new SideFigures(requests, failed, requests, 1_000);
    }

    private static SideFigures slow(long measured, long p99Micros) {
        return new SideFigures(measured, 0, measured, p99Micros);
    }

    @Test
    void errorRate_countsWhatNewFailsMoreThanOld() {
        assertThat(errors(0.01)
                        .judge(of(failing(1_000, 50), failing(1_000, 59)))
                        .outcome())
                .isEqualTo(Outcome.PASSED);
        assertThat(errors(0.01)
                        .judge(of(failing(1_000, 50), failing(1_000, 61)))
                        .outcome())
                .isEqualTo(Outcome.BREACHED);
        assertThat(errors(0.0).judge(of(failing(1_000, 0), failing(1_000, 0))).outcome())
                .isEqualTo(Outcome.PASSED);
    }

    @Test
    void errorRate_aFewRequestsOfOldDoNotExcuseNew() {
        assertThat(errors(0.5).judge(of(failing(1, 1), failing(1_000, 600))).outcome())
                .isEqualTo(Outcome.BREACHED);
    }

    @Test
    void tooFewRequests_areNeitherPassNorBreach() {
        assertThat(errors(0.01).judge(of(failing(1_000, 0), failing(99, 99))).outcome())
                .isEqualTo(Outcome.NO_DATA);
        assertThat(ratio(2.0).judge(of(slow(99, 100), slow(1_000, 100_000))).outcome())
                .isEqualTo(Outcome.NO_DATA);
        assertThat(ratio(2.0).judge(of(slow(1_000, 100), slow(99, 100_000))).outcome())
                .isEqualTo(Outcome.NO_DATA);
        assertThat(errors(0.01).judge(Figures.NONE).passed()).isFalse();
    }

    @Test
    void p99_isComparedWithOlds() {
        assertThat(ratio(2.0).judge(of(slow(1_000, 1_000), slow(1_000, 2_000))).outcome())
                .isEqualTo(Outcome.PASSED);
        Judgement slower = ratio(2.0).judge(of(slow(1_000, 1_000), slow(1_000, 2_100)));
        assertThat(slower.outcome()).isEqualTo(Outcome.BREACHED);
        assertThat(slower.reason()).contains("2.10 ms on NEW", "1.00 ms on OLD", "2.1 times");
    }

    @Test
    void divergence_isAShareOfWhatWasCompared() {
        Guardrails guardrails = new Guardrails(ANY, ANY, OptionalDouble.of(0.01), 10, 100);
        assertThat(guardrails
                        .judge(new Figures(SideFigures.NONE, SideFigures.NONE, 1_000, 10))
                        .outcome())
                .isEqualTo(Outcome.PASSED);
        assertThat(guardrails
                        .judge(new Figures(SideFigures.NONE, SideFigures.NONE, 1_000, 11))
                        .outcome())
                .isEqualTo(Outcome.BREACHED);
        assertThat(guardrails
                        .judge(new Figures(SideFigures.NONE, SideFigures.NONE, 99, 99))
                        .outcome())
                .isEqualTo(Outcome.NO_DATA);
    }

    @Test
    void severalLimits_theWorstSays() {
        Guardrails both = new Guardrails(OptionalDouble.of(0.01), OptionalDouble.of(2.0), ANY, 10, 100);
        Judgement breached = both.judge(of(slow(50, 100), failing(1_000, 500)));
        assertThat(breached.outcome()).isEqualTo(Outcome.BREACHED);
        assertThat(breached.reason())
                .contains("50.00 % of 1000 requests failed on NEW")
                .doesNotContain("p99");
        assertThat(both.judge(of(slow(50, 100), failing(1_000, 0))).outcome()).isEqualTo(Outcome.NO_DATA);
    }

    @Test
    void badValues_areNamed() {
        assertThatThrownBy(() -> errors(1.5))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessage("guardrails.max_error_rate: 1.5 (expected: 0.0 to 1.0)");
        assertThatThrownBy(() -> ratio(0.0)).hasMessageContaining("guardrails.max_p99_ratio: 0.0");
        assertThatThrownBy(() -> ratio(Double.NaN)).hasMessageContaining("guardrails.max_p99_ratio: NaN");
        assertThatThrownBy(() -> new Guardrails(ANY, ANY, ANY, 10, 100)).hasMessageContaining("guardrails: no limit");
        assertThatThrownBy(() -> new Guardrails(OptionalDouble.of(0.1), ANY, ANY, 3_601, 100))
                .hasMessageContaining("guardrails.window_seconds: 3601");
    }

    @Test
    void mapper_fillsInWhatIsNotGiven() {
        assertThat(GuardrailMapper.fromProto(io.segue.proto.v1.Guardrails.getDefaultInstance()))
                .isEmpty();
        Guardrails read = GuardrailMapper.fromProto(io.segue.proto.v1.Guardrails.newBuilder()
                        .setMaxErrorRate(0.0)
                        .build())
                .orElseThrow();
        assertThat(read.maxErrorRate()).hasValue(0.0);
        assertThat(read.windowSeconds()).isEqualTo(Guardrails.DEFAULT_WINDOW_SECONDS);
        assertThat(read.minRequests()).isEqualTo(Guardrails.DEFAULT_MIN_REQUESTS);
    }
}
