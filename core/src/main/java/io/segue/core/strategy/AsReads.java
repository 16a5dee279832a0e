package io.segue.core.strategy;

import io.segue.core.operation.Operation;
import io.segue.core.verdict.Quorum;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import org.jspecify.annotations.Nullable;

/** What the strategies have in common whose writes go where the reads go, unless both sides are to be written. */
final class AsReads {
    private AsReads() {}

    /**
     * Where an operation goes whose reads go to {@code side}.
     *
     * @param dualWrite how both sides are written; null: only {@code side} is
     */
    static Verdict decide(Operation operation, Side side, WriteMode.@Nullable DualWrite dualWrite) {
        return decide(operation, side, dualWrite == null ? Verdict.single(side) : dualWrite.decide(operation.bucket()));
    }

    /**
     * Where an operation goes while {@code side} is the active one, for all operations: it is the authority of writes to both sides, unless their
     * policy names one.
     *
     * @param dualWrite how both sides are written; null: only {@code side} is
     */
    static Verdict decideActive(Operation operation, Side side, WriteMode.@Nullable DualWrite dualWrite) {
        if (dualWrite == null || dualWrite.policy().quorum() == Quorum.AUTHORITY) {
            return decide(operation, side, dualWrite);
        }
        return decide(operation, side, Verdict.dual(side, dualWrite.policy().quorum()));
    }

    private static Verdict decide(Operation operation, Side side, Verdict write) {
        return switch (operation.access()) {
            case READ -> Verdict.single(side);
            case WRITE -> write;
            case SESSION, PINNED -> Verdict.single(write.primary());
        };
    }

    /** {@code "<label> <value> is true in <field>"} and the like. */
    static String why(String label, String value, String field, @Nullable Boolean entry) {
        if (value.isEmpty()) {
            return "it has no " + label;
        }
        return label + " " + value + (entry == null ? " is not in " + field : " is " + entry + " in " + field);
    }
}
