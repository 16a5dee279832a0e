package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.segue.core.operation.Access;
import io.segue.core.plan.Plan;
import io.segue.core.verdict.Side;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.protocol.Request;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.ErrorClass;
import io.segue.proxy.telemetry.LoopStats;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.ReplyHandler;
import io.segue.proxy.upstream.SharedLane;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A read that one side answers while the other is tried out.
 *
 * <ol>
 *   <li>The authority's reply goes to the client as it arrives; the copy never delays it.
 *   <li>Both replies are compared. If they differ, both sides are read again after a settle (a write may have come
 *       between the two reads), and only what differs again counts.
 *   <li>A key whose two sides may differ right now (a write is under way, or it is in the ledger) proves nothing: it is read again
 *       later, and given up after a few attempts.
 *   <li>If the copy side is slow or down, or a reply is large, the comparison is shed and counted.
 * </ol>
 */
final class ShadowReadExchange {
    private static final int COMPARE_BYTES = 256 * 1024;
    private static final int MOST_COPIES_WAITING = 1024;
    private static final long SETTLE_MS = 100;
    private static final int MOST_ATTEMPTS = 5;

    private final LoopEngine engine;
    private final Route route;
    private final Side authority;
    private final Request facts = new Request();
    private final int db;
    private final SharedLane authorityLane;
    private final SharedLane copyLane;
    private final LoopStats stats;
    private final ByteBuf request;
    private @Nullable ReplySlot slot;
    private int attempts;
    private boolean settled;
    private boolean shed;
    private int outstanding;
    private final Leg ours = new Leg(true);
    private final Leg theirs = new Leg(false);

    /**
     * Sends nothing yet.
     *
     * @param asked the facts of the request
     * @param db database the client chose
     * @param request the whole request; taken over
     */
    ShadowReadExchange(
            LoopEngine engine,
            Route route,
            Side authority,
            Request asked,
            int db,
            SharedLane authorityLane,
            SharedLane copyLane,
            LoopStats stats,
            ByteBuf request,
            ReplySlot slot) {
        this.engine = engine;
        this.route = route;
        this.authority = authority;
        this.facts.copyFrom(asked);
        this.db = db;
        this.authorityLane = authorityLane;
        this.copyLane = copyLane;
        this.stats = stats;
        this.request = request;
        this.slot = slot;
    }

    void start() {
        route.begin(engine.loop.index());
        ask();
    }

    private void askAgain() {
        engine.loop.touch();
        ask();
    }

    /** Whether nothing is known that could make the two sides differ for a moment. */
    private boolean isSettled() {
        Plan plan = route.plan();
        MigrationState migration = route.migration();
        if (plan == null || migration == null) {
            return false;
        }
        engine.keys.find(facts, request, 0, plan);
        return !engine.keys.unsettled(facts, request, 0, migration, db);
    }

    private void ask() {
        attempts++;
        settled = isSettled();
        outstanding = 1;
        Lane copy = copyLane.healthy();
        if (copy != null && copy.inFlight() < MOST_COPIES_WAITING) {
            outstanding = 2;
            stats.count(Counter.requests(authority.other(), Access.READ));
        } else {
            if (copy == null) {
                stats.count(Counter.avoided(authority.other()));
            }
            copy = null;
            shed = true;
        }
        stats.count(Counter.requests(authority, Access.READ));
        Lane lane = authorityLane.lane();
        ours.startNs = engine.loop.nowNs();
        if (lane == null) {
            ours.lost(authorityLane.lastFailure());
        } else {
            lane.send(ours, request, request.readerIndex(), request.readableBytes());
        }
        if (copy != null) {
            theirs.startNs = engine.loop.nowNs();
            copy.send(theirs, request, request.readerIndex(), request.readableBytes());
        }
    }

    private void settled() {
        if (--outstanding > 0) {
            return;
        }
        ByteBuf one = ours.take();
        ByteBuf other = theirs.take();
        boolean comparable = !shed && one != null && other != null;
        boolean same = comparable && one != null && other != null && engine.replies.same(facts.command(), one, other);
        if (one != null) {
            one.release();
        }
        if (other != null) {
            other.release();
        }
        settled &= isSettled();
        boolean proven = same || (settled && attempts > 1);
        if (comparable && !proven && attempts < MOST_ATTEMPTS) {
            engine.loop.executor().schedule(this::askAgain, SETTLE_MS << (attempts - 1), TimeUnit.MILLISECONDS);
            return;
        }
        stats.count(comparable && proven ? Counter.SHADOW_COMPARED : Counter.SHADOW_SHED);
        if (comparable && proven && !same) {
            stats.count(Counter.SHADOW_MISMATCHED);
        }
        request.release();
        route.end(engine.loop.index());
    }

    /** One side's answer. */
    private final class Leg implements ReplyHandler {
        private final boolean forClient;
        private @Nullable ByteBuf kept;
        private long startNs;
        private boolean begun;

        Leg(boolean forClient) {
            this.forClient = forClient;
        }

        private Side side() {
            return forClient ? authority : authority.other();
        }

        @Nullable
        ByteBuf take() {
            ByteBuf reply = kept;
            kept = null;
            return reply;
        }

        @Override
        public void onReply(Lane lane, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind) {
            begun = true;
            keep(in, from, to);
            ReplySlot client = slot;
            if (forClient && client != null) {
                client.reply(in, from, to, last);
            }
            if (last) {
                if (forClient) {
                    slot = null;
                }
                stats.latency(side(), Access.READ, engine.loop.nowNs() - startNs);
                if (kind == ReplyParser.Kind.ERROR) {
                    stats.count(Counter.errors(side(), ErrorClass.REPLY));
                }
                settled();
            }
        }

        private void keep(ByteBuf in, int from, int to) {
            if (shed) {
                return;
            }
            ByteBuf so = kept;
            if (so == null) {
                so = engine.loop.alloc().buffer(to - from);
                kept = so;
            }
            if (so.readableBytes() + (to - from) > COMPARE_BYTES) {
                shed = true;
            } else {
                so.writeBytes(in, from, to - from);
            }
        }

        @Override
        public void onLost(Lane lane, String reason, boolean maybeSent) {
            lost(reason);
        }

        void lost(String reason) {
            stats.count(Counter.errors(side(), ErrorClass.CONNECTION));
            shed = true;
            ReplySlot client = slot;
            if (forClient && client != null) {
                slot = null;
                if (begun) {
                    client.broken(reason);
                } else {
                    client.reply(engine.unavailable(route, authority, reason));
                }
            }
            settled();
        }

        @Override
        public void onOverdue(Lane lane, long ageNs) {
            if (forClient) {
                engine.giveUpIfHung(lane, ageNs);
            } else if (ageNs > engine.rescueBudgetNs) {
                engine.avoidFollower(lane, side(), ageNs, stats);
            }
        }
    }
}
