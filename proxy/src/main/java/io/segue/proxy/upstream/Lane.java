package io.segue.proxy.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.ReferenceCountUtil;
import io.segue.proxy.protocol.Handshake;
import io.segue.proxy.protocol.ProtocolException;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.protocol.ServerFacts;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a server: requests go out in the order they were given, replies come back to their handlers in the same
 * order. That first-in-first-out queue is all there is to pipelining.
 *
 * <pre>
 *   send ──► batch ──(one flush per loop cycle)──► socket ──► server
 *     └────► waiting: [h1][h2][h3] ◄── replies, first to h1 ──┘
 * </pre>
 *
 * Requests given before the handshake is through wait for it. Confined to its event loop.
 */
public final class Lane extends ChannelInboundHandlerAdapter implements Loop.Flushable, Loop.Ticking {
    /** From this age on a request without a reply is overdue, and its handler is told at every tick. */
    public static final long OVERDUE_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long MOST_BEFORE_READY_BYTES = 1 << 20;

    private enum State {
        CONNECTING,
        LOGGING_IN,
        READY,
        CLOSED
    }

    /** Who opened the lane. */
    public interface Owner {
        /** The handshake is through. */
        void onReady(Lane lane, ServerFacts facts);

        /** The lane is gone; every handler has been told. */
        void onClosed(Lane lane, String reason);

        /** A piece of a message that answers no request: {@code in[from, to)}, the lane's bytes. */
        void onPush(Lane lane, ByteBuf in, int from, int to, boolean last);
    }

    private final Loop loop;
    private final Owner owner;
    private final Handshake handshake;
    private final ReplyParser parser;
    private final boolean pushOnly;
    private final long openedNs;
    private final long loginTimeoutNs;
    private final ArrayDeque<Runnable> whenWritable = new ArrayDeque<>();
    private State state = State.CONNECTING;
    private @Nullable Channel channel;
    private @Nullable ByteBuf loginReply;
    private int loginReplies;
    private @Nullable ServerFacts facts;

    private final BatchWriter batch;
    private final ArrayDeque<ByteBuf> beforeReady = new ArrayDeque<>();
    private long beforeReadyBytes;
    private boolean flushPending;
    private boolean ticking;

    private @Nullable ReplyHandler[] waiting = new @Nullable ReplyHandler[16];
    private long[] sentNs = new long[16];
    private int head;
    private int count;
    private boolean midReply;
    private long lastReadNs;
    private long overdueSinceNs;
    private long progressNs;
    private long unsentBytes;
    private boolean leftUnanswered;

    /**
     * @param pushOnly whether every message is for {@link Owner#onPush}: a connection that only subscribes
     * @param loginTimeoutMs how long connecting and logging in may take
     */
    Lane(Loop loop, Owner owner, Handshake handshake, ReplyParser parser, boolean pushOnly, long loginTimeoutMs) {
        this.loop = loop;
        this.owner = owner;
        this.batch = new BatchWriter(loop, this::writeOut);
        this.handshake = handshake;
        this.parser = parser;
        this.pushOnly = pushOnly;
        this.openedNs = System.nanoTime();
        this.loginTimeoutNs = TimeUnit.MILLISECONDS.toNanos(loginTimeoutMs);
        startTicking();
    }

    public Loop loop() {
        return loop;
    }

    /** What the server said of itself; null until the lane is ready. */
    public @Nullable ServerFacts facts() {
        return facts;
    }

    /** Whether it can still take requests. */
    public boolean open() {
        return state != State.CLOSED;
    }

    /** Whether the handshake is through. */
    public boolean ready() {
        return state == State.READY;
    }

    /** Whether the server has lately left requests without an answer for too long, as a handler found. Ends with the next reply. */
    public boolean suspect() {
        return overdueSinceNs != 0;
    }

    /** Makes the lane suspect. Whoever waits until it takes more is woken: nothing is to wait for a server that is avoided. */
    public void suspect(long nowNs) {
        if (overdueSinceNs == 0) {
            overdueSinceNs = nowNs == 0 ? 1 : nowNs;
            wakeWriters();
        }
    }

    /**
     * For how long nothing has moved: no byte of a reply has come, and the server has taken no byte of what waits to be sent. A large
     * value may be under way for longer than any timeout.
     */
    public long stalledNs(long nowNs) {
        return nowNs - progressNs;
    }

    private void lookForProgress(long nowNs) {
        Channel ch = channel;
        ChannelOutboundBuffer out = ch == null ? null : ch.unsafe().outboundBuffer();
        long unsent = out == null ? 0 : out.totalPendingWriteBytes();
        if (unsent < unsentBytes) {
            progressNs = nowNs;
        }
        unsentBytes = unsent;
    }

