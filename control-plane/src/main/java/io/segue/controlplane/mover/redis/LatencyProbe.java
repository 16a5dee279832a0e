package io.segue.controlplane.mover.redis;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Feels how fast both sides answer while the first copy is made, and slows the copy down when they get slower: a PING each 10 ms, and
 * of the last twenty the second slowest is compared with what was usual before the copy began. A thread of its own.
 */
final class LatencyProbe implements AutoCloseable {
    private static final long EVERY_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int WINDOW = 20;
    private static final int CALIBRATION = 30;
    /** Slower than this multiple of what is usual counts as slow, but for differences that nobody notices. */
    private static final long FACTOR = 2;

    private static final long UNNOTICED_NS = TimeUnit.MICROSECONDS.toNanos(500);

    private final MoverContext context;
    private final Thread thread;
    private volatile boolean closed;

    LatencyProbe(MoverContext context) {
        this.context = context;
        this.thread = new Thread(this::run, context.threadName("probe"));
        thread.setDaemon(true);
    }

    /** Measures what is usual; the copy should begin only afterwards. Ends early when a server cannot be reached. */
    void start() {
        thread.start();
    }

    private void run() {
        long[] usual = new long[2];
        Backoff backoff = new Backoff();
        while (!closed) {
            try (RedisConnection authority = context.openAuthority(0);
                    RedisConnection follower = context.followerSide().open(0, context.threadName("probe"))) {
                RedisConnection[] sides = {authority, follower};
                for (int side = 0; side < 2; side++) {
                    if (usual[side] == 0) {
                        usual[side] = calibrate(sides[side]);
                    }
                }
                feel(sides, usual);
            } catch (IOException e) {
                backoff.pause();
            }
        }
    }

    private static long calibrate(RedisConnection connection) throws IOException {
        long[] seen = new long[CALIBRATION];
        for (int i = 0; i < CALIBRATION; i++) {
            seen[i] = ping(connection);
        }
        Arrays.sort(seen);
        return seen[CALIBRATION / 2];
    }

    private static long ping(RedisConnection connection) throws IOException {
        long began = System.nanoTime();
        connection.call("PING");
        return System.nanoTime() - began;
    }

    private void feel(RedisConnection[] sides, long[] usual) throws IOException {
        long[][] window = new long[2][WINDOW];
        for (int at = 0; !closed; at++) {
            for (int side = 0; side < 2; side++) {
                window[side][at % WINDOW] = ping(sides[side]);
            }
            if (at >= WINDOW && at % (WINDOW / 4) == 0) {
                context.throttle().felt(slow(window[0], usual[0]) || slow(window[1], usual[1]));
            }
            LockSupport.parkNanos(this, EVERY_NS);
        }
    }

    private static boolean slow(long[] window, long usual) {
        long[] sorted = window.clone();
        Arrays.sort(sorted);
        return sorted[WINDOW - 2] > Math.max(FACTOR * usual, usual + UNNOTICED_NS);
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
