package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.redis.psync.RdbValue;
import io.segue.controlplane.mover.redis.value.PlainString;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisError;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * What one lane writes to the follower: RESTOREs, UNLINKs and, for small strings, SETs and MSETs, which cost the server less; pipelined, one connection
 * to each server, each key's in the order in which they were asked for. Confined to the lane's thread.
 */
final class FollowerLink implements Closeable {
    /** Unacknowledged writes at which the next one waits. */
    private static final int MOST_PENDING = 4_096;

    private static final long MOST_PENDING_BYTES = 32L * 1024 * 1024;
    private static final byte[] RESTORE = {'R', 'E', 'S', 'T', 'O', 'R', 'E'};
    private static final byte[] REPLACE = {'R', 'E', 'P', 'L', 'A', 'C', 'E'};
    private static final byte[] ABSTTL = {'A', 'B', 'S', 'T', 'T', 'L'};
    private static final byte[] ZERO = {'0'};
    private static final byte[] SET = {'S', 'E', 'T'};
    private static final byte[] MSET = {'M', 'S', 'E', 'T'};
    private static final byte[] PXAT = {'P', 'X', 'A', 'T'};
    /** Strings of one MSET: what others wait for it. */
    private static final int MOST_AT_ONCE = 64;

    /** Is told how each write ended. */
    interface Acknowledged {
        void written(Item item) throws IOException;

        void refused(Item item, RedisError error) throws IOException;

        /** It was not written, and nothing is wrong with it: it must be asked for again. */
        void again(Item item);
    }

    /** One server. {@link #ASIDE} among the pending stands for a command that writes no key. */
    private static final class Node {
        final RedisConnection connection;
        final ArrayDeque<Item> pending = new ArrayDeque<>();
        /** Strings for the next MSET: the last ones of {@link #pending}. */
        final PlainBatch batch = new PlainBatch(MOST_AT_ONCE);
        /** How many keys each SET or MSET has that is under way. */
        final ArrayDeque<Integer> sets = new ArrayDeque<>();

        int db;
        long bytes;

        Node(RedisConnection connection) {
            this.connection = connection;
        }
    }

    private static final Item ASIDE = Item.of(new byte[0], new Item.Page(0, ""));

    private final RedisSide side;
    private final Databases databases;
    private final List<Node> nodes = new ArrayList<>();
    private final Acknowledged acknowledged;
    /** One MSET may have keys of one slot only. */
    private final boolean together;

    private final boolean knowsMoment;
    private boolean plain = true;

    /** @param connections fenced, one for each server of {@code side} */
    FollowerLink(RedisSide side, Databases databases, List<RedisConnection> connections, Acknowledged acknowledged) {
        this.side = side;
        this.databases = databases;
        this.acknowledged = acknowledged;
        this.together = !side.cluster();
        this.knowsMoment = side.facts().atLeast(6, 2) || side.facts().valkey();
        connections.forEach(connection -> nodes.add(new Node(connection)));
    }

    private Node node(Item item) throws IOException {
        Node node = nodes.get(side.nodeOf(item.key));
        int db = databases.atFollower(item.db);
        if (node.db != db) {
            send(node);
            node.connection.begin(2).arg("SELECT").arg(db);
            node.pending.add(ASIDE);
            node.db = db;
        }
        if (node.pending.size() >= MOST_PENDING || node.bytes >= MOST_PENDING_BYTES) {
            send(node);
            node.connection.flush();
            while (node.pending.size() > MOST_PENDING / 2 || node.bytes > MOST_PENDING_BYTES / 2) {
                acknowledge(node);
            }
        }
        return node;
    }

    /** Whether this link can SET a key, if its value is a {@link PlainString}. */
    boolean sets(Item item) {
        return plain && (item.expiry < 0 || knowsMoment);
    }

    /** Writes a key with a small string, for which {@link #sets} holds. */
    void set(Item item, PlainString value) throws IOException {
        Node node = node(item);
        item.write = Item.Write.SET;
        item.size = value.length();
        node.bytes += item.size;
        if (together && item.expiry < 0) {
            node.pending.add(item);
            node.batch.add(item.key, value);
            if (node.batch.full()) {
                send(node);
            }
            return;
        }
        send(node);
        node.pending.add(item);
        node.sets.add(1);
        RedisConnection to = node.connection;
        to.begin(item.expiry < 0 ? 3 : 5).arg(SET).arg(item.key).arg(value.bytes(), value.from(), value.length());
        if (item.expiry >= 0) {
            to.arg(PXAT).arg(Math.max(1, item.expiry));
        }
    }

    /** Gathers the MSET of the strings that wait for it: nothing may overtake them. */
    private static void send(Node node) throws IOException {
        int count = node.batch.count();
        if (count > 0) {
            node.sets.add(count);
            node.connection.begin(1 + 2 * count).arg(MSET);
            node.batch.sendTo(node.connection);
        }
    }

