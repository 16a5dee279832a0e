package io.segue.core.strategy;

import io.segue.core.operation.Bucket;
import io.segue.core.validation.Check;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;

/** Where writes go while a strategy splits traffic. */
public sealed interface WriteMode {

    /** Where a write in this bucket goes. */
    Verdict decide(int bucket);

    /**
     * Every write reaches both sides.
     *
     * @param policy whose answer and whose failure count
     */
    record DualWrite(WritePolicy policy) implements WriteMode {
        @Override
        public Verdict decide(int bucket) {
            return policy.verdict();
        }
    }

    /**
     * A share of the keys is written on NEW only, the others on OLD only.
     *
     * @param writePercentage a share, 0.0 to 1.0
     */
    record Cutover(double writePercentage) implements WriteMode {
        public Cutover {
            Check.share("strategy.write_mode.write_percentage", writePercentage);
        }

        @Override
        public Verdict decide(int bucket) {
            return Verdict.single(bucket < Bucket.threshold(writePercentage) ? Side.NEW : Side.OLD);
        }
    }
}
