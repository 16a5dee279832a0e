package io.segue.loadtest.redis;

import io.lettuce.core.cluster.SlotHash;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Connections to all nodes of a {@link Store}. {@link #call} follows a cluster's redirections; who pipelines chooses the node with
 * {@link #node} and uses its connection. For one thread, except that {@link #close} may be called by any.
 */
public final class StoreSession implements Closeable {
    private static final int SLOTS = SlotHash.SLOT_COUNT;
    private static final int MOST_REDIRECTIONS = 200;
    private static final long TRY_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final boolean cluster;
    private final List<RespClient> clients = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final short[] owners = new short[SLOTS];

    private StoreSession(boolean cluster) {
        this.cluster = cluster;
    }

    /** A session of one connection, which it takes over. */
    static StoreSession single(RespClient client) {
        StoreSession session = new StoreSession(false);
        session.clients.add(client);
        return session;
    }

    static StoreSession cluster(List<Integer> seeds) throws IOException {
        StoreSession session = new StoreSession(true);
        boolean done = false;
        try {
            session.learn(seeds);
            done = true;
            return session;
        } finally {
            if (!done) {
                session.close();
            }
        }
    }

    /** The slot of a key, 0 to 16383. */
    public static int slot(byte[] key) {
        return SlotHash.getSlot(key);
    }

    /** How many nodes there are, at least 1. */
    public int nodes() {
        return clients.size();
    }

    /** The node that owns a key, as far as is known. */
    public int node(byte[] key) {
        return cluster ? owners[slot(key)] : 0;
    }

    /** The connection to a node, 0 to {@link #nodes}. */
    public RespClient client(int node) {
        return clients.get(node);
    }

    /** The connection to the node that owns a key. */
    public RespClient client(byte[] key) {
        return clients.get(node(key));
    }

    /** Sends what all connections have gathered. */
    public void flush() throws IOException {
        for (RespClient client : clients) {
            client.flush();
        }
    }

    /** Selects a database on every node; a cluster has only 0. */
    public void select(int db) throws IOException {
        if (cluster && db == 0) {
            return;
        }
        for (RespClient client : clients) {
            Resp reply = client.call("SELECT", Integer.toString(db));
            if (reply.isError()) {
                throw new IOException("SELECT " + db + ": " + reply);
            }
        }
    }

    /**
     * Sends a command to the node that owns {@code key} and reads its reply, following MOVED, ASK and TRYAGAIN. Nothing else may be
     * under way.
     */
    public Resp call(byte[] key, byte[]... command) throws IOException {
        Resp reply = client(key).call(command);
        for (int i = 0; cluster && reply instanceof Resp.Failure failure && i < MOST_REDIRECTIONS; i++) {
            String text = failure.text();
            if (text.startsWith("MOVED ")) {
                learn(List.of(portIn(text)));
                reply = client(key).call(command);
            } else if (text.startsWith("ASK ")) {
                RespClient importing = clientAt(portIn(text));
                importing.call("ASKING");
                reply = importing.call(command);
            } else if (text.startsWith("TRYAGAIN")) {
                LockSupport.parkNanos(TRY_AGAIN_NANOS);
                reply = client(key).call(command);
            } else {
                return reply;
            }
        }
        return reply;
    }

    @Override
    public void close() {
        for (RespClient client : List.copyOf(clients)) {
            try {
                client.close();
            } catch (IOException e) {
                // A connection that cannot be closed in order is closed all the same.
            }
        }
    }

    /** Asks the nodes, in turn until one answers, who owns which slots. Connections that exist are kept. */
    private void learn(List<Integer> nodes) throws IOException {
        IOException last = new IOException("a cluster of no nodes");
        for (int port : nodes) {
            try {
                take(clientAt(port).call("CLUSTER", "SLOTS"));
                return;
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    private void take(Resp slots) throws IOException {
        if (slots.isError() || slots.items().isEmpty()) {
            throw new IOException("CLUSTER SLOTS: " + slots + " (expected: ranges of slots)");
        }
        for (Resp range : slots.items()) {
            int port = (int) range.items().get(2).items().get(1).number();
            clientAt(port);
            Arrays.fill(
                    owners,
                    (int) range.items().get(0).number(),
                    (int) range.items().get(1).number() + 1,
                    (short) ports.indexOf(port));
        }
    }

    private RespClient clientAt(int port) throws IOException {
        int known = ports.indexOf(port);
        if (known >= 0) {
            return clients.get(known);
        }
        RespClient client = RespClient.connect(port);
        clients.add(client);
        ports.add(port);
        return client;
    }

    /** The port in {@code MOVED 3999 127.0.0.1:6381}. */
    private static int portIn(String redirection) {
        return Integer.parseInt(redirection.substring(redirection.lastIndexOf(':') + 1));
    }
}
