package io.segue.loadtest.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.loadtest.register.Finding.Kind;
import org.junit.jupiter.api.Test;

/** Histories of which everybody can see whether they are linearizable. */
class RegisterCheckerTest {
    private final Script script = new Script();

    @Test
    void nothingAtAllIsFine() {
        assertFine();
    }

    @Test
    void oneAfterTheOther() {
        script.readNothing(0, 1).write(1, 2, 3).read(1, 4, 5).write(2, 6, 7).read(2, 8, 9);
        script.delete(10, 11).readNothing(12, 13).write(3, 14, 15).read(3, 16, 17);
        assertFine();
    }

    @Test
    void duringAWriteEitherValueMayBeRead() {
        script.write(1, 0, 1).write(2, 10, 20).read(1, 11, 12).read(2, 13, 14);
        assertFine();
    }

    @Test
    void duringAWriteReadsDoNotGoBack() {
        script.write(1, 0, 1).write(2, 10, 20).read(2, 11, 12).read(1, 13, 14);
        assertFound(Kind.STALE);
    }

    @Test
    void readsThatOverlapMaySeeTheWriteInAnyOrder() {
        script.write(1, 0, 1).write(2, 10, 20).read(2, 11, 14).read(1, 13, 15);
        assertFine();
    }

    @Test
    void aStaleReadIsFound() {
        script.write(1, 0, 1).write(2, 2, 3).read(1, 4, 5);
        Finding finding = assertFound(Kind.STALE);
        assertThat(finding.evidence()).extracting(Operation::value).containsExactly(1L, 2L, 1L);
        assertThat(finding.text(0)).contains("key 0", "#1 wrote 2", "#2 read 1");
    }

    @Test
    void aLostWriteIsFound() {
        script.write(1, 0, 1).write(2, 2, 3).read(2, 4, 5).write(3, 6, 7).read(2, 8, 9);
        assertFound(Kind.STALE);
    }

    @Test
    void aFirstWriteThatIsLostIsFound() {
        script.write(1, 0, 1).readNothing(2, 3);
        assertFound(Kind.VANISHED);
    }

    @Test
    void aWriteThatRisesFromTheDeadIsFound() {
        script.write(1, 0, 1).write(2, 2, 3).read(2, 4, 5).read(1, 6, 7).read(2, 8, 9);
        assertFound(Kind.STALE);
    }

    @Test
    void aDeletedValueThatComesBackIsFound() {
        script.write(1, 0, 1).read(1, 2, 3).delete(4, 5).read(1, 6, 7);
        assertFound(Kind.STALE);
    }

    @Test
    void aValueThatWasNeverWrittenIsFound() {
        script.write(1, 0, 1).on(1).write(2, 2, 3).on(0).read(2, 4, 5);
        assertFound(Kind.FOREIGN);
    }

    @Test
    void aValueFromTheFutureIsFound() {
        script.write(1, 0, 1).read(2, 2, 3).write(2, 4, 5);
        assertFound(Kind.EARLY);
    }

    @Test
    void aRefusedWriteThatShowsIsFound() {
        script.write(1, 0, 1).refusedWrite(2, 2, 3).read(1, 4, 5).read(2, 6, 7);
        assertFound(Kind.FOREIGN);
    }

    @Test
    void aWriteWithoutAnAnswerMayComeLateOrNever() {
        script.write(1, 0, 1).openWrite(2, 2).read(1, 4, 5).read(1, 100, 101);
        assertFine();
        script.read(2, 200, 201);
        assertFine();
        script.read(1, 300, 301);
        assertFound(Kind.STALE);
    }

    @Test
    void aDeletionWithoutAnAnswerExplainsOneDisappearance() {
        script.write(1, 0, 1).openDelete(2).read(1, 4, 5).readNothing(10, 11).write(2, 20, 21);
        assertFine();
        script.readNothing(30, 31);
        assertFound(Kind.VANISHED);
    }

    @Test
    void aReadWithoutAnAnswerSaysNothing() {
        script.write(1, 0, 1).openRead(2).write(2, 3, 4).read(2, 5, 6);
        assertFine();
    }

    @Test
    void theSameMomentIsNoOrder() {
        script.write(1, 0, 5).readNothing(5, 6).read(1, 7, 8);
        assertFine();
    }

    @Test
    void manyWritesAtOnceAreDecidedByTheReads() {
        for (int i = 1; i <= 500; i++) {
            script.write(i, 0, 1_000);
        }
        script.read(250, 1_001, 1_002).read(250, 1_003, 1_004);
        assertFine();
        script.read(251, 1_005, 1_006);
        assertFound(Kind.STALE);
    }

    @Test
    void keysAreRegistersOfTheirOwn() {
        script.write(1, 0, 1).on(1).readNothing(2, 3).write(1, 4, 5).on(0).read(1, 6, 7);
        assertFine();
        script.on(7).read(1, 8, 9).on(1).readNothing(8, 9);
        RegisterChecker.Result result = RegisterChecker.check(script.history());
        assertThat(result.keys()).isEqualTo(3);
        assertThat(result.findings()).extracting(Finding::key).containsExactly(1, 7);
        assertThat(result.text()).contains("6 operations on 3 keys, 2 keys not linearizable", "key 7: FOREIGN");
    }

    @Test
    void whatComesLaterCanBeLeftOut() {
        script.write(1, 0, 1).write(2, 2, 3).read(1, 4, 5);
        assertThat(RegisterChecker.check(script.history().until(4)).linearizable())
                .isTrue();
        assertThat(RegisterChecker.check(script.history().until(5)).linearizable())
                .as("its answer comes later")
                .isTrue();
        assertThat(RegisterChecker.check(script.history().until(6)).linearizable())
                .isFalse();
    }

    @Test
    void aValueThatIsWrittenTwiceIsRefused() {
        script.write(1, 0, 1).write(1, 2, 3);
        assertThatThrownBy(() -> RegisterChecker.check(script.history()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("value 1 of key 0: written twice, by #0 and #1");
    }

    private void assertFine() {
        RegisterChecker.Result result = RegisterChecker.check(script.history());
        assertThat(result.linearizable()).as("%s", result.text()).isTrue();
        if (script.history().size() <= 12) {
            assertThat(result.keys() > 1 || PlainSearch.linearizable(script.history()))
                    .isTrue();
        }
    }

    private Finding assertFound(Kind kind) {
        RegisterChecker.Result result = RegisterChecker.check(script.history());
        assertThat(result.findings()).as("%s", result.text()).hasSize(1);
        assertThat(result.findings().get(0).kind()).isEqualTo(kind);
        return result.findings().get(0);
    }
}
