package io.segue.proxy.engine;

import io.segue.core.operation.Access;
import io.segue.core.operation.Bucket;
import io.segue.core.plan.Plan;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import io.segue.proxy.config.EndpointSpec;
import io.segue.proxy.config.InterlaySpec;
import io.segue.proxy.config.ServerAddress;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
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
    private final BitSet held;
    private final AtomicIntegerArray underWay;
    private final AtomicInteger waking = new AtomicInteger();
    private volatile boolean overdue;

    private Route(InterlaySpec spec, @Nullable Plan plan, @Nullable MigrationState migration, BitSet held, int loops) {
        this.spec = spec;
        this.next = spec.plan() == null ? null : spec.plan().newEndpoint();
        this.plan = plan;
        this.migration = migration;
        this.held = held;
        this.underWay = new AtomicIntegerArray(loops * SPREAD);
    }

    /** Everything goes to the interlay's endpoint. */
    public static Route direct(InterlaySpec spec, int loops) {
        return new Route(spec, null, null, new BitSet(), loops);
    }

    /** Traffic is split by {@code plan}. */
    public static Route split(InterlaySpec spec, Plan plan, MigrationState migration, int loops) {
        return new Route(spec, plan, migration, new BitSet(), loops);
    }

    /**
     * The same, but work waits if its authority is another one under {@code after}, or if both sides of its keys are to be kept in step from
     * then on: what is under way now would not reach the other side, and might overtake what does. Everything waits if the other side took
     * writes over until now and is not to any more. {@link #holding} says whether there is such work.
     */
    public Route holding(Route after) {
        BitSet waits = moving(after);
        if (takesOver() && !(after.migration == migration && after.takesOver())) {
            // Until the truth of all keys is back, and while it is looked whether that is so.
            waits.set(0, Bucket.COUNT);
        }
        if (plan == null && !waits.isEmpty()) {
            // Without a plan there is no salt, so no bucket: what holds one key holds all.
            waits.set(0, Bucket.COUNT);
        }
        return new Route(spec, plan, migration, waits, underWay.length() / SPREAD);
    }

    /** Whether the two sides of some keys must be known to be equal before {@code after} may take this one's place. */
    public boolean needsEqualSides(Route after) {
        return !moving(after).isEmpty();
    }

    private BitSet moving(Route after) {
        BitSet waits = new BitSet(Bucket.COUNT);
        for (int bucket = 0; bucket < Bucket.COUNT; bucket++) {
            waits.set(
                    bucket,
                    !authorityServer(bucket).equals(after.authorityServer(bucket))
                            || (after.migration != migration && after.keepsInStep(bucket)));
        }
        return waits;
    }

    private boolean keepsInStep(int bucket) {
        return plan != null && !(plan.verdict(Access.WRITE, bucket) instanceof Verdict.Single);
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

    /** Whether work on this bucket must wait for the plan change. */
    public boolean held(int bucket) {
        return held.get(bucket);
    }

    /** The decision is overdue: what would have to wait is answered with an error from now on, until the decision is known. */
    public void decisionOverdue() {
        overdue = true;
    }

    /** Whether the decision is overdue. */
    public boolean overdue() {
        return overdue;
    }

    /** Whether any work may have to wait. */
    public boolean holding() {
        return !held.isEmpty();
    }

    /** Whether the side that is not the authority takes writes while the authority cannot be reached. */
    public boolean takesOver() {
        return plan != null && plan.takesOver();
    }

    /** Whether some write has succeeded only when both sides have executed it. */
    public boolean requiresBoth() {
        return plan != null && plan.requiresBoth();
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
