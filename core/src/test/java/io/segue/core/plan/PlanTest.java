package io.segue.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.core.operation.Access;
import io.segue.core.operation.Bucket;
import io.segue.core.operation.Labels;
import io.segue.core.operation.Operation;
import io.segue.core.strategy.BigBang;
import io.segue.core.strategy.Canary;
import io.segue.core.strategy.Strategy;
import io.segue.core.strategy.WriteMode;
import io.segue.core.strategy.WritePolicy;
import io.segue.core.verdict.Side;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final Canary QUARTER = new Canary(0.25, new WriteMode.DualWrite(WritePolicy.OLD_AUTHORITATIVE));
    private static final Canary CUT_OVER = new Canary(1.0, new WriteMode.Cutover(1.0));

    @Test
    void everyCellIsWhatTheStrategySays() {
        Plan plan = compile(QUARTER);
        for (Access access : Access.values()) {
            for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
                assertThat(plan.verdict(access, bucket))
                        .isSameAs(QUARTER.decide(new Operation(access, bucket, Labels.NONE), Instant.EPOCH));
            }
        }
    }

    @Test
    void followerReads_areThoseOnTheSideThatIsNotTheAuthority() {
        Plan plan = compile(QUARTER);
        assertThat(plan.followerReads(2_499)).isTrue();
        assertThat(plan.followerReads(2_500)).isFalse();
        assertThat(compile(CUT_OVER).followerReads(0)).isFalse();
    }

    @Test
    void movesAuthority_onlyWhenSomeBucketGetsAnother() {
        assertThat(compile(QUARTER).movesAuthority(compile(new Canary(0.75, QUARTER.writeMode()))))
                .isFalse();
        assertThat(compile(QUARTER).movesAuthority(compile(CUT_OVER))).isTrue();
        assertThat(compile(CUT_OVER).movesAuthority(compile(new BigBang(true)))).isFalse();
        assertThat(compile(CUT_OVER).authority(0)).isEqualTo(Side.NEW);
    }

    private static Plan compile(Strategy strategy) {
        return Plan.compile("m", "550e8400-e29b-41d4-a716-446655440000", strategy, Labels.NONE);
    }
}
