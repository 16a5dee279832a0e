package io.segue.proxy.session;

import io.netty.buffer.ByteBuf;
import io.segue.core.plan.Plan;
import io.segue.core.verdict.Side;
import io.segue.proxy.engine.MigrationState;
import io.segue.proxy.engine.ReplySlot;
import io.segue.proxy.engine.Route;
import io.segue.proxy.engine.TransactionWrites;
import io.segue.proxy.protocol.Request;
import io.segue.proxy.protocol.SessionControl.Ending;
import io.segue.proxy.protocol.SessionControl.Queued;
import io.segue.proxy.upstream.Lane;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One client's transaction: everything from its first watched or queued key to its end runs on one connection to the side that is the
 * authority for that key. If the authority of any of its keys moves before the end, it must not be committed. Confined to one event loop.
 */
final class Transaction {
    private final ClientSession session;
    private final OwnLanes own;
    /** Cells of its keys under {@link #plan}, some more than once. */
    private int[] cells = new int[4];

    private int cellCount;
    private @Nullable Plan plan;
    private @Nullable Side side;
    private @Nullable Lane lane;
    private @Nullable MigrationState migration;
    /** Its requests were queued under plans that do not mean the same by a cell. */
    private boolean moved;

    /** {@link MigrationState#moves} at its beginning. */
    private long moves;

    private boolean opened;
    private TransactionWrites writes;

    Transaction(ClientSession session, OwnLanes own) {
        this.session = session;
        this.own = own;
        this.writes = freshWrites();
    }

    private TransactionWrites freshWrites() {
        return new TransactionWrites(session.interlay().protocol().keys());
    }

    /** Adds a request; {@code opening} (if any) goes ahead the first time. */
    Queued queue(Request request, ByteBuf in, int start, byte[] opening) {
        ClientSession.Turn turn = session.turn(request, in, start);
        if (turn != ClientSession.Turn.NOW) {
            return turn == ClientSession.Turn.LATER ? Queued.LATER : Queued.REFUSED;
        }
        Route route = session.lanes().route();
        Side wanted = session.dispatcher().authority(session.lanes(), request, in, start);
        boolean keyless = route.plan() != null && session.dispatcher().keyCount() == 0;
        Side so = side;
        if (so != null && keyless) {
            wanted = so;
        }
        if (wanted == null || (so != null && wanted != so)) {
            session.openSlot().reply(session.dispatcher().crossSideReply(request, session.stats()));
            return Queued.REFUSED;
        }
        if (lane == null) {
            MigrationState now = route.migration();
            moves = now == null ? 0 : now.moves();
        }
        if (session.dispatcher().moved(session.lanes(), request, in, start)) {
            session.openSlot().reply(session.dispatcher().movedReply(request));
            return Queued.REFUSED;
        }
        note(route);
        Lane to = lane;
        if (to == null) {
            to = own.to(route.writes(wanted), session.lanes());
            lane = to;
            side = wanted;
        }
        open(to, opening);
        if (opened) {
            session.dispatcher().collectWrites(session.lanes(), request, in, start, writes);
        }
        session.dispatcher()
                .sendQueued(session.lanes(), to, wanted, request, in, start, session.stats(), session.openSlot());
        return Queued.SENT;
    }

    /** Notes the cells of the request last looked at. */
    private void note(Route route) {
        Plan now = route.plan();
        if (lane == null) {
            migration = route.migration();
            plan = now;
        }
        moved |= !known(route);
        int more = now == null ? 0 : session.dispatcher().keyCount();
        if (cells.length < cellCount + more) {
            cells = Arrays.copyOf(cells, Math.max(cells.length * 2, cellCount + more));
        }
        for (int i = 0; i < more; i++) {
            cells[cellCount++] = session.dispatcher().keyCell(i);
        }
    }

    /** Whether a cell of its keys means the same by a route. */
    private boolean known(Route route) {
        Plan then = plan;
        Plan now = route.plan();
        boolean same = (then == null || now == null) ? then == now : then.comparable(now);
        return migration == route.migration() && same;
    }

    private void open(Lane to, byte[] opening) {
        if (!opened && opening.length > 0) {
            opened = true;
            OwnLanes.sendSilently(to, opening);
        }
    }

    /** Ends it, after {@code opening} (if any) where nothing was queued; false: its keys are changing sides right now. */
    boolean end(Request request, ByteBuf in, int start, Ending ending, byte[] opening) {
        Lane to = lane;
        Side so = side;
        if (to == null || so == null) {
            throw new IllegalStateException("no transaction has begun");
        }
        if (ending == Ending.COMMIT && changing()) {
            session.shut(ClientSession.Gate.HELD);
            return false;
        }
        open(to, opening);
        ReplySlot slot = session.openSlot();
        if (ending == Ending.COMMIT) {
            session.dispatcher()
                    .sendCommit(session.lanes(), to, so, writes, in, start, request.length(), session.stats(), slot);
        } else {
            session.dispatcher().sendQueued(session.lanes(), to, so, request, in, start, session.stats(), slot);
        }
        forget();
        return true;
    }

    private boolean changing() {
        Route route = session.lanes().route();
        return route.holding() && cells(route).anyMatch(route::held);
    }

    boolean begun() {
        return lane != null;
    }

    /** Whether every key is still where the transaction runs. */
    boolean stillValid() {
        Route route = session.lanes().route();
        Side so = side;
        Lane to = lane;
        if (so == null || to == null) {
            return true;
        }
        if (route.plan() == null) {
            return to.open() && !(route.overdue() && changing()) && own.isTo(to, route.writes(Side.OLD));
        }
        return to.open()
                && !(route.overdue() && changing())
                && truthsStayed()
                && cells(route).allMatch(cell -> own.isTo(to, route.authorityServer(cell)));
    }

    /** Whether no key's truth has moved meanwhile, its own or another: what it has watched may have been written elsewhere. */
    private boolean truthsStayed() {
        MigrationState begun = migration;
        return begun == null || !session.lanes().route().takesOver() || begun.moves() == moves;
    }

    /** The cells of its keys; all there are, if those are not known: what was queued without a plan has none. */
    private IntStream cells(Route route) {
        boolean known = migration != null && !moved && known(route);
        return known ? IntStream.range(0, cellCount).map(i -> cells[i]) : IntStream.range(0, route.cells());
    }

    /** Gives it up; the connection, which may have watched keys and no more, is told. */
    void abandon(byte[] opening, byte[] closing) {
        Lane to = lane;
        if (to != null && closing.length > 0) {
            open(to, opening);
            OwnLanes.sendSilently(to, closing);
        }
        forget();
    }

    /** Forgets it; nothing is sent. */
    void forget() {
        lane = null;
        side = null;
        migration = null;
        moved = false;
        opened = false;
        plan = null;
        cellCount = 0;
        if (cells.length > 1024) {
            cells = new int[4];
        }
        writes = freshWrites();
    }
}
