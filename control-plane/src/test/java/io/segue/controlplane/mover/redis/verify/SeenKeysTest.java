package io.segue.controlplane.mover.redis.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeenKeysTest {
    @Test
    void everyHashIsNewOnce() {
        SeenKeys seen = new SeenKeys(100_000);
        Set<Long> expected = new HashSet<>();
        Random random = new Random(1);
        for (int i = 0; i < 50_000; i++) {
            // Few different values, also such as fall into the same place.
            long hash = random.nextBoolean() ? random.nextInt(10_000) : (long) random.nextInt(10_000) << 32;
            assertThat(seen.add(hash)).isEqualTo(expected.add(hash));
        }
    }

    @Test
    void beyondItsLimitNothingIsRemembered() {
        SeenKeys seen = new SeenKeys(10);
        for (long hash = 1; hash <= 20; hash++) {
            assertThat(seen.add(hash)).isTrue();
        }
        assertThat(seen.add(10)).isFalse();
        assertThat(seen.add(11)).isTrue();
    }
}