    /** Once it is closed: whether requests that may have been sent on it were never answered. */
    public boolean leftUnanswered() {
        return leftUnanswered;
    }

    /** Number of requests without a whole reply. */
    public int inFlight() {
        return count;
    }

    /** Whether the server is too slow to take more: whoever feeds the lane should wait for {@link #whenWritable}. */
    public boolean congested() {
        Channel ch = channel;
        return state == State.READY ? ch != null && !ch.isWritable() : beforeReadyBytes > MOST_BEFORE_READY_BYTES;
    }

    /** Runs {@code task} once the lane takes more again, or is closed. */
    public void whenWritable(Runnable task) {
        whenWritable.add(task);
    }

    /** Sends {@code in[start, start + length)}; the bytes stay the caller's. */
    public void send(ReplyHandler handler, ByteBuf in, int start, int length) {
        if (state == State.CLOSED) {
            handler.onLost(this, "connection closed", false);
            return;
        }
        enqueue(handler);
        batch.write(in, start, length);
        wantFlush();
    }

    /** Sends {@code request} whole and takes it over. */
    public void send(ReplyHandler handler, ByteBuf request) {
        send(handler, request, 1);
    }

    /** Sends several requests in one buffer, one right after the other, and takes it over; the handler gets every reply. */
    public void send(ReplyHandler handler, ByteBuf requests, int replies) {
        if (state == State.CLOSED) {
            requests.release();
            for (int i = 0; i < replies; i++) {
                handler.onLost(this, "connection closed", false);
            }
            return;
        }
        for (int i = 0; i < replies; i++) {
            enqueue(handler);
        }
        writeOwned(requests);
    }

    /** Sends {@code request} on a lane of pushes, where no reply is waited for, and takes it over. */
    public void sendUnanswered(ByteBuf request) {
        if (state == State.CLOSED) {
            request.release();
        } else {
            writeOwned(request);
        }
    }

    private void writeOwned(ByteBuf request) {
        batch.write(request, request.readerIndex(), request.readableBytes());
        request.release();
        wantFlush();
    }

    private void wantFlush() {
        if (!flushPending) {
            flushPending = true;
            loop.flushLater(this);
        }
    }

    private void writeOut(ByteBuf bytes) {
        Channel ch = channel;
        if (state == State.READY && ch != null) {
            ch.write(bytes, ch.voidPromise());
        } else {
            beforeReadyBytes += bytes.readableBytes();
            beforeReady.add(bytes);
        }
    }

    @Override
    public void flush() {
        flushPending = false;
        if (state == State.CLOSED) {
            return;
        }
        batch.flush();
        Channel ch = channel;
        if (state == State.READY && ch != null) {
            ch.flush();
        }
    }

    private void enqueue(ReplyHandler handler) {
        if (count == waiting.length) {
            grow();
        }
        if (!ticking) {
            // Nothing may have read the clock for a long time: an idle loop has no ticks.
            loop.touch();
        }
        int at = (head + count) & (waiting.length - 1);
        waiting[at] = handler;
        sentNs[at] = loop.nowNs();
        count++;
        startTicking();
    }

    private void grow() {
        int capacity = waiting.length;
        @Nullable ReplyHandler[] handlers = new @Nullable ReplyHandler[capacity * 2];
        long[] times = new long[capacity * 2];
        for (int i = 0; i < count; i++) {
            int from = (head + i) & (capacity - 1);
            handlers[i] = waiting[from];
            times[i] = sentNs[from];
        }
        waiting = handlers;
        sentNs = times;
        head = 0;
    }

    private void startTicking() {
        if (!ticking) {
            ticking = true;
            loop.startTicking(this);
        }
    }

    @Override
    public boolean tick(long nowNs) {
        if (state == State.CONNECTING || state == State.LOGGING_IN) {
            if (nowNs - openedNs > loginTimeoutNs) {
                fail(state == State.CONNECTING ? "connecting timed out" : "the server does not answer the login");
            }
        } else if (state == State.READY) {
            lookForProgress(nowNs);
            tellOverdue(nowNs);
        }
        ticking = state != State.CLOSED && (count > 0 || state != State.READY);
        return ticking;
    }

