package io.segue.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.segue.core.verdict.Side;
import io.segue.proxy.config.ServerAddress;
import io.segue.proxy.engine.ReplySlot;
import io.segue.proxy.engine.Route;
import io.segue.proxy.protocol.ProtocolException;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.protocol.Request;
import io.segue.proxy.protocol.RequestParser;
import io.segue.proxy.protocol.ServerFacts;
import io.segue.proxy.session.ClientSession.Gate;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.ReplyHandler;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A request that may wait at the server, on the client's own connection. Nothing else of the client is served meanwhile. When the
 * authority of its keys moves while it waits, it is woken at the old server and, unless that had a result after all, made again at the new one.
 * Confined to one event loop.
 */
final class BlockingCall implements ReplySlot {
    private static final long WAKE_AGAIN_MS = 20;
    private static final int MOST_HURRIES = 50;

    private final ClientSession session;
    private @Nullable ReplySlot client;
    private @Nullable ByteBuf frame;
    private @Nullable ServerAddress at;
    private @Nullable Lane lane;
    private @Nullable ByteBuf answer;
    private @Nullable Route wokenFor;
    private boolean parked;
    /** A wake-up call is on its way: what is sent to the server before that is answered might be woken by it. */
    private boolean unblocking;

    private boolean again;
    private int hurries;

    BlockingCall(ClientSession session) {
        this.session = session;
    }

    /** Makes the request; false: its keys are changing sides, offer it again. */
    boolean start(Request request, ByteBuf in, int start) {
        ClientSession.Turn turn = session.turn(request, in, start);
        if (turn != ClientSession.Turn.NOW) {
            return turn == ClientSession.Turn.NEVER;
        }
        client = session.openSlot();
        frame = session.loop().alloc().buffer(request.length()).writeBytes(in, start, request.length());
        session.shut(Gate.WAITING);
        send(request, in, start);
        return true;
    }

    private void send(Request request, ByteBuf in, int start) {
        Route route = session.lanes().route();
        Side side = session.dispatcher().authority(session.lanes(), request, in, start);
        if (side == null) {
            finish(session.dispatcher().crossSideReply(request, session.stats()));
            return;
        }
        if (session.dispatcher().moved(session.lanes(), request, in, start)) {
            finish(session.dispatcher().movedReply(request));
            return;
        }
        ServerAddress address = route.writes(side);
        Lane to = session.actions().own().to(address, session.lanes());
        at = address;
        lane = to;
        session.dispatcher().sendBlocking(session.lanes(), to, side, request, in, start, session.stats(), this);
    }

    /** The route changed: if the keys are elsewhere now, or about to be, wakes the call. */
    void followRoute() {
        ByteBuf bytes = frame;
        Lane blocked = lane;
        ServerAddress was = at;
        if (bytes == null || blocked == null || was == null || wokenFor != null) {
            return;
        }
        if (parked) {
            makeAgain();
            return;
        }
        Request again = parse(bytes);
        Route route = session.lanes().route();
        Side side = session.dispatcher().authority(session.lanes(), again, bytes, 0);
        boolean stays = side != null && route.writes(side).equals(was);
        if (stays && !session.dispatcher().mustWait(session.lanes(), again, bytes, 0)) {
            return;
        }
        ServerFacts facts = blocked.facts();
        if (facts != null && facts.connectionId() < 0) {
            // The server did not say which connection it is: it cannot be woken.
            return;
        }
        wokenFor = route;
        route.beginWaking();
        wake(blocked, was, route);
    }

    private void wake(Lane blocked, ServerAddress was, Route route) {
        if (wokenFor != route || lane != blocked) {
            return;
        }
        if (!unblock(blocked, was, () -> wakeAgain(blocked, was, route))) {
            wakeAgain(blocked, was, route);
        }
    }

    private boolean unblock(Lane blocked, ServerAddress was, Runnable then) {
        ServerFacts facts = blocked.facts();
        Lane waker = session.lanes()
                .lanes()
                .shared(was, session.lanes().profile(was))
                .lane();
        if (facts == null || facts.connectionId() < 0 || waker == null) {
            return false;
        }
        unblocking = true;
        waker.send(
                new Unblock(then),
                Unpooled.wrappedBuffer(session.interlay().protocol().unblock(facts.connectionId())));
        return true;
    }

