package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.segue.core.operation.Access;
import io.segue.core.verdict.Quorum;
import io.segue.core.verdict.Side;
import io.segue.proxy.protocol.Command.EffectRule;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.ErrorClass;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.ReplyHandler;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The effect of a {@link DualExchange} on its way to the follower. Used again with its exchange. Confined to one event loop. */
final class FollowerLeg implements ReplyHandler {
    private static final int MOST_OF_AN_ERROR = 200;

    private final LoopEngine engine;
    private final DualExchange exchange;
    private int outstanding;
    private boolean compare;
    private boolean failed;
    private @Nullable ByteBuf followerReply;
    private long sentNs;

    FollowerLeg(LoopEngine engine, DualExchange exchange) {
        this.engine = engine;
        this.exchange = exchange;
    }

    /**
     * Sends it.
     *
     * @param bytes the request, if the follower is to execute the {@code same}
     * @param rewritten else what stands for it
     */
    void send(DualJob what, Lane to, boolean same, ByteBuf bytes, Rewritten rewritten) {
        compare = same;
        failed = false;
        sentNs = engine.loop.nowNs();
        what.stats().count(Counter.requests(what.authority().other(), Access.WRITE));
        if (same) {
            outstanding = 1;
            to.send(this, bytes, bytes.readerIndex(), bytes.readableBytes());
            return;
        }
        outstanding = rewritten.size();
        if (outstanding == 0) {
            exchange.finish(what);
            return;
        }
        for (ByteBuf one = rewritten.poll(); one != null; one = rewritten.poll()) {
            to.send(this, one);
        }
    }

    @Override
    public void onReply(Lane lane, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind) {
        DualJob what = exchange.job();
        if (what == null) {
            return;
        }
        if (compare) {
            followerReply = engine.loop.append(followerReply, in, from, to);
        }
        if (!last) {
            return;
        }
        Side side = what.authority().other();
        if (kind == ReplyParser.Kind.ERROR) {
            what.stats().count(Counter.errors(side, ErrorClass.REPLY));
            int length = Math.min(to - from, MOST_OF_AN_ERROR);
            String text = what.quorum() == Quorum.BOTH ? in.toString(from, length, StandardCharsets.UTF_8) : "";
            fail(what, Ledger.Cause.FOLLOWER_REFUSED, text.strip());
        } else {
            what.stats().latency(side, Access.WRITE, engine.loop.nowNs() - sentNs);
        }
        settle(what);
    }

    private void settle(DualJob what) {
        if (--outstanding > 0) {
            return;
        }
        compareOutcomes(what);
        if (exchange.late()) {
            exchange.note(what, Ledger.Cause.LATE);
        }
        exchange.finish(what);
    }

    private void compareOutcomes(DualJob what) {
        ByteBuf theirs = followerReply;
        followerReply = null;
        ByteBuf ours = exchange.authorityReply();
        if (what.shadow() && compare) {
            what.stats().count(Counter.SHADOW_COMPARED);
        }
        if (theirs == null) {
            return;
        }
        boolean differ = !failed
                && ours != null
                && !engine.replies.same(exchange.request().command(), ours, theirs);
        theirs.release();
        if (differ && !announces()) {
            exchange.note(what, Ledger.Cause.OUTCOMES_DIFFER);
            if (what.shadow()) {
                what.stats().count(Counter.SHADOW_MISMATCHED);
            }
        }
    }

    private boolean announces() {
        return exchange.request().command().effect() == EffectRule.ANNOUNCE;
    }

    private void fail(DualJob what, Ledger.Cause cause, String reason) {
        if (!failed) {
            failed = true;
            what.stats().count(Counter.dualWriteFailedOn(what.authority().other()));
        }
        exchange.note(what, cause);
        if (!announces()) {
            exchange.missed(what, reason);
        }
    }

    @Override
    public void onLost(Lane lane, String reason, boolean maybeSent) {
        DualJob what = exchange.job();
        if (what == null) {
            return;
        }
        what.stats().count(Counter.errors(what.authority().other(), ErrorClass.CONNECTION));
        if (maybeSent) {
            what.migration().fence(what.authority().other(), lane);
        }
        fail(what, Ledger.Cause.FOLLOWER_UNAVAILABLE, reason);
        settle(what);
    }

    @Override
    public void onOverdue(Lane lane, long ageNs) {
        DualJob what = exchange.job();
        if (what == null) {
            return;
        }
        if (what.quorum() == Quorum.BOTH) {
            if (ageNs > engine.followerTimeoutNs) {
                exchange.missed(what, "no answer for " + TimeUnit.NANOSECONDS.toMillis(ageNs) + " ms");
                exchange.answer(what);
                engine.giveUpFollower(lane, ageNs);
            }
        } else if (ageNs >= engine.rescueBudgetNs) {
            exchange.answer(what);
            engine.avoidFollower(lane, what.authority().other(), ageNs, what.stats());
        }
    }
}
