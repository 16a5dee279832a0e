package io.segue.core.strategy;

import io.segue.core.operation.Label;
import io.segue.core.operation.Labels;
import io.segue.core.operation.Operation;
import io.segue.core.validation.Check;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Instances move one by one. The instance of an operation is its proxy's or, on an interlay with {@code instance_by: shard}, the shard of its key:
 * {@code shard-0} to {@code shard-(total - 1)}, each an equal part of the key slots.
 *
 * <ol>
 *   <li>Reads: NEW if the operation's instance has migrated, else OLD; OLD for an operation without an instance.
 *   <li>Writes: where reads go; with {@code dual_write} both sides, by its policy.
 *   <li>Pinned work: the authority of writes.
 * </ol>
 *
 * @param migratedInstances names of the instances that have migrated, at most {@code totalInstances}
 * @param totalInstances how many instances there are, 1 to {@value #MAX_INSTANCES}
 * @param dualWrite how both sides are written; null: only one is
 */
public record RollingUpdate(Set<String> migratedInstances, int totalInstances, WriteMode.@Nullable DualWrite dualWrite)
        implements Strategy {
    /** The name in the API. */
    public static final String TYPE = "rolling_update";

    /** Most instances there may be. */
    public static final int MAX_INSTANCES = 1_000;

    public RollingUpdate {
        Check.range("strategy.total_instances", totalInstances, 1, MAX_INSTANCES);
        migratedInstances = Set.copyOf(migratedInstances);
        if (migratedInstances.size() > totalInstances) {
            throw new InvalidFieldException(
                    "strategy.migrated_instances",
                    migratedInstances.size() + " instances",
                    "at most total_instances, " + totalInstances);
        }
        migratedInstances.forEach(name -> Names.check("strategy.migrated_instances", name));
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public Label label() {
        return Label.INSTANCE;
    }

    @Override
    public boolean selects(Labels labels) {
        return migratedInstances.contains(labels.instance());
    }

    @Override
    public List<Labels> samples() {
        return Stream.concat(Stream.of(""), migratedInstances.stream())
                .map(name -> Labels.NONE.with(Label.INSTANCE, name))
                .toList();
    }

    @Override
    public int instances() {
        return totalInstances;
    }

    @Override
    public Verdict decide(Operation operation, Instant now) {
        return AsReads.decide(operation, selects(operation.labels()) ? Side.NEW : Side.OLD, dualWrite);
    }

    @Override
    public String why(Operation operation) {
        String instance = operation.labels().instance();
        if (instance.isEmpty()) {
            return "it has no instance";
        }
        return "instance " + instance + (selects(operation.labels()) ? " is" : " is not") + " in migrated_instances";
    }
}
