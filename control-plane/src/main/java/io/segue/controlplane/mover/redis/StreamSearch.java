package io.segue.controlplane.mover.redis;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;

/**
 * Looks for the streams that stand at a shard of the authority, for a mover whose first copy does not come by all of them: one that was started
 * again, or has none. To be started once the feed is up: a stream that is made later is named by it. A thread of its own.
 */
final class StreamSearch implements Runnable, AutoCloseable {
    private final MoverContext context;
    private final int shard;
    private final Streams known;
    private final Thread thread;
    private volatile boolean closed;

    StreamSearch(MoverContext context, int shard, Streams known) {
        this.context = context;
        this.shard = shard;
        this.known = known;
        this.thread = new Thread(this, context.threadName("streams-" + shard));
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public void run() {
        Backoff backoff = new Backoff();
        while (!closed && !known.isListed()) {
            try (RedisConnection connection = context.openAuthority(shard)) {
                KeyScan.run(connection, context.databases(), true, () -> closed, known::add, "TYPE", "stream");
                known.listed();
            } catch (IOException e) {
                if (!closed) {
                    context.trouble(e);
                    backoff.pause();
                }
            }
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
