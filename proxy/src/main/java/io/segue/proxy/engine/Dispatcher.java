package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.segue.core.operation.Access;
import io.segue.core.operation.Bucket;
import io.segue.core.plan.Plan;
import io.segue.core.verdict.Quorum;
import io.segue.core.verdict.Side;
import io.segue.core.verdict.Verdict;
import io.segue.proxy.protocol.Command;
import io.segue.proxy.protocol.Command.EffectRule;
import io.segue.proxy.protocol.Command.Split;
import io.segue.proxy.protocol.Protocol;
import io.segue.proxy.protocol.Request;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.LoopCensus;
import io.segue.proxy.telemetry.LoopStats;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.Loop;
import io.segue.proxy.upstream.SharedLane;
import org.jspecify.annotations.Nullable;

/**
 * Decides one request with the plan current at its first byte, and hands it to the exchange that carries the verdict out. One per event
 * loop.
 *
 * <p>Two invariants: <em>a unit of work is decided once and keeps that verdict to its end</em>; <em>whoever is handed a frame either
 * passes it on or releases it, and only exchanges keep copies.</em>
 */
public final class Dispatcher {
    private final LoopEngine engine;

    public Dispatcher(Loop loop, Protocol protocol, Settings settings) {
        this.engine = new LoopEngine(loop, protocol, settings);
    }

    /**
     * Serves an ordinary request on the client's shared lanes. {@link #mustWait} has said no.
     *
     * @param in where the request lies, from {@code start}; valid during the call
     */
    public void dispatch(ClientLanes client, Request request, ByteBuf in, int start, LoopStats stats, ReplySlot slot) {
        Route route = client.route();
        Plan plan = route.plan();
        Access access = request.command().access();
        if (plan == null) {
            single(client, Side.OLD, access, request, in, start, stats, slot);
            return;
        }
        RequestKeys keys = engine.keys;
        keys.look(client, request, in, start, plan);
        Side authority = keys.authority(route);
        if (authority == null && request.command().split() != Split.NONE) {
            new SplitExchange(engine, engine.splitter, request, keys.sides(route), slot).send(client, in, start, stats);
            return;
        }
        if (authority == null) {
            slot.reply(crossSideReply(request, stats));
            return;
        }
        MigrationState migration = route.migration();
        if (access == Access.READ && migration != null && keys.moved(request, in, start, migration, client.db())) {
            movedRead(client, authority, migration, request, in, start, stats, slot);
            return;
        }
        Verdict verdict = plan.verdict(access, keys.cell());
        if (verdict instanceof Verdict.Dual dual) {
            engine.writes.write(client, dual.authority(), dual.quorum(), false, request, in, start, stats, slot);
        } else if (verdict instanceof Verdict.Shadowed shadowed) {
            if (access == Access.WRITE) {
                engine.writes.write(client, shadowed.side(), Quorum.AUTHORITY, true, request, in, start, stats, slot);
            } else {
                shadowRead(client, shadowed.side(), request, in, start, stats, slot);
            }
        } else if (access == Access.READ && verdict.primary() != authority) {
            followerRead(client, authority, request, in, start, stats, slot);
        } else {
            single(client, verdict.primary(), access, request, in, start, stats, slot);
        }
    }

    /**
     * Notes that a request was served: what clients use is what the other side must be able to do. Forgets the keys that were last looked
     * at.
     */
    public void note(ClientLanes client, Request request, ByteBuf in, int start, LoopStats stats) {
        Command command = request.command();
        LoopCensus census = stats.census();
        census.call(command.index());
        if (client.db() != 0) {
            census.otherDatabase();
        }
        if (command.keys().several() && engine.keys.apart(request, in, start) && census.apart(command.index())) {
            census.example(new LoopCensus.Example(command.name(), engine.keys.prefixes(request, in, start)));
        }
        if (command.index() == Command.UNKNOWN.index()) {
            int name = start + request.argStart(0);
            census.unknown().call(request.argLength(0), i -> in.getByte(name + i));
        }
    }

    /** How many keys the request last looked at has. */
    public int keyCount() {
        return engine.keys.count();
    }

    /** Cell of key {@code i} of the request last looked at. */
    public int keyCell(int i) {
        return engine.keys.cell(i);
    }

    /** Whether a request without a plan must wait: one is about to begin. */
    private static boolean held(Route route, Request request) {
        // Without a plan there is no salt, so no cell: what holds one key holds all.
        return request.command().access() != Access.SESSION && route.held(Bucket.KEYLESS);
    }

