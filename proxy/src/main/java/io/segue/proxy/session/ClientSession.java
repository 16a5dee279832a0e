package io.segue.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import io.segue.core.operation.Bucket;
import io.segue.core.verdict.Side;
import io.segue.proxy.config.ServerAddress;
import io.segue.proxy.engine.ClientLanes;
import io.segue.proxy.engine.Dispatcher;
import io.segue.proxy.engine.ReplySlot;
import io.segue.proxy.engine.Route;
import io.segue.proxy.protocol.Command.Handling;
import io.segue.proxy.protocol.Conversation;
import io.segue.proxy.protocol.ProtocolException;
import io.segue.proxy.protocol.Request;
import io.segue.proxy.protocol.RequestParser;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.LoopStats;
import io.segue.proxy.upstream.BatchWriter;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.Loop;
import org.jspecify.annotations.Nullable;

/**
 * One client. Finds its requests, has each served in turn, and sends the answers in the order of the requests.
 *
 * <pre>
 *   bytes ─► Inbox ─► parser ─► serve ─┬─ ordinary ───────► Dispatcher ─► shared lanes
 *                                      ├─ connection state ► Conversation ─► {@link SessionActions}
 *                                      └─ blocking ────────► own lane
 *   bytes ◄─ BatchWriter ◄─ ReplyQueue ◄───────────────────── answers
 * </pre>
 *
 * While the {@link Gate} is closed nothing is served; what arrives waits in the inbox, up to a limit, then in the client's socket. Confined
 * to its event loop.
 */
public final class ClientSession implements Loop.Flushable, ReplyQueue.Out, OwnLanes.Listener {
    /** How often, in requests, a long pipeline looks whether the servers still take more. */
    private static final int LOOK_EVERY = 64;

    /** Why nothing is served right now. */
    enum Gate {
        OPEN,
        /** Until every answer that is owed has been given. */
        DRAINING,
        /** Until the one thing that the client waits for has come. */
        WAITING,
        /** Until somebody says {@link SessionActions#resume}: messages come at any time and must end no other wait. */
        CONFIRMING,
        /** Until the plan change is through. */
        HELD,
        /** Until a server takes more. */
        CONGESTED,
        /** Until the client reads more. */
        SLOW_CLIENT,
        /** For good: the connection is closed after the last answer. */
        CLOSING
    }

    private final Channel channel;
    private final Loop loop;
    private final Interlay interlay;
    private final Dispatcher dispatcher;
    private final ClientLanes lanes;
    private final LoopStats stats;
    private final SessionSettings settings;
    private final RequestParser parser;
    private final Conversation conversation;
    private final SessionActions actions;
    private final ReplyQueue replies;
    private final BatchWriter out;
    private final Inbox inbox;
    private final BlockingCall blocking;
    private Gate gate = Gate.OPEN;
    private boolean onOwnLanes;
    private boolean flushPending;
    private boolean serving;
    private boolean inputEnded;
    private boolean closed;
    /** What is counted as waiting of this client; -1: nothing. */
    private long parkedBytes = -1;

    ClientSession(
            Channel channel,
            Interlay interlay,
            Dispatcher dispatcher,
            ClientLanes lanes,
            Conversation conversation,
            SessionSettings settings) {
        this.channel = channel;
        this.interlay = interlay;
        this.dispatcher = dispatcher;
        this.lanes = lanes;
        this.loop = lanes.lanes().loop();
        this.stats = interlay.stats().loop(loop.index());
        this.settings = settings;
        this.parser = interlay.protocol().requestParser(settings.frames());
        this.conversation = conversation;
        this.replies = new ReplyQueue(loop, this);
        this.out = new BatchWriter(loop, bytes -> channel.write(bytes, channel.voidPromise()));
        this.inbox = new Inbox(loop.alloc());
        this.actions = new SessionActions(this);
        this.blocking = new BlockingCall(this);
        stats.count(Counter.CLIENT_CONNECTIONS_OPENED);
    }

    /** Bytes came from the client; taken over. */
    void onBytes(ByteBuf bytes) {
        loop.touch();
        if (closed || gate == Gate.CLOSING) {
            bytes.release();
            return;
        }
        inbox.add(bytes);
        serveInbox();
    }

    /** The client sends nothing more, and may be gone altogether; what it sent is served and answered all the same. */
    void onInputEnd() {
        inputEnded = true;
        serveInbox();
    }

    /** The client takes more. */
    void onWritable() {
        open(Gate.SLOW_CLIENT);
    }

    /** The client is gone. */
    void onClosed() {
        if (closed) {
            return;
        }
        closed = true;
        gate = Gate.CLOSING;
        unpark();
        out.drop();
        inbox.clear();
        blocking.forget();
        actions.close();
        stats.count(Counter.CLIENT_CONNECTIONS_CLOSED);
    }

