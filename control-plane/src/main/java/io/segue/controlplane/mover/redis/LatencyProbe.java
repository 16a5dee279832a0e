package io.segue.controlplane.mover.redis;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Feels how fast both sides answer while the first copy is made, and slows the copy down when it makes them slower: it PINGs them while the copy
 * works, and again and again, for a moment, while it rests. So slowness that others cause, or that was always there, does not slow the copy down. A
 * thread of its own.
 */
final class LatencyProbe implements AutoCloseable {
    private static final long EVERY_NS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long EVERY_AT_REST_NS = TimeUnit.MILLISECONDS.toNanos(1);
    /** What was asked for before is answered by then. */
    private static final long CALM_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final long IDLE_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** PINGs that are looked at together. */
    static final int WINDOW = 20;
    /** Windows of work between two rests: the copy rests for about a twentieth of the time. */
    private static final int WORKING_WINDOWS = 8;
    /** Slower than this multiple counts as slow, but for differences that nobody notices. */
    private static final double FACTOR = 1.5;

    private static final long UNNOTICED_NS = TimeUnit.MICROSECONDS.toNanos(300);

    private final MoverContext context;
    private final BooleanSupplier copying;
    private final Thread thread;
    private volatile boolean closed;

    /** @param copying whether the first copy is being made; otherwise nothing is measured */
    LatencyProbe(MoverContext context, BooleanSupplier copying) {
        this.context = context;
        this.copying = copying;
        this.thread = new Thread(this::run, context.threadName("probe"));
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private boolean needed() {
        return !closed
                && copying.getAsBoolean()
                && context.throttle().ceilings().adaptive()
                && !context.paused();
    }

    private void run() {
        Backoff backoff = new Backoff();
        while (!closed) {
            if (!needed()) {
                LockSupport.parkNanos(this, IDLE_NS);
                continue;
            }
            try (RedisConnection authority = context.openAuthority(0);
                    RedisConnection follower = context.followerSide().open(0, context.threadName("probe"))) {
                feel(authority, follower);
                backoff.reset();
            } catch (IOException e) {
                backoff.pause();
            } finally {
                context.throttle().rest(false);
            }
        }
    }

    private void feel(RedisConnection authority, RedisConnection follower) throws IOException {
        long[][] resting = new long[2][WINDOW];
        long[][] working = new long[2][WINDOW];
        while (needed()) {
            context.throttle().rest(true);
            LockSupport.parkNanos(this, CALM_NS);
            measure(authority, follower, resting, EVERY_AT_REST_NS);
            context.throttle().rest(false);
            for (int i = 0; i < WORKING_WINDOWS && needed(); i++) {
                measure(authority, follower, working, EVERY_NS);
                context.throttle().felt(slower(working[0], resting[0]) || slower(working[1], resting[1]));
            }
        }
    }

    private void measure(RedisConnection authority, RedisConnection follower, long[][] window, long everyNs)
            throws IOException {
        for (int at = 0; at < WINDOW && !closed; at++) {
            window[0][at] = ping(authority);
            window[1][at] = ping(follower);
            LockSupport.parkNanos(this, everyNs);
        }
    }

    private static long ping(RedisConnection connection) throws IOException {
        long began = System.nanoTime();
        connection.call("PING");
        return System.nanoTime() - began;
    }

    /**
     * Whether the copy makes a side slower: compares the second slowest of each, for the slowest may be chance.
     *
     * @param working nanoseconds of each PING while the copy worked
     * @param resting the same while it rested
     */
    static boolean slower(long[] working, long[] resting) {
        long usual = secondSlowest(resting);
        return secondSlowest(working) > Math.max((long) (FACTOR * usual), usual + UNNOTICED_NS);
    }

    private static long secondSlowest(long[] window) {
        long[] sorted = window.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length - 2];
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
