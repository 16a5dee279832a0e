package io.segue.controlplane.mover.redis;

import io.segue.controlplane.redis.Redis;
import io.segue.controlplane.redis.RedisConnection;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Feels how fast both sides answer while the first copy is made, and slows the copy down when it makes them slower: it PINGs them while the copy
 * works, and again and again, for a moment, while it rests. So slowness that others cause, or that was always there, does not slow the copy down. While
 * it rests, the authority's own count of commands tells whether anybody else is there at all. A thread of its own.
 */
final class LatencyProbe implements AutoCloseable {
    private static final long EVERY_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long EVERY_AT_REST_NS = TimeUnit.MILLISECONDS.toNanos(1);
    /** What was asked for before is answered by then. */
    private static final long CALM_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final long IDLE_NS = TimeUnit.MILLISECONDS.toNanos(10);
    /** PINGs of each side that are looked at together while the copy works. */
    static final int WINDOW = 100;
    /** PINGs of one rest. */
    private static final int REST = 50;
    /** How many rests are looked at together. */
    private static final int RESTS = 4;
    /** Windows of work between two rests: the copy rests for about a twentieth of the time. */
    private static final int WORKING_WINDOWS = 5;
    /** Slower than this multiple counts as slow, but for differences that nobody notices. */
    private static final double FACTOR = 1.5;

    private static final long UNNOTICED_NS = TimeUnit.MICROSECONDS.toNanos(150);
    /** PINGs of a window that may be slow by chance. */
    private static final int CHANCE = 1;
    /** Commands a second at a server up to which nobody is there: what watches it asks now and then. */
    private static final double NOBODY = 30;

    private final MoverContext context;
    private final BooleanSupplier copying;
    private final Thread thread;
    private volatile boolean closed;

    /** Connections to all servers of a side, which are asked in turn. */
    private static final class Side implements Closeable {
        private final List<RedisConnection> servers = new ArrayList<>();
        private final long[] resting = new long[RESTS * REST];
        private final long[] working = new long[WINDOW];
        private int turn;

        long ping() throws IOException {
            RedisConnection server = servers.get(turn++ % servers.size());
            long began = System.nanoTime();
            server.call("PING");
            return System.nanoTime() - began;
        }

        /** Commands that were executed so far. */
        long commands() throws IOException {
            long sum = 0;
            for (RedisConnection server : servers) {
                String count = server.call("INFO", "stats") instanceof byte[] text
                        ? Redis.info(text).getOrDefault("total_commands_processed", "")
                        : "";
                sum += count.matches("\\d{1,18}") ? Long.parseLong(count) : 0;
            }
            return sum;
        }

        boolean slower(int rests) {
            return LatencyProbe.slower(working, Arrays.copyOf(resting, Math.min(rests, RESTS) * REST));
        }

        @Override
        public void close() {
            servers.forEach(RedisConnection::close);
        }
    }

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
            try (Side authority = new Side();
                    Side follower = new Side()) {
                connect(authority, follower);
                feel(authority, follower);
                backoff.reset();
            } catch (IOException e) {
                backoff.pause();
            } finally {
                context.throttle().rest(false);
            }
        }
    }

    private void connect(Side authority, Side follower) throws IOException {
        for (int shard = 0; shard < context.authoritySide().nodes().size(); shard++) {
            authority.servers.add(context.openAuthority(shard));
        }
        RedisSide to = context.followerSide();
        for (int node = 0; node < to.nodes().size(); node++) {
            follower.servers.add(to.open(node, context.threadName("probe")));
        }
    }

    private void feel(Side authority, Side follower) throws IOException {
        for (int rest = 0; needed(); rest++) {
            boolean alone = rest(authority, follower, rest % RESTS * REST);
            context.throttle().alone(alone);
            context.throttle().rest(false);
            for (int i = 0; i < WORKING_WINDOWS && needed(); i++) {
                measure(authority.working, follower.working, 0, WINDOW, authority, follower, EVERY_NS);
                if (!alone) {
                    context.throttle().felt(authority.slower(rest + 1) || follower.slower(rest + 1));
                }
            }
        }
    }

    /** Measures while the copy rests; says whether nobody else uses the authority. */
    private boolean rest(Side authority, Side follower, int from) throws IOException {
        context.throttle().rest(true);
        LockSupport.parkNanos(this, CALM_NS);
        long began = System.nanoTime();
        long before = authority.commands();
        measure(authority.resting, follower.resting, from, REST, authority, follower, EVERY_AT_REST_NS);
        int servers = authority.servers.size();
        long others = authority.commands() - before - REST - servers;
        return others / ((System.nanoTime() - began) / 1e9) < NOBODY * servers;
    }

    private void measure(
            long[] ofAuthority, long[] ofFollower, int from, int count, Side authority, Side follower, long everyNs)
            throws IOException {
        for (int at = from; at < from + count && !closed; at++) {
            ofAuthority[at] = authority.ping();
            ofFollower[at] = follower.ping();
            LockSupport.parkNanos(this, everyNs);
        }
    }

    /**
     * Whether the copy makes a side slower: more of its answers than by chance take clearly longer than nearly all at rest.
     *
     * @param working nanoseconds of each PING while the copy worked
     * @param resting the same while it rested
     */
    static boolean slower(long[] working, long[] resting) {
        long usual = sorted(resting)[resting.length - 1 - resting.length / 100];
        long limit = Math.max((long) (FACTOR * usual), usual + UNNOTICED_NS);
        return sorted(working)[working.length - 1 - CHANCE] > limit;
    }

    private static long[] sorted(long[] window) {
        long[] sorted = window.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
