package io.segue.core.strategy;

import io.segue.core.operation.Operation;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One switch inside a window of time. The control plane makes it, as a change of the plan that sets {@code executed}, at the start of the window
 * or as soon afterwards as it can be made; if the window ends before, it does not happen. No proxy looks at its own clock: two of them would not
 * agree.
 *
 * <ol>
 *   <li>Reads: OLD before the switch, NEW after it.
 *   <li>Writes: where reads go; with {@code dual_write} both sides: the side of the reads is the authority, unless the policy names one.
 *   <li>Pinned work: the authority of writes.
 * </ol>
 *
 * @param windowStart when the switch is to happen
 * @param windowEnd when it is too late for it; after the start
 * @param executed whether it has happened
 * @param dualWrite how both sides are written; null: only one is
 */
public record TimeWindow(
        Instant windowStart, Instant windowEnd, boolean executed, WriteMode.@Nullable DualWrite dualWrite)
        implements Strategy {
    /** The name in the API. */
    public static final String TYPE = "time_window";

    public TimeWindow {
        if (!windowEnd.isAfter(windowStart)) {
            throw new InvalidFieldException(
                    "strategy.window_end", windowEnd, "a moment after window_start, " + windowStart);
        }
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public Verdict decide(Operation operation, Instant now) {
        return AsReads.decideActive(operation, executed ? Side.NEW : Side.OLD, dualWrite);
    }

    @Override
    public String why(Operation operation) {
        return executed
                ? "the switch has happened"
                : "the switch has not happened yet (window_start " + windowStart + ")";
    }
}
