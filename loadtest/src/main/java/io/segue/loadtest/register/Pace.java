package io.segue.loadtest.register;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * How long the clients waited, from the moment an operation was meant to be sent to its answer, so that a hold is charged to every operation
 * that fell into it. Times in milliseconds.
 *
 * @param operations that were meant to be sent in the time that was looked at
 * @param unanswered of them
 * @param p50 half of the answered ones took at most so long
 * @param p99 99 % of them
 * @param longest all of them
 */
public record Pace(long operations, long unanswered, double p50, double p99, double longest) {
    private static final long HIGHEST_MICROS = TimeUnit.MINUTES.toMicros(2);

    /** Of the operations that were meant to be sent from {@code fromNanos} to before {@code toNanos}. */
    public static Pace of(History history, long fromNanos, long toNanos) {
        Histogram histogram = new Histogram(HIGHEST_MICROS, 3);
        long unanswered = 0;
        for (int i = 0; i < history.size(); i++) {
            long intended = history.intendedNanos(i);
            if (intended < fromNanos || intended >= toNanos) {
                continue;
            }
            if (history.answeredNanos(i) == History.NEVER) {
                unanswered++;
            } else {
                long micros = TimeUnit.NANOSECONDS.toMicros(history.answeredNanos(i) - intended);
                histogram.recordValue(Math.min(HIGHEST_MICROS, Math.max(0, micros)));
            }
        }
        return new Pace(
                histogram.getTotalCount() + unanswered,
                unanswered,
                histogram.getValueAtPercentile(50) / 1e3,
                histogram.getValueAtPercentile(99) / 1e3,
                histogram.getMaxValue() / 1e3);
    }

    /** In one line. */
    public String text() {
        return String.format(
                Locale.ROOT,
                "%,d operations, p50 %.2f ms, p99 %.1f ms, longest %.1f ms%s",
                operations,
                p50,
                p99,
                longest,
                unanswered == 0 ? "" : ", " + unanswered + " not answered");
    }
}
