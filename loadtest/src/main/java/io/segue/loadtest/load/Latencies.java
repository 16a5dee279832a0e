package io.segue.loadtest.load;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Latency by destination, from the intended start of a request to its answer. Recording is thread-safe and never waits; reading is for
 * one thread.
 */
public final class Latencies {
    private static final long HIGHEST_MICROS = TimeUnit.MINUTES.toMicros(2);
    private static final int DIGITS = 3;

    private final Map<Destination, Recorder> recorders = new EnumMap<>(Destination.class);
    private final Map<Destination, Histogram> stage = new EnumMap<>(Destination.class);

    /** Nothing recorded yet. */
    public Latencies() {
        for (Destination destination : Destination.values()) {
            recorders.put(destination, new Recorder(HIGHEST_MICROS, DIGITS));
            stage.put(destination, new Histogram(HIGHEST_MICROS, DIGITS));
        }
    }

    /** Records one answered request; at most two minutes are told apart. */
    public void record(Destination destination, long nanos) {
        Recorder recorder = recorders.get(destination);
        if (recorder != null) {
            recorder.recordValue(Math.min(HIGHEST_MICROS, Math.max(0, TimeUnit.NANOSECONDS.toMicros(nanos))));
        }
    }

    /** What was recorded since the last call of {@link #startStage}. */
    public Map<Destination, Percentiles> stage() {
        Map<Destination, Percentiles> result = new EnumMap<>(Destination.class);
        recorders.forEach((destination, recorder) -> {
            Histogram sum = stage.get(destination);
            if (sum != null) {
                sum.add(recorder.getIntervalHistogram());
                result.put(destination, Percentiles.of(sum));
            }
        });
        return result;
    }

    /** Forgets what was recorded so far. */
    public void startStage() {
        recorders.values().forEach(Recorder::reset);
        stage.values().forEach(Histogram::reset);
    }

    /** Where a request goes. */
    public enum Destination {
        /** To OLD only. */
        OLD,
        /** To NEW only. */
        NEW,
        /** To both sides. */
        BOTH
    }

    /**
     * A short view of a distribution.
     *
     * @param count how many were recorded
     * @param p50Micros half of them were at most this, in µs
     * @param p99Micros 99 % of them were at most this, in µs
     * @param maxMicros none was above this, in µs
     */
    public record Percentiles(long count, long p50Micros, long p99Micros, long maxMicros) {
        static Percentiles of(Histogram histogram) {
            return new Percentiles(
                    histogram.getTotalCount(),
                    histogram.getValueAtPercentile(50),
                    histogram.getValueAtPercentile(99),
                    histogram.getMaxValue());
        }
    }
}
