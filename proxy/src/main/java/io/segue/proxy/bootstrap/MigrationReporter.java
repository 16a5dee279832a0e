package io.segue.proxy.bootstrap;

import io.segue.core.operation.Access;
import io.segue.core.verdict.Side;
import io.segue.proxy.config.HoldNews;
import io.segue.proxy.config.InterlaySpec;
import io.segue.proxy.config.LedgerNews;
import io.segue.proxy.config.MigrationNews;
import io.segue.proxy.config.ProxySnapshot;
import io.segue.proxy.config.ReportSource;
import io.segue.proxy.config.SideNews;
import io.segue.proxy.net.DataPlane;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.ErrorClass;
import io.segue.proxy.telemetry.InterlayStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Puts together, for each migration, the statistics of the interlays it moves and what their ledgers hold. */
final class MigrationReporter implements ReportSource {
    private final DataPlane dataPlane;

    MigrationReporter(DataPlane dataPlane) {
        this.dataPlane = dataPlane;
    }

    @Override
    public List<MigrationNews> migrations(ProxySnapshot snapshot) {
        List<LedgerNews> ledgers = dataPlane.ledgers();
        Map<String, Set<String>> interlaysByMigration = new TreeMap<>();
        for (InterlaySpec interlay : snapshot.interlays()) {
            if (interlay.plan() != null) {
                interlaysByMigration
                        .computeIfAbsent(interlay.plan().migrationId(), id -> new TreeSet<>())
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
        List<MigrationNews> news = new ArrayList<>();
        interlaysByMigration.forEach((migration, interlays) -> news.add(migration(
                migration,
                ledgers.stream()
                        .filter(ledger -> ledger.migrationId().equals(migration))
                        .toList(),
                stats.stream().filter(one -> interlays.contains(one.interlay())).toList())));
        return news;
    }

    @Override
    public HoldNews holds() {
        return dataPlane.holds();
    }

    private static MigrationNews migration(String id, List<LedgerNews> ledgers, List<InterlayStats> stats) {
        return new MigrationNews(
                id,
                ledgers,
                side(stats, Side.OLD),
                side(stats, Side.NEW),
                sum(stats, Counter.RESCUED_READS),
                sum(stats, Counter.SHADOW_COMPARED),
                sum(stats, Counter.SHADOW_MISMATCHED),
                sum(stats, Counter.SHADOW_SHED),
                sum(stats, Counter.LEDGER_REPAIRED));
    }

    /** What is pinned may write, and counts as writes; session work touches no data and counts as neither. */
    private static SideNews side(List<InterlayStats> stats, Side side) {
        long errors = 0;
        for (ErrorClass errorClass : ErrorClass.values()) {
            errors += sum(stats, Counter.errors(side, errorClass));
        }
        return new SideNews(
                sum(stats, Counter.requests(side, Access.READ)),
                sum(stats, Counter.requests(side, Access.WRITE)) + sum(stats, Counter.requests(side, Access.PINNED)),
                errors,
                latency(stats, side));
    }

    private static @Nullable Histogram latency(List<InterlayStats> stats, Side side) {
        Histogram all = null;
        for (InterlayStats one : stats) {
            Histogram histogram = one.takeSideLatency(side);
            if (all == null) {
                all = histogram;
            } else if (histogram != null) {
                all.add(histogram);
            }
        }
        return all;
    }

    private static long sum(List<InterlayStats> stats, Counter counter) {
        return stats.stream().mapToLong(one -> one.value(counter)).sum();
    }
}
