package io.segue.core.guardrail;

import java.util.ArrayDeque;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The traffic of the last seconds, in slices: what is older than the window leaves it a twelfth of its length at a time. Histograms are
 * merged without loss, so figures of several proxies are those of the fleet. Not thread-safe.
 */
public final class TrafficWindow {
    private static final int SLICES = 12;
    private static final double P99 = 99.0;

    private final ArrayDeque<Slice> slices = new ArrayDeque<>();
    private final long lengthMs;

    /** A window of so many seconds, 1 or more. */
    public TrafficWindow(int seconds) {
        lengthMs = seconds * 1_000L;
    }

    /** What one side did in one slice. */
    private static final class Sums {
        private long requests;
        private long failed;
        private @Nullable Histogram latency;

        void add(Traffic.Side side) {
            requests += side.requests() + side.avoided();
            failed += side.errors() + side.avoided();
            Histogram measured = side.latency();
            if (measured != null) {
                merge(measured);
            }
        }

        void add(Sums other) {
            requests += other.requests;
            failed += other.failed;
            Histogram measured = other.latency;
            if (measured != null) {
                merge(measured);
            }
        }

        private void merge(Histogram measured) {
            Histogram all = latency;
            if (all == null) {
                all = new Histogram(3);
                latency = all;
            }
            all.add(measured);
        }

        SideFigures figures() {
            Histogram all = latency;
            return all == null
                    ? new SideFigures(requests, failed, 0, 0)
                    : new SideFigures(requests, failed, all.getTotalCount(), all.getValueAtPercentile(P99));
        }
    }

    private static final class Slice {
        private final long fromMs;
        private final Sums oldSide = new Sums();
        private final Sums newSide = new Sums();
        private long compared;
        private long mismatched;

        Slice(long fromMs) {
            this.fromMs = fromMs;
        }
    }

    /**
     * Adds what was done until now.
     *
     * @param nowMs grows, in milliseconds from any beginning
     */
    public void add(long nowMs, Traffic traffic) {
        Slice last = slices.peekLast();
        if (last == null || nowMs - last.fromMs >= lengthMs / SLICES) {
            last = new Slice(nowMs);
            slices.addLast(last);
        }
        last.oldSide.add(traffic.oldSide());
        last.newSide.add(traffic.newSide());
        last.compared += traffic.compared();
        last.mismatched += traffic.mismatched();
        forget(nowMs);
    }

    /** What both sides did within the window. */
    public Figures figures(long nowMs) {
        forget(nowMs);
        Sums old = new Sums();
        Sums neu = new Sums();
        long compared = 0;
        long mismatched = 0;
        for (Slice slice : slices) {
            old.add(slice.oldSide);
            neu.add(slice.newSide);
            compared += slice.compared;
            mismatched += slice.mismatched;
        }
        return new Figures(old.figures(), neu.figures(), compared, mismatched);
    }

    private void forget(long nowMs) {
        while (!slices.isEmpty() && nowMs - slices.getFirst().fromMs > lengthMs) {
            slices.removeFirst();
        }
    }
}
