package io.segue.loadtest.switchover;

import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Writes one key directly on a server, past all proxies, about once in a millisecond. */
final class DirectWriter implements AutoCloseable {
    static final String KEY = "written:directly";

    private final RespClient client;
    private final Thread thread = new Thread(this::run, "direct-writer");
    private volatile boolean stopped;
    private volatile long written;

    DirectWriter(RedisServer server) throws IOException {
        client = server.connect();
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!stopped) {
                long next = written + 1;
                client.call("SET", KEY, Long.toString(next));
                written = next;
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(500));
            }
        } catch (IOException e) {
            stopped = true;
        }
    }

    /** How many writes were acknowledged. */
    long written() {
        return written;
    }

    void stop() throws InterruptedException {
        stopped = true;
        thread.join();
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        client.close();
    }
}
