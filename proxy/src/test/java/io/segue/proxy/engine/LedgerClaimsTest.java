package io.segue.proxy.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.core.verdict.Side;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The truth of a key moves to the other side, and back. OLD is where the plan has it. */
final class LedgerClaimsTest {
    private static final Ledger.Key KEY = key("k");

    private final Ledger ledger = new Ledger(10);

    private static Ledger.Key key(String name) {
        return new Ledger.Key(0, name.getBytes(StandardCharsets.UTF_8));
    }

    private static Ledger.Claim claim(Side side, boolean latest, boolean mayMove) {
        return new Ledger.Claim(side, Side.OLD, latest, () -> mayMove);
    }

    private boolean best(Side side) {
        return ledger.claim(KEY, claim(side, false, true));
    }

    private boolean latest(Side side) {
        return ledger.claim(KEY, claim(side, true, true));
    }

    private boolean moved() {
        return ledger.hasMoved(0, KEY.bytes(), KEY.bytes().length);
    }

    private LedgerEntry entry() {
        LedgerEntry entry = ledger.get(KEY);
        assertThat(entry).isNotNull();
        if (entry == null) {
            throw new AssertionError();
        }
        return entry;
    }

    @Test
    void aKeyThatIsEqualMoves_andComesBackWhenItIsFoundEqualAgain() {
        long moves = ledger.moves();
        assertThat(best(Side.NEW)).isTrue();
        ledger.confirm(KEY);
        assertThat(moved()).isTrue();
        assertThat(entry().authority).isEqualTo(Side.NEW);
        assertThat(entry().cause).isEqualTo(Ledger.Cause.TAKEN_OVER);
        assertThat(ledger.moves()).isGreaterThan(moves);

        assertThat(ledger.onProbation(KEY, entry().generation)).isTrue();
        assertThat(ledger.clear(KEY, entry().generation)).isTrue();
        assertThat(ledger.hasMoved()).isFalse();
        assertThat(ledger.isEmpty()).isTrue();
    }

    @Test
    void aWriteThatIsUnderWayKeepsItFromBeingForgotten() {
        best(Side.NEW);
        ledger.confirm(KEY);
        ledger.onProbation(KEY, entry().generation);
        long found = entry().generation;
        assertThat(best(Side.NEW)).as("the next write").isTrue();
        assertThat(entry().onProbation).as("it reaches both sides").isTrue();
        assertThat(ledger.clear(KEY, found)).isFalse();
        assertThat(moved()).isTrue();
    }

    @Test
    void noteItAgain_theTruthStaysWhereItHasMoved() {
        best(Side.NEW);
        ledger.mark(KEY, Ledger.Cause.OUTCOME_UNKNOWN, Side.OLD);
        assertThat(entry().authority).isEqualTo(Side.NEW);
        assertThat(moved()).isTrue();
    }

    @Test
    void aSideThatLacksAWriteDoesNotTakeOver_unlessTheLaterWriteWins() {
        ledger.mark(KEY, Ledger.Cause.FOLLOWER_UNAVAILABLE, Side.OLD);
        assertThat(best(Side.NEW)).isFalse();
        assertThat(moved()).isFalse();
        assertThat(latest(Side.NEW)).isTrue();
        ledger.confirm(KEY);
        assertThat(moved()).isTrue();
        assertThat(best(Side.OLD)).as("now OLD lacks one").isFalse();
        assertThat(latest(Side.OLD)).isTrue();
        ledger.confirm(KEY);
        assertThat(ledger.hasMoved()).isFalse();
        assertThat(entry().authority).isEqualTo(Side.OLD);
    }

    @Test
    void aSideThatMayLackOnlyUnknownWritesTakesOver() {
        ledger.mark(KEY, Ledger.Cause.OUTCOME_UNKNOWN, Side.OLD);
        ledger.mark(KEY, Ledger.Cause.OUTCOME_UNKNOWN, Side.OLD);
        assertThat(best(Side.NEW)).isTrue();

        Ledger other = new Ledger(10);
        other.mark(KEY, Ledger.Cause.OUTCOME_UNKNOWN, Side.OLD);
        other.mark(KEY, Ledger.Cause.CONCURRENT, Side.OLD);
        assertThat(other.claim(KEY, claim(Side.NEW, false, true))).isFalse();
    }

    @Test
    void nothingMovesWhileSomebodyElseIsUnderWay() {
        assertThat(ledger.claim(KEY, claim(Side.NEW, false, false))).isFalse();
        assertThat(ledger.claim(KEY, claim(Side.NEW, true, false))).isFalse();
        assertThat(ledger.isEmpty()).isTrue();
        assertThat(ledger.hasMoved()).isFalse();
    }

    @Test
    void aWriteThatWasNotExecutedTakesTheTruthBack() {
        best(Side.NEW);
        assertThat(ledger.withdraw(KEY, Side.NEW, () -> false))
                .as("another is under way")
                .isFalse();
        assertThat(ledger.withdraw(KEY, Side.NEW, () -> true)).isTrue();
        assertThat(ledger.isEmpty()).isTrue();
        assertThat(ledger.hasMoved()).isFalse();

        ledger.mark(KEY, Ledger.Cause.FOLLOWER_REFUSED, Side.OLD);
        latest(Side.NEW);
        ledger.mark(KEY, Ledger.Cause.CONCURRENT, Side.NEW);
        assertThat(ledger.withdraw(KEY, Side.NEW, () -> true)).isTrue();
        assertThat(entry().cause).isEqualTo(Ledger.Cause.FOLLOWER_REFUSED);
        assertThat(entry().authority).isEqualTo(Side.OLD);
        assertThat(ledger.hasMoved()).isFalse();
    }

    @Test
    void whatHasBeenConfirmedIsNotTakenBack() {
        best(Side.NEW);
        ledger.confirm(KEY);
        assertThat(ledger.withdraw(KEY, Side.NEW, () -> true)).isFalse();
        assertThat(moved()).isTrue();
    }

    @Test
    void withoutRoomNothingMoves() {
        for (int i = 0; i < 10; i++) {
            ledger.mark(key("other" + i), Ledger.Cause.CONCURRENT, Side.OLD);
        }
        assertThat(best(Side.NEW)).isFalse();
        assertThat(latest(Side.NEW)).isFalse();
    }

    @Test
    void whileEverythingIsDistrustedOnlyTheLaterWriteWins() {
        ledger.markEverything();
        assertThat(best(Side.NEW)).isFalse();
        assertThat(latest(Side.NEW)).isTrue();
    }

    @Test
    void movesCanBeGivenUp() {
        best(Side.NEW);
        ledger.confirm(KEY);
        ledger.giveUpMoves();
        assertThat(ledger.hasMoved()).isFalse();
        assertThat(entry().authority).isEqualTo(Side.OLD);
    }

    @Test
    void whatHasBeenCopiedIsRemembered() {
        ledger.mark(KEY, Ledger.Cause.NOT_DERIVABLE, Side.OLD);
        long first = entry().generation;
        ledger.copied(KEY, first);
        ledger.mark(KEY, Ledger.Cause.NOT_DERIVABLE, Side.OLD);
        assertThat(entry().copied).isEqualTo(first).isLessThan(entry().generation);
    }
}