    private void single(
            ClientLanes client,
            Side side,
            Access access,
            Request request,
            ByteBuf in,
            int start,
            LoopStats stats,
            ReplySlot slot) {
        SharedLane shared = access == Access.READ ? client.reads(side) : client.writes(side);
        Lane lane = shared.lane();
        if (lane == null) {
            stats.count(Counter.avoided(side));
            slot.reply(engine.unavailable(client.route(), side, shared.lastFailure()));
            return;
        }
        lane.send(engine.singles.take().begin(client.route(), side, access, stats, slot), in, start, request.length());
    }

    private void followerRead(
            ClientLanes client,
            Side authority,
            Request request,
            ByteBuf in,
            int start,
            LoopStats stats,
            ReplySlot slot) {
        Route route = client.route();
        Lane lane = client.reads(authority.other()).healthy();
        MigrationState migration = route.migration();
        if (lane == null) {
            stats.count(Counter.avoided(authority.other()));
        }
        if (lane == null || migration == null || engine.keys.unsettled(request, in, start, migration, client.db())) {
            single(client, authority, Access.READ, request, in, start, stats, slot);
            return;
        }
        ByteBuf frame = engine.loop.keep(in, start, request.length());
        lane.send(
                engine.followerReads
                        .take()
                        .begin(route, authority.other(), client.reads(authority), stats, frame, slot),
                in,
                start,
                request.length());
    }

    private void shadowRead(
            ClientLanes client, Side side, Request request, ByteBuf in, int start, LoopStats stats, ReplySlot slot) {
        new ShadowReadExchange(
                        engine,
                        client.route(),
                        side,
                        request,
                        client.db(),
                        client.reads(side),
                        client.reads(side.other()),
                        stats,
                        engine.loop.keep(in, start, request.length()),
                        slot)
                .start();
    }

    /** A read of keys of which some have their truth on the side that the plan does not have it on. */
    private void movedRead(
            ClientLanes client,
            Side authority,
            MigrationState migration,
            Request request,
            ByteBuf in,
            int start,
            LoopStats stats,
            ReplySlot slot) {
        Side side = engine.moved.forRead(request, in, start, migration, client.db(), authority);
        if (side != null) {
            single(client, side, Access.READ, request, in, start, stats, slot);
        } else if (request.command().split() != Split.NONE) {
            int[] sides = engine.moved.sides(request, in, start, migration, client.db(), authority);
            new SplitExchange(engine, engine.splitter, request, sides, slot).send(client, in, start, stats);
        } else {
            slot.reply(crossSideReply(request, stats));
        }
    }

    /**
     * The one side that is the authority for all keys of {@code request}; for a request without keys, the authority for keyless work.
     * Null: the keys have different ones.
     */
    public @Nullable Side authority(ClientLanes client, Request request, ByteBuf in, int start) {
        Route route = client.route();
        Plan plan = route.plan();
        if (plan == null) {
            return Side.OLD;
        }
        engine.keys.look(client, request, in, start, plan);
        return engine.keys.authority(route);
    }

    /**
     * As {@link #authority}, but the side that has the truth now, where that of a key has moved: for work that is decided anew with
     * every request.
     */
    public @Nullable Side truth(ClientLanes client, Request request, ByteBuf in, int start) {
        Side authority = authority(client, request, in, start);
        return authority != null && moved(client, request, in, start) ? authority.other() : authority;
    }

    /** Whether the truth of some key that {@code request} may touch has moved, so that work which lasts must not begin. */
    public boolean moved(ClientLanes client, Request request, ByteBuf in, int start) {
        Plan plan = client.route().plan();
        MigrationState migration = client.route().migration();
        if (plan == null || migration == null || !migration.ledger().hasMoved()) {
            return false;
        }
        engine.keys.look(client, request, in, start, plan);
        return engine.keys.moved(request, in, start, migration, client.db())
                || engine.writes.reachesUnknownKeys(request, in, start);
    }

    /** The reply to work that lasts on a key whose truth has moved. */
    public byte[] movedReply(Request request) {
        return engine.replies.error(
                "UNAVAILABLE",
                "segue: a key of " + request.command().name()
                        + " has its later state on the other side of the migration,"
                        + " and transactions and waiting requests have to wait until it is back; try again");
    }

