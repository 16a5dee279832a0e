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
import java.util.Optional;
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

    /** Whether some key has its truth on OLD. */
    boolean leavesKeysOnOld() {
        return any(bucket -> authority(bucket) == Side.OLD);
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
        return any(bucket -> authority(bucket) == from && next.authority(bucket) != from);
    }

    /** The keys whose truth is on OLD: what a mover has to do with. */
    KeyFilter onOld() {
        return leavesKeysOnNew() ? key -> authority(HashTag.bucket(key, salt)) == Side.OLD : KeyFilter.ALL;
    }

    /** The keys whose truth goes from OLD to NEW with {@code next}. */
    KeyFilter goingToNew(Routing next) {
        return key -> {
            int bucket = HashTag.bucket(key, salt);
            return authority(bucket) == Side.OLD && next.authority(bucket) == Side.NEW;
        };
    }

    /** Whether some key has its truth on NEW. */
    boolean leavesKeysOnNew() {
        return any(bucket -> authority(bucket) == Side.NEW);
    }

    private static boolean any(IntPredicate test) {
        return IntStream.range(0, Bucket.COUNT).anyMatch(test);
    }
}
