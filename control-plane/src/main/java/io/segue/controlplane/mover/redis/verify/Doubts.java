package io.segue.controlplane.mover.redis.verify;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keys on their way from the sweep to the {@link Examiner}. Bounded: a sweep that doubts everything waits. Thread-safe. */
final class Doubts {
    private static final int MOST = 8_192;

    private final BlockingQueue<Doubt> queue = new ArrayBlockingQueue<>(MOST);
    private volatile boolean complete;

    void add(int db, byte[] key) throws InterruptedException {
        queue.put(new Doubt(db, key));
    }

    /** Nothing more will be added. */
    void complete() {
        complete = true;
    }

    /** Whether nothing more will ever come. */
    boolean exhausted() {
        return complete && queue.isEmpty();
    }

    /** The next one; null if none comes within the time. */
    @Nullable
    Doubt poll(long nanos) throws InterruptedException {
        return queue.poll(nanos, TimeUnit.NANOSECONDS);
    }

    /** A key that was not equal when the sweep came by. */
    @SuppressWarnings("ArrayRecordComponent") // A carrier; nobody compares it.
    record Doubt(int db, byte[] key) {}
}
