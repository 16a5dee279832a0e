package io.segue.loadtest.bench;

import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one run of a load tool gave, or the medians over several runs.
 *
 * @param requestsPerSecond throughput
 * @param serverMicros CPU time of the server in use, per request, in µs; with a migration, of OLD
 * @param newServerMicros CPU time of NEW per request, in µs; 0 without a migration
 * @param proxyMicros CPU time of the proxy per request, in µs; 0 for a direct connection
 */
record Figures(double requestsPerSecond, double serverMicros, double newServerMicros, double proxyMicros) {
    /** The median of each figure by itself. */
    static Figures median(List<Figures> rounds) {
        return new Figures(
                median(rounds, Figures::requestsPerSecond),
                median(rounds, Figures::serverMicros),
                median(rounds, Figures::newServerMicros),
                median(rounds, Figures::proxyMicros));
    }

    private static double median(List<Figures> rounds, ToDoubleFunction<Figures> figure) {
        List<Double> sorted = rounds.stream()
                .map(figure::applyAsDouble)
                .sorted(Comparator.naturalOrder())
                .toList();
        if (sorted.isEmpty()) {
            throw new IllegalArgumentException("rounds: none (expected: at least one)");
        }
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
