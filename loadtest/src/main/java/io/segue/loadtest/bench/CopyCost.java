package io.segue.loadtest.bench;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a copy of a data set has cost.
 *
 * @param means how it was copied, for tables
 * @param keys how many keys, at least 1
 * @param wall from the start until the target had everything
 * @param cpu processor time of each process that took part, by its role: "source", "target"
 */
record CopyCost(String means, long keys, Duration wall, Map<String, Duration> cpu) {
    CopyCost {
        cpu = Map.copyOf(cpu);
    }

    double keysPerSecond() {
        return keys * 1e9 / wall.toNanos();
    }

    /** Processor time of a role for each key, microseconds. */
    double cpuMicros(String role) {
        return cpu.getOrDefault(role, Duration.ZERO).toNanos() / 1e3 / keys;
    }

    @Override
    public String toString() {
        return String.format(
                        Locale.ROOT,
                        "%s: %,d keys in %d ms, %,.0f keys/s",
                        means,
                        keys,
                        wall.toMillis(),
                        keysPerSecond())
                + new TreeMap<>(cpu)
                        .keySet().stream()
                                .map(role -> String.format(Locale.ROOT, ", %s %.2f us/key", role, cpuMicros(role)))
                                .collect(Collectors.joining());
    }
}
