package io.segue.loadtest.mover.psync;

import io.segue.controlplane.mover.redis.psync.LinkListener;
import io.segue.controlplane.mover.redis.psync.Position;
import io.segue.controlplane.mover.redis.psync.Snapshot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Notes what a link tells, and lets a test wait for it. */
final class Recorder implements LinkListener {
    private static final long LIMIT_NS = Duration.ofSeconds(20).toNanos();

    private static final long LOOK_NS = Duration.ofMillis(5).toNanos();

    private final List<String> events = new ArrayList<>();
    private Position position = new Position(0, -1, 0);
    private int toldAtPosition;
    private Snapshot snapshot;

    @Override
    public synchronized void fullResync(Snapshot coming) {
        snapshot = coming;
        add("full");
    }

    @Override
    public void continued(String replid, boolean failover) {
        add(failover ? "failover" : "continued");
    }

    @Override
    public void change(int db, byte[] key) {
        add("key " + db + " " + new String(key, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void everything(String reason) {
        add("everything " + reason);
    }

    @Override
    public void functions() {
        add("functions");
    }

    @Override
    public synchronized void position(Position now) {
        position = now;
        toldAtPosition = events.size();
        notifyAll();
    }

    @Override
    public void ghosts(long from, long to) {
        add("ghosts");
    }

    @Override
    public void lost(String reason) {
        add("lost " + reason);
    }

    @Override
    public void failed(String reason) {
        add("failed " + reason);
    }

    private synchronized void add(String event) {
        events.add(event);
        notifyAll();
    }

    /** What has been told since the last call. */
    synchronized List<String> take() {
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    /** All that has been told. */
    synchronized List<String> events() {
        return List.copyOf(events);
    }

    synchronized Position position() {
        return position;
    }

    /** How many of {@link #events} came before {@link #position}. */
    synchronized int toldAtPosition() {
        return toldAtPosition;
    }

    /** The last snapshot, once there is one. */
    synchronized Snapshot snapshot() {
        await("a snapshot", r -> r.snapshot != null);
        return snapshot;
    }

    /** Waits for an event that begins so. */
    void awaitEvent(String start) {
        await(start, r -> r.events.stream().anyMatch(e -> e.startsWith(start)));
    }

    /** Waits until all up to {@code offset} has been named. */
    void awaitOffset(long offset) {
        await("offset " + offset, r -> r.position.offset() >= offset);
    }

    synchronized void await(String what, Predicate<Recorder> condition) {
        long deadline = System.nanoTime() + LIMIT_NS;
        while (!condition.test(this)) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("waited in vain for " + what + "; position " + position + "; told: "
                        + events.subList(Math.max(0, events.size() - 50), events.size()));
            }
            try {
                // Not only what is told: conditions may look at servers too.
                TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, LOOK_NS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", e);
            }
        }
    }
}