    /** The interlay's route changed. */
    void onRouteChanged() {
        if (closed) {
            return;
        }
        useRoute();
        actions.followRoute();
        blocking.followRoute();
        open(Gate.HELD);
    }

    private void serveInbox() {
        if (serving) {
            return;
        }
        serving = true;
        try {
            int served = 0;
            while (gate == Gate.OPEN && inbox.hasMore() && serveNext()) {
                if (++served % LOOK_EVERY == 0) {
                    lookAround();
                }
            }
            lookAround();
        } catch (ProtocolException e) {
            stats.count(Counter.PROTOCOL_ERRORS);
            openSlot().reply(interlay.protocol().replies().error("ERR", e.text()));
            closeAfterReplies();
        } finally {
            serving = false;
        }
        if (gate == Gate.CLOSING) {
            inbox.clear();
        }
        inbox.tidy();
        if (!inputEnded) {
            // What waits for a change of sides is bounded for all clients together: of one that waits nothing more is
            // taken.
            channel.config()
                    .setAutoRead(gate == Gate.OPEN || (parkedBytes < 0 && inbox.size() < settings.maxUnreadBytes()));
        } else if (gate == Gate.OPEN) {
            closeAfterReplies();
        } else {
            blocking.hurry();
        }
    }

    /** Serves one request; false: none is complete, or it must wait. */
    private boolean serveNext() throws ProtocolException {
        ByteBuf in = inbox.bytes();
        int start = in.readerIndex();
        if (!parser.parse(in, start)) {
            inbox.wants(parser.bytesWanted());
            return false;
        }
        inbox.wants(0);
        Request request = parser.request();
        ByteBuf normalized = parser.normalized();
        int consumed = parser.consumed();
        boolean served = request.argCount() == 0
                || (normalized == null
                        ? serve(request, in, start)
                        : serve(request, normalized, normalized.readerIndex()));
        if (served && !closed && request.argCount() > 0) {
            note(request, in, start, normalized);
        }
        if (normalized != null) {
            normalized.release();
        }
        if (served && !closed) {
            in.readerIndex(start + consumed);
        }
        return served;
    }

    private void note(Request request, ByteBuf in, int start, @Nullable ByteBuf normalized) {
        if (normalized == null) {
            dispatcher.note(lanes, request, in, start, stats);
        } else {
            dispatcher.note(lanes, request, normalized, normalized.readerIndex(), stats);
        }
    }

    private boolean serve(Request request, ByteBuf in, int start) {
        if (lanes.route() != interlay.route()) {
            useRoute();
            actions.followRoute();
        }
        Handling handling = request.command().handling();
        if (handling == Handling.BLOCKING && !interlay.protocol().blocks(request, in, start)) {
            handling = Handling.FORWARD;
        }
        boolean all = conversation.wantsAll();
        boolean own = all || handling != Handling.FORWARD || actions.pinned();
        if (own != onOwnLanes) {
            // Two connections to one server keep no order between them: wait until the other one is empty.
            if (!drainedOrWait()) {
                return false;
            }
            onOwnLanes = own;
        }
        if (!own) {
            return forward(request, in, start);
        }
        if (all || handling == Handling.CONVERSATION) {
            return actions.handle(conversation, request, in, start);
        }
        if (handling == Handling.REFUSED) {
            actions.refuse(request);
            return true;
        }
        if (handling == Handling.BLOCKING) {
            return blocking.start(request, in, start);
        }
        return actions.sendPinned(request, in, start);
    }

    /** Serves an ordinary request on the shared lanes; false: its keys are changing sides. */
    boolean forward(Request request, ByteBuf in, int start) {
        Turn turn = turn(request, in, start);
        if (turn == Turn.NOW) {
            dispatcher.dispatch(lanes, request, in, start, stats, openSlot());
        }
        return turn != Turn.LATER;
    }

    /** Whether a request may be served while its keys are changing sides. */
    enum Turn {
        NOW,
        /** The gate was closed until they have. */
        LATER,
        /** The client has got an error: nobody knows when. */
        NEVER
    }

    /** Whether the keys of a request stay where they are; if not, makes it wait or answers it. */
    Turn turn(Request request, ByteBuf in, int start) {
        if (!dispatcher.mustWait(lanes, request, in, start)) {
            return Turn.NOW;
        }
        long size = in.readableBytes();
        if (lanes.route().overdue() || (parkedBytes < 0 && !interlay.holds().park(size))) {
            stats.count(Counter.HOLD_REFUSALS);
            openSlot().reply(undecided());
            return Turn.NEVER;
        }
        if (parkedBytes < 0) {
            parkedBytes = size;
        }
        gate = Gate.HELD;
        return Turn.LATER;
    }

