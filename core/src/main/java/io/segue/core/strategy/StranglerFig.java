package io.segue.core.strategy;

import io.segue.core.operation.Label;
import io.segue.core.operation.Labels;
import io.segue.core.operation.Operation;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Features of the application move one by one. The interlay's label rules say which operation belongs to which.
 *
 * <ol>
 *   <li>Reads: NEW if the operation's feature is true in {@code features}, else OLD; OLD for an operation without
 *       a feature.
 *   <li>Writes: where reads go; with {@code dual_write} both sides, by its policy.
 *   <li>Pinned work: the authority of writes.
 * </ol>
 *
 * @param features names, and whether each has moved
 * @param dualWrite how both sides are written; null: only one is
 */
public record StranglerFig(Map<String, Boolean> features, WriteMode.@Nullable DualWrite dualWrite) implements Strategy {
    /** The name in the API. */
    public static final String TYPE = "strangler_fig";

    public StranglerFig {
        features = Names.copy("strategy.features", features);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public Label label() {
        return Label.FEATURE;
    }

    @Override
    public boolean selects(Labels labels) {
        return features.getOrDefault(labels.feature(), false);
    }

    @Override
    public List<Labels> samples() {
        return Names.samples(Label.FEATURE, features);
    }

    @Override
    public Verdict decide(Operation operation, Instant now) {
        return AsReads.decide(operation, selects(operation.labels()) ? Side.NEW : Side.OLD, dualWrite);
    }

    @Override
    public String why(Operation operation) {
        String feature = operation.labels().feature();
        return AsReads.why("feature", feature, "features", features.get(feature));
    }
}
