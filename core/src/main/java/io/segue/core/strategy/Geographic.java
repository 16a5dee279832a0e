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
 * Regions move one by one. The region of an operation is its proxy's.
 *
 * <ol>
 *   <li>Reads: NEW if the operation's region is true in {@code regions}, else OLD; OLD for a proxy without a region.
 *   <li>Writes: where reads go; with {@code dual_write} both sides, by its policy.
 *   <li>Pinned work: the authority of writes.
 * </ol>
 *
 * @param regions names, and whether each has moved
 * @param dualWrite how both sides are written; null: only one is
 */
public record Geographic(Map<String, Boolean> regions, WriteMode.@Nullable DualWrite dualWrite) implements Strategy {
    /** The name in the API. */
    public static final String TYPE = "geographic";

    public Geographic {
        regions = Names.copy("strategy.regions", regions);
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public Label label() {
        return Label.REGION;
    }

    @Override
    public boolean selects(Labels labels) {
        return regions.getOrDefault(labels.region(), false);
    }

    @Override
    public List<Labels> samples() {
        return Names.samples(Label.REGION, regions);
    }

    @Override
    public Verdict decide(Operation operation, Instant now) {
        return AsReads.decide(operation, selects(operation.labels()) ? Side.NEW : Side.OLD, dualWrite);
    }

    @Override
    public String why(Operation operation) {
        String region = operation.labels().region();
        return AsReads.why("region", region, "regions", regions.get(region));
    }
}
