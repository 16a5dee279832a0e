package io.segue.proxy.engine;

import io.segue.core.operation.Access;
import io.segue.core.operation.Bucket;
import io.segue.core.plan.Plan;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import io.segue.proxy.config.EndpointSpec;
import io.segue.proxy.config.InterlaySpec;
import io.segue.proxy.config.ServerAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * How one interlay's traffic is served right now: the two sides, the plan, and what is under way by it. A request is decided
 * with the route current at its first byte and keeps it to its end. Immutable but for the count of requests; thread-safe.
 */
public final class Route {
    /** Ints between the counts of two event loops, so that they share no cache line. */
    private static final int SPREAD = 32;

    private final InterlaySpec spec;
    private final @Nullable EndpointSpec next;
    private final @Nullable Plan plan;
    private final @Nullable MigrationState migration;
    private final @Nullable IntFunction<ServerAddress> authorityAfterHold;
    private final AtomicIntegerArray underWay;
    private final AtomicInteger waking = new AtomicInteger();

    private Route(
            InterlaySpec spec,
            @Nullable Plan plan,
            @Nullable MigrationState migration,
            @Nullable IntFunction<ServerAddress> authorityAfterHold,
            int loops) {
        this.spec = spec;
        this.next = spec.plan() == null ? null : spec.plan().newEndpoint();
        this.plan = plan;
        this.migration = migration;
        this.authorityAfterHold = authorityAfterHold;
        this.underWay = new AtomicIntegerArray(loops * SPREAD);
    }

    /** Everything goes to the interlay's endpoint. */
    public static Route direct(InterlaySpec spec, int loops) {
        return new Route(spec, null, null, null, loops);
    }

    /** Traffic is split by {@code plan}. */
    public static Route split(InterlaySpec spec, Plan plan, MigrationState migration, int loops) {
        return new Route(spec, plan, migration, null, loops);
    }

    /** The same, but work whose authority is about to change waits. */
    public Route holding(IntFunction<ServerAddress> authorityAfter) {
        return new Route(spec, plan, migration, authorityAfter, underWay.length() / SPREAD);
    }

    public InterlaySpec spec() {
        return spec;
    }

    /** Null: no migration, everything is on OLD. */
    public @Nullable Plan plan() {
        return plan;
    }

    /** Present when there is a plan. */
    public @Nullable MigrationState migration() {
        return migration;
    }

    /** The side whose state is the truth for the keys of this bucket. */
    public Side authority(int bucket) {
        return plan == null ? Side.OLD : plan.authority(bucket);
    }

    /** The server whose state is the truth for the keys of this bucket. */
    public ServerAddress authorityServer(int bucket) {
        return writes(authority(bucket));
    }

    /** Whether some key has another authority under {@code next}. */
    public boolean movesAuthority(Route next) {
        for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
            if (!authorityServer(bucket).equals(next.authorityServer(bucket))) {
                return true;
            }
        }
        return false;
    }

    /** Whether work on this bucket must wait for the plan change. */
    public boolean held(int bucket) {
        IntFunction<ServerAddress> after = authorityAfterHold;
        return after != null && !after.apply(bucket).equals(authorityServer(bucket));
    }

    /** Whether any work may have to wait. */
    public boolean holding() {
        return authorityAfterHold != null;
    }

    /** Whether some write is to reach both sides. */
    public boolean dualWrites() {
        Plan split = plan;
        if (split == null) {
            return false;
        }
        for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
            if (!(split.verdict(Access.WRITE, bucket) instanceof Verdict.Single)) {
                return true;
            }
        }
        return false;
    }

    /** Whether some key is to be kept in step from now on that was not under {@code before}, a plan of the same migration. */
    public boolean widensDualWrites(Route before) {
        Plan now = plan;
        Plan then = before.plan;
        if (now == null || then == null || migration != before.migration) {
            return false;
        }
        for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
            if (then.verdict(Access.WRITE, bucket) instanceof Verdict.Single
                    && !(now.verdict(Access.WRITE, bucket) instanceof Verdict.Single)) {
                return true;
            }
        }
        return false;
    }

    /** Where writes to a side go. */
    public ServerAddress writes(Side side) {
        return endpoint(side).write();
    }

    /** Where reads from a side go. */
    public ServerAddress reads(Side side) {
        return endpoint(side).readOrWrite();
    }

    private EndpointSpec endpoint(Side side) {
        return side == Side.NEW && next != null ? next : spec.endpoint();
    }

    /** Every server of the route. */
    public Set<ServerAddress> addresses() {
        Set<ServerAddress> all = new HashSet<>();
        for (Side side : Side.values()) {
            all.add(writes(side));
            all.add(reads(side));
        }
        return all;
    }

    /** A request begins on event loop {@code loop}. */
    public void begin(int loop) {
        underWay.lazySet(loop * SPREAD, underWay.getPlain(loop * SPREAD) + 1);
    }

    /** A request, both sides of it, is through. On the same event loop as {@link #begin}. */
    public void end(int loop) {
        underWay.lazySet(loop * SPREAD, underWay.getPlain(loop * SPREAD) - 1);
    }

    /** Requests under way by this route; exact only once no new ones can begin. */
    public int underWay() {
        int sum = 0;
        for (int i = 0; i < underWay.length(); i += SPREAD) {
            sum += underWay.get(i);
        }
        return sum;
    }

    /** A request that waits at a server is being woken because its keys are held. */
    public void beginWaking() {
        waking.incrementAndGet();
    }

    /** It has come back. */
    public void endWaking() {
        waking.decrementAndGet();
    }

    /** Requests being woken. */
    public int waking() {
        return waking.get();
    }
}
