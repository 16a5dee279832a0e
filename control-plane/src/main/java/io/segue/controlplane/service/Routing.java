package io.segue.controlplane.service;

import io.segue.controlplane.mover.DataMover.KeyFilter;
import io.segue.core.labels.Labelling;
import io.segue.core.labels.Subject;
import io.segue.core.operation.Access;
import io.segue.core.plan.Plan;
import io.segue.core.plan.PlanFamily;
import io.segue.core.plan.PlanFamily.Shift;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import io.segue.core.wire.LabelsMapper;
import io.segue.core.wire.StrategyMapper;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.Strategy;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What the proxies do with a migration's keys at one moment: the plans of all its interlays, at all proxies that there may be, by the same code as
 * theirs. Thread-safe.
 */
final class Routing {
    /** One for each interlay that names its operations in another way than those before it; in the same order for every strategy. */
    private final List<PlanFamily> families;

    private Routing(List<PlanFamily> families) {
        this.families = families;
    }

    /** Under a strategy. */
    static Routing of(Migration migration, Strategy strategy) {
        return of(
                migration,
                labelling -> PlanFamily.of(
                        migration.getId(),
                        migration.getUuid(),
                        StrategyMapper.fromProto(strategy),
                        StrategyMapper.sampling(strategy),
                        labelling));
    }

    /** Under a strategy, or on OLD where none is in force. */
    static Routing of(Migration migration, Optional<Strategy> inForce) {
        return inForce.map(strategy -> of(migration, strategy)).orElseGet(() -> toSide(migration, Side.OLD));
    }

    /** Everything on one side. */
    static Routing toSide(Migration migration, Side side) {
        return of(migration, labelling -> PlanFamily.toSide(migration.getId(), migration.getUuid(), side));
    }

    private static Routing of(Migration migration, Function<Labelling, PlanFamily> family) {
        return new Routing(labellings(migration).stream().map(family).toList());
    }

    /** How the interlays of a migration name their operations, each way once. */
    static List<Labelling> labellings(Migration migration) {
        List<Labelling> all = new ArrayList<>(migration.getInterlaysList().stream()
                .map(moved -> LabelsMapper.fromProto(moved.getInstanceBy(), moved.getLabelsList()))
                .distinct()
                .toList());
        if (all.isEmpty()) {
            all.add(Labelling.NONE);
        }
        return all;
    }

    /** A question about an operation that is in a cell of {@code plan}. */
    @FunctionalInterface
    interface CellTest {
        boolean test(Plan plan, int cell);
    }

    /** A question about an operation that is in a cell of one plan now, and in a cell of another one next, at the same proxy. */
    @FunctionalInterface
    interface ShiftTest {
        boolean test(Plan now, int cell, Plan next, int nextCell);
    }

    /** Whether some key is treated so at some proxy. */
    boolean any(CellTest test) {
        return plans().stream().anyMatch(plan -> plan.anyCell(cell -> test.test(plan, cell)));
    }

    /** Whether some key is treated so at some proxy now, and so next. */
    boolean any(Routing next, ShiftTest test) {
        return shifts(next).stream()
                .anyMatch(shift -> shift.now()
                        .anyPair(
                                shift.next(),
                                (cell, nextCell) -> test.test(shift.now(), cell, shift.next(), nextCell)));
    }

    private List<Plan> plans() {
        return families.stream().flatMap(family -> family.plans().stream()).toList();
    }

    private List<Shift> shifts(Routing next) {
        List<Shift> all = new ArrayList<>();
        for (int i = 0; i < families.size(); i++) {
            all.addAll(families.get(i).shifts(next.families.get(i)));
        }
        return all;
    }

    /** Whether the proxies write, for some key, the side that is not its authority. */
    boolean dualWrites() {
        return any((plan, cell) -> !plan.oneSided(cell));
    }

    /**
     * Whether some key has its truth on OLD while proxies also write NEW: two of them may do it in opposite orders there. Where NEW may
     * have the truth for a while, nobody may follow OLD: it would be overwritten.
     */
    boolean needsFeed() {
        return any(Routing::followed);
    }

    private static boolean followed(Plan plan, int cell) {
        return plan.authority(cell) == Side.OLD && !plan.oneSided(cell) && !plan.takesOver();
    }

    /** Whether, for some key, the side that is not the authority takes writes while the authority cannot be reached. */
    boolean takesOver() {
        return any((plan, cell) -> plan.takesOver());
    }

