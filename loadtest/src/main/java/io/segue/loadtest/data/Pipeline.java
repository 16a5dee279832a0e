package io.segue.loadtest.data;

import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.Store;
import io.segue.loadtest.redis.StoreSession;
import java.io.Closeable;
import java.io.IOException;

/** Sends many commands of which only the success matters, with the replies of some thousand outstanding. For one thread. */
final class Pipeline implements Closeable {
    private static final int MOST = 4_000;
    private static final int KEPT = 2_000;
    private static final long MOST_BYTES = 8 << 20;

    private final StoreSession session;
    private final int[] outstanding;
    private final long[] bytes;
    private long sent;
    private long sentBytes;

    Pipeline(Store store) throws IOException {
        this.session = store.open();
        this.outstanding = new int[session.nodes()];
        this.bytes = new long[session.nodes()];
    }

    StoreSession session() {
        return session;
    }

    /** Sends a command to the node that owns {@code key}. */
    void send(byte[] key, byte[]... command) throws IOException {
        int node = session.node(key);
        session.client(node).send(command);
        outstanding[node]++;
        sent++;
        for (byte[] word : command) {
            bytes[node] += word.length;
            sentBytes += word.length;
        }
        if (outstanding[node] >= MOST || bytes[node] >= MOST_BYTES) {
            session.client(node).flush();
            read(node, bytes[node] >= MOST_BYTES ? 0 : KEPT);
            bytes[node] = 0;
        }
    }

    /** Waits for all replies and selects another database. */
    void select(int db) throws IOException {
        await();
        session.select(db);
    }

    /** Waits for all replies. */
    void await() throws IOException {
        session.flush();
        for (int node = 0; node < outstanding.length; node++) {
            read(node, 0);
            bytes[node] = 0;
        }
    }

    long sent() {
        return sent;
    }

    long sentBytes() {
        return sentBytes;
    }

    private void read(int node, int left) throws IOException {
        while (outstanding[node] > left) {
            Resp reply = session.client(node).read();
            outstanding[node]--;
            if (reply.isError()) {
                throw new IOException("the server refused: " + reply);
            }
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