    /** Writes a key with the payload of {@code length} bytes that comes next from {@code source}. */
    void restore(Item item, RedisConnection source, long length) throws IOException {
        Node node = beginRestore(item, length);
        source.transfer(length, node.connection);
        endRestore(node);
    }

    /** Writes a key with the payload of a snapshot, marked with the version that the follower knows. */
    void restore(Item item, RdbValue value, int version) throws IOException {
        Node node = beginCommand(item, value.payloadLength());
        value.stream(node.connection, version);
        endCommand(node);
    }

    /** Writes a key with a payload. */
    void restore(Item item, byte[] payload, int length) throws IOException {
        Node node = beginRestore(item, length);
        node.connection.raw(payload, 0, length);
        endRestore(node);
    }

    private Node beginRestore(Item item, long length) throws IOException {
        Node node = beginCommand(item, length);
        node.connection.argHeader(length);
        return node;
    }

    private static void endRestore(Node node) throws IOException {
        node.connection.argEnd();
        endCommand(node);
    }

    /** All before the payload. */
    private Node beginCommand(Item item, long length) throws IOException {
        Node node = node(item);
        send(node);
        boolean expires = item.expiry >= 0;
        RedisConnection to = node.connection;
        to.begin(expires ? 6 : 5).arg(RESTORE).arg(item.key);
        if (expires) {
            // Zero would mean never; a moment that long past is past all the same.
            to.arg(Math.max(1, item.expiry));
        } else {
            to.arg(ZERO);
        }
        item.write = Item.Write.RESTORE;
        item.size = length;
        node.pending.add(item);
        node.bytes += length;
        return node;
    }

    /** All after it. */
    private static void endCommand(Node node) throws IOException {
        node.connection.arg(REPLACE);
        if (node.pending.getLast().expiry >= 0) {
            node.connection.arg(ABSTTL);
        }
    }

    /** Removes a key. */
    void remove(Item item) throws IOException {
        Node node = node(item);
        send(node);
        node.connection.begin(2).arg("UNLINK").arg(item.key);
        item.write = Item.Write.REMOVE;
        item.size = 0;
        node.pending.add(item);
    }

    /** Asks every server whether it is still there, and waits for all that is under way. */
    void ping() throws IOException {
        for (Node node : nodes) {
            send(node);
            node.connection.begin(1).arg("PING");
            node.pending.add(ASIDE);
        }
        collectAll();
    }

    /** Sends what is gathered and takes the acknowledgements that are here. */
    void collect() throws IOException {
        for (Node node : nodes) {
            send(node);
            node.connection.flush();
            while (!node.pending.isEmpty() && node.connection.ready()) {
                acknowledge(node);
            }
        }
    }

    /** Sends what is gathered and waits until all of it is acknowledged. */
    void collectAll() throws IOException {
        for (Node node : nodes) {
            send(node);
            node.connection.flush();
            while (!node.pending.isEmpty()) {
                acknowledge(node);
            }
        }
    }

    /** Whether something is not acknowledged. */
    boolean busy() {
        for (Node node : nodes) {
            if (!node.pending.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    @SuppressWarnings("ReferenceEquality") // The mark is that one object.
    private void acknowledge(Node node) throws IOException {
        Item item = node.pending.element();
        if (item.write == Item.Write.SET) {
            acknowledgeSet(node);
            return;
        }
        boolean done =
                item.write == Item.Write.REMOVE ? node.connection.integer() != Long.MIN_VALUE : node.connection.ok();
        node.pending.remove();
        if (item == ASIDE) {
            if (!done) {
                throw new IOException("SELECT or PING at the follower: "
                        + node.connection.lastError().text());
            }
            return;
        }
        if (item.write == Item.Write.RESTORE) {
            node.bytes -= item.size;
        }
        if (done) {
            acknowledged.written(item);
        } else {
            acknowledged.refused(item, node.connection.lastError());
        }
    }

    private void acknowledgeSet(Node node) throws IOException {
        boolean done = node.connection.ok();
        RedisError error = node.connection.lastError();
        int count = node.sets.remove();
        for (int i = 0; i < count; i++) {
            Item item = node.pending.remove();
            node.bytes -= item.size;
            if (done) {
                acknowledged.written(item);
            } else if (count == 1 && !error.is("NOPERM")) {
                acknowledged.refused(item, error);
            } else {
                // Which of them it was is not told, nor whether RESTORE is permitted where this is not: one by one,
                // then.
                plain = false;
                acknowledged.again(item);
            }
        }
    }

    /** What is not acknowledged. */
    List<Item> pending() {
        List<Item> pending = new ArrayList<>();
        for (Node node : nodes) {
            node.pending.stream().filter(item -> item.write != Item.Write.NONE).forEach(pending::add);
        }
        return pending;
    }

    @Override
    public void close() {
        nodes.forEach(node -> node.connection.close());
    }
}
