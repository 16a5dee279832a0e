package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.segue.core.plan.Plan;
import io.segue.core.verdict.Quorum;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import io.segue.proxy.protocol.Command.EffectRule;
import io.segue.proxy.protocol.Request;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.LoopStats;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.SharedLane;

/**
 * Begins writes for both sides: chooses the side that executes them first, and refuses those that cannot keep what the policy promises. {@link
 * RequestKeys#look} must have been called for the request. Confined to one event loop.
 */
final class DualWrites {
    private final LoopEngine engine;

    DualWrites(LoopEngine engine) {
        this.engine = engine;
    }

    /**
     * A write on the client's shared lanes.
     *
     * @param authority by the plan
     * @param shadow whether this is a trial of NEW
     */
    void write(
            ClientLanes client,
            Side authority,
            Quorum quorum,
            boolean shadow,
            Request request,
            ByteBuf in,
            int start,
            LoopStats stats,
            ReplySlot slot) {
        Side first = authority;
        if (quorum.takesOver()) {
            if (refusedWhileMoved(client, request, in, start, slot)) {
                return;
            }
            first = whoExecutes(client, authority, request, in, start, stats);
        }
        SharedLane shared = client.writes(first);
        Lane lane = quorum == Quorum.AUTHORITY ? shared.lane() : shared.reachable();
        if (lane == null) {
            stats.count(Counter.avoided(first));
            stats.count(Counter.dualWriteFailedOn(first));
            slot.reply(engine.unavailable(client.route(), first, shared.lastFailure()));
            return;
        }
        if (quorum == Quorum.BOTH && refusedByBoth(client, authority.other(), request, stats, slot)) {
            return;
        }
        ByteBuf frame = engine.loop.keep(in, start, request.length());
        DualJob job = job(client, first, authority, quorum, false, shadow, request, frame, stats, slot);
        DualExchange exchange = engine.duals.take().begin(job, request, frame);
        if (exchange != null) {
            lane.send(exchange, in, start, request.length());
        }
    }

    /** The side that is to execute a write: the one that has the truth of its keys, or the other one while that cannot be reached. */
    private Side whoExecutes(
            ClientLanes client, Side authority, Request request, ByteBuf in, int start, LoopStats stats) {
        MigrationState migration = migration(client);
        boolean moved = engine.moved.any(request, in, start, migration, client.db());
        Side first = moved ? authority.other() : authority;
        if (client.writes(first).reachable() != null
                || client.writes(first.other()).reachable() == null) {
            return first;
        }
        boolean everywhere = engine.effects.everywhere(request, in.slice(start, request.length()));
        if (!DualExchange.canBeTakenOver(request.command(), everywhere, engine.keys.count())) {
            return first;
        }
        stats.count(Counter.avoided(first));
        stats.count(Counter.dualWriteFailedOn(first));
        stats.count(Counter.WRITES_TAKEN_OVER);
        return first.other();
    }

    /** Nobody could say afterwards which side has the later state of a key. */
    private boolean refusedWhileMoved(ClientLanes client, Request request, ByteBuf in, int start, ReplySlot slot) {
        MigrationState migration = migration(client);
        if (!migration.ledger().hasMoved() || !reachesUnknownKeys(request, in, start)) {
            return false;
        }
        slot.reply(engine.replies.error(
                "UNAVAILABLE",
                "segue: " + migration.moved() + " keys have their later state on the other side of the migration, and "
                        + request.command().name() + " has to wait until they are back; try again"));
        return true;
    }

    /** Whether a write may change more keys than those it names. */
    boolean reachesUnknownKeys(Request request, ByteBuf in, int start) {
        boolean keyless = request.command().effect() == EffectRule.RESYNC && engine.keys.count() == 0;
        return keyless || engine.effects.everywhere(request, in.slice(start, request.length()));
    }

    /** Before anything is executed: whether the other side is known not to be there, or could not be said to have the effect. */
    private boolean refusedByBoth(ClientLanes client, Side other, Request request, LoopStats stats, ReplySlot slot) {
        EffectRule effect = request.command().effect();
        if (effect == EffectRule.NONE || effect == EffectRule.ANNOUNCE) {
            return false;
        }
        SharedLane follower = client.writes(other);
        if (follower.reachable() == null) {
            stats.count(Counter.avoided(other));
            stats.count(Counter.dualWriteFailedOn(other));
            slot.reply(engine.unavailable(client.route(), other, follower.lastFailure()));
            return true;
        }
        if (effect == EffectRule.RESYNC && engine.keys.count() == 0) {
            slot.reply(engine.replies.error(
                    "ERR",
                    "segue: " + request.command().name()
                            + " names no key, so nobody can say when both sides have what it"
                            + " does, which the write policy both_required demands (expected: a request that names its"
                            + " keys)"));
            return true;
        }
        return false;
    }

    /** A write on a lane of the client's own to {@code side}, which has the truth of its keys. */
    void writePinned(
            ClientLanes client,
            Lane lane,
            Side side,
            Verdict verdict,
            Request request,
            ByteBuf in,
            int start,
            LoopStats stats,
            ReplySlot slot) {
        Quorum quorum = verdict instanceof Verdict.Dual dual ? dual.quorum() : Quorum.AUTHORITY;
        if ((quorum == Quorum.BOTH && refusedByBoth(client, side.other(), request, stats, slot))
                || (quorum.takesOver() && refusedWhileMoved(client, request, in, start, slot))) {
            return;
        }
        ByteBuf frame = engine.loop.keep(in, start, request.length());
        DualJob job = job(client, side, verdict.primary(), quorum, true, false, request, frame, stats, slot);
        DualExchange exchange = engine.duals.take().begin(job, request, frame);
        if (exchange != null) {
            lane.send(exchange, in, start, request.length());
        }
    }

    private DualJob job(
            ClientLanes client,
            Side first,
            Side planned,
            Quorum quorum,
            boolean pinned,
            boolean shadow,
            Request request,
            ByteBuf frame,
            LoopStats stats,
            ReplySlot slot) {
        Route route = client.route();
        Plan plan = route.plan();
        if (plan == null) {
            throw new IllegalStateException("a dual write without a plan");
        }
        MigrationState migration = migration(client);
        boolean claimed =
                first != planned || (quorum.takesOver() && engine.moved.any(request, frame, 0, migration, client.db()));
        boolean wait = !shadow
                && (engine.keys.followerReads(plan)
                        || quorum == Quorum.BOTH
                        || (quorum.takesOver() && engine.effects.everywhere(request, frame)));
        return new DualJob(
                route,
                migration,
                client.db(),
                client.orderedBy(),
                first,
                planned,
                claimed,
                quorum,
                client.writes(first),
                client.writes(first.other()),
                pinned,
                shadow,
                wait,
                stats,
                slot);
    }

    private static MigrationState migration(ClientLanes client) {
        MigrationState migration = client.route().migration();
        if (migration == null) {
            throw new IllegalStateException("a dual write without a migration");
        }
        return migration;
    }

    /** Where the answer to work goes that both sides may be required to have, and whose keys are copied. */
    ReplySlot whenCopied(Route route, Side side, TransactionWrites writes, LoopStats stats, ReplySlot slot) {
        MigrationState migration = route.migration();
        if (migration == null || writes.isEmpty() || !route.requiresBoth()) {
            return slot;
        }
        return new CopiedAnswer(engine, route, migration, side, writes.keys(), true, stats, slot);
    }
}
