package io.segue.proxy.bootstrap;

import io.segue.core.guardrail.Traffic;
import io.segue.core.operation.Access;
import io.segue.core.verdict.Side;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.ErrorClass;
import io.segue.proxy.telemetry.InterlayStats;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Says what each interlay did since it was last asked: for the report, or for the proxy's own judgement while there is nobody to report to.
 * Confined to the configuration thread.
 */
final class TrafficReporter {
    /** An interlay that is opened again starts to count anew, and is another object. */
    private final Map<InterlayStats, Counts> before = new WeakHashMap<>();

    private record SideCounts(long requests, long errors, long avoided) {
        private static final SideCounts NONE = new SideCounts(0, 0, 0);

        static SideCounts of(InterlayStats stats, Side side) {
            long requests = 0;
            for (Access access : Access.values()) {
                requests += access == Access.SESSION ? 0 : stats.value(Counter.requests(side, access));
            }
            return new SideCounts(requests, TrafficReporter.errors(stats, side), stats.value(Counter.avoided(side)));
        }

        Traffic.Side since(SideCounts then, InterlayStats stats, Side side) {
            return new Traffic.Side(
                    requests - then.requests,
                    errors - then.errors,
                    avoided - then.avoided,
                    stats.takeSideLatency(side));
        }
    }

    private record Counts(SideCounts oldSide, SideCounts newSide, long compared, long mismatched) {
        private static final Counts NONE = new Counts(SideCounts.NONE, SideCounts.NONE, 0, 0);

        static Counts of(InterlayStats stats) {
            return new Counts(
                    SideCounts.of(stats, Side.OLD),
                    SideCounts.of(stats, Side.NEW),
                    stats.value(Counter.SHADOW_COMPARED),
                    stats.value(Counter.SHADOW_MISMATCHED));
        }
    }

    /** What an interlay did since the last call. */
    Traffic take(InterlayStats stats) {
        Counts now = Counts.of(stats);
        Counts then = before.getOrDefault(stats, Counts.NONE);
        before.put(stats, now);
        return new Traffic(
                now.oldSide().since(then.oldSide(), stats, Side.OLD),
                now.newSide().since(then.newSide(), stats, Side.NEW),
                now.compared() - then.compared(),
                now.mismatched() - then.mismatched());
    }

    /** Requests that failed at a side, whichever way, since the interlay was opened. */
    static long errors(InterlayStats stats, Side side) {
        long errors = 0;
        for (ErrorClass errorClass : ErrorClass.values()) {
            errors += stats.value(Counter.errors(side, errorClass));
        }
        return errors;
    }
}
