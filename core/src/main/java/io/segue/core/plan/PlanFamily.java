package io.segue.core.plan;

import io.segue.core.labels.Labelling;
import io.segue.core.operation.Bucket;
import io.segue.core.operation.Label;
import io.segue.core.operation.Labels;
import io.segue.core.operation.Sampling;
import io.segue.core.strategy.BlueGreen;
import io.segue.core.strategy.Strategy;
import io.segue.core.verdict.Side;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One interlay's plan at all proxies that there may be: they differ where the strategy looks at the region or the instance of a proxy. What is said
 * of a family holds for every proxy, whether it exists or not. Thread-safe.
 */
public final class PlanFamily {
    private final String migrationId;
    private final String migrationUuid;
    private final Strategy strategy;
    private final Sampling sampling;
    private final Labelling labelling;
    private final Map<Labels, Plan> made = new ConcurrentHashMap<>();

    private PlanFamily(
            String migrationId, String migrationUuid, Strategy strategy, Sampling sampling, Labelling labelling) {
        this.migrationId = migrationId;
        this.migrationUuid = migrationUuid;
        this.strategy = strategy;
        this.sampling = sampling;
        this.labelling = labelling;
    }

    /** Under a strategy. */
    public static PlanFamily of(
            String migrationId, String migrationUuid, Strategy strategy, Sampling sampling, Labelling labelling) {
        return new PlanFamily(migrationId, migrationUuid, strategy, sampling, labelling);
    }

    /** Everything on one side. */
    public static PlanFamily toSide(String migrationId, String migrationUuid, Side side) {
        return of(migrationId, migrationUuid, new BlueGreen(side == Side.NEW, null), Sampling.KEY, Labelling.NONE);
    }

    /** The plans, each of them once. */
    public List<Plan> plans() {
        Map<Boolean, Labels> apart = new HashMap<>();
        samples().forEach(labels -> apart.putIfAbsent(strategy.selects(labels), labels));
        return apart.values().stream().map(this::at).toList();
    }

    /**
     * What a proxy runs now, and what it would run next.
     *
     * @param now of this family
     * @param next of the other, of the same interlay
     */
    public record Shift(Plan now, Plan next) {}

    /** What the proxies would change when {@code next} takes the place of this family, each change once. */
    public List<Shift> shifts(PlanFamily next) {
        List<Labels> all = new ArrayList<>();
        if (strategy.label() == next.strategy.label()) {
            all.addAll(samples());
            all.addAll(next.samples());
        } else {
            // They look at different labels, so of each label one of the two is empty.
            samples()
                    .forEach(mine -> next.samples()
                            .forEach(other -> all.add(
                                    new Labels(mine.region() + other.region(), mine.instance() + other.instance()))));
        }
        Map<List<Boolean>, Labels> apart = new HashMap<>();
        all.forEach(
                labels -> apart.putIfAbsent(List.of(strategy.selects(labels), next.strategy.selects(labels)), labels));
        return apart.values().stream()
                .map(labels -> new Shift(at(labels), next.at(labels)))
                .toList();
    }

    /** The plan of a proxy. */
    public Plan at(Labels proxy) {
        return made.computeIfAbsent(
                proxy, labels -> Plan.compile(migrationId, migrationUuid, strategy, sampling, labelling, labels));
    }

    private List<Labels> samples() {
        return looksAtProxy() ? strategy.samples() : List.of(Labels.NONE);
    }

    private boolean looksAtProxy() {
        return strategy.label() == Label.REGION || (strategy.label() == Label.INSTANCE && !labelling.byShard());
    }

    /**
     * Why a key may have different authorities at one moment, depending on who uses it and how; empty if the key alone decides. Only then can a
     * mover know which side a key is on.
     */
    public Optional<String> notByKey() {
        boolean byLabel = splitsLabels();
        boolean byBucket = plans().stream()
                .anyMatch(plan -> plan.anyCell(
                        cell -> cell % Bucket.COUNT > 0 && plan.authority(cell) != plan.authority(cell - 1)));
        boolean captured = (strategy.sharesUsers() || sampling == Sampling.USER)
                && labelling.rules().captures();
        Optional<String> condition = labelling.rules().besideKey();
        if (byLabel && looksAtProxy()) {
            return Optional.of(
                    strategy.label() == Label.REGION
                            ? "the region of the proxy decides"
                            : "the instance of the proxy decides (on an interlay with instance_by: shard it is the key)");
        }
        if (condition.isPresent() && ((byLabel && strategy.label() != Label.INSTANCE) || (byBucket && captured))) {
            return Optional.of("not the key alone decides (" + condition.get() + ")");
        }
        if (byBucket && sampling == Sampling.CONNECTION) {
            return Optional.of("the connection decides (sample_by)");
        }
        if (byBucket && sampling == Sampling.USER && !captured) {
            return Optional.of(
                    "who the client logged in as decides (sample_by), as no label rule takes the user from the key");
        }
        return Optional.empty();
    }

    /** Whether two operations of one bucket may have different authorities. */
    private boolean splitsLabels() {
        List<Plan> plans = plans();
        for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
            Set<Side> sides = EnumSet.noneOf(Side.class);
            for (Plan plan : plans) {
                for (int labelClass : plan.kinds()) {
                    sides.add(plan.authority(labelClass * Bucket.COUNT + bucket));
                }
            }
            if (sides.size() > 1) {
                return true;
            }
        }
        return false;
    }
}
