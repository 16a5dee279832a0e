package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.segue.core.movement.Settle;
import io.segue.core.operation.Access;
import io.segue.core.plan.Plan;
import io.segue.core.verdict.Side;
import io.segue.proxy.protocol.Command.EffectRule;
import io.segue.proxy.protocol.Effects;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.protocol.Request;
import io.segue.proxy.protocol.ServerFacts;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.ErrorClass;
import io.segue.proxy.telemetry.LoopStats;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.ReplyHandler;
import io.segue.proxy.upstream.SharedLane;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A write for both sides.
 *
 * <ol>
 *   <li>The authority executes it. Its error is the client's, and nothing goes to the follower.
 *   <li>What it did (not what was asked) goes to the follower, in the order of the authority's replies.
 *   <li>The client gets the authority's answer: at once, or, where clients may be reading the key from the follower, after the follower
 *       answered or the rescue budget is over.
 *   <li>Whatever goes wrong on the way puts the keys into the ledger <em>before</em> the client is answered.
 *   <li>Keys that are in the ledger already, or that another connection is writing at this moment, are written on the authority only
 *       and noted again: the repairer copies them.
 * </ol>
 */
final class DualExchange implements ReplyHandler {
    /** Beyond it nobody knows the moment of execution to within 5 ms. */
    private static final long MOST_MS_FOR_CLOCK = 10;

    private final LoopEngine engine;
    private final Request request = new Request();
    private final FollowerLeg followerLeg = new FollowerLeg();
    private final Rewritten rewritten = new Rewritten();
    private int[] stripes = new int[0];
    private @Nullable Job job;

    DualExchange(LoopEngine engine) {
        this.engine = engine;
    }

    /**
     * What does not change while the exchange lasts.
     *
     * @param migration where divergence is noted
     * @param db database the client chose
     * @param orderedBy {@link ClientLanes#orderedBy}
     * @param authority whose answer counts
     * @param follower the other side's lane for writes
     * @param shadow whether this is a trial of NEW: outcomes are counted as comparisons
     * @param waitForFollower whether the client is answered after the follower
     */
    record Job(
            Route route,
            MigrationState migration,
            int db,
            int orderedBy,
            Side authority,
            SharedLane follower,
            boolean shadow,
            boolean waitForFollower,
            LoopStats stats,
            ReplySlot slot) {}

    private @Nullable ByteBuf frame;
    private @Nullable ByteBuf authorityReply;
    private boolean carry;
    private boolean everywhere;
    private boolean inexact;
    private boolean answered;
    private long startNs;

    /**
     * Takes the write on; {@link LoopEngine#keys} must have looked at it.
     *
     * @param pinned whether the authority's lane is the client's own, where order with other writes is not known
     * @return ready to be given to the authority's lane
     */
    DualExchange begin(Job what, Request asked, ByteBuf bytes, boolean pinned) {
        job = what;
        request.copyFrom(asked);
        frame = bytes;
        answered = false;
        inexact = false;
        startNs = engine.loop.nowNs();
        what.route.begin(engine.loop.index());
        what.stats.count(Counter.requests(what.authority, Access.WRITE));
        admit(what, bytes, pinned);
        return this;
    }

    private void admit(Job what, ByteBuf bytes, boolean pinned) {
        RequestKeys keys = engine.keys;
        boolean concurrent = false;
        stripes = keys.stripes();
        for (int stripe : stripes) {
            concurrent |= what.migration.stripes().enter(stripe, what.orderedBy);
        }
        // The order matters: first the stripe, then the ledger. The repairer notes first and looks at the stripe then,
        // so one of
        // the two sees the other.
        boolean noted = keys.barred(request, bytes, 0, what.migration, what.db);
        everywhere = engine.effects.everywhere(request, bytes);
        what.migration.uses(what.db);
        if (everywhere) {
            // From here on nobody reads what this is about to change from the follower, and no other write is carried
            // over.
            what.migration.distrustEverything();
            noted = false;
        }
        Ledger.Cause cause;
        if (request.command().effect() == EffectRule.RESYNC || pinned) {
            cause = Ledger.Cause.NOT_DERIVABLE;
        } else if (concurrent || noted) {
            cause = Ledger.Cause.CONCURRENT;
        } else if (what.follower.healthy() == null) {
            what.stats.count(Counter.dualWriteFailedOn(what.authority.other()));
            cause = Ledger.Cause.FOLLOWER_UNAVAILABLE;
        } else {
            carry = true;
            return;
        }
        carry = false;
        note(what, cause);
    }

    private void note(Job what, Ledger.Cause cause) {
        ByteBuf bytes = frame;
        if (bytes == null) {
            return;
        }
        what.stats.count(Counter.LEDGER_MARKED);
        EffectRule effect = request.command().effect();
        if (effect == EffectRule.ANNOUNCE) {
            return;
        }
        engine.keys.mark(request, bytes, 0, what.migration, what.db, cause, what.authority);
        if (everywhere || (effect == EffectRule.RESYNC && engine.keys.count() == 0)) {
            what.migration.distrustEverything();
        }
    }