    private void unpark() {
        if (parkedBytes >= 0) {
            interlay.holds().leave(parkedBytes);
            parkedBytes = -1;
        }
    }

    /** The answer to a request whose keys change sides, and nobody knows when. */
    byte[] undecided() {
        return interlay.protocol()
                .replies()
                .error("TRYAGAIN", "segue: these keys are changing sides, and the decision is not known yet");
    }

    private void useRoute() {
        lanes.use(interlay.route(), conversation.protocolVersion(), conversation.db());
    }

    /** Stops serving when somebody cannot keep up. */
    private void lookAround() {
        if (gate != Gate.OPEN) {
            return;
        }
        if (replies.size() >= settings.maxInFlight()) {
            gate = Gate.DRAINING;
        } else if (!channel.isWritable()) {
            gate = Gate.SLOW_CLIENT;
        } else {
            Lane slow = lanes.congested();
            if (slow != null) {
                gate = Gate.CONGESTED;
                slow.whenWritable(() -> open(Gate.CONGESTED));
            }
        }
    }

    /** Opens the gate if it is closed for this reason, and goes on. */
    void open(Gate reason) {
        if (gate == reason) {
            unpark();
            gate = Gate.OPEN;
            // Not at once: whoever opens it may be in the middle of serving this very client.
            loop.executor().execute(this::goOn);
        }
    }

    private void goOn() {
        // Long after the last read, maybe: the requests that were waiting begin now.
        loop.touch();
        serveInbox();
    }

    /** Whether every answer that is owed has been given; else nothing is served until it has. */
    boolean drainedOrWait() {
        if (!replies.isEmpty()) {
            shut(Gate.DRAINING);
            return false;
        }
        return true;
    }

    /** Closes the gate. */
    void shut(Gate reason) {
        if (gate != Gate.CLOSING) {
            gate = reason;
        }
    }

    /** The place of the next answer. */
    ReplySlot openSlot() {
        return replies.open(actions.mutesNext());
    }

    /** Serves nothing more, and closes the connection when all answers are given. */
    void closeAfterReplies() {
        unpark();
        gate = Gate.CLOSING;
        if (replies.isEmpty()) {
            closeNow();
        }
    }

    /** Closes the connection once the client has taken what was written: closing at once would throw that away. */
    private void closeNow() {
        flush();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** Closes the connection at once. */
    void abort() {
        channel.close();
    }

    /** A message that answers no request. */
    void message(byte[] bytes) {
        if (!closed) {
            replies.message(bytes);
        }
    }

    @Override
    public void write(ByteBuf in, int from, int length) {
        if (!closed) {
            out.write(in, from, length);
            wantFlush();
        }
    }

    @Override
    public void write(byte[] bytes) {
        if (!closed) {
            out.write(bytes);
            wantFlush();
        }
    }

    private void wantFlush() {
        if (!flushPending) {
            flushPending = true;
            loop.flushLater(this);
        }
    }

    @Override
    public void flush() {
        flushPending = false;
        if (closed) {
            return;
        }
        out.flush();
        channel.flush();
        ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
        if (unsent != null && unsent.totalPendingWriteBytes() > settings.maxOutputBytes()) {
            channel.close();
        }
    }

    @Override
    public void drained() {
        if (gate == Gate.CLOSING) {
            closeNow();
        } else {
            open(Gate.DRAINING);
        }
    }

    @Override
    public void broken(String reason) {
        channel.close();
    }

    @Override
    public void onOwnLaneLost(String reason) {
        // What the client had set up on that connection is gone, as it would be on its own connection: it must know.
        if (!closed && (conversation.wantsAll() || actions.pinned())) {
            closeAfterReplies();
        }
    }

    @Override
    public void onOwnLanePush(ByteBuf in, int from, int to, boolean last) {
        actions.onOwnLanePush(in, from, to, last);
    }

    /** The server for work without keys. */
    ServerAddress keylessServer() {
        return lanes.route().writes(keylessSide());
    }

    /** The side for work without keys. */
    Side keylessSide() {
        Route route = lanes.route();
        return route.authority(Bucket.KEYLESS);
    }

    Loop loop() {
        return loop;
    }

    Interlay interlay() {
        return interlay;
    }

    Dispatcher dispatcher() {
        return dispatcher;
    }

    ClientLanes lanes() {
        return lanes;
    }

    LoopStats stats() {
        return stats;
    }

    Conversation conversation() {
        return conversation;
    }

    SessionActions actions() {
        return actions;
    }
}
