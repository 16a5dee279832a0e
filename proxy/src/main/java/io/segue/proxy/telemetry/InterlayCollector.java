package io.segue.proxy.telemetry;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.segue.core.operation.Access;
import io.segue.core.verdict.Side;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/** Makes the statistics of all interlays into metrics when a scraper asks; interlays come and go without registering anything. */
final class InterlayCollector implements MultiCollector {
    private static final String INTERLAY = "interlay";
    /** Upper bounds of the latency buckets, in microseconds: dense where a cache answers, wide where things go wrong. */
    private static final long[] BOUNDS_US = {
        50,
        100,
        200,
        300,
        500,
        750,
        1_000,
        1_500,
        2_500,
        5_000,
        10_000,
        25_000,
        50_000,
        100_000,
        250_000,
        500_000,
        1_000_000,
        2_500_000,
        5_000_000,
        10_000_000
    };

    private static final double US_PER_S = 1_000_000.0;

    private final Supplier<? extends Collection<InterlayStats>> interlays;

    InterlayCollector(Supplier<? extends Collection<InterlayStats>> interlays) {
        this.interlays = interlays;
    }

    @Override
    public MetricSnapshots collect() {
        List<InterlayStats> all = List.copyOf(interlays.get());
        if (all.isEmpty()) {
            return new MetricSnapshots();
        }
        MetricSnapshots.Builder snapshots = MetricSnapshots.builder();
        counters(all).forEach(snapshot -> snapshots.metricSnapshot(snapshot.build()));
        gauges(all).forEach(snapshot -> snapshots.metricSnapshot(snapshot.build()));
        snapshots.metricSnapshot(latency(all));
        snapshots.metricSnapshot(holds(all));
        return snapshots.build();
    }

    private static Collection<CounterSnapshot.Builder> counters(List<InterlayStats> all) {
        Map<String, CounterSnapshot.Builder> byName = new LinkedHashMap<>();
        for (Counter counter : Counter.values()) {
            CounterSnapshot.Builder metric = byName.computeIfAbsent(
                    counter.metric(),
                    name -> CounterSnapshot.builder().name(name).help(counter.help()));
            for (InterlayStats stats : all) {
                metric.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .labels(labels(stats, counter.labelNames(), counter.labelValues()))
                        .value((double) stats.value(counter))
                        .build());
            }
        }
        return byName.values();
    }

    private static Collection<GaugeSnapshot.Builder> gauges(List<InterlayStats> all) {
        Map<String, GaugeSnapshot.Builder> byName = new LinkedHashMap<>();
        for (Gauge gauge : Gauge.values()) {
            GaugeSnapshot.Builder metric = byName.computeIfAbsent(
                    gauge.metric(), name -> GaugeSnapshot.builder().name(name).help(gauge.help()));
            for (InterlayStats stats : all) {
                metric.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(labels(stats, gauge.labelNames(), gauge.labelValues()))
                        .value((double) stats.value(gauge))
                        .build());
            }
        }
        return byName.values();
    }

    private static HistogramSnapshot latency(List<InterlayStats> all) {
        HistogramSnapshot.Builder metric = HistogramSnapshot.builder()
                .name("segue_request_duration_seconds")
                .help("Time from a request written to a side to its reply read.");
        for (InterlayStats stats : all) {
            for (Side side : Side.values()) {
                for (Access access : List.of(Access.READ, Access.WRITE)) {
                    Histogram histogram = stats.latency(side, access);
                    if (histogram != null) {
                        metric.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                                .labels(labels(stats, List.of("side", "access"), List.of(lower(side), lower(access))))
                                .classicHistogramBuckets(buckets(histogram))
                                .sum(histogram.getMean() * histogram.getTotalCount() / US_PER_S)
                                .build());
                    }
                }
            }
        }
        return metric.build();
    }

    private static HistogramSnapshot holds(List<InterlayStats> all) {
        HistogramSnapshot.Builder metric = HistogramSnapshot.builder()
                .name("segue_hold_duration_seconds")
                .help("Time for which work on keys that changed sides was held.");
        for (InterlayStats stats : all) {
            Histogram holds = stats.holds();
            metric.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                    .labels(labels(stats, List.of(), List.of()))
                    .classicHistogramBuckets(buckets(holds))
                    .sum(holds.getTotalCount() == 0 ? 0 : holds.getMean() * holds.getTotalCount() / US_PER_S)
                    .build());
        }
        return metric.build();
    }

    private static ClassicHistogramBuckets buckets(Histogram histogram) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        long from = 0;
        long counted = 0;
        for (long bound : BOUNDS_US) {
            long count = histogram.getCountBetweenValues(from, bound);
            buckets.bucket(bound / US_PER_S, count);
            counted += count;
            // The next cell of the histogram: a cell that holds a bound is counted once, below it.
            from = histogram.nextNonEquivalentValue(bound);
        }
        buckets.bucket(Double.POSITIVE_INFINITY, histogram.getTotalCount() - counted);
        return buckets.build();
    }

    private static Labels labels(InterlayStats stats, List<String> names, List<String> values) {
        List<String> allNames = new ArrayList<>(List.of(INTERLAY));
        List<String> allValues = new ArrayList<>(List.of(stats.interlay()));
        allNames.addAll(names);
        allValues.addAll(values);
        return Labels.of(allNames, allValues);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
