package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.segue.core.movement.Settle;
import io.segue.core.operation.Access;
import io.segue.core.plan.Plan;
import io.segue.core.verdict.Quorum;
import io.segue.proxy.protocol.Command;
import io.segue.proxy.protocol.Command.EffectRule;
import io.segue.proxy.protocol.Effects;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.protocol.Request;
import io.segue.proxy.protocol.ServerFacts;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.ErrorClass;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.ReplyHandler;
import java.util.ArrayList;
import java.util.List;
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
 *
 * <p>Where both sides must succeed ({@link Quorum#BOTH}), such keys are written on both all the same, the client is answered when the follower
 * has the effect, or a copy of the keys, and gets an error if that does not come about.
 *
 * <p>Where the other side takes over ({@link Quorum#takesOver}) and the authority proves to take no writes, or not to have the truth of the
 * keys any more, the same request is executed on the other side, which has the truth from then on. What the authority may have made of
 * it is overwritten by the repairer.
 */
final class DualExchange implements ReplyHandler {
    /** Beyond it nobody knows the moment of execution to within 5 ms. */
    private static final long MOST_MS_FOR_CLOCK = 10;

    private final LoopEngine engine;
    private final Request request = new Request();
    private final FollowerLeg followerLeg;
    private final Rewritten rewritten;
    private int[] stripes = new int[0];
    private @Nullable DualJob job;

    DualExchange(LoopEngine engine) {
        this.engine = engine;
        this.followerLeg = new FollowerLeg(engine, this);
        this.rewritten = new Rewritten(engine.loop);
    }

    private @Nullable ByteBuf frame;
    private @Nullable ByteBuf authorityReply;
    private boolean carry;
    private boolean everywhere;
    private boolean noteAtEnd;
    private boolean copied;
    private boolean flying;
    private boolean answered;
    /** Why the follower does not have what it is required to have; empty: it has. */
    private String missed = "";

    private long startNs;

    /** What is carried out now; null: nothing. */
    @Nullable
    DualJob job() {
        return job;
    }

    Request request() {
        return request;
    }

    /** What the authority has answered, as far as it is here. */
    @Nullable
    ByteBuf authorityReply() {
        return authorityReply;
    }

    /**
     * Takes the write on; {@link LoopEngine#keys} must have looked at it.
     *
     * @return ready to be given to the authority's lane; null: it may not be executed there now, and the client has been told
     */
    @Nullable
    DualExchange begin(DualJob what, Request asked, ByteBuf bytes) {
        job = what;
        request.copyFrom(asked);
        frame = bytes;
        carry = false;
        answered = false;
        noteAtEnd = false;
        copied = false;
        missed = "";
        startNs = engine.loop.nowNs();
        what.route().begin(engine.loop.index());
        boolean concurrent = enter(what);
        everywhere = engine.effects.everywhere(request, bytes);
        if (what.claimed() && !engine.moved.claim(what, request, bytes, false)) {
            answered = true;
            what.slot().reply(engine.behind(what.route(), what.authority().other(), what.authority()));
            finish(what);
            return null;
        }
        what.stats().count(Counter.requests(what.authority(), Access.WRITE));
        admit(what, bytes, concurrent);
        return this;
    }

    private boolean enter(DualJob what) {
        flying = what.mayBeTakenOver();
        stripes = engine.keys.stripes();
        int owner = flying && what.pinned() ? Stripes.OWN_CONNECTION : what.orderedBy();
        boolean concurrent = false;
        for (int stripe : stripes) {
            concurrent |= flying
                    ? what.migration().stripes().fly(stripe, owner)
                    : what.migration().stripes().enter(stripe, owner);
        }
        return concurrent;
    }

    private void land(DualJob what) {
        if (flying) {
            flying = false;
            for (int stripe : stripes) {
                what.migration().stripes().land(stripe);
            }
        }
    }

    private void admit(DualJob what, ByteBuf bytes, boolean concurrent) {
        // The order matters: first the stripe, then the ledger. The repairer notes first and looks at the stripe then,
        // so one of
        // the two sees the other.
        boolean noted = engine.keys.barred(request, bytes, 0, what.migration(), what.db());
        what.migration().uses(what.db());
        if (everywhere) {
            // From here on nobody reads what this is about to change from the follower, and no other write is carried
            // over.
            what.migration().distrustEverything();
            noted = false;
        }
        Ledger.Cause cause;
        if (request.command().effect() == EffectRule.RESYNC || what.pinned()) {
            cause = Ledger.Cause.NOT_DERIVABLE;
        } else if (what.quorum() == Quorum.BOTH) {
            carry = true;
            noteAtEnd = concurrent || noted;
            if (noteAtEnd) {
                note(what, Ledger.Cause.CONCURRENT);
            }
            return;
        } else if (concurrent || noted) {
            cause = Ledger.Cause.CONCURRENT;
        } else if (what.follower().healthy() == null) {
            what.stats().count(Counter.avoided(what.authority().other()));
            what.stats().count(Counter.dualWriteFailedOn(what.authority().other()));
            cause = Ledger.Cause.FOLLOWER_UNAVAILABLE;
        } else {
            carry = true;
            return;
        }
        note(what, cause);
    }

    void note(DualJob what, Ledger.Cause cause) {
        ByteBuf bytes = frame;
        if (bytes == null) {
            return;
        }
        what.stats().count(Counter.LEDGER_MARKED);
        EffectRule effect = request.command().effect();
        if (effect == EffectRule.ANNOUNCE) {
            return;
        }
        engine.keys.mark(request, bytes, 0, what.migration(), what.db(), cause, what.authority());
        if (everywhere || (effect == EffectRule.RESYNC && engine.keys.count() == 0)) {
            what.migration().distrustEverything();
        }
    }

    @Override
    public void onReply(Lane lane, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind) {
        DualJob what = job;
        ByteBuf bytes = frame;
        if (what == null || bytes == null) {
            return;
        }
        ByteBuf reply = engine.loop.append(authorityReply, in, from, to);
        authorityReply = reply;
        if (!last) {
            return;
        }
        what.stats().latency(what.authority(), Access.WRITE, engine.loop.nowNs() - startNs);
        land(what);
        boolean error = kind == ReplyParser.Kind.ERROR;
        if (error) {
            what.stats().count(Counter.errors(what.authority(), ErrorClass.REPLY));
        }
        if (what.mayBeTakenOver() && elsewhere(what, bytes, reply, error)) {
            return;
        }
        if (error) {
            refused(what, bytes);
        } else {
            executed(what, bytes, reply, lane);
        }
    }

    private void refused(DualJob what, ByteBuf bytes) {
        boolean nothingDone = request.command().effect() != EffectRule.RESYNC;
        if (what.claimed() && nothingDone) {
            engine.moved.withdraw(what, request, bytes);
        } else if (!carry) {
            // A script may have written before it failed, and whoever is noted must be noted until it is over.
            note(what, Ledger.Cause.NOT_DERIVABLE);
        }
        if (what.claimed() && !nothingDone) {
            engine.moved.confirm(what, request, bytes);
        }
        finish(what);
    }

    private void executed(DualJob what, ByteBuf bytes, ByteBuf reply, Lane lane) {
        if (what.claimed()) {
            engine.moved.confirm(what, request, bytes);
        }
        if (carry) {
            carryOver(what, bytes, reply, lane);
        } else {
            copyLater(what, Ledger.Cause.NOT_DERIVABLE);
        }
    }

    /** The keys are to be copied: that is the end of it, unless the client must wait for the copy. */
    private void copyLater(DualJob what, Ledger.Cause cause) {
        note(what, cause);
        copied = what.quorum() == Quorum.BOTH;
        finish(what);
    }

    /** Whether the authority's answer is none, and the exchange goes on, or has ended, without it. */
    private boolean elsewhere(DualJob what, ByteBuf bytes, ByteBuf reply, boolean error) {
        boolean gone = what.migration().ledger().hasMoved()
                && find(what, bytes).moved(request, bytes, 0, what.migration(), what.db());
        boolean unwilling =
                error && request.command().effect() != EffectRule.RESYNC && engine.replies.takesNoWrites(reply);
        if ((gone || unwilling) && takeOver(what, bytes)) {
            return true;
        }
        if (gone && !error) {
            // It has been executed where the truth is no more.
            note(what, Ledger.Cause.OUTCOME_UNKNOWN);
            answered = true;
            what.slot().reply(engine.outcomeUnknown(what.route(), what.authority(), "the truth of a key has moved"));
            finish(what);
            return true;
        }
        return false;
    }

    /** Executes the request on the other side, if that side can have the truth of its keys; false: nothing has been done. */
    private boolean takeOver(DualJob what, ByteBuf bytes) {
        Lane to = what.follower().reachable();
        DualJob then = what.takenOver();
        if (to == null
                || what.pinned()
                || !canBeTakenOver(
                        request.command(), everywhere, find(what, bytes).count())
                || !engine.moved.claim(then, request, bytes, true)) {
            return false;
        }
        job = then;
        ByteBuf reply = authorityReply;
        authorityReply = null;
        if (reply != null) {
            reply.release();
        }
        carry = false;
        note(then, Ledger.Cause.TAKEN_OVER);
        then.stats().count(Counter.WRITES_TAKEN_OVER);
        then.stats().count(Counter.requests(then.authority(), Access.WRITE));
        to.send(this, bytes, bytes.readerIndex(), bytes.readableBytes());
        return true;
    }

    /** Whether a side may execute a request in the other one's place: what it writes must be known, to be copied back. */
    static boolean canBeTakenOver(Command command, boolean everywhere, int keys) {
        return keys > 0 && !everywhere && command.effect() != EffectRule.NONE && !command.equals(Command.UNKNOWN);
    }

    private void carryOver(DualJob what, ByteBuf bytes, ByteBuf reply, Lane lane) {
        EffectRule rule = request.command().effect();
        Effects.Outcome outcome = rule == EffectRule.EVERYWHERE || rule == EffectRule.ANNOUNCE
                ? Effects.Outcome.SAME
                : effect(bytes, reply, lane.facts());
        if (outcome == Effects.Outcome.NOTHING) {
            finish(what);
            return;
        }
        boolean required = what.quorum() == Quorum.BOTH;
        Lane to = required ? what.follower().reachable() : what.follower().healthy();
        boolean barred = barred(what, bytes);
        if (outcome == Effects.Outcome.RESYNC || (barred && !required) || to == null) {
            rewritten.drop();
            if (to == null) {
                what.stats().count(Counter.dualWriteFailedOn(what.authority().other()));
                missed(what, what.follower().lastFailure());
            }
            copyLater(what, to == null ? Ledger.Cause.FOLLOWER_UNAVAILABLE : Ledger.Cause.NOT_DERIVABLE);
            return;
        }
        if (late()) {
            // Nobody expects this effect any more: the key may have been found equal without it.
            rewritten.drop();
            copyLater(what, Ledger.Cause.LATE);
            return;
        }
        noteAtEnd |= barred;
        if (!what.waitForFollower()) {
            answer(what);
        }
        followerLeg.send(what, to, outcome == Effects.Outcome.SAME, bytes, rewritten);
    }

    /** Whether a mover may have compared the key before this write has ended. */
    boolean late() {
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
            noteAtEnd = true;
        }
        long offsetMs = facts == null ? 0 : facts.clockOffsetMs();
        return engine.effects.of(request, bytes, reply, System.currentTimeMillis() - tookMs / 2 + offsetMs, rewritten);
    }

    /** Whether somebody has noted a key since the write was admitted. With an empty ledger there is no key to hash for. */
    private boolean barred(DualJob what, ByteBuf bytes) {
        if (everywhere || what.migration().ledger().isEmpty()) {
            return false;
        }
        return find(what, bytes).barred(request, bytes, 0, what.migration(), what.db());
    }

    private RequestKeys find(DualJob what, ByteBuf bytes) {
        Plan plan = what.route().plan();
        if (plan == null) {
            throw new IllegalStateException("a dual write without a plan");
        }
        engine.keys.find(request, bytes, 0, plan);
        return engine.keys;
    }

    @Override
    public void onLost(Lane lane, String reason, boolean maybeSent) {
        DualJob what = job;
        ByteBuf bytes = frame;
        if (what == null || bytes == null) {
            return;
        }
        what.stats().count(Counter.errors(what.authority(), ErrorClass.CONNECTION));
        what.stats().count(Counter.dualWriteFailedOn(what.authority()));
        land(what);
        if (maybeSent) {
            what.migration().fence(what.authority(), lane);
            note(what, Ledger.Cause.OUTCOME_UNKNOWN);
            if (what.claimed()) {
                engine.moved.confirm(what, request, bytes);
            }
        } else if (what.claimed()) {
            engine.moved.withdraw(what, request, bytes);
        } else if (what.mayBeTakenOver() && takeOver(what, bytes)) {
            return;
        }
        answered = true;
        what.slot()
                .reply(
                        maybeSent
                                ? engine.outcomeUnknown(what.route(), what.authority(), reason)
                                : engine.unavailable(what.route(), what.authority(), reason));
        finish(what);
    }

    @Override
    public void onOverdue(Lane lane, long ageNs) {
        engine.giveUpIfHung(lane, ageNs);
    }

    /** The follower does not have the effect, for this reason: a failure of the write where both sides are required. */
    void missed(DualJob what, String reason) {
        if (what.quorum() == Quorum.BOTH && missed.isEmpty()) {
            missed = reason.isEmpty() ? "unknown reason" : reason;
        }
    }

    /** Answers the client, if it has not been answered. */
    void answer(DualJob what) {
        ByteBuf reply = authorityReply;
        if (answered || reply == null) {
            return;
        }
        answered = true;
        if (!missed.isEmpty()) {
            what.stats().count(Counter.ONE_SIDED_WRITES);
            what.slot().reply(engine.oneSided(what.route(), what.authority(), missed));
        } else if (copied) {
            new CopiedAnswer(
                            engine,
                            what.route(),
                            what.migration(),
                            what.authority(),
                            keysOf(what),
                            false,
                            what.stats(),
                            what.slot())
                    .reply(reply, reply.readerIndex(), reply.writerIndex(), true);
        } else {
            what.slot().reply(reply, reply.readerIndex(), reply.writerIndex(), true);
        }
    }

    private List<Ledger.Key> keysOf(DualJob what) {
        List<Ledger.Key> keys = new ArrayList<>();
        ByteBuf bytes = frame;
        if (bytes != null) {
            RequestKeys found = find(what, bytes);
            for (int i = 0; i < found.count(); i++) {
                keys.add(found.key(request, bytes, 0, i, what.db()));
            }
        }
        return keys;
    }

    /** Both sides are through with it. */
    void finish(DualJob what) {
        land(what);
        if (everywhere && authorityReply != null) {
            // Writes on other event loops may have crossed it: look at what is left, which is little.
            what.migration().distrustEverything();
        }
        if (noteAtEnd) {
            note(what, Ledger.Cause.NOT_DERIVABLE);
        }
        answer(what);
        for (int stripe : stripes) {
            what.migration().stripes().leave(stripe);
        }
        what.route().end(engine.loop.index());
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
}
