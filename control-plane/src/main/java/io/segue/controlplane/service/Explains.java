package io.segue.controlplane.service;

import io.segue.core.labels.Caller;
import io.segue.core.labels.LabelRules;
import io.segue.core.labels.Labelling;
import io.segue.core.labels.Subject;
import io.segue.core.operation.Labels;
import io.segue.core.plan.PlanFamily;
import io.segue.core.validation.Check;
import io.segue.core.validation.InvalidFieldException;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import io.segue.core.wire.LabelsMapper;
import io.segue.core.wire.StrategyMapper;
import io.segue.proto.v1.Course;
import io.segue.proto.v1.ExplainRequest;
import io.segue.proto.v1.Explanation;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.MigrationInterlay;
import io.segue.proto.v1.MigrationStatus;
import io.segue.proto.v1.Movement;
import io.segue.proto.v1.OperationLabels;
import io.segue.proto.v1.Strategy;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Answers where an operation would go, by the code that the proxies run. Thread-safe. */
public final class Explains {
    private static final int MAX_DB = 16_383;

    private final Records records;
    private final Movements movements;

    Explains(Records records, Movements movements) {
        this.records = records;
        this.movements = movements;
    }

    /** Where the operation of a request goes now, and why. */
    public Explanation explain(ExplainRequest request) {
        Check.range("db", request.getDb(), 0, MAX_DB);
        Migration migration = records.migration(request.getId()).value();
        MigrationInterlay moved = interlay(migration, request.getInterlay());
        Optional<Movement> movement = movements.of(migration).map(Held::value);
        Optional<Strategy> inForce = Names.status(migration.getStatus()).routesTraffic()
                ? Movements.inForce(migration, movement)
                : Optional.empty();
        Labelling labelling = LabelsMapper.fromProto(moved.getInstanceBy(), moved.getLabelsList());
        boolean completed = migration.getStatus() == MigrationStatus.MIGRATION_STATUS_COMPLETED;
        PlanFamily family = inForce.map(strategy -> PlanFamily.of(
                        migration.getId(),
                        migration.getUuid(),
                        StrategyMapper.fromProto(strategy),
                        StrategyMapper.sampling(strategy),
                        labelling))
                .orElseGet(() ->
                        PlanFamily.toSide(migration.getId(), migration.getUuid(), completed ? Side.NEW : Side.OLD));
        io.segue.core.plan.Explanation found = family.at(new Labels(request.getRegion(), request.getInstance()))
                .explain(subject(request));
        Explanation.Builder reply = message(migration, moved, found);
        if (inForce.isPresent()) {
            return reply.setStrategy(inForce.get().getKindCase().name().toLowerCase(Locale.ROOT))
                    .build();
        }
        return reply.setWhy(noStrategy(migration, completed)).build();
    }

    private static String noStrategy(Migration migration, boolean completed) {
        String status = "the migration is " + Names.of(migration.getStatus());
        if (completed) {
            return status + ": everything goes to NEW";
        }
        return Names.status(migration.getStatus()).routesTraffic()
                ? status + ", and its data is being copied: everything goes to OLD until that is done"
                : status + ": everything goes to OLD";
    }

    private static MigrationInterlay interlay(Migration migration, String wanted) {
        List<MigrationInterlay> all = migration.getInterlaysList();
        String known = all.stream().map(MigrationInterlay::getInterlay).collect(Collectors.joining(", "));
        if (wanted.isEmpty() && all.size() == 1) {
            return all.get(0);
        }
        return all.stream()
                .filter(moved -> moved.getInterlay().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new InvalidFieldException(
                        "interlay",
                        wanted.isEmpty() ? "nothing" : wanted,
                        all.isEmpty()
                                ? "an interlay added to the migration first"
                                : "an interlay of the migration: " + known));
    }

    private static Subject subject(ExplainRequest request) {
        Caller caller = new Caller(request.getConnection(), request.getClient(), request.getUser());
        Subject subject = new Subject().begin(request.getCommand().toUpperCase(Locale.ROOT), caller, request.getDb());
        return request.hasKey()
                ? subject.key(request.getKey().toByteArray(), request.getKey().size())
                : subject;
    }

    private static Explanation.Builder message(
            Migration migration, MigrationInterlay moved, io.segue.core.plan.Explanation found) {
        Explanation.Builder reply = Explanation.newBuilder()
                .setMigrationId(migration.getId())
                .setInterlay(moved.getInterlay())
                .setRead(course(found.read()))
                .setWrite(course(found.write()))
                .setAuthority(name(found.authority()))
                .setBucket(found.bucket())
                .setUnit(found.unit())
                .setLabelClass(found.labelClass())
                .setLabels(OperationLabels.newBuilder()
                        .setRegion(found.labels().region())
                        .setInstance(found.labels().instance())
                        .setFeature(found.labels().feature())
                        .setFlag(found.labels().flag()))
                .setWhy(found.why());
        if (found.rule() != LabelRules.NO_RULE) {
            reply.setRuleIndex(found.rule()).setRule(moved.getLabels(found.rule()));
        }
        return reply;
    }

    private static Course course(Verdict verdict) {
        return verdict.match(
                single -> course("single", List.of(single.side())),
                dual -> course(
                        "dual", List.of(dual.authority(), dual.authority().other())),
                shadowed -> course(
                        "shadowed", List.of(shadowed.side(), shadowed.side().other())));
    }

    private static Course course(String kind, List<Side> sides) {
        return Course.newBuilder()
                .setKind(kind)
                .addAllSides(sides.stream().map(Explains::name).toList())
                .build();
    }

    private static String name(Side side) {
        return side.name().toLowerCase(Locale.ROOT);
    }
}
