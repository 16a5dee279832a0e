package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.segue.core.verdict.Side;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.LoopStats;
import io.segue.proxy.upstream.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The answer to work that both sides are required to have, and whose effect cannot be derived, only its keys copied: it is kept until the repairer
 * has brought the other side what the authority has. If that takes longer than the follower timeout, the client gets an error instead. The keys
 * must be in the ledger when the answer is complete. Confined to one event loop.
 */
final class CopiedAnswer implements ReplySlot, Loop.Ticking {
    private final LoopEngine engine;
    private final Route route;
    private final MigrationState migration;
    private final Side executed;
    private final List<Ledger.Key> keys;
    private final boolean emptyIsNothing;
    private final LoopStats stats;
    private final ReplySlot slot;
    private final List<Long> generations = new ArrayList<>();
    private boolean everything;
    private @Nullable ByteBuf answer;
    private long startNs;

    /**
     * Waits for nothing yet.
     *
     * @param executed the side whose answer it is
     * @param keys what is to be copied
     * @param emptyIsNothing whether an answer of nothing means that nothing was written
     */
    CopiedAnswer(
            LoopEngine engine,
            Route route,
            MigrationState migration,
            Side executed,
            List<Ledger.Key> keys,
            boolean emptyIsNothing,
            LoopStats stats,
            ReplySlot slot) {
        this.engine = engine;
        this.route = route;
        this.migration = migration;
        this.executed = executed;
        this.keys = keys;
        this.emptyIsNothing = emptyIsNothing;
        this.stats = stats;
        this.slot = slot;
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        ByteBuf so = engine.loop.append(answer, in, from, to);
        answer = so;
        if (!last) {
            return;
        }
        if (engine.replies.isError(so) || (emptyIsNothing && engine.replies.isEmpty(so))) {
            give(so);
            return;
        }
        for (Ledger.Key key : keys) {
            LedgerEntry entry = migration.ledger().get(key);
            generations.add(entry == null ? 0 : entry.generation);
        }
        everything = migration.ledger().everything();
        startNs = engine.loop.nowNs();
        route.begin(engine.loop.index());
        engine.loop.startTicking(this);
    }

    private void give(ByteBuf so) {
        answer = null;
        slot.reply(so, so.readerIndex(), so.writerIndex(), true);
        so.release();
    }

    @Override
    public boolean tick(long nowNs) {
        ByteBuf so = answer;
        boolean copied = copied();
        boolean late = nowNs - startNs > engine.followerTimeoutNs;
        if (so != null && (copied || late)) {
            route.end(engine.loop.index());
            if (copied) {
                give(so);
            } else {
                answer = null;
                so.release();
                stats.count(Counter.ONE_SIDED_WRITES);
                long ms = TimeUnit.NANOSECONDS.toMillis(nowNs - startNs);
                slot.reply(engine.oneSided(route, executed, "not copied within " + ms + " ms"));
            }
        }
        return answer != null;
    }

    private boolean copied() {
        for (int i = 0; i < keys.size(); i++) {
            LedgerEntry entry = migration.ledger().get(keys.get(i));
            if (entry != null && !entry.onProbation && entry.copied < generations.get(i)) {
                return false;
            }
        }
        return !everything || !migration.ledger().everything();
    }

    @Override
    public void reply(byte[] whole) {
        drop();
        slot.reply(whole);
    }

    @Override
    public void broken(String reason) {
        drop();
        slot.broken(reason);
    }

    private void drop() {
        ByteBuf so = answer;
        answer = null;
        if (so != null) {
            so.release();
        }
    }
}
