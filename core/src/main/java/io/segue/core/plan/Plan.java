package io.segue.core.plan;

import io.segue.core.labels.Labelling;
import io.segue.core.labels.Subject;
import io.segue.core.operation.Access;
import io.segue.core.operation.Bucket;
import io.segue.core.operation.Labels;
import io.segue.core.operation.Operation;
import io.segue.core.operation.Sampling;
import io.segue.core.strategy.Strategy;
import io.segue.core.verdict.Quorum;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * A strategy compiled into tables of verdicts by cell (see {@link Cells}), so that deciding a request is an array look-up. Immutable,
 * thread-safe.
 */
public final class Plan {
    private static final Access[] ACCESSES = Access.values();

    private final String migrationId;
    private final Strategy strategy;
    private final long salt;
    private final Labels proxy;
    private final Cells cells;
    /** By access, label class and bucket; classes that the strategy treats alike share a row. */
    private final Verdict[][][] verdicts;
    /** The first label class that the strategy selects, and the first that it does not, as far as there are such. */
    private final int[] kinds;

    private final Set<Quorum> quorums = EnumSet.noneOf(Quorum.class);

    private Plan(String migrationId, Strategy strategy, long salt, Labels proxy, Cells cells, Verdict[][][] verdicts) {
        this.migrationId = migrationId;
        this.strategy = strategy;
        this.salt = salt;
        this.proxy = proxy;
        this.cells = cells;
        this.verdicts = verdicts;
        this.kinds = IntStream.concat(
                        IntStream.range(0, cells.classes())
                                .filter(this::selects)
                                .limit(1),
                        IntStream.range(0, cells.classes())
                                .filter(labelClass -> !selects(labelClass))
                                .limit(1))
                .toArray();
        for (int labelClass : kinds) {
            for (Verdict verdict : verdicts[Access.WRITE.ordinal()][labelClass]) {
                if (verdict instanceof Verdict.Dual dual) {
                    quorums.add(dual.quorum());
                }
            }
        }
    }

    /** Compiles {@code strategy} for the operations that carry {@code labels}, where keys are sampled and have no labels of their own. */
    public static Plan compile(String migrationId, String migrationUuid, Strategy strategy, Labels labels) {
        return compile(migrationId, migrationUuid, strategy, Sampling.KEY, Labelling.NONE, labels);
    }

    /**
     * Compiles {@code strategy}.
     *
     * @param labelling of the interlay
     * @param proxy labels of all operations that come through one proxy
     */
    public static Plan compile(
            String migrationId,
            String migrationUuid,
            Strategy strategy,
            Sampling sampling,
            Labelling labelling,
            Labels proxy) {
        long salt = Bucket.salt(migrationUuid);
        Cells cells = Cells.of(strategy, sampling, labelling, salt);
        Verdict[][][] verdicts = new Verdict[ACCESSES.length][cells.classes()][];
        Verdict[][] selected = null;
        Verdict[][] others = null;
        for (int labelClass = 0; labelClass < cells.classes(); labelClass++) {
            Labels labels = cells.labels(labelClass, proxy);
            Verdict[][] rows;
            if (strategy.selects(labels)) {
                selected = selected == null ? rows(strategy, labels) : selected;
                rows = selected;
            } else {
                others = others == null ? rows(strategy, labels) : others;
                rows = others;
            }
            for (Access access : ACCESSES) {
                verdicts[access.ordinal()][labelClass] = rows[access.ordinal()];
            }
        }
        return new Plan(migrationId, strategy, salt, proxy, cells, verdicts);
    }

