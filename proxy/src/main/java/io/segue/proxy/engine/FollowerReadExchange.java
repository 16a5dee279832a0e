package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCountUtil;
import io.segue.core.operation.Access;
import io.segue.core.verdict.Side;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.ErrorClass;
import io.segue.proxy.telemetry.LoopStats;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.ReplyHandler;
import io.segue.proxy.upstream.SharedLane;
import org.jspecify.annotations.Nullable;

/**
 * A read that the plan sends to the side that is not the authority. It cannot hurt the client:
 *
 * <ol>
 *   <li>The follower answers in time: the client gets that answer.
 *   <li>It errs, is lost, or exceeds the rescue budget: the same read goes to the authority, and the client gets its answer. What the
 *       follower says later is dropped.
 * </ol>
 */
final class FollowerReadExchange implements ReplyHandler {
    /** A reply up to this size is kept until it is whole, so that a read can be rescued in the middle of it. */
    private static final int KEEP_BYTES = 1 << 20;

    private final LoopEngine engine;
    private @Nullable Route route;
    private @Nullable ReplySlot slot;
    private @Nullable LoopStats stats;
    private @Nullable ByteBuf request;
    private @Nullable SharedLane authority;
    private @Nullable ByteBuf kept;
    private Side side = Side.NEW;
    private long startNs;
    private boolean streaming;

    FollowerReadExchange(LoopEngine engine) {
        this.engine = engine;
    }

    /**
     * Ready to be given to the follower's lane.
     *
     * @param frame the request, for the case that it must be sent again; taken over
     */
    FollowerReadExchange begin(
            Route by, Side to, SharedLane rescuer, LoopStats counters, ByteBuf frame, ReplySlot answer) {
        route = by;
        side = to;
        authority = rescuer;
        stats = counters;
        request = frame;
        slot = answer;
        startNs = engine.loop.nowNs();
        streaming = false;
        by.begin(engine.loop.index());
        counters.count(Counter.requests(to, Access.READ));
        return this;
    }

    @Override
    public void onReply(Lane lane, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind) {
        ReplySlot answer = slot;
        LoopStats counters = stats;
        if (answer == null || counters == null) {
            // Rescued meanwhile: this is the late answer, and the place in the lane's queue is free now.
            if (last) {
                engine.followerReads.give(this);
            }
            return;
        }
        if (kind == ReplyParser.Kind.ERROR) {
            if (last) {
                counters.count(Counter.errors(side, ErrorClass.REPLY));
                rescue(answer, counters);
                engine.followerReads.give(this);
            }
            return;
        }
        if (last) {
            counters.latency(side, Access.READ, engine.loop.nowNs() - startNs);
            ByteBuf before = kept;
            kept = null;
            end();
            engine.followerReads.give(this);
            if (before != null) {
                answer.reply(before, before.readerIndex(), before.writerIndex(), false);
                before.release();
            }
            answer.reply(in, from, to, true);
        } else if (streaming) {
            answer.reply(in, from, to, false);
        } else {
            keep(answer, in, from, to);
        }
    }

    private void keep(ReplySlot answer, ByteBuf in, int from, int to) {
        ByteBuf so = engine.loop.append(kept, in, from, to);
        kept = so;
        if (so.readableBytes() > KEEP_BYTES) {
            kept = null;
            streaming = true;
            answer.reply(so, so.readerIndex(), so.writerIndex(), false);
            so.release();
        }
    }

    @Override
    public void onLost(Lane lane, String reason, boolean maybeSent) {
        ReplySlot answer = slot;
        LoopStats counters = stats;
        if (answer != null && counters != null) {
            counters.count(Counter.errors(side, ErrorClass.CONNECTION));
            if (streaming) {
                end();
                answer.broken(reason);
            } else {
                rescue(answer, counters);
            }
        }
        engine.followerReads.give(this);
    }

    @Override
    public void onOverdue(Lane lane, long ageNs) {
        ReplySlot answer = slot;
        LoopStats counters = stats;
        if (ageNs < engine.rescueBudgetNs) {
            return;
        }
        if (answer != null && counters != null && !streaming) {
            counters.count(Counter.errors(side, ErrorClass.TIMEOUT));
            rescue(answer, counters);
            engine.avoidFollower(lane, side, ageNs, counters);
        } else {
            engine.giveUpFollower(lane, ageNs);
        }
    }

    private void rescue(ReplySlot answer, LoopStats counters) {
        Route by = route;
        SharedLane rescuer = authority;
        ByteBuf frame = request;
        request = null;
        if (by == null || rescuer == null || frame == null) {
            return;
        }
        counters.count(Counter.RESCUED_READS);
        Side to = side.other();
        Lane lane = rescuer.lane();
        if (lane == null) {
            frame.release();
            answer.reply(engine.unavailable(by, to, rescuer.lastFailure()));
        } else {
            lane.send(engine.singles.take().begin(by, to, Access.READ, counters, answer), frame);
        }
        end();
    }

    private void end() {
        Route by = route;
        if (by != null) {
            by.end(engine.loop.index());
        }
        ReferenceCountUtil.release(request);
        ReferenceCountUtil.release(kept);
        route = null;
        slot = null;
        stats = null;
        request = null;
        kept = null;
        authority = null;
    }
}
