package io.segue.proxy.telemetry;

import io.segue.core.operation.Access;
import io.segue.core.verdict.Side;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop counts for one interlay. Only that event loop may call {@link #count}, {@link #add} and {@link #latency};
 * they take no lock, and allocate nothing except for the first latency of a kind. Any thread may read.
 */
public final class LoopStats {
    /** Longest latency that is told apart, in microseconds; longer ones count as this. */
    static final long MAX_LATENCY_US = TimeUnit.SECONDS.toMicros(60);

    /** Precision of the histograms, in significant decimal digits. */
    static final int DIGITS = 3;

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle RECORDER = MethodHandles.arrayElementVarHandle(SingleWriterRecorder[].class);
    /** Cells left free at both ends, so that the arrays of two loops share no cache line. */
    private static final int PADDING = 16;

    private final long[] cells = new long[Counter.values().length + 2 * PADDING];
    private final @Nullable SingleWriterRecorder[] recorders = new SingleWriterRecorder[Latency.COUNT];

    private final LoopCensus census = new LoopCensus();

    LoopStats() {}

    /** What clients use. */
    public LoopCensus census() {
        return census;
    }

    /** Adds one. */
    public void count(Counter counter) {
        add(counter, 1);
    }

    /** Adds {@code amount}, 0 or more. */
    public void add(Counter counter, long amount) {
        int at = PADDING + counter.ordinal();
        CELL.setOpaque(cells, at, cells[at] + amount);
    }

    /**
     * Notes how long a side took to answer. Reads and writes are measured; session and pinned work is not, because how long it takes
     * is up to the client (a blocking command, say).
     *
     * @param nanos from the request's last byte written to the reply's last byte read; negative counts as 0
     */
    public void latency(Side side, Access access, long nanos) {
        if (access != Access.READ && access != Access.WRITE) {
            return;
        }
        int at = Latency.index(side, access);
        SingleWriterRecorder recorder = recorders[at];
        if (recorder == null) {
            recorder = new SingleWriterRecorder(1, MAX_LATENCY_US, DIGITS);
            RECORDER.setRelease(recorders, at, recorder);
        }
        recorder.recordValue(Math.max(0, Math.min(MAX_LATENCY_US, (nanos + 500) / 1000)));
    }

    /** The present value; another thread may see it a moment late. */
    public long value(Counter counter) {
        return (long) CELL.getOpaque(cells, PADDING + counter.ordinal());
    }

    /**
     * Takes what was measured since the last call. One caller at a time.
     *
     * @param recycle the result of the last call for this index, or null
     * @return null if nothing of this kind was ever measured
     */
    @Nullable
    Histogram takeInterval(int index, @Nullable Histogram recycle) {
        SingleWriterRecorder recorder = (SingleWriterRecorder) RECORDER.getAcquire(recorders, index);
        return recorder == null ? null : recorder.getIntervalHistogram(recycle);
    }
}
