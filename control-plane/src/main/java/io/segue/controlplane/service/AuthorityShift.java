package io.segue.controlplane.service;

import io.segue.core.operation.Access;
import io.segue.core.operation.Bucket;
import io.segue.core.operation.Labels;
import io.segue.core.plan.Plan;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import io.segue.core.wire.StrategyMapper;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.Strategy;
import java.util.function.IntFunction;

/**
 * What a change does to the authority of keys: whether one side stops being the truth for a key, and whether the other side was
 * kept in step until then.
 *
 * @param moves some key gets another authority
 * @param losesNew some key goes back to OLD although its writes went to NEW only
 * @param losesOld some key goes to NEW although its writes went to OLD only
 */
record AuthorityShift(boolean moves, boolean losesNew, boolean losesOld) {

    /** From the strategy that runs to another one. */
    static AuthorityShift toStrategy(Migration running, Strategy next) {
        return between(writes(running, running.getStrategy()), writes(running, next));
    }

    /** From no migration to its strategy. */
    static AuthorityShift start(Migration migration) {
        return between(bucket -> Verdict.single(Side.OLD), writes(migration, migration.getStrategy()));
    }

    /** From the strategy that runs to one side for everything. */
    static AuthorityShift toSide(Migration running, Side side) {
        return between(writes(running, running.getStrategy()), bucket -> Verdict.single(side));
    }

    private static IntFunction<Verdict> writes(Migration migration, Strategy strategy) {
        Plan plan =
                Plan.compile(migration.getId(), migration.getUuid(), StrategyMapper.fromProto(strategy), Labels.NONE);
        return bucket -> plan.verdict(Access.WRITE, bucket);
    }

    private static AuthorityShift between(IntFunction<Verdict> from, IntFunction<Verdict> to) {
        boolean moves = false;
        boolean losesNew = false;
        boolean losesOld = false;
        for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
            Verdict before = from.apply(bucket);
            if (before.primary() == to.apply(bucket).primary()) {
                continue;
            }
            moves = true;
            boolean alone = before.match(single -> true, dual -> false, shadowed -> false);
            losesNew |= alone && before.primary() == Side.NEW;
            losesOld |= alone && before.primary() == Side.OLD;
        }
        return new AuthorityShift(moves, losesNew, losesOld);
    }
}
