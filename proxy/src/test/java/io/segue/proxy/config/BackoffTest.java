package io.segue.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {

    @Test
    void growsWithJitterUpToTheLimitAndStartsAgain() {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10), new Random(1));
        long[] bounds = {100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000};
        for (long bound : bounds) {
            assertThat(backoff.next()).isBetween(Duration.ofMillis(bound / 2), Duration.ofMillis(bound));
        }
        backoff.reset();
        assertThat(backoff.next()).isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
    }
}
