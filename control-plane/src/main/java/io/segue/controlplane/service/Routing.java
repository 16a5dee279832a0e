package io.segue.controlplane.service;

import io.segue.controlplane.mover.DataMover.KeyFilter;
import io.segue.core.operation.Access;
import io.segue.core.operation.Bucket;
import io.segue.core.operation.HashTag;
import io.segue.core.operation.Labels;
import io.segue.core.plan.Plan;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import io.segue.core.wire.StrategyMapper;
import io.segue.proto.v1.Migration;
import io.segue.proto.v1.Strategy;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** What the proxies do with a migration's keys at one moment, bucket by bucket. Immutable, thread-safe. */
final class Routing {
    private final long salt;
    private final Verdict[] writes = new Verdict[Bucket.COUNT];
    private final Verdict[] reads = new Verdict[Bucket.COUNT];

    private Routing(long salt) {
        this.salt = salt;
    }

    /** Under a strategy. */
    static Routing of(Migration migration, Strategy strategy) {
        Plan plan =
                Plan.compile(migration.getId(), migration.getUuid(), StrategyMapper.fromProto(strategy), Labels.NONE);
        Routing routing = new Routing(plan.salt());
        for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
            routing.writes[bucket] = plan.verdict(Access.WRITE, bucket);
            routing.reads[bucket] = plan.verdict(Access.READ, bucket);
        }
        return routing;
    }

    /** Under a strategy, or on OLD where none is in force. */
    static Routing of(Migration migration, Optional<Strategy> inForce) {
        return inForce.map(strategy -> of(migration, strategy)).orElseGet(() -> toSide(migration, Side.OLD));
    }

    /** Everything on one side. */
    static Routing toSide(Migration migration, Side side) {
        Routing routing = new Routing(Bucket.salt(migration.getUuid()));
        for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
            routing.writes[bucket] = Verdict.single(side);
            routing.reads[bucket] = Verdict.single(side);
        }
        return routing;
    }

    /** Where writes go. */
    Verdict write(int bucket) {
        return writes[bucket];
    }

    /** The side whose state is the truth. */
    Side authority(int bucket) {
        return writes[bucket].primary();
    }

    /** Whether a write of this bucket reaches both sides. */
    boolean dual(int bucket) {
        return writes[bucket].match(single -> false, dual -> true, shadowed -> true);
    }

    /** Whether the proxies write, for some key, the side that is not its authority. */
    boolean dualWrites() {
        return any(this::dual);
    }

    /** Whether some key has its truth on OLD while proxies also write NEW: two of them may do it in opposite orders there. */
    boolean needsFeed() {
        return any(bucket -> authority(bucket) == Side.OLD && dual(bucket));
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
        return any(bucket -> authority(bucket) == side);
    }

    /** Whether anything is ever sent to NEW. */
    boolean touchesNew() {
        return any(bucket ->
                !writes[bucket].equals(Verdict.single(Side.OLD)) || !reads[bucket].equals(Verdict.single(Side.OLD)));
    }

    /** Whether {@code next} sends writes to both sides whose truth is on OLD, where this one does not. */
    boolean opensDualWrites(Routing next) {
        return any(bucket -> next.authority(bucket) == Side.OLD && next.dual(bucket) && !dual(bucket));
    }

    /** Whether {@code next} writes as this one does. */
    boolean writesAs(Routing next) {
        return !any(bucket -> !writes[bucket].equals(next.writes[bucket]));
    }

    /** Whether some key's truth goes from {@code from} to the other side. */
    boolean leaves(Side from, Routing next) {
        return any(goes(from, next));
    }

    /** The keys whose truth is on a side: what a mover has to do with that follows it. */
    KeyFilter on(Side side) {
        return only(bucket -> authority(bucket) == side);
    }

    /** The keys whose truth goes from a side to the other one with {@code next}. */
    KeyFilter going(Side from, Routing next) {
        return only(goes(from, next));
    }

    /** Whether a key whose truth goes from a side to the other one is written on the first only until then. */
    boolean leavesAlone(Side from, Routing next) {
        return any(bucket -> goes(from, next).test(bucket) && !dual(bucket));
    }

    /** Whether a key whose truth goes to the other side with {@code next} is written there only from then on. */
    boolean arrivesAlone(Side from, Routing next) {
        return any(bucket -> goes(from, next).test(bucket) && !next.dual(bucket));
    }

    private IntPredicate goes(Side from, Routing next) {
        return bucket -> authority(bucket) == from && next.authority(bucket) != from;
    }

    private KeyFilter only(IntPredicate buckets) {
        if (!any(buckets.negate())) {
            return KeyFilter.ALL;
        }
        if (!any(buckets)) {
            return KeyFilter.NONE;
        }
        BitSet chosen = new BitSet(Bucket.COUNT);
        IntStream.range(0, Bucket.COUNT).filter(buckets).forEach(chosen::set);
        return new KeyFilter() {
            @Override
            public boolean test(byte[] key) {
                return chosen.get(HashTag.bucket(key, salt));
            }

            @Override
            public boolean keyless() {
                return chosen.get(Bucket.KEYLESS);
            }
        };
    }

    private static boolean any(IntPredicate test) {
        return IntStream.range(0, Bucket.COUNT).anyMatch(test);
    }
}
