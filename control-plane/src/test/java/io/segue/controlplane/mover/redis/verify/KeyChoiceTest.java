package io.segue.controlplane.mover.redis.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyChoiceTest {
    private static final int KEYS = 100_000;

    private static boolean chosen(KeyChoice choice, String key) {
        byte[] bytes = ("--" + key).getBytes(StandardCharsets.UTF_8);
        return choice.chosen(bytes, 2, bytes.length - 2);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.01, 0.1, 0.5, 0.9, 1.0})
    void aSampleHasItsShare(double share) {
        KeyChoice choice = new KeyChoice(share);
        int count = 0;
        for (int i = 0; i < KEYS; i++) {
            count += chosen(choice, "key:" + i) ? 1 : 0;
        }
        assertThat((double) count).isBetween(KEYS * share - 600, KEYS * share + 600);
        assertThat(choice.of(KEYS)).isEqualTo(Math.round(KEYS * share));
    }

    @Test
    void aSmallerSampleIsPartOfALargerOne() {
        KeyChoice small = new KeyChoice(0.1);
        KeyChoice large = new KeyChoice(0.2);
        for (int i = 0; i < KEYS; i++) {
            if (chosen(small, "key:" + i)) {
                assertThat(chosen(large, "key:" + i)).isTrue();
            }
        }
    }

    @Test
    void temporaryKeysAreNeverChosen() {
        KeyChoice all = new KeyChoice(1.0);
        assertThat(chosen(all, "segue:tmp:")).isFalse();
        assertThat(chosen(all, "segue:tmp:a key")).isFalse();
        assertThat(chosen(all, "segue:tmp")).isTrue();
        assertThat(chosen(all, "")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.0, -0.1, 1.1, Double.NaN})
    void otherSharesAreRefused(double share) {
        assertThatThrownBy(() -> new KeyChoice(share))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sample: " + share + " (expected: above 0.0 up to 1.0)");
    }
}
