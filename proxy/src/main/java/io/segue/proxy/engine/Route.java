package io.segue.proxy.engine;

import io.segue.core.operation.Bucket;
import io.segue.core.plan.Plan;
import io.segue.core.verdict.Side;
import io.segue.proxy.config.EndpointSpec;
import io.segue.proxy.config.InterlaySpec;
import io.segue.proxy.config.ServerAddress;
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
    /** The route that comes after the hold; null: nothing is held. */
    private final @Nullable Route after;
    /** Whether everything waits: cells of the two plans cannot be compared one by one, or there is no plan now, and so no cell. */
    private final boolean holdsAll;

    private final AtomicIntegerArray underWay;
    private final AtomicInteger waking = new AtomicInteger();
    private volatile boolean overdue;

    private Route(
            InterlaySpec spec,
            @Nullable Plan plan,
            @Nullable MigrationState migration,
            @Nullable Route after,
            boolean holdsAll,
            int loops) {
        this.spec = spec;
        this.next = spec.plan() == null ? null : spec.plan().newEndpoint();
        this.plan = plan;
        this.migration = migration;
        this.after = after;
        this.holdsAll = holdsAll;
        this.underWay = new AtomicIntegerArray(loops * SPREAD);
    }

    /** Everything goes to the interlay's endpoint. */
    public static Route direct(InterlaySpec spec, int loops) {
        return new Route(spec, null, null, null, false, loops);
    }

    /** Traffic is split by {@code plan}. */
    public static Route split(InterlaySpec spec, Plan plan, MigrationState migration, int loops) {
        return new Route(spec, plan, migration, null, false, loops);
    }

    /**
     * The same, but work waits if its authority is another one under {@code after}, or if both sides of its keys are to be kept in step from
     * then on: what is under way now would not reach the other side, and might overtake what does. Everything waits if the other side took
     * writes over until now and is not to any more. {@link #holding} says whether there is such work.
     */
    public Route holding(Route next) {
        boolean some = moves(next);
        boolean all = some && (plan == null || (next.plan != null && !plan.comparable(next.plan)));
        // Until the truth of all keys is back, and while it is looked whether that is so.
        boolean leaves = takesOver() && !(next.migration == migration && next.takesOver());
        return new Route(
                spec, plan, migration, some || leaves ? next : null, all || leaves, underWay.length() / SPREAD);
    }

    /**
     * Whether {@code next} moves the authority of some key, or begins to keep both sides of some key in step: then the two sides must be known
     * to be equal before it takes this one's place.
     */
    public boolean moves(Route next) {
        if (plan != null && next.plan != null) {
            return plan.anyPair(next.plan, (cell, nextCell) -> waits(cell, next, nextCell));
        }
        if (next.plan != null) {
            return next.plan.anyCell(nextCell -> waits(nextCell, next, nextCell));
        }
        return plan != null ? plan.anyCell(cell -> waits(cell, next, cell)) : waits(0, next, 0);
    }

    private boolean waits(int cell, Route next, int nextCell) {
        return !authorityServer(cell).equals(next.authorityServer(nextCell))
                || (next.migration != migration && next.keepsInStep(nextCell));
    }

    private boolean keepsInStep(int cell) {
        return plan != null && !plan.oneSided(cell);
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

    /** The side whose state is the truth for the keys of this cell. */
    public Side authority(int cell) {
        return plan == null ? Side.OLD : plan.authority(cell);
    }

    /** The server whose state is the truth for the keys of this cell. */
    public ServerAddress authorityServer(int cell) {
        return writes(authority(cell));
    }

    /** Number of cells that there are. */
    public int cells() {
        return plan == null ? Bucket.COUNT : plan.cells().count();
    }

    /** Whether work on this cell must wait for the plan change. */
    public boolean held(int cell) {
        Route next = after;
        return next != null && (holdsAll || waits(cell, next, cell));
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
        return after != null;
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
        return split != null && split.anyCell(cell -> !split.oneSided(cell));
    }

    /** Whether some key is to be kept in step from now on that was not under {@code before}, a plan of the same migration. */
    public boolean widensDualWrites(Route before) {
        Plan now = plan;
        Plan then = before.plan;
        if (now == null || then == null || migration != before.migration) {
            return false;
        }
        return then.anyPair(now, (cell, nowCell) -> then.oneSided(cell) && !now.oneSided(nowCell));
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

    /** The servers that are written to. */
    public Set<ServerAddress> writeServers() {
        Set<ServerAddress> all = new HashSet<>();
        for (Side side : Side.values()) {
            all.add(writes(side));
        }
        return all;
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