    private void tellOverdue(long nowNs) {
        // Sent in order, so the first one that is not overdue ends the walk. A handler may close the lane.
        for (int i = 0; i < count && state == State.READY; i++) {
            int at = (head + i) & (waiting.length - 1);
            // A reply that has begun may take its time, but not stand still.
            boolean begun = i == 0 && midReply;
            long age = nowNs - (begun ? lastReadNs : sentNs[at]);
            if (age < OVERDUE_NS) {
                if (begun) {
                    continue;
                }
                return;
            }
            ReplyHandler handler = waiting[at];
            if (handler != null) {
                handler.onOverdue(this, age);
            }
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        if (state == State.CLOSED) {
            ctx.close();
            return;
        }
        state = State.LOGGING_IN;
        ctx.writeAndFlush(handshake.requests(loop.alloc()));
        if (handshake.replyCount() == 0) {
            becomeReady();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        loop.touch();
        try {
            overdueSinceNs = 0;
            lastReadNs = loop.nowNs();
            progressNs = lastReadNs;
            int at = in.readerIndex();
            int end = in.writerIndex();
            while (at < end && state != State.CLOSED) {
                int to = parser.parse(in, at, end);
                deliver(in, at, to, parser.complete());
                at = to;
            }
        } catch (ProtocolException e) {
            fail(state == State.LOGGING_IN ? e.text() : "the server does not speak the protocol: " + e.text());
        } finally {
            in.release();
        }
    }

    private void deliver(ByteBuf in, int from, int to, boolean last) throws ProtocolException {
        if (state == State.LOGGING_IN) {
            login(in, from, to, last);
        } else if (pushOnly || parser.kind() == ReplyParser.Kind.PUSH) {
            owner.onPush(this, in, from, to, last);
        } else if (count == 0) {
            throw new ProtocolException("a reply that nobody asked for");
        } else {
            ReplyHandler handler = waiting[head];
            midReply = !last;
            if (last) {
                waiting[head] = null;
                head = (head + 1) & (waiting.length - 1);
                count--;
            }
            if (handler != null) {
                handler.onReply(this, in, from, to, last, parser.kind());
            }
        }
    }

    private void login(ByteBuf in, int from, int to, boolean last) throws ProtocolException {
        ByteBuf reply = loop.append(loginReply, in, from, to);
        loginReply = reply;
        if (last) {
            loginReply = null;
            try {
                handshake.reply(loginReplies++, reply, System.currentTimeMillis());
            } finally {
                reply.release();
            }
            if (loginReplies == handshake.replyCount()) {
                becomeReady();
            }
        }
    }

    private void becomeReady() {
        state = State.READY;
        ServerFacts learnt = handshake.facts();
        facts = learnt;
        // Ages count from here: waiting for the login is not the server's delay in answering.
        for (int i = 0; i < count; i++) {
            sentNs[(head + i) & (sentNs.length - 1)] = loop.nowNs();
        }
        for (ByteBuf bytes = beforeReady.poll(); bytes != null; bytes = beforeReady.poll()) {
            writeOut(bytes);
        }
        beforeReadyBytes = 0;
        owner.onReady(this, learnt);
        flush();
        wakeWriters();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            wakeWriters();
        }
    }

    private void wakeWriters() {
        for (int n = whenWritable.size(); n > 0; n--) {
            Runnable task = whenWritable.poll();
            if (task != null) {
                task.run();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail("the server closed the connection");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(String.valueOf(cause.getMessage()));
    }

    /** Closes the lane once nothing is under way on it. Nothing more may be sent. */
    public void closeWhenIdle() {
        if (count == 0) {
            close();
        } else {
            loop.startTicking(nowNs -> {
                if (count == 0) {
                    close();
                }
                return state != State.CLOSED;
            });
        }
    }

    /** Closes the lane without complaint; handlers still waiting are told. */
    public void close() {
        fail("closed by the proxy");
    }

    /** Closes the lane because of {@code reason}; every handler still waiting is told. */
    public void fail(String reason) {
        if (state == State.CLOSED) {
            return;
        }
        boolean maybeSent = state == State.READY;
        leftUnanswered = maybeSent && count > 0;
        state = State.CLOSED;
        ReferenceCountUtil.release(loginReply);
        loginReply = null;
        batch.drop();
        for (ByteBuf bytes = beforeReady.poll(); bytes != null; bytes = beforeReady.poll()) {
            bytes.release();
        }
        Channel ch = channel;
        if (ch != null) {
            ch.close();
        }
        while (count > 0) {
            ReplyHandler handler = waiting[head];
            waiting[head] = null;
            head = (head + 1) & (waiting.length - 1);
            count--;
            if (handler != null) {
                handler.onLost(this, reason, maybeSent);
            }
        }
        owner.onClosed(this, reason);
        wakeWriters();
    }

    /** The connection attempt itself failed. */
    void connectFailed(Throwable cause) {
        fail(String.valueOf(cause.getMessage()));
    }
}