    @Override
    public void onReply(Lane lane, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind) {
        Job what = job;
        ByteBuf bytes = frame;
        if (what == null || bytes == null) {
            return;
        }
        ByteBuf reply = engine.loop.append(authorityReply, in, from, to);
        authorityReply = reply;
        if (!last) {
            return;
        }
        what.stats.latency(what.authority, Access.WRITE, engine.loop.nowNs() - startNs);
        if (kind == ReplyParser.Kind.ERROR) {
            what.stats.count(Counter.errors(what.authority, ErrorClass.REPLY));
            if (!carry) {
                // A script may have written before it failed, and whoever is noted must be noted until it is over.
                note(what, Ledger.Cause.NOT_DERIVABLE);
            }
            finish(what);
        } else if (carry) {
            carryOver(what, bytes, reply, lane);
        } else {
            note(what, Ledger.Cause.NOT_DERIVABLE);
            finish(what);
        }
    }

    private void carryOver(Job what, ByteBuf bytes, ByteBuf reply, Lane lane) {
        EffectRule rule = request.command().effect();
        Effects.Outcome outcome = rule == EffectRule.EVERYWHERE || rule == EffectRule.ANNOUNCE
                ? Effects.Outcome.SAME
                : effect(bytes, reply, lane.facts());
        if (outcome == Effects.Outcome.NOTHING) {
            finish(what);
            return;
        }
        Lane to = what.follower.healthy();
        if (outcome == Effects.Outcome.RESYNC || barred(what, bytes) || to == null) {
            rewritten.drop();
            if (to == null) {
                what.stats.count(Counter.dualWriteFailedOn(what.authority.other()));
            }
            note(what, to == null ? Ledger.Cause.FOLLOWER_UNAVAILABLE : Ledger.Cause.NOT_DERIVABLE);
            finish(what);
            return;
        }
        if (late()) {
            // Nobody expects this effect any more: the key may have been found equal without it.
            rewritten.drop();
            note(what, Ledger.Cause.LATE);
            finish(what);
            return;
        }
        if (!what.waitForFollower) {
            answer(what);
        }
        followerLeg.send(what, to, outcome == Effects.Outcome.SAME, bytes);
    }

    /** Whether a mover may have compared the key before this write has ended. */
    private boolean late() {
        return Settle.late(startNs, engine.loop.nowNs(), engine.followerTimeoutNs);
    }

    /**
     * What the write did. Its moment was somewhere between our sending and our receiving; where it matters and that is long, the follower
     * gets the middle of it, and the key is noted afterwards so that the exact moment is copied.
     */
    private Effects.Outcome effect(ByteBuf bytes, ByteBuf reply, @Nullable ServerFacts facts) {
        long tookMs = TimeUnit.NANOSECONDS.toMillis(engine.loop.nowNs() - startNs);
        if (tookMs > MOST_MS_FOR_CLOCK) {
            Effects.Outcome timeless = engine.effects.of(request, bytes, reply, Effects.UNKNOWN_TIME, rewritten);
            if (timeless != Effects.Outcome.RESYNC) {
                return timeless;
            }
            rewritten.drop();
            inexact = true;
        }
        long offsetMs = facts == null ? 0 : facts.clockOffsetMs();
        return engine.effects.of(request, bytes, reply, System.currentTimeMillis() - tookMs / 2 + offsetMs, rewritten);
    }

    /** Whether somebody has noted a key since the write was admitted. With an empty ledger there is no key to hash for. */
    private boolean barred(Job what, ByteBuf bytes) {
        if (everywhere || what.migration.ledger().isEmpty()) {
            return false;
        }
        Plan plan = what.route.plan();
        if (plan == null) {
            throw new IllegalStateException("a dual write without a plan");
        }
        engine.keys.find(request, bytes, 0, plan);
        return engine.keys.barred(request, bytes, 0, what.migration, what.db);
    }

    @Override
    public void onLost(Lane lane, String reason, boolean maybeSent) {
        Job what = job;
        if (what == null) {
            return;
        }
        what.stats.count(Counter.errors(what.authority, ErrorClass.CONNECTION));
        what.stats.count(Counter.dualWriteFailedOn(what.authority));
        if (maybeSent) {
            what.migration.fence(what.authority, lane);
            note(what, Ledger.Cause.OUTCOME_UNKNOWN);
        }
        answered = true;
        what.slot.reply(
                maybeSent
                        ? engine.outcomeUnknown(what.route, what.authority, reason)
                        : engine.unavailable(what.route, what.authority, reason));
        finish(what);
    }

    @Override
    public void onOverdue(Lane lane, long ageNs) {
        engine.giveUpIfHung(lane, ageNs);
    }

