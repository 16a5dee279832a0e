package io.segue.controlplane.service;

import io.segue.controlplane.time.Times;
import io.segue.core.labels.LabelRule;
import io.segue.core.labels.Labelling;
import io.segue.core.operation.Label;
import io.segue.core.operation.Sampling;
import io.segue.core.strategy.Strategy;
import io.segue.core.validation.NotSupportedException;
import io.segue.core.wire.StrategyMapper;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.TestMigrationReply;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Findings about what decides on which side an operation is: labels that are missing, keys that have no side of their own, windows that are over. */
final class SideFindings {
    private SideFindings() {}

    static void about(Migration migration, Instant now, TestMigrationReply.Builder reply) {
        Strategy strategy;
        try {
            strategy = StrategyMapper.fromProto(migration.getStrategy());
        } catch (NotSupportedException e) {
            // Told elsewhere.
            return;
        }
        List<Labelling> labellings = Routing.labellings(migration);
        sides(migration, labellings, reply);
        labels(migration, strategy, labellings, reply);
        window(migration, now, reply);
    }

    /** A mover knows a key and no more: who uses it, and by which proxy, it cannot see. */
    private static void sides(Migration migration, List<Labelling> labellings, TestMigrationReply.Builder reply) {
        Routing routing = Routing.of(migration, migration.getStrategy());
        Optional<String> notByKey = routing.notByKey();
        String mend = "use write_mode dual_write, so that every key is on both sides, or data none";
        if (notByKey.isPresent()) {
            String message = "one key may be written on OLD and on NEW at the same time, for " + notByKey.get();
            if (migration.getData().hasScan()) {
                Findings.blocker(
                        reply,
                        "side_not_by_key",
                        message + "; a mover that follows could not know which of the two counts",
                        mend);
            } else {
                Findings.warning(
                        reply,
                        "side_not_by_key",
                        message + "; the two values never meet",
                        "make sure that no two of these use the same keys, or use write_mode dual_write");
            }
        }
        boolean splits = routing.sides().size() > 1;
        if (labellings.size() > 1 && splits && Warnings.wantsCopy(migration)) {
            Findings.blocker(
                    reply,
                    "labels_differ",
                    "the interlays of the migration name their operations in different ways (labels, instance_by), so one key may"
                            + " be on different sides by them, and a mover could not know which counts",
                    "give them the same labels and instance_by, or make a migration for each");
        }
    }

    private static void labels(
            Migration migration, Strategy strategy, List<Labelling> labellings, TestMigrationReply.Builder reply) {
        List<LabelRule> rules = labellings.stream()
                .flatMap(labelling -> labelling.rules().rules().stream())
                .toList();
        boolean byShard = labellings.stream().anyMatch(Labelling::byShard);
        Set<String> wanted = new TreeSet<>(strategy.samples().stream()
                .filter(strategy::selects)
                .map(labels -> switch (strategy.label()) {
                    case FEATURE -> labels.feature();
                    case FLAG -> labels.flag();
                    case INSTANCE -> byShard ? labels.instance() : "";
                    case REGION, NONE -> "";
                })
                .filter(name -> !name.isEmpty())
                .toList());
        if (strategy.label() == Label.INSTANCE) {
            for (int shard = 0; shard < strategy.instances(); shard++) {
                wanted.remove(Labelling.shardName(shard));
            }
        } else {
            wanted.removeAll(rules.stream().map(LabelRule::feature).collect(Collectors.toSet()));
            wanted.removeAll(rules.stream().map(LabelRule::flag).collect(Collectors.toSet()));
        }
        // Without any rule about flags, all operations are governed by any enabled flag, which needs none.
        boolean needsNone = strategy.label() == Label.FLAG
                && rules.stream().allMatch(rule -> rule.flag().isEmpty());
        if (!wanted.isEmpty() && !needsNone) {
            Findings.warning(
                    reply,
                    "label_unknown",
                    "nothing has the " + strategy.label().name().toLowerCase(Locale.ROOT) + " "
                            + String.join(", ", wanted) + ", so nothing moves for it",
                    strategy.label() == Label.INSTANCE
                            ? "use shard-0 to shard-" + (strategy.instances() - 1)
                            : "add rules to the labels of the interlay");
        }
        boolean users = StrategyMapper.sampling(migration.getStrategy()) == Sampling.USER;
        if (users && rules.stream().noneMatch(LabelRule::captures)) {
            Findings.warning(
                    reply,
                    "users_by_login",
                    "no label rule takes the user from the key, so users are told apart by who the clients log in as; clients"
                            + " that log in without a name move last, all at once",
                    "add a rule with a key pattern such as user:{user}:* to the labels of the interlay");
        }
    }

    private static void window(Migration migration, Instant now, TestMigrationReply.Builder reply) {
        if (!migration.getStrategy().hasTimeWindow()
                || migration.getStrategy().getTimeWindow().getExecuted()) {
            return;
        }
        Instant end = Times.toInstant(migration.getStrategy().getTimeWindow().getWindowEnd());
        if (!now.isBefore(end)) {
            Findings.blocker(
                    reply,
                    "window_over",
                    "the window ended at " + end + ", so the switch would never happen",
                    "set a later window with PATCH");
        }
    }
}
