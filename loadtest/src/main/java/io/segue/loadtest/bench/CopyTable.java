package io.segue.loadtest.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Gathers what copies cost, round by round, and shows the medians beside the baseline. For one thread. */
final class CopyTable {
    private final Map<String, List<CopyCost>> rounds = new LinkedHashMap<>();

    void add(CopyCost cost) {
        rounds.computeIfAbsent(cost.means(), means -> new ArrayList<>()).add(cost);
    }

    /** The median of each figure by itself, in the order in which the means were measured first. */
    List<CopyCost> medians() {
        return rounds.values().stream().map(CopyTable::median).toList();
    }

    private static CopyCost median(List<CopyCost> costs) {
        Map<String, Duration> cpu = new HashMap<>();
        Set<String> roles = new TreeSet<>();
        costs.forEach(cost -> roles.addAll(cost.cpu().keySet()));
        for (String role : roles) {
            cpu.put(
                    role,
                    median(
                            costs.stream()
                                    .map(cost -> cost.cpu().getOrDefault(role, Duration.ZERO))
                                    .toList(),
                            costs.size()));
        }
        CopyCost any = costs.get(0);
        return new CopyCost(
                any.means(),
                any.keys(),
                median(costs.stream().map(CopyCost::wall).toList(), costs.size()),
                cpu);
    }

    private static Duration median(List<Duration> values, int count) {
        List<Duration> sorted = values.stream().sorted().toList();
        Duration upper = sorted.get(count / 2);
        return count % 2 == 1 ? upper : upper.plus(sorted.get(count / 2 - 1)).dividedBy(2);
    }

    /**
     * As a table that is valid Markdown.
     *
     * @param baseline the means whose wall time is 1.00
     */
    String markdown(String baseline) {
        List<CopyCost> medians = medians();
        double unit = medians.stream()
                .filter(cost -> cost.means().equals(baseline))
                .mapToDouble(cost -> cost.wall().toNanos())
                .findFirst()
                .orElse(Double.NaN);
        StringBuilder text = new StringBuilder("""
                | how | wall time | keys/s | ratio | source CPU | mover CPU | target CPU |
                |---|--:|--:|--:|--:|--:|--:|
                """);
        for (CopyCost cost : medians) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %.2f s | %,.0f | %.2f | %s | %s | %s |%n",
                    cost.means(),
                    cost.wall().toNanos() / 1e9,
                    cost.keysPerSecond(),
                    cost.wall().toNanos() / unit,
                    micros(cost, "source"),
                    micros(cost, cost.cpu().containsKey("mover") ? "mover" : "redis-cli"),
                    micros(cost, "target")));
        }
        return text.toString();
    }

    private static String micros(CopyCost cost, String role) {
        return cost.cpu().containsKey(role) ? String.format(Locale.ROOT, "%.2f µs", cost.cpuMicros(role)) : "";
    }
}
