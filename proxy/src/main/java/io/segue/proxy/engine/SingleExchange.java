package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.segue.core.operation.Access;
import io.segue.core.verdict.Side;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.ErrorClass;
import io.segue.proxy.telemetry.LoopStats;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.ReplyHandler;
import org.jspecify.annotations.Nullable;

/** One side serves the request: its reply goes to the client as it arrives. */
final class SingleExchange implements ReplyHandler {
    private final LoopEngine engine;
    private @Nullable Route route;
    private @Nullable ReplySlot slot;
    private @Nullable LoopStats stats;
    private Side side = Side.OLD;
    private Access access = Access.READ;
    private long startNs;
    private boolean begun;

    SingleExchange(LoopEngine engine) {
        this.engine = engine;
    }

    /** Ready to be given to a lane. */
    SingleExchange begin(Route by, Side to, Access kind, LoopStats counters, ReplySlot answer) {
        route = by;
        side = to;
        access = kind;
        stats = counters;
        slot = answer;
        startNs = engine.loop.nowNs();
        begun = false;
        by.begin(engine.loop.index());
        counters.count(Counter.requests(to, kind));
        return this;
    }

    @Override
    public void onReply(Lane lane, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind) {
        ReplySlot answer = slot;
        LoopStats counters = stats;
        if (answer == null || counters == null) {
            return;
        }
        begun = true;
        if (last) {
            counters.latency(side, access, engine.loop.nowNs() - startNs);
            if (kind == ReplyParser.Kind.ERROR) {
                counters.count(Counter.errors(side, ErrorClass.REPLY));
            }
            end();
        }
        answer.reply(in, from, to, last);
    }

    @Override
    public void onLost(Lane lane, String reason, boolean maybeSent) {
        ReplySlot answer = slot;
        LoopStats counters = stats;
        Route by = route;
        if (answer == null || counters == null || by == null) {
            return;
        }
        counters.count(Counter.errors(side, ErrorClass.CONNECTION));
        boolean partial = begun;
        byte[] error = maybeSent && access != Access.READ
                ? engine.outcomeUnknown(by, side, reason)
                : engine.unavailable(by, side, reason);
        end();
        if (partial) {
            answer.broken(reason);
        } else {
            answer.reply(error);
        }
    }

    @Override
    public void onOverdue(Lane lane, long ageNs) {
        engine.giveUpIfHung(lane, ageNs);
    }

    private void end() {
        Route by = route;
        if (by != null) {
            by.end(engine.loop.index());
        }
        route = null;
        slot = null;
        stats = null;
        engine.singles.give(this);
    }
}