    /** Once may be too early: before the request has reached the server, where nobody is waiting then. */
    private void wakeAgain(Lane blocked, ServerAddress was, Route route) {
        unblocked();
        if (frame != null && wokenFor == route) {
            session.loop().executor().schedule(() -> wake(blocked, was, route), WAKE_AGAIN_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void unblocked() {
        unblocking = false;
        if (again) {
            again = false;
            makeAgain();
        } else if (frame == null) {
            session.open(Gate.WAITING);
        }
    }

    /**
     * The client sends nothing more and may be gone: has the server answer now, so that nothing is popped for nobody. Asked again until it
     * does, because the request may reach the server after the waking.
     */
    void hurry() {
        Lane blocked = lane;
        ServerAddress was = at;
        if (frame == null || blocked == null || was == null) {
            return;
        }
        if (++hurries > MOST_HURRIES) {
            session.abort();
            return;
        }
        if (!unblocking && wokenFor == null) {
            unblock(blocked, was, this::unblocked);
        }
        session.loop().executor().schedule(this::hurry, WAKE_AGAIN_MS, TimeUnit.MILLISECONDS);
    }

    private boolean cameBack() {
        Route route = wokenFor;
        wokenFor = null;
        if (route != null) {
            route.endWaking();
        }
        return route != null;
    }

    private Request parse(ByteBuf bytes) {
        RequestParser parser = session.interlay().protocol().requestParser(SessionSettings.DEFAULT.frames());
        try {
            if (!parser.parse(bytes, bytes.readerIndex())) {
                throw new IllegalStateException("a request that was whole is not any more");
            }
        } catch (ProtocolException e) {
            throw new IllegalStateException("a request that was good is not any more", e);
        }
        return parser.request();
    }

    @Override
    public void reply(ByteBuf in, int from, int to, boolean last) {
        ByteBuf so = session.loop().append(answer, in, from, to);
        answer = so;
        if (!last) {
            return;
        }
        answer = null;
        ByteBuf bytes = frame;
        if (cameBack() && bytes != null && session.interlay().protocol().cameBackEmpty(so)) {
            so.release();
            if (unblocking) {
                again = true;
            } else {
                // Not at once: this is the old lane's read loop.
                session.loop().executor().execute(this::makeAgain);
            }
            return;
        }
        byte[] reply = new byte[so.readableBytes()];
        so.readBytes(reply).release();
        finish(reply);
    }

    private void makeAgain() {
        ByteBuf bytes = frame;
        if (bytes == null) {
            return;
        }
        Request again = parse(bytes);
        parked = session.dispatcher().mustWait(session.lanes(), again, bytes, 0);
        if (parked && session.lanes().route().overdue()) {
            finish(session.undecided());
            return;
        }
        if (!parked) {
            send(again, bytes, 0);
        }
    }

    @Override
    public void reply(byte[] reply) {
        finish(reply);
    }

    private void finish(byte[] reply) {
        ReplySlot to = client;
        clear();
        if (to != null) {
            to.reply(reply);
        }
        if (!unblocking) {
            session.open(Gate.WAITING);
        }
    }

    @Override
    public void broken(String reason) {
        ReplySlot to = client;
        clear();
        if (to != null) {
            to.broken(reason);
        }
    }

    /** The client is gone. */
    void forget() {
        clear();
    }

    private void clear() {
        cameBack();
        parked = false;
        again = false;
        ByteBuf bytes = frame;
        ByteBuf partial = answer;
        frame = null;
        answer = null;
        client = null;
        lane = null;
        at = null;
        if (bytes != null) {
            bytes.release();
        }
        if (partial != null) {
            partial.release();
        }
    }

    /** Tells when a wake-up call has been answered, or never will be. */
    private record Unblock(Runnable then) implements ReplyHandler {
        @Override
        public void onReply(Lane waker, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind) {
            if (last) {
                then.run();
            }
        }

        @Override
        public void onLost(Lane waker, String reason, boolean maybeSent) {
            then.run();
        }

        @Override
        public void onOverdue(Lane waker, long ageNs) {
            // The requests of clients on the same lane see to that.
        }
    }
}
