package io.segue.proxy.bootstrap;

import io.segue.core.guardrail.Traffic;
import io.segue.core.operation.Access;
import io.segue.core.verdict.Side;
import io.segue.proxy.config.Fallbacks;
import io.segue.proxy.config.HoldNews;
import io.segue.proxy.config.InterlaySpec;
import io.segue.proxy.config.LedgerNews;
import io.segue.proxy.config.MigrationNews;
import io.segue.proxy.config.PlanSpec;
import io.segue.proxy.config.ProxyNews;
import io.segue.proxy.config.ProxySnapshot;
import io.segue.proxy.config.ReportSource;
import io.segue.proxy.config.SideNews;
import io.segue.proxy.config.TrafficNews;
import io.segue.proxy.net.DataPlane;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.InterlayStats;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Puts together what the control plane is told: for each migration the statistics of the interlays it moves and what their ledgers hold, the
 * traffic and the census of each interlay, and what was found while the proxy was alone. Confined to the configuration thread.
 */
final class ProxyReporter implements ReportSource {
    private final DataPlane dataPlane;
    private final TrafficReporter traffic;
    private final CensusReporter census;
    private final Fallbacks fallbacks;

    ProxyReporter(DataPlane dataPlane, TrafficReporter traffic, CensusReporter census, Fallbacks fallbacks) {
        this.dataPlane = dataPlane;
        this.traffic = traffic;
        this.census = census;
        this.fallbacks = fallbacks;
    }

    @Override
    public ProxyNews news(ProxySnapshot snapshot) {
        List<LedgerNews> ledgers = dataPlane.ledgers();
        Map<String, Set<String>> interlaysByMigration = new TreeMap<>();
        for (InterlaySpec interlay : snapshot.interlays()) {
            PlanSpec plan = interlay.plan();
            if (plan != null) {
                interlaysByMigration
                        .computeIfAbsent(plan.migrationId(), id -> new TreeSet<>())
                        .add(interlay.id());
            }
        }
        // A ledger can outlive its plan by a moment, and must not go unreported.
        for (LedgerNews ledger : ledgers) {
            interlaysByMigration
                    .computeIfAbsent(ledger.migrationId(), id -> new TreeSet<>())
                    .add(ledger.interlayId());
        }
        List<InterlayStats> stats = List.copyOf(dataPlane.stats());
        Map<String, Traffic> taken = new HashMap<>();
        stats.forEach(one -> taken.put(one.interlay(), traffic.take(one)));
        List<MigrationNews> migrations = new ArrayList<>();
        interlaysByMigration.forEach((migration, interlays) -> {
            List<InterlayStats> its = stats.stream()
                    .filter(one -> interlays.contains(one.interlay()))
                    .toList();
            migrations.add(migration(
                    migration,
                    ledgers.stream()
                            .filter(ledger -> ledger.migrationId().equals(migration))
                            .toList(),
                    its,
                    taken));
        });
        return new ProxyNews(migrations, moved(snapshot, taken), fallbacks.news(), census.take(snapshot, stats));
    }

    @Override
    public HoldNews holds() {
        return dataPlane.holds();
    }

    private static List<TrafficNews> moved(ProxySnapshot snapshot, Map<String, Traffic> taken) {
        List<TrafficNews> moved = new ArrayList<>();
        for (InterlaySpec interlay : snapshot.interlays()) {
            PlanSpec plan = interlay.plan();
            Traffic traffic = taken.get(interlay.id());
            if (plan != null && traffic != null) {
                moved.add(new TrafficNews(interlay.id(), plan.migrationId(), traffic));
            }
        }
        return moved;
    }

    private static MigrationNews migration(
            String id, List<LedgerNews> ledgers, List<InterlayStats> stats, Map<String, Traffic> taken) {
        return new MigrationNews(
                id,
                ledgers,
                side(stats, Side.OLD, taken),
                side(stats, Side.NEW, taken),
                sum(stats, Counter.RESCUED_READS),
                sum(stats, Counter.SHADOW_COMPARED),
                sum(stats, Counter.SHADOW_MISMATCHED),
                sum(stats, Counter.SHADOW_SHED),
                sum(stats, Counter.LEDGER_REPAIRED));
    }

    /** What is pinned may write, and counts as writes; session work touches no data and counts as neither. */
    private static SideNews side(List<InterlayStats> stats, Side side, Map<String, Traffic> taken) {
        return new SideNews(
                sum(stats, Counter.requests(side, Access.READ)),
                sum(stats, Counter.requests(side, Access.WRITE)) + sum(stats, Counter.requests(side, Access.PINNED)),
                stats.stream()
                        .mapToLong(one -> TrafficReporter.errors(one, side))
                        .sum(),
                latency(stats, side, taken));
    }

    private static @Nullable Histogram latency(List<InterlayStats> stats, Side side, Map<String, Traffic> taken) {
        Histogram all = null;
        for (InterlayStats one : stats) {
            Traffic traffic = taken.get(one.interlay());
            Histogram histogram =
                    traffic == null ? null : (side == Side.OLD ? traffic.oldSide() : traffic.newSide()).latency();
            if (histogram == null) {
                continue;
            }
            if (all == null) {
                all = histogram.copy();
            } else {
                all.add(histogram);
            }
        }
        return all;
    }

    private static long sum(List<InterlayStats> stats, Counter counter) {
        return stats.stream().mapToLong(one -> one.value(counter)).sum();
    }
}
