package io.segue.core.strategy;

import io.segue.core.operation.Bucket;
import io.segue.core.operation.Operation;
import io.segue.core.validation.Check;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import java.time.Instant;

/**
 * A share of the reads goes to NEW; writes by write mode.
 *
 * <ol>
 *   <li>Reads: NEW for the buckets below {@code readPercentage}, else OLD.
 *   <li>Writes under {@code dual_write}: both sides; the policy names the authority.
 *   <li>Writes under {@code cutover}: NEW for the buckets below {@code write_percentage}, else OLD. Nothing goes to the other side.
 *   <li>Pinned work: the authority of its bucket.
 * </ol>
 *
 * @param readPercentage a share, 0.0 to 1.0
 * @param writeMode where writes go
 */
public record Canary(double readPercentage, WriteMode writeMode) implements Strategy {
    /** The name in the API. */
    public static final String TYPE = "canary";

    public Canary {
        Check.share("strategy.read_percentage", readPercentage);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public Verdict decide(Operation operation, Instant now) {
        return switch (operation.access()) {
            case READ -> Verdict.single(operation.bucket() < Bucket.threshold(readPercentage) ? Side.NEW : Side.OLD);
            case WRITE -> writeMode.decide(operation.bucket());
            case SESSION, PINNED ->
                Verdict.single(writeMode.decide(operation.bucket()).primary());
        };
    }

    @Override
    public String why(Operation operation) {
        String reads = Bucket.compare(operation.bucket(), readPercentage, "read_percentage");
        return writeMode instanceof WriteMode.Cutover cutover
                ? reads + ", " + Bucket.compare(operation.bucket(), cutover.writePercentage(), "write_percentage")
                : reads + "; writes go to both sides";
    }
}
