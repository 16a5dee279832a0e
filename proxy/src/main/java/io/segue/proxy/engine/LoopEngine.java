package io.segue.proxy.engine;

import io.segue.core.verdict.Side;
import io.segue.proxy.protocol.Effects;
import io.segue.proxy.protocol.Protocol;
import io.segue.proxy.protocol.Replies;
import io.segue.proxy.protocol.Splitter;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.LoopStats;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.Loop;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What the exchanges of one event loop share. Confined to it. */
final class LoopEngine {
    final Loop loop;
    final Effects effects;
    final Replies replies;
    final Splitter splitter;
    final RequestKeys keys;
    final MovedKeys moved;
    final DualWrites writes;
    final long rescueBudgetNs;
    final long followerTimeoutNs;
    final long requestTimeoutNs;
    final Pool<SingleExchange> singles = new Pool<>(() -> new SingleExchange(this));
    final Pool<DualExchange> duals = new Pool<>(() -> new DualExchange(this));
    final Pool<FollowerReadExchange> followerReads = new Pool<>(() -> new FollowerReadExchange(this));

    LoopEngine(Loop loop, Protocol protocol, Settings settings) {
        this.loop = loop;
        this.effects = protocol.effects();
        this.replies = protocol.replies();
        this.splitter = protocol.splitter();
        this.keys = new RequestKeys(loop, protocol.keys());
        this.moved = new MovedKeys(this);
        this.writes = new DualWrites(this);
        // Deadlines are looked at once per tick: half a tick early on the average keeps what was promised.
        this.rescueBudgetNs = TimeUnit.MILLISECONDS.toNanos(Math.max(1, settings.rescueBudgetMs() - Loop.TICK_MS));
        this.followerTimeoutNs = TimeUnit.MILLISECONDS.toNanos(settings.followerTimeoutMs());
        this.requestTimeoutNs = TimeUnit.MILLISECONDS.toNanos(settings.requestTimeoutMs());
    }

    /** The authority's connection is given up when it leaves a request unanswered for the request timeout. */
    void giveUpIfHung(Lane lane, long ageNs) {
        if (ageNs > requestTimeoutNs && lane.stalledNs(loop.nowNs()) > requestTimeoutNs) {
            lane.fail("no answer for " + TimeUnit.NANOSECONDS.toMillis(ageNs) + " ms");
        }
    }

    /** The follower is avoided from the first overdue answer on, and its connection given up at the follower timeout. */
    void avoidFollower(Lane lane, Side side, long ageNs, LoopStats stats) {
        if (!lane.suspect()) {
            stats.count(Counter.circuitOpened(side));
            lane.suspect(loop.nowNs());
        }
        giveUpFollower(lane, ageNs);
    }

    /** The follower's connection is given up when nothing has moved on it for the follower timeout. */
    void giveUpFollower(Lane lane, long ageNs) {
        if (ageNs > followerTimeoutNs && lane.stalledNs(loop.nowNs()) > followerTimeoutNs) {
            lane.fail("no answer for " + TimeUnit.NANOSECONDS.toMillis(ageNs) + " ms");
        }
    }

    byte[] unavailable(Route route, Side side, String reason) {
        return replies.error("UNAVAILABLE", "segue: " + describe(route, side) + " cannot be reached (" + reason + ")");
    }

    byte[] outcomeUnknown(Route route, Side side, String reason) {
        return replies.error(
                "UNKNOWN",
                "segue: lost " + describe(route, side) + " before it answered (" + reason
                        + "); the request may have been executed");
    }

    /** A write that {@code wanted} cannot execute, and {@code other} may not. */
    byte[] behind(Route route, Side wanted, Side other) {
        return replies.error(
                "UNAVAILABLE",
                "segue: " + describe(route, wanted) + " cannot be reached, and " + describe(route, other)
                        + " may lack an earlier write of the key, or has one under way; try again");
    }

    byte[] oneSided(Route route, Side executed, String reason) {
        return replies.error(
                "ONESIDE",
                "segue: executed on " + describe(route, executed) + ", but not known to be on "
                        + describe(route, executed.other()) + " (" + reason
                        + "); it is carried over as soon as that can be done");
    }

    private static String describe(Route route, Side side) {
        String name = route.plan() == null ? "endpoint" : "the " + side.name().toUpperCase(Locale.ROOT) + " side";
        return name + " " + route.writes(side).host() + ":" + route.writes(side).port();
    }
}
