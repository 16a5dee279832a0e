package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.segue.core.operation.Access;
import io.segue.core.verdict.Side;
import io.segue.proxy.protocol.Request;
import io.segue.proxy.protocol.Splitter;
import io.segue.proxy.telemetry.LoopStats;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.SharedLane;
import org.jspecify.annotations.Nullable;

/**
 * A request over keys of which some belong to OLD and some to NEW: each side serves its own, and the client gets one answer. If a side errs,
 * that error is the answer. Only for requests that promise nothing about all keys together.
 */
final class SplitExchange {
    private static final int SIDES = Side.values().length;

    private final LoopEngine engine;
    private final Splitter splitter;
    private final Request request = new Request();
    private final int[] parts;
    private final ReplySlot slot;
    private final @Nullable ByteBuf[] replies = new @Nullable ByteBuf[SIDES];
    private byte @Nullable [] error;
    private int outstanding = SIDES;

    /**
     * Sends nothing yet.
     *
     * @param parts for each key, the side it belongs to, by ordinal
     */
    SplitExchange(LoopEngine engine, Splitter splitter, Request request, int[] parts, ReplySlot slot) {
        this.engine = engine;
        this.splitter = splitter;
        this.request.copyFrom(request);
        this.parts = parts;
        this.slot = slot;
    }

    /** Sends each side its part of the request at {@code in[start, …)}. */
    void send(ClientLanes client, ByteBuf in, int start, LoopStats stats) {
        Access access = request.command().access();
        ByteBuf frame = in.slice(start, request.length());
        for (Side side : Side.values()) {
            SharedLane shared = access == Access.READ ? client.reads(side) : client.writes(side);
            Lane lane = shared.lane();
            Part part = new Part(side);
            if (lane == null) {
                part.reply(engine.unavailable(client.route(), side, shared.lastFailure()));
            } else {
                lane.send(
                        engine.singles.take().begin(client.route(), side, access, stats, part),
                        splitter.part(engine.loop.alloc(), request, frame, parts, side.ordinal()));
            }
        }
    }

    private void settle() {
        if (--outstanding > 0) {
            return;
        }
        ByteBuf[] all = new ByteBuf[SIDES];
        boolean whole = true;
        for (int i = 0; i < SIDES; i++) {
            ByteBuf one = replies[i];
            whole &= one != null && !engine.replies.isError(one);
            all[i] = one == null ? Unpooled.EMPTY_BUFFER : one;
        }
        if (whole) {
            ByteBuf joined = splitter.join(engine.loop.alloc(), request.command(), parts, all);
            slot.reply(joined, joined.readerIndex(), joined.writerIndex(), true);
            joined.release();
        } else {
            giveError(all);
        }
        for (ByteBuf one : all) {
            one.release();
        }
    }

    private void giveError(ByteBuf[] all) {
        byte[] own = error;
        if (own != null) {
            slot.reply(own);
            return;
        }
        for (ByteBuf one : all) {
            if (one.isReadable() && engine.replies.isError(one)) {
                slot.reply(one, one.readerIndex(), one.writerIndex(), true);
                return;
            }
        }
    }

    /** One side's answer. */
    private final class Part implements ReplySlot {
        private final Side side;

        Part(Side side) {
            this.side = side;
        }

        @Override
        public void reply(ByteBuf in, int from, int to, boolean last) {
            ByteBuf so = engine.loop.append(replies[side.ordinal()], in, from, to);
            replies[side.ordinal()] = so;
            if (last) {
                settle();
            }
        }

        @Override
        public void reply(byte[] answer) {
            error = answer;
            settle();
        }

        @Override
        public void broken(String reason) {
            error = engine.replies.error(
                    "UNAVAILABLE", "segue: a side was lost in the middle of its answer: " + reason);
            settle();
        }
    }
}
