package io.segue.loadtest.data;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a comparison has found.
 *
 * @param keys how many keys of the first store were looked at
 * @param withExpiry how many of them end by themselves
 * @param byType how many keys of each type
 * @param counts how many differences of each kind
 * @param differences the first of them
 * @param took wall time
 */
public record Comparison(
        long keys,
        long withExpiry,
        Map<String, Long> byType,
        Map<Difference.Kind, Long> counts,
        List<Difference> differences,
        Duration took) {
    /** Copies the collections. */
    public Comparison {
        byType = Map.copyOf(byType);
        counts = Map.copyOf(counts);
        differences = List.copyOf(differences);
    }

    /** Whether no difference was found. */
    public boolean isEqual() {
        return counts.isEmpty();
    }

    /** How many differences of a kind were found. */
    public long count(Difference.Kind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    /** Keys of the first store in a second. */
    public double keysPerSecond() {
        return keys * 1e9 / Math.max(1, took.toNanos());
    }

    @Override
    public String toString() {
        return "%,d keys (%,d that expire) in %d ms: %s%s"
                .formatted(
                        keys,
                        withExpiry,
                        took.toMillis(),
                        isEqual() ? "equal" : "different " + counts,
                        differences.stream().map(d -> "\n  " + d).collect(Collectors.joining()));
    }
}
