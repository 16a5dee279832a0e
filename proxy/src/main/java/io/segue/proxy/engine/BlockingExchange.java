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

/**
 * A request that may wait at the authority for as long as it likes, so it is not counted as under way. What it wrote is noted when it has been
 * answered, and the repairer copies it.
 */
final class BlockingExchange implements ReplyHandler {
    private final LoopEngine engine;
    private final Route route;
    private final Side side;
    private final @Nullable TransactionWrites writes;
    private final LoopStats stats;
    private final ReplySlot slot;
    private boolean begun;

    /**
     * Ready to be given to a lane.
     *
     * @param writes the keys it may write; null: nobody keeps a follower in step
     */
    BlockingExchange(
            LoopEngine engine,
            Route route,
            Side side,
            @Nullable TransactionWrites writes,
            LoopStats stats,
            ReplySlot slot) {
        this.engine = engine;
        this.route = route;
        this.side = side;
        this.writes = writes;
        this.stats = stats;
        this.slot = slot;
        stats.count(Counter.requests(side, Access.PINNED));
    }

    /** Whether the other side has taken a key over while this one was waiting: what was popped here is still there. */
    private boolean inVain() {
        MigrationState migration = route.migration();
        return writes != null && migration != null && writes.moved(migration);
    }

    private void note() {
        MigrationState migration = route.migration();
        if (writes != null && migration != null) {
            writes.note(migration, side);
        }
    }

    @Override
    public void onReply(Lane lane, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind) {
        begun = true;
        if (last) {
            if (kind == ReplyParser.Kind.ERROR) {
                stats.count(Counter.errors(side, ErrorClass.REPLY));
            } else {
                note();
                if (inVain()) {
                    slot.reply(engine.outcomeUnknown(route, side, "the truth of a key has moved"));
                    return;
                }
            }
        }
        slot.reply(in, from, to, last);
    }

    @Override
    public void onLost(Lane lane, String reason, boolean maybeSent) {
        stats.count(Counter.errors(side, ErrorClass.CONNECTION));
        MigrationState migration = route.migration();
        if (maybeSent && migration != null) {
            migration.fence(side, lane);
            note();
        }
        if (begun) {
            slot.broken(reason);
        } else {
            slot.reply(
                    maybeSent ? engine.outcomeUnknown(route, side, reason) : engine.unavailable(route, side, reason));
        }
    }

    @Override
    public void onOverdue(Lane lane, long ageNs) {
        // Waiting is what it is for.
    }
}
