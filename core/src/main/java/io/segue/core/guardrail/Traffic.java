package io.segue.core.guardrail;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What both sides did since the last time somebody asked.
 *
 * @param compared replies of both sides that were compared
 * @param mismatched of those, the ones that differed
 */
public record Traffic(Side oldSide, Side newSide, long compared, long mismatched) {

    /**
     * One of them.
     *
     * @param requests sent there
     * @param errors requests that failed there
     * @param avoided requests that were meant for it and not sent, because it could not be reached
     * @param latency in microseconds; null if nothing was measured; whoever gets this does not change it
     */
    public record Side(
            long requests,
            long errors,
            long avoided,
            @Nullable Histogram latency) {}
}
