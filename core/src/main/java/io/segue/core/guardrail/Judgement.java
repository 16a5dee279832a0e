package io.segue.core.guardrail;

/**
 * How NEW stands with its guardrails.
 *
 * @param reason the figures behind it, for people
 */
public record Judgement(Outcome outcome, String reason) {

    /** What a judgement says; a later one outweighs an earlier one. */
    public enum Outcome {
        /** Every limit is kept, and each on enough requests. */
        PASSED,
        /** No limit is breached, but some could not be judged: that is no pass. */
        NO_DATA,
        /** Some limit is breached, on enough requests. */
        BREACHED
    }

    /** Whether a limit is breached. */
    public boolean breached() {
        return outcome == Outcome.BREACHED;
    }

    /** Whether every limit is kept. */
    public boolean passed() {
        return outcome == Outcome.PASSED;
    }
}
