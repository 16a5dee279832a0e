package io.segue.core.planchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.core.planchange.Barrier.Member;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of a plan change, one by one. */
class PlanChangeRulesTest {
    @ParameterizedTest
    @CsvSource({
        // runs, held, plan, hold
        "V, , V, , KEEP",
        "V, , W, , SWITCH",
        " , , V, , SWITCH",
        "V, , V, W, HOLD",
        "U, , V, W, SWITCH_AND_HOLD",
        " , , V, W, SWITCH_AND_HOLD",
        "V, W, V, W, KEEP",
        "V, W, W, , COMMIT",
        "V, W, V, , RELEASE",
        "V, W, X, , RELEASE",
        "V, W, V, X, RELEASE_AND_HOLD",
        "V, W, W, X, RELEASE_AND_HOLD",
    })
    void whatAProxyDoesWithAConfiguration(String running, String held, String plan, String hold, ConfigMove move) {
        assertThat(ConfigMove.of(running, held, plan, hold)).isEqualTo(move);
    }

    @Test
    void aBarrierCountsWhoCannotBeReached() {
        Member ready = new Member("a", true, 7, 0);
        Member waiting = new Member("b", true, 6, 0);
        Member lost = new Member("c", false, 7, 0);
        Member refuses = new Member("d", true, 6, 7);

        assertThat(Barrier.of(7, List.of(ready)).passed()).isTrue();
        assertThat(Barrier.of(7, List.of()).passed()).isTrue();
        Barrier waits = Barrier.of(7, List.of(ready, waiting));
        assertThat(waits.passed()).isFalse();
        assertThat(waits.failed()).isFalse();
        assertThat(waits.waiting()).containsExactly("b");
        Barrier without = Barrier.of(7, List.of(ready, lost));
        assertThat(without.mayBegin()).isFalse();
        assertThat(without.failed()).isTrue();
        assertThat(Barrier.of(7, List.of(ready, refuses)).refused()).containsExactly("d");
        assertThat(Barrier.of(6, List.of(refuses)).passed())
                .as("it runs that version")
                .isTrue();
    }

    @Test
    void aProxyThatHasPromisedNeverGoesBackByItself() {
        HoldState held = HoldState.SERVING.after(HoldState.Event.HOLD).after(HoldState.Event.DRAINED);
        assertThat(held.answer()).isEqualTo(HoldState.Answer.PARK);
        assertThat(held.after(HoldState.Event.LIMIT).answer()).isEqualTo(HoldState.Answer.REFUSE);
        assertThat(held.after(HoldState.Event.LIMIT).after(HoldState.Event.DECIDED))
                .isEqualTo(HoldState.SERVING);
        assertThatThrownBy(() -> held.after(HoldState.Event.GAVE_UP)).isInstanceOf(IllegalStateException.class);
        assertThat(HoldState.DRAINING.after(HoldState.Event.LIMIT)).isEqualTo(HoldState.DRAINING);
    }

    @Test
    void aChangeGoesStepByStep() {
        ChangeStep preparing = ChangeStep.IDLE.after(ChangeStep.Event.BEGUN);
        assertThatThrownBy(() -> preparing.after(ChangeStep.Event.DECIDED)).isInstanceOf(IllegalStateException.class);
        assertThat(preparing.after(ChangeStep.Event.ALL_READY).after(ChangeStep.Event.RESTARTED))
                .isEqualTo(ChangeStep.IDLE);
    }

    @Test
    void marksAndNames() {
        assertThat(Eviction.isOf("p-1", Eviction.connectionName("p-1", "ab12"))).isTrue();
        assertThat(Eviction.isOf("p-1", Eviction.connectionName("p-11", "ab12")))
                .isFalse();
        assertThat(Eviction.isOf("p-1", "somebody")).isFalse();
        assertThat(Eviction.shutOut(Eviction.mark("12"), 11)).isTrue();
        assertThat(Eviction.shutOut(Eviction.mark("12"), 12)).isFalse();
        assertThat(Eviction.shutOut(Eviction.mark("OK"), 0)).isFalse();
        assertThat(Eviction.mark("9999999999999999999")).isZero();
    }
}