    /** Whether a request must wait for the plan change under way. */
    public boolean mustWait(ClientLanes client, Request request, ByteBuf in, int start) {
        Route route = client.route();
        if (!route.holding()) {
            return false;
        }
        Plan plan = route.plan();
        if (plan == null) {
            return held(route, request);
        }
        engine.keys.look(client, request, in, start, plan);
        return engine.keys.held(route);
    }

    /**
     * Sends a request on a lane of the client's own to {@code side}, which is the authority for its keys. A write is noted in the ledger
     * where the follower is to be kept in step.
     */
    public void sendPinned(
            ClientLanes client,
            Lane lane,
            Side side,
            Request request,
            ByteBuf in,
            int start,
            LoopStats stats,
            ReplySlot slot) {
        Plan plan = client.route().plan();
        if (plan != null && writes(request)) {
            engine.keys.look(client, request, in, start, plan);
            Verdict verdict = plan.verdict(Access.WRITE, engine.keys.cell());
            if (!(verdict instanceof Verdict.Single)) {
                engine.writes.writePinned(client, lane, side, verdict, request, in, start, stats, slot);
                return;
            }
        }
        lane.send(
                engine.singles
                        .take()
                        .begin(client.route(), side, request.command().access(), stats, slot),
                in,
                start,
                request.length());
    }

    /** Sends a request that may wait at the server, on a lane of the client's own to {@code side}. */
    public void sendBlocking(
            ClientLanes client,
            Lane lane,
            Side side,
            Request request,
            ByteBuf in,
            int start,
            LoopStats stats,
            ReplySlot slot) {
        TransactionWrites writes = null;
        Plan plan = client.route().plan();
        ReplySlot to = slot;
        if (plan != null) {
            writes = new TransactionWrites(client.lanes().protocol().keys());
            collectWrites(client, request, in, start, writes);
            writes.leaveOut(plan);
            to = engine.writes.whenCopied(client.route(), side, writes, stats, slot);
        }
        lane.send(new BlockingExchange(engine, client.route(), side, writes, stats, to), in, start, request.length());
    }

    /** Sends a request of a transaction, which does nothing yet. */
    public void sendQueued(
            ClientLanes client,
            Lane lane,
            Side side,
            Request request,
            ByteBuf in,
            int start,
            LoopStats stats,
            ReplySlot slot) {
        lane.send(
                engine.singles.take().begin(client.route(), side, Access.PINNED, stats, slot),
                in,
                start,
                request.length());
    }

    /**
     * Sends the end of a transaction.
     *
     * @param writes the keys it will have written; those that are not kept in step are left out
     */
    public void sendCommit(
            ClientLanes client,
            Lane lane,
            Side side,
            TransactionWrites writes,
            ByteBuf in,
            int start,
            int length,
            LoopStats stats,
            ReplySlot slot) {
        Plan plan = client.route().plan();
        MigrationState migration = client.route().migration();
        if (plan != null) {
            writes.leaveOut(plan);
        }
        if (plan == null || migration == null || writes.isEmpty()) {
            SingleExchange plain = engine.singles.take().begin(client.route(), side, Access.PINNED, stats, slot);
            lane.send(plain, in, start, length);
            return;
        }
        ReplySlot to = engine.writes.whenCopied(client.route(), side, writes, stats, slot);
        SingleExchange plain = engine.singles.take().begin(client.route(), side, Access.PINNED, stats, to);
        int[] stripes = client.route().takesOver() ? writes.stripes(plan) : new int[0];
        lane.send(new CommitExchange(plain, writes, migration, side, stripes), in, start, length);
    }

    /** Notes the keys that {@code request}, queued in a transaction, will write. */
    public void collectWrites(ClientLanes client, Request request, ByteBuf in, int start, TransactionWrites into) {
        if (writes(request)) {
            into.add(engine.effects, request, in, start, client.db());
        }
    }

    private static boolean writes(Request request) {
        return request.command().effect() != EffectRule.NONE;
    }

    /** The reply to a request whose keys have different authorities. */
    public byte[] crossSideReply(Request request, LoopStats stats) {
        stats.count(Counter.CROSS_SIDE_REFUSALS);
        return engine.replies.error(
                "CROSSSIDE",
                "segue: the keys of " + request.command().name()
                        + " are on different sides of the migration right now (expected: keys on one side, such as keys that"
                        + " share a hash tag)");
    }
}
