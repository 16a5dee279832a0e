package io.segue.core.strategy;

import io.segue.core.operation.Bucket;
import io.segue.core.operation.Label;
import io.segue.core.operation.Labels;
import io.segue.core.operation.Operation;
import io.segue.core.validation.Check;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A share of the users of an enabled flag moves. The interlay's label rules say which flag governs an operation, and who its user is; an operation
 * without a flag is governed by any enabled flag, and one without a user counts by what is sampled.
 *
 * <ol>
 *   <li>Reads: NEW if the flag is enabled and the bucket is below {@code rolloutPercentage}, else OLD.
 *   <li>Writes: where reads go; with {@code dual_write} both sides, by its policy.
 *   <li>Pinned work: the authority of writes.
 * </ol>
 *
 * @param flags names, and whether each is enabled
 * @param rolloutPercentage a share, 0.0 to 1.0
 * @param dualWrite how both sides are written; null: only one is
 */
public record FeatureFlag(Map<String, Boolean> flags, double rolloutPercentage, WriteMode.@Nullable DualWrite dualWrite)
        implements Strategy {
    /** The name in the API. */
    public static final String TYPE = "feature_flag";

    public FeatureFlag {
        flags = Names.copy("strategy.flags", flags);
        Check.share("strategy.rollout_percentage", rolloutPercentage);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public Label label() {
        return Label.FLAG;
    }

    @Override
    public boolean selects(Labels labels) {
        return labels.flag().isEmpty() ? flags.containsValue(true) : flags.getOrDefault(labels.flag(), false);
    }

    @Override
    public List<Labels> samples() {
        // No name is longer than 128 characters, so this one is in no map.
        String unknown = "?".repeat(129);
        return Stream.concat(
                        Names.samples(Label.FLAG, flags).stream(), Stream.of(Labels.NONE.with(Label.FLAG, unknown)))
                .toList();
    }

    @Override
    public boolean sharesUsers() {
        return true;
    }

    @Override
    public Verdict decide(Operation operation, Instant now) {
        boolean moves = selects(operation.labels()) && operation.bucket() < Bucket.threshold(rolloutPercentage);
        return AsReads.decide(operation, moves ? Side.NEW : Side.OLD, dualWrite);
    }

    @Override
    public String why(Operation operation) {
        String flag = operation.labels().flag();
        String governed = flag.isEmpty()
                ? (flags.containsValue(true) ? "it has no flag, and some flag is enabled" : "no flag is enabled")
                : AsReads.why("flag", flag, "flags", flags.get(flag));
        return selects(operation.labels())
                ? governed + "; " + Bucket.compare(operation.bucket(), rolloutPercentage, "rollout_percentage")
                : governed;
    }
}