    /** The sides on which some key has its truth. */
    Set<Side> sides() {
        Set<Side> sides = EnumSet.allOf(Side.class);
        sides.removeIf(side -> !leavesKeysOn(side));
        return sides;
    }

    /** The sides from which some key's truth goes away with {@code next}. */
    Set<Side> left(Routing next) {
        Set<Side> sides = EnumSet.allOf(Side.class);
        sides.removeIf(side -> !leaves(side, next));
        return sides;
    }

    /** Whether some key has its truth on a side. */
    boolean leavesKeysOn(Side side) {
        return any((plan, cell) -> plan.authority(cell) == side);
    }

    /** Whether anything is ever sent to NEW. */
    boolean touchesNew() {
        Verdict old = Verdict.single(Side.OLD);
        return any((plan, cell) -> !plan.verdict(Access.WRITE, cell).equals(old)
                || !plan.verdict(Access.READ, cell).equals(old));
    }

    /** Whether {@code next} sends writes to both sides that a feed is to watch, where this one does not. */
    boolean opensDualWrites(Routing next) {
        return any(
                next,
                (now, cell, then, nextCell) -> followed(then, nextCell) && (now.oneSided(cell) || now.takesOver()));
    }

    /** Whether {@code next} writes as this one does. */
    boolean writesAs(Routing next) {
        return !any(
                next,
                (now, cell, then, nextCell) ->
                        !now.verdict(Access.WRITE, cell).equals(then.verdict(Access.WRITE, nextCell)));
    }

    /** Whether some key's truth goes from {@code from} to the other side. */
    boolean leaves(Side from, Routing next) {
        return any(next, (now, cell, then, nextCell) -> goes(from, now, cell, then, nextCell));
    }

    /** Whether a key whose truth goes from a side to the other one is written on the first only until then. */
    boolean leavesAlone(Side from, Routing next) {
        return any(next, (now, cell, then, nextCell) -> goes(from, now, cell, then, nextCell) && now.oneSided(cell));
    }

    /** Whether a key is written on a side only from then on, and was not until then. */
    boolean arrivesAlone(Side side, Routing next) {
        return any(next, (now, cell, then, nextCell) -> alone(side, then, nextCell) && !alone(side, now, cell));
    }

    /** Whether a key is written on a side only. */
    boolean alone(Side side) {
        return any((plan, cell) -> alone(side, plan, cell));
    }

    private static boolean alone(Side side, Plan plan, int cell) {
        return plan.authority(cell) == side && plan.oneSided(cell);
    }

    private static boolean goes(Side from, Plan now, int cell, Plan then, int nextCell) {
        return now.authority(cell) == from && then.authority(nextCell) != from;
    }

    /** The keys whose truth is on {@code side}, whoever uses them: what a mover has to do with that follows it. */
    KeyFilter on(Side side) {
        if (!leavesKeysOn(side.other())) {
            return KeyFilter.ALL;
        }
        if (!leavesKeysOn(side)) {
            return KeyFilter.NONE;
        }
        List<Plan> plans = plans();
        return new Chosen(subject ->
                plans.stream().allMatch(plan -> plan.authority(plan.cells().of(subject)) == side));
    }

    /** The keys whose truth goes from {@code from} to the other side with {@code next}, whoever uses them. */
    KeyFilter going(Side from, Routing next) {
        if (!leaves(from, next)) {
            return KeyFilter.NONE;
        }
        if (!leavesKeysOn(from.other()) && !next.leavesKeysOn(from)) {
            return KeyFilter.ALL;
        }
        List<Shift> shifts = shifts(next);
        return new Chosen(subject -> shifts.stream()
                .allMatch(shift -> goes(
                        from,
                        shift.now(),
                        shift.now().cells().of(subject),
                        shift.next(),
                        shift.next().cells().of(subject))));
    }

    /** The keys for which something holds whoever uses them. */
    private record Chosen(Predicate<Subject> test) implements KeyFilter {
        @Override
        public boolean test(byte[] key) {
            return test.test(new Subject().key(key, key.length));
        }

        @Override
        public boolean keyless() {
            return test.test(new Subject());
        }
    }

    /** Why it cannot be said of a key on which side it is; empty if it can. */
    Optional<String> notByKey() {
        return families.stream()
                .map(PlanFamily::notByKey)
                .flatMap(Optional::stream)
                .findFirst();
    }
}