    private static Verdict[][] rows(Strategy strategy, Labels labels) {
        Verdict[][] rows = new Verdict[ACCESSES.length][Bucket.COUNT];
        for (Access access : ACCESSES) {
            for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
                // No strategy looks at the time: it is the control plane that makes a change at some moment.
                rows[access.ordinal()][bucket] = strategy.decide(new Operation(access, bucket, labels), Instant.EPOCH);
            }
        }
        return rows;
    }

    /** Id of the migration. */
    public String migrationId() {
        return migrationId;
    }

    /** What was compiled. */
    public Strategy strategy() {
        return strategy;
    }

    /** Salt for {@link Bucket#of}. */
    public long salt() {
        return salt;
    }

    /** How operations fall into cells. */
    public Cells cells() {
        return cells;
    }

    /** Where an operation goes. */
    public Verdict verdict(Access access, int cell) {
        Verdict[][] rows = verdicts[access.ordinal()];
        if (cell < Bucket.COUNT) {
            return rows[0][cell];
        }
        int labelClass = cell / Bucket.COUNT;
        return rows[labelClass][cell - labelClass * Bucket.COUNT];
    }

    /** The side whose state is the truth for the keys of this cell. */
    public Side authority(int cell) {
        return verdict(Access.WRITE, cell).primary();
    }

    /** Whether, for some key, the side that is not the authority takes writes while the authority cannot be reached. */
    public boolean takesOver() {
        return quorums.stream().anyMatch(Quorum::takesOver);
    }

    /** Whether, for some key, a write has succeeded only when both sides have executed it. */
    public boolean requiresBoth() {
        return quorums.contains(Quorum.BOTH);
    }

    /** Whether clients may be reading this cell from the side that is not its authority. */
    public boolean followerReads(int cell) {
        return verdict(Access.READ, cell).primary() != authority(cell);
    }

    /**
     * The same, but that every key is read at its authority: nothing depends on the other side then, and it is written as before. The one
     * change of a plan that gives no key another authority whatever the others do, so that a proxy may make it alone.
     */
    public Plan readsAtAuthority() {
        Verdict[][][] careful = verdicts.clone();
        careful[Access.READ.ordinal()] = new Verdict[cells.classes()][Bucket.COUNT];
        for (int labelClass = 0; labelClass < cells.classes(); labelClass++) {
            for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
                careful[Access.READ.ordinal()][labelClass][bucket] =
                        Verdict.single(authority(labelClass * Bucket.COUNT + bucket));
            }
        }
        return new Plan(migrationId, strategy, salt, proxy, cells, careful);
    }

    /** Whether some read depends on the side that is not the authority of its key. */
    public boolean readsElsewhere() {
        return anyCell(cell -> !verdict(Access.READ, cell).equals(Verdict.single(authority(cell))));
    }

    /** Whether a write of this cell reaches one side only. */
    public boolean oneSided(int cell) {
        return verdict(Access.WRITE, cell) instanceof Verdict.Single;
    }

    /** Whether some cell has another authority under {@code next} than under this plan. */
    public boolean movesAuthority(Plan next) {
        return anyPair(next, (mine, others) -> authority(mine) != next.authority(others));
    }

    /** Whether two plans mean the same by a cell. */
    public boolean comparable(Plan other) {
        return cells.equals(other.cells);
    }

    /** Whether {@code test} holds for some cell. Of the cells that are treated alike whatever their labels, one is asked for. */
    public boolean anyCell(IntPredicate test) {
        for (int labelClass : kinds) {
            for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
                if (test.test(labelClass * Bucket.COUNT + bucket)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Label classes of which each is treated otherwise than the others, and like all that are not among them. */
    int[] kinds() {
        return kinds;
    }

    /** A question about an operation that is in one cell of this plan, and in one of the other. */
    @FunctionalInterface
    public interface PairTest {
        boolean test(int mine, int others);
    }

    /**
     * Whether {@code test} holds for some operation, by its cells under this plan and under {@code other}, of the same interlay and proxy. Where
     * the plans do not mean the same by a cell, combinations count that may not occur.
     */
    public boolean anyPair(Plan other, PairTest test) {
        boolean same = comparable(other);
        boolean[] seen = new boolean[4];
        for (int mine = 0; mine < cells.classes(); mine++) {
            int first = same ? mine : 0;
            int last = same ? mine : other.cells.classes() - 1;
            for (int others = first; others <= last; others++) {
                int kinds = kind(mine) * 2 + other.kind(others);
                if (!seen[kinds] && anyPair(other, mine, others, test)) {
                    return true;
                }
                seen[kinds] = true;
            }
        }
        return false;
    }

    private boolean anyPair(Plan other, int mine, int others, PairTest test) {
        boolean sameBuckets = cells.samplesAs(other.cells);
        for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
            if (sameBuckets) {
                if (test.test(mine * Bucket.COUNT + bucket, others * Bucket.COUNT + bucket)) {
                    return true;
                }
                continue;
            }
            for (int second = 0; isStep(mine, bucket) && second < Bucket.COUNT; second++) {
                if (other.isStep(others, second)
                        && test.test(mine * Bucket.COUNT + bucket, others * Bucket.COUNT + second)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether a bucket is the first of a run that is treated alike. */
    private boolean isStep(int labelClass, int bucket) {
        int cell = labelClass * Bucket.COUNT + bucket;
        return bucket == 0
                || !verdict(Access.READ, cell).equals(verdict(Access.READ, cell - 1))
                || !verdict(Access.WRITE, cell).equals(verdict(Access.WRITE, cell - 1));
    }

    private int kind(int labelClass) {
        return selects(labelClass) ? 1 : 0;
    }

    private boolean selects(int labelClass) {
        return strategy.selects(cells.labels(labelClass, proxy));
    }

    /** Where an operation goes, and why. */
    public Explanation explain(Subject subject) {
        int cell = cells.of(subject);
        int labelClass = cell / Bucket.COUNT;
        int bucket = cell % Bucket.COUNT;
        Labels labels = cells.labels(labelClass, proxy);
        return new Explanation(
                verdict(Access.READ, cell),
                verdict(Access.WRITE, cell),
                authority(cell),
                labelClass,
                bucket,
                cells.unit(subject),
                labels,
                cells.rule(subject),
                strategy.why(new Operation(Access.READ, bucket, labels)));
    }
}