    private void answer(Job what) {
        ByteBuf reply = authorityReply;
        if (!answered && reply != null) {
            answered = true;
            what.slot.reply(reply, reply.readerIndex(), reply.writerIndex(), true);
        }
    }

    private void finish(Job what) {
        if (everywhere && authorityReply != null) {
            // Writes on other event loops may have crossed it: look at what is left, which is little.
            what.migration.distrustEverything();
        }
        if (inexact) {
            note(what, Ledger.Cause.NOT_DERIVABLE);
        }
        answer(what);
        for (int stripe : stripes) {
            what.migration.stripes().leave(stripe);
        }
        what.route.end(engine.loop.index());
        ByteBuf bytes = frame;
        if (bytes != null) {
            bytes.release();
        }
        ByteBuf reply = authorityReply;
        if (reply != null) {
            reply.release();
        }
        job = null;
        frame = null;
        authorityReply = null;
        engine.duals.give(this);
    }

    /** The effect on its way to the follower. */
    private final class FollowerLeg implements ReplyHandler {
        private int outstanding;
        private boolean compare;
        private boolean failed;
        private @Nullable ByteBuf followerReply;
        private long sentNs;

        void send(Job what, Lane to, boolean same, ByteBuf bytes) {
            compare = same;
            failed = false;
            sentNs = engine.loop.nowNs();
            what.stats.count(Counter.requests(what.authority.other(), Access.WRITE));
            if (same) {
                outstanding = 1;
                to.send(this, bytes, bytes.readerIndex(), bytes.readableBytes());
            } else {
                outstanding = rewritten.size();
                if (outstanding == 0) {
                    finish(what);
                    return;
                }
                for (ByteBuf one = rewritten.poll(); one != null; one = rewritten.poll()) {
                    to.send(this, one);
                }
            }
        }

        @Override
        public void onReply(Lane lane, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind) {
            Job what = job;
            if (what == null) {
                return;
            }
            if (compare) {
                followerReply = engine.loop.append(followerReply, in, from, to);
            }
            if (!last) {
                return;
            }
            Side side = what.authority.other();
            if (kind == ReplyParser.Kind.ERROR) {
                what.stats.count(Counter.errors(side, ErrorClass.REPLY));
                fail(what, Ledger.Cause.FOLLOWER_REFUSED);
            } else {
                what.stats.latency(side, Access.WRITE, engine.loop.nowNs() - sentNs);
            }
            settle(what);
        }

        private void settle(Job what) {
            if (--outstanding > 0) {
                return;
            }
            compareOutcomes(what);
            if (late()) {
                note(what, Ledger.Cause.LATE);
            }
            finish(what);
        }

        private void compareOutcomes(Job what) {
            ByteBuf theirs = followerReply;
            followerReply = null;
            ByteBuf ours = authorityReply;
            if (what.shadow && compare) {
                what.stats.count(Counter.SHADOW_COMPARED);
            }
            if (theirs == null) {
                return;
            }
            boolean differ = !failed && ours != null && !engine.replies.same(request.command(), ours, theirs);
            theirs.release();
            if (differ && request.command().effect() != EffectRule.ANNOUNCE) {
                note(what, Ledger.Cause.OUTCOMES_DIFFER);
                if (what.shadow) {
                    what.stats.count(Counter.SHADOW_MISMATCHED);
                }
            }
        }

        private void fail(Job what, Ledger.Cause cause) {
            if (!failed) {
                failed = true;
                what.stats.count(Counter.dualWriteFailedOn(what.authority.other()));
            }
            note(what, cause);
        }

        @Override
        public void onLost(Lane lane, String reason, boolean maybeSent) {
            Job what = job;
            if (what == null) {
                return;
            }
            what.stats.count(Counter.errors(what.authority.other(), ErrorClass.CONNECTION));
            if (maybeSent) {
                what.migration.fence(what.authority.other(), lane);
            }
            fail(what, Ledger.Cause.FOLLOWER_UNAVAILABLE);
            settle(what);
        }

        @Override
        public void onOverdue(Lane lane, long ageNs) {
            Job what = job;
            if (what == null || ageNs < engine.rescueBudgetNs) {
                return;
            }
            answer(what);
            engine.avoidFollower(lane, what.authority.other(), ageNs, what.stats);
        }
    }

    /** Takes the requests that stand for the write. */
    private final class Rewritten implements Effects.Out {
        private final ArrayDeque<ByteBuf> requests = new ArrayDeque<>();

        @Override
        public ByteBufAllocator alloc() {
            return engine.loop.alloc();
        }

        @Override
        public void request(ByteBuf one) {
            requests.add(one);
        }

        int size() {
            return requests.size();
        }

        @Nullable
        ByteBuf poll() {
            return requests.poll();
        }

        void drop() {
            for (ByteBuf one = requests.poll(); one != null; one = requests.poll()) {
                one.release();
            }
        }
    }
}
