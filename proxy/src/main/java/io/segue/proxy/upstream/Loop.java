package io.segue.proxy.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What everything on one event loop shares: a clock read once per read event, one flush per loop cycle, and a tick for
 * deadlines that runs only while something waits. Confined to its event loop.
 */
public final class Loop {
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

    /** A buffer for a moment's use up to this size is kept for the next use. */
    private static final int SCRATCH_LIMIT = 1 << 20;

    /** Distance of two ticks; the resolution of every deadline on the request path. */
    public static final long TICK_MS = 5;

    /** Frames up to this many bytes are copied into one write buffer, longer ones are passed on by reference. */
    public static final int COPY_LIMIT = 2048;

    private final int index;
    private final EventLoop executor;
    private final ByteBufAllocator alloc;
    private final List<Flushable> dirty = new ArrayList<>();
    private final List<Ticking> ticking = new ArrayList<>();
    private final Runnable flushTask = this::flushAll;
    private final Runnable tickTask = this::tick;
    private byte[] scratch = new byte[512];
    private long nowNs = System.nanoTime();
    private boolean flushScheduled;
    private boolean tickScheduled;

    /**
     * @param index number of this loop among the proxy's loops, from 0
     * @param executor the event loop
     */
    public Loop(int index, EventLoop executor, ByteBufAllocator alloc) {
        this.index = index;
        this.executor = executor;
        this.alloc = alloc;
    }

    /** Something that gathers writes and wants them flushed at the end of the loop's cycle. */
    public interface Flushable {
        void flush();
    }

    /** Something with deadlines. */
    public interface Ticking {
        /** Looks at its deadlines; false: nothing waits any more, no more ticks until asked for again. */
        boolean tick(long nowNs);
    }

    /** Number of this loop. */
    public int index() {
        return index;
    }

    /** The event loop itself. */
    public EventLoop executor() {
        return executor;
    }

    public ByteBufAllocator alloc() {
        return alloc;
    }

    /** Reads the clock; called once at the start of every read event. */
    public void touch() {
        nowNs = System.nanoTime();
    }

    /** {@link System#nanoTime()} as of the last {@link #touch}. */
    public long nowNs() {
        return nowNs;
    }

    /** Flushes {@code flushable} once, after every event of this cycle has been handled. Call once per cycle. */
    public void flushLater(Flushable flushable) {
        dirty.add(flushable);
        if (!flushScheduled) {
            flushScheduled = true;
            executor.execute(flushTask);
        }
    }

    /** Asks for ticks until {@link Ticking#tick} says no. Call only while not already ticking. */
    public void startTicking(Ticking something) {
        ticking.add(something);
        scheduleTick();
    }

    /** A buffer for a moment's use; its content does not outlive the current call. */
    public byte[] scratch(int length) {
        if (length > SCRATCH_LIMIT) {
            return new byte[length];
        }
        if (scratch.length < length) {
            scratch = new byte[Math.max(length, scratch.length * 2)];
        }
        return scratch;
    }

    /** A copy of a short frame, or a reference to a long one. The caller owns it. */
    public ByteBuf keep(ByteBuf in, int start, int length) {
        return length <= COPY_LIMIT
                ? alloc.buffer(length).writeBytes(in, start, length)
                : in.retainedSlice(start, length);
    }

    /** A message that comes in pieces: {@code have} (null: nothing yet) with {@code in[from, to)} behind it. The caller owns it. */
    public ByteBuf append(@Nullable ByteBuf have, ByteBuf in, int from, int to) {
        ByteBuf all = have == null ? alloc.buffer(to - from) : have;
        return all.writeBytes(in, from, to - from);
    }

    private void flushAll() {
        flushScheduled = false;
        // A flush may make others dirty; they are appended and flushed in the same sweep.
        for (int i = 0; i < dirty.size(); i++) {
            try {
                dirty.get(i).flush();
            } catch (RuntimeException e) {
                LOG.error("a flush failed", e);
            }
        }
        dirty.clear();
    }

    private void scheduleTick() {
        if (!tickScheduled) {
            tickScheduled = true;
            executor.schedule(tickTask, TICK_MS, TimeUnit.MILLISECONDS);
        }
    }

    /** One faulty deadline must not stop those of everybody else on the loop. */
    private boolean ticks(Ticking something) {
        try {
            return something.tick(nowNs);
        } catch (RuntimeException e) {
            LOG.error("a deadline failed", e);
            return true;
        }
    }

    private void tick() {
        tickScheduled = false;
        touch();
        // A deadline that passes may start others ticking: those are appended and stay.
        int kept = 0;
        int count = ticking.size();
        for (int i = 0; i < count; i++) {
            Ticking something = ticking.get(i);
            if (ticks(something)) {
                ticking.set(kept++, something);
            }
        }
        if (kept < count) {
            ticking.subList(kept, count).clear();
        }
        if (!ticking.isEmpty()) {
            scheduleTick();
        }
    }
}
