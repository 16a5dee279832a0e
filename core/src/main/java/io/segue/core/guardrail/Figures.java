package io.segue.core.guardrail;

/**
 * What both sides did in one window of time.
 *
 * @param compared replies of both sides that were compared
 * @param mismatched of those, the ones that differed
 */
public record Figures(SideFigures oldSide, SideFigures newSide, long compared, long mismatched) {
    /** Nothing happened. */
    public static final Figures NONE = new Figures(SideFigures.NONE, SideFigures.NONE, 0, 0);
}
