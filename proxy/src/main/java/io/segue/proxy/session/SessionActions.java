package io.segue.proxy.session;

import io.netty.buffer.ByteBuf;
import io.segue.core.verdict.Side;
import io.segue.proxy.engine.ReplySlot;
import io.segue.proxy.engine.Route;
import io.segue.proxy.protocol.Conversation;
import io.segue.proxy.protocol.Request;
import io.segue.proxy.protocol.SessionControl;
import io.segue.proxy.session.ClientSession.Gate;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.SharedLane;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Does for a {@link Conversation} what it asks of its session. Confined to the client's event loop. */
final class SessionActions implements SessionControl {
    private final ClientSession session;
    private final OwnLanes own;
    private final Transaction transaction;
    private @Nullable Subscription subscription;
    private @Nullable Request request;
    private @Nullable ByteBuf in;
    private int start;
    private boolean later;
    private boolean pinned;
    private Mute mute = Mute.NONE;
    private @Nullable ByteBuf ownMessage;

    SessionActions(ClientSession session) {
        this.session = session;
        this.own = new OwnLanes(session);
        this.transaction = new Transaction(session, own);
    }

    /** Has the conversation serve a request; false: not now, hand it in again. */
    boolean handle(Conversation conversation, Request what, ByteBuf bytes, int from) {
        request = what;
        in = bytes;
        start = from;
        later = false;
        conversation.handle(what, bytes, from, this);
        request = null;
        in = null;
        return !later;
    }

    /** Whether all requests of the client go out on its own connections. */
    boolean pinned() {
        return pinned;
    }

    OwnLanes own() {
        return own;
    }

    private Request request() {
        Request now = request;
        if (now == null) {
            throw new IllegalStateException("called outside of handling a request");
        }
        return now;
    }

    private ByteBuf bytes() {
        ByteBuf now = in;
        if (now == null) {
            throw new IllegalStateException("called outside of handling a request");
        }
        return now;
    }

    private boolean taken(boolean done) {
        later = !done;
        return done;
    }

    @Override
    public void reply(byte[] reply) {
        session.openSlot().reply(reply);
    }

    @Override
    public void refuse() {
        refuse(request());
    }

    @Override
    public void noReply() {
        // Nothing is owed.
    }

    @Override
    public boolean forward() {
        return taken(pinned ? sendPinned(request(), bytes(), start) : session.forward(request(), bytes(), start));
    }

    @Override
    public boolean forwardPinned() {
        return taken(sendPinned(request(), bytes(), start));
    }

    /** Sends a request on the client's own connection to the authority for its keys; false: not now. */
    boolean sendPinned(Request what, ByteBuf bytes, int from) {
        Route route = session.lanes().route();
        ClientSession.Turn turn = session.turn(what, bytes, from);
        if (turn != ClientSession.Turn.NOW) {
            return turn == ClientSession.Turn.NEVER;
        }
        Side side = session.dispatcher().truth(session.lanes(), what, bytes, from);
        if (side == null) {
            session.openSlot().reply(session.dispatcher().crossSideReply(what, session.stats()));
            return true;
        }
        Lane lane = own.to(route.writes(side), session.lanes());
        session.dispatcher()
                .sendPinned(session.lanes(), lane, side, what, bytes, from, session.stats(), session.openSlot());
        return true;
    }

    @Override
    public Queued forwardInTransaction(byte[] opening) {
        Queued queued = transaction.queue(request(), bytes(), start, opening);
        later = queued == Queued.LATER;
        return queued;
    }

    @Override
    public boolean endTransaction(Ending ending, byte[] opening) {
        return taken(transaction.end(request(), bytes(), start, ending, opening));
    }

    @Override
    public boolean transactionBegun() {
        return transaction.begun();
    }

    @Override
    public boolean transactionStillValid() {
        return transaction.stillValid();
    }

    @Override
    public void abandonTransaction(byte[] opening, byte[] closing) {
        transaction.abandon(opening, closing);
    }

    @Override
    public boolean forwardSubscription() {
        // What comes back is no answer in its turn: the answers before it have to be out.
        if (!taken(session.drainedOrWait())) {
            return false;
        }
        Subscription to = subscription;
        if (to == null) {
            to = new Subscription(session.conversation(), this, this::push, reason -> session.closeAfterReplies());
            subscription = to;
        }
        session.shut(Gate.CONFIRMING);
        ByteBuf copy = session.loop().alloc().buffer(request().length());
        copy.writeBytes(bytes(), start, request().length());
        to.send(session.keylessServer(), session.lanes(), copy);
        return true;
    }

    @Override
    public void resume() {
        session.open(Gate.CONFIRMING);
    }

    @Override
    public void endSubscriptions() {
        Subscription now = subscription;
        subscription = null;
        if (now != null) {
            now.close();
        }
    }

    @Override
    public void replyWhenServerKnown(Greeting greeting) {
        ReplySlot slot = session.openSlot();
        session.shut(Gate.WAITING);
        SharedLane lane = session.lanes().writes(session.keylessSide());
        lane.whenKnown(facts -> {
            boolean known = lane.facts() != null;
            slot.reply(greeting.reply(facts, known ? "" : lane.lastFailure()));
            session.open(Gate.WAITING);
        });
    }

    @Override
    public void profileChanged(IntFunction<byte[]> change) {
        session.lanes()
                .use(
                        session.lanes().route(),
                        session.conversation().protocolVersion(),
                        session.conversation().db());
        own.sendToAll(address -> change.apply(session.lanes().profile(address).db()));
    }

    @Override
    public void pin(byte[] journal) {
        pinned = true;
        if (journal.length > 0) {
            own.sendToAll(address -> journal);
            own.addToJournal(journal);
        }
    }

    @Override
    public void unpin() {
        pinned = false;
        transaction.forget();
        own.retire();
    }

    @Override
    public void push(byte[] message) {
        session.message(message);
    }

    @Override
    public void mute(Mute what) {
        // To leave one answer out says nothing while all are left out.
        if (what != Mute.NEXT || mute != Mute.ALL) {
            mute = what;
        }
    }

    /** Whether the next answer is to be dropped. */
    boolean mutesNext() {
        Mute now = mute;
        if (now == Mute.NEXT) {
            mute = Mute.NONE;
        }
        return now != Mute.NONE;
    }

    @Override
    public void replyAndClose(byte[] reply) {
        session.openSlot().reply(reply);
        session.closeAfterReplies();
    }

    /** Answers a request that is served by nobody. */
    void refuse(Request what) {
        session.stats().count(Counter.REFUSED_COMMANDS);
        reply(session.interlay()
                .protocol()
                .replies()
                .error("ERR", "segue: " + what.command().name() + " is not passed on to the databases"));
    }

    /** The route changed: messages may come from another server now. */
    void followRoute() {
        Subscription now = subscription;
        if (now != null) {
            now.follow(session.keylessServer(), session.lanes());
        }
        byte[] message = session.conversation().routeChanged();
        if (message.length > 0) {
            push(message);
        }
    }

    /** A server sent a message on one of the client's own connections: it is for the client. */
    void onOwnLanePush(ByteBuf bytes, int from, int to, boolean last) {
        ByteBuf whole = session.loop().append(ownMessage, bytes, from, to);
        ownMessage = whole;
        if (last) {
            ownMessage = null;
            byte[] message = new byte[whole.readableBytes()];
            whole.readBytes(message).release();
            push(message);
        }
    }

    void close() {
        endSubscriptions();
        transaction.forget();
        own.close();
        ByteBuf partial = ownMessage;
        ownMessage = null;
        if (partial != null) {
            partial.release();
        }
    }
}
