package io.segue.controlplane.mover.redis.psync;

import io.segue.controlplane.redis.RedisConnection;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Brings the spool to disk and tells the source what is there, ten times a second, on a thread of its own. It has the sending half of the
 * connection for itself. When something fails it ends the connection.
 */
final class Acknowledger implements Closeable {
    private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final RedisConnection connection;
    private final StreamSpool spool;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition end = lock.newCondition();
    private boolean ended;
    private @Nullable IOException failure;

    Acknowledger(String name, RedisConnection connection, StreamSpool spool) {
        this.connection = connection;
        this.spool = spool;
        thread = new Thread(this::work, name + "-ack");
        thread.setDaemon(true);
        thread.start();
    }

    private void work() {
        try {
            do {
                connection.send("REPLCONF", "ACK", Long.toString(spool.sync()));
                connection.flush();
            } while (!endsWithin(PERIOD_NS));
        } catch (IOException e) {
            lock.lock();
            try {
                failure = e;
            } finally {
                lock.unlock();
            }
            connection.close();
        }
    }

    private boolean endsWithin(long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (!ended && left > 0) {
                left = end.awaitNanos(left);
            }
            return ended;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** What went wrong here; null: nothing. */
    @Nullable
    IOException failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the thread, which may be in the middle of a write for as long as the connection lives; so that one is to be closed before. */
    @Override
    public void close() {
        lock.lock();
        try {
            ended = true;
            end.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
