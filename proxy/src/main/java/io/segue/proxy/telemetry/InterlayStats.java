package io.segue.proxy.telemetry;

import io.segue.core.operation.Access;
import io.segue.core.verdict.Side;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of one interlay over all event loops. Thread-safe. Reports and scrapes each see every measurement: what is taken
 * from the recorders is kept once for the next report and once for good.
 */
public final class InterlayStats {
    private final String interlay;
    private final List<LoopStats> loops;
    private final Map<Gauge, LongSupplier> gauges = new EnumMap<>(Gauge.class);
    private final @Nullable Histogram[] recycled;
    private final @Nullable Histogram[] cumulative = new Histogram[Latency.COUNT];
    private final @Nullable Histogram[] sinceReport = new Histogram[Side.values().length];
    private final Histogram holds = new Histogram(1, LoopStats.MAX_LATENCY_US, LoopStats.DIGITS);

    /**
     * @param interlay its id
     * @param loops number of event loops that serve it
     */
    public InterlayStats(String interlay, int loops) {
        this.interlay = interlay;
        this.loops = IntStream.range(0, loops).mapToObj(i -> new LoopStats()).toList();
        this.recycled = new Histogram[loops * Latency.COUNT];
    }

    /** Id of the interlay. */
    public String interlay() {
        return interlay;
    }

    /** What event loop {@code index}, 0 to loops - 1, writes to. */
    public LoopStats loop(int index) {
        return loops.get(index);
    }

    /** What clients used, over all loops since the interlay was opened. */
    public CensusTotals census() {
        return CensusTotals.of(loops);
    }

    /** Sum over all loops since the interlay was opened. */
    public long value(Counter counter) {
        long sum = 0;
        for (LoopStats loop : loops) {
            sum += loop.value(counter);
        }
        return sum;
    }

    /** Says where to read a gauge, in place of an earlier supplier. It is called from any thread and must not block. */
    public void gauge(Gauge gauge, LongSupplier supplier) {
        synchronized (gauges) {
            gauges.put(gauge, supplier);
        }
    }

    /** The present value; 0 if nobody supplies it. */
    public long value(Gauge gauge) {
        LongSupplier supplier;
        synchronized (gauges) {
            supplier = gauges.get(gauge);
        }
        return supplier == null ? 0 : supplier.getAsLong();
    }

    /**
     * Latency of reads and writes of a side since the last call, in microseconds. For the report; scrapes do not take from it.
     *
     * @return the caller's own; null if nothing was measured
     */
    public synchronized @Nullable Histogram takeSideLatency(Side side) {
        collect();
        Histogram histogram = sinceReport[side.ordinal()];
        sinceReport[side.ordinal()] = null;
        return histogram;
    }

    /**
     * Latency since the interlay was opened, in microseconds. For scrapes; reports do not take from it.
     *
     * @param access READ or WRITE
     * @return a copy, or null if nothing was measured
     */
    public synchronized @Nullable Histogram latency(Side side, Access access) {
        collect();
        Histogram histogram = cumulative[Latency.index(side, access)];
        return histogram == null ? null : histogram.copy();
    }

    /** Work was held for so many microseconds. */
    public synchronized void held(long us) {
        holds.recordValue(Math.max(1, Math.min(us, LoopStats.MAX_LATENCY_US)));
    }

    /** How long work was held since the interlay was opened, in microseconds; a copy. */
    public synchronized Histogram holds() {
        return holds.copy();
    }

    private void collect() {
        for (int i = 0; i < recycled.length; i++) {
            int kind = i % Latency.COUNT;
            Histogram interval = loops.get(i / Latency.COUNT).takeInterval(kind, recycled[i]);
            recycled[i] = interval;
            if (interval != null && interval.getTotalCount() > 0) {
                accumulate(cumulative, kind, interval);
                accumulate(sinceReport, Latency.side(kind), interval);
            }
        }
    }

    private static void accumulate(@Nullable Histogram[] sums, int at, Histogram interval) {
        Histogram sum = sums[at];
        if (sum == null) {
            sum = new Histogram(1, LoopStats.MAX_LATENCY_US, LoopStats.DIGITS);
            sums[at] = sum;
        }
        sum.add(interval);
    }
}
