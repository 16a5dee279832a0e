package io.segue.loadtest.register;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The checker says the same as a search that tries every order, misses no changed value, and is fast. */
@Timeout(60)
class RegisterCheckerPropertyTest {
    private static final long SEED = Long.getLong("segue.seed", System.nanoTime());

    @Test
    void saysTheSameAsTheSearchThatTriesEveryOrder() {
        RandomHistories random = new RandomHistories(SEED);
        SplittableRandom sizes = new SplittableRandom(SEED);
        int fine = 0;
        int rounds = 60_000;
        for (int i = 0; i < rounds; i++) {
            History history = random.any(2 + sizes.nextInt(6), 2 + sizes.nextInt(15));
            fine += agree(history, i) ? 1 : 0;
        }
        assertThat(fine).as("seed %d: both kinds come up", SEED).isBetween(rounds / 20, rounds - rounds / 20);
    }

    @Test
    void acceptsWhatARegisterDoes_andJudgesAChangedReadRightly() {
        RandomHistories random = new RandomHistories(SEED);
        SplittableRandom choice = new SplittableRandom(SEED);
        int broken = 0;
        int rounds = 20_000;
        for (int i = 0; i < rounds; i++) {
            History history = random.valid(1, 9, 1 + choice.nextInt(6), 0.1);
            assertThat(agree(history, i))
                    .as("seed %d, round %d: a register did this", SEED, i)
                    .isTrue();
            int read = choice.nextInt(history.size());
            if (history.action(read) == Action.READ) {
                broken += agree(history.with(read, choice.nextInt(10)), i) ? 0 : 1;
            }
        }
        assertThat(broken).as("seed %d", SEED).isGreaterThan(rounds / 10);
    }

    @Test
    void everyChangedReadOfAHistoryWithoutOverlapsIsFound() {
        History history = new RandomHistories(SEED).valid(3, 600, 1, 0);
        assertThat(RegisterChecker.check(history).linearizable())
                .as("seed %d", SEED)
                .isTrue();
        SplittableRandom random = new SplittableRandom(SEED);
        int changed = 0;
        for (int i = 0; i < history.size(); i++) {
            long other = random.nextInt(history.size());
            if (history.action(i) == Action.READ && history.value(i) != other) {
                RegisterChecker.Result result = RegisterChecker.check(history.with(i, other));
                assertThat(result.findings())
                        .as("seed %d: #%d reads %d", SEED, i, other)
                        .hasSize(1);
                changed++;
            }
        }
        assertThat(changed).isGreaterThan(100);
    }

    @Test
    void aLongHistoryOfThirtyClientsIsCheckedInNoTime_andOneStaleReadInItIsFound() {
        History history = new RandomHistories(SEED).valid(200, 300_000, 3_000, 0.001);
        RegisterChecker.Result result = RegisterChecker.check(history);
        assertThat(result.linearizable()).as("seed %d: %s", SEED, result.text()).isTrue();
        assertThat(result.millis()).as("ms; a tenth of it is usual").isLessThan(10_000);

        int last = history.size() - 1;
        while (history.action(last) != Action.READ || history.outcome(last) != Outcome.DONE) {
            last--;
        }
        long firstValue = firstWrite(history, history.key(last));
        RegisterChecker.Result stale = RegisterChecker.check(history.with(last, firstValue));
        assertThat(stale.findings())
                .as("seed %d", SEED)
                .extracting(Finding::key)
                .containsExactly(history.key(last));
    }

    private static long firstWrite(History history, int key) {
        for (int i = 0; i < history.size(); i++) {
            if (history.key(i) == key && history.action(i) == Action.WRITE && history.outcome(i) == Outcome.DONE) {
                return history.value(i);
            }
        }
        throw new IllegalStateException("no write of key " + key);
    }

    /** Whether both call it linearizable; fails if they do not agree. */
    private static boolean agree(History history, int round) {
        RegisterChecker.Result result = RegisterChecker.check(history);
        assertThat(result.linearizable())
                .as(() -> "seed " + SEED + ", round " + round + ": " + result.text() + "\n" + lines(history))
                .isEqualTo(PlainSearch.linearizable(history));
        return result.linearizable();
    }

    private static String lines(History history) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < history.size(); i++) {
            lines.append(history.operation(i).text(0)).append('\n');
        }
        return lines.toString();
    }
}
