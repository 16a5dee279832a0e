package io.segue.core.strategy;

import io.segue.core.operation.Operation;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * All traffic on one of two environments: blue (OLD) or green (NEW).
 *
 * <ol>
 *   <li>Reads: the active side.
 *   <li>Writes: the active side; with {@code dual_write} both sides, so that the other one is kept in step: the active side is the authority, unless
 *       the policy names one.
 *   <li>Pinned work: the authority of writes.
 * </ol>
 *
 * @param activeIsNew whether NEW is the active side
 * @param dualWrite how the other side is kept in step; null: it is not
 */
public record BlueGreen(boolean activeIsNew, WriteMode.@Nullable DualWrite dualWrite) implements Strategy {
    /** The name in the API. */
    public static final String TYPE = "blue_green";

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public Verdict decide(Operation operation, Instant now) {
        return AsReads.decideActive(operation, activeIsNew ? Side.NEW : Side.OLD, dualWrite);
    }

    @Override
    public String why(Operation operation) {
        return activeIsNew ? "green (NEW) is active" : "blue (OLD) is active";
    }
}
