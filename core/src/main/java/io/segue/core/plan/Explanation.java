package io.segue.core.plan;

import io.segue.core.operation.Labels;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;

/**
 * Where an operation goes, and why.
 *
 * @param read where it goes if it is a read
 * @param write where it goes if it is a write
 * @param authority the side whose state is the truth for its key
 * @param labelClass its label class; 0: it has no label of its own
 * @param bucket its bucket
 * @param unit what the bucket was taken from, in words
 * @param labels its labels, as far as the strategy looks at them
 * @param rule index of the label rule that is about it; -1: none is, or the strategy looks at none
 * @param why in words, for people
 */
public record Explanation(
        Verdict read,
        Verdict write,
        Side authority,
        int labelClass,
        int bucket,
        String unit,
        Labels labels,
        int rule,
        String why) {}
