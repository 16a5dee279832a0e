package io.segue.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a proxy found out while it was alone holds for one plan, and no longer. */
class FallbacksTest {
    private final Fallbacks fallbacks = new Fallbacks();
    private final ProxySnapshot running = SnapshotMapper.fromProto(Configs.canary(7, 0.5));
    private final InterlaySpec interlay = running.interlays().get(0);

    private static PlanSpec plan(ProxySnapshot snapshot) {
        return Objects.requireNonNull(snapshot.interlays().get(0).plan());
    }

    private void breach(boolean readsAtAuthority) {
        fallbacks.add(interlay, new BreachNews(interlay.id(), "move_cache", "slow", 1, readsAtAuthority));
    }

    @Test
    void thePlanRunsWithReadsAtTheAuthority_alsoWhenItComesAgain() {
        assertThat(plan(fallbacks.apply(running)).readsAtAuthority()).isFalse();
        breach(true);
        ProxySnapshot careful = fallbacks.apply(running);
        assertThat(plan(careful).readsAtAuthority()).isTrue();
        fallbacks.retain(careful);
        ProxySnapshot again = fallbacks.apply(SnapshotMapper.fromProto(Configs.canary(8, 0.5)));
        assertThat(plan(again).readsAtAuthority()).isTrue();
        assertThat(fallbacks.has(again.interlays().get(0))).isTrue();
        assertThat(fallbacks.news()).hasSize(1);
    }

    @Test
    void anotherPlanEndsIt() {
        breach(true);
        ProxySnapshot next = SnapshotMapper.fromProto(Configs.canary(8, 0.25));
        assertThat(plan(fallbacks.apply(next)).readsAtAuthority()).isFalse();
        fallbacks.retain(next);
        assertThat(fallbacks.news()).isEmpty();
        assertThat(plan(fallbacks.apply(running)).readsAtAuthority()).isFalse();
    }

    @Test
    void whereNothingCouldBeDone_itIsToldAndNothingChanges() {
        breach(false);
        assertThat(plan(fallbacks.apply(running)).readsAtAuthority()).isFalse();
        assertThat(fallbacks.has(interlay)).isTrue();
        assertThat(fallbacks.news()).extracting(BreachNews::readsAtAuthority).containsExactly(false);
    }
}
