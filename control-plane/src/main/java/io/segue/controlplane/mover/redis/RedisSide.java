package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.redis.cluster.KeySlots;
import io.segue.controlplane.redis.Redis;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.proto.v1.ConnectionConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One side of a movement: a server, or the primaries of a cluster and their slots as of one moment. Immutable; {@link #look} again
 * after slots have moved. <a href="https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/">Cluster specification</a>.
 */
final class RedisSide {
    private static final int SLOTS = 16_384;
    private static final int MOST_RANGES = 100_000;

    /** One server. */
    record Node(String host, int port) {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    private final ConnectionConfig config;
    private final Facts facts;
    private final List<Node> nodes;
    private final int[] owner;
    private final Duration timeout;

    private RedisSide(ConnectionConfig config, Facts facts, List<Node> nodes, int[] owner, Duration timeout) {
        this.config = config;
        this.facts = facts;
        this.nodes = nodes;
        this.owner = owner;
        this.timeout = timeout;
    }

    /**
     * Asks the server at {@code config} what it is, and its cluster's layout if it is part of one.
     *
     * @throws IOException it cannot be used; the message says why
     */
    static RedisSide look(ConnectionConfig config, Duration timeout) throws IOException {
        try (RedisConnection connection = Redis.open(config, timeout)) {
            Facts facts = Facts.ask(connection);
            if (!facts.cluster()) {
                List<Node> only = List.of(new Node(config.getHost(), config.getPort()));
                return new RedisSide(config, facts, only, new int[0], timeout);
            }
            return cluster(config, facts, connection.call("CLUSTER", "SLOTS"), timeout);
        }
    }

    private static RedisSide cluster(ConnectionConfig config, Facts facts, @Nullable Object slots, Duration timeout)
            throws IOException {
        List<Node> nodes = new ArrayList<>();
        int[] owner = new int[SLOTS];
        Arrays.fill(owner, -1);
        if (!(slots instanceof List<?> ranges) || ranges.size() > MOST_RANGES) {
            throw new IOException("CLUSTER SLOTS: an unexpected reply");
        }
        for (Object range : ranges) {
            if (!(range instanceof List<?> parts)
                    || parts.size() < 3
                    || !(parts.get(0) instanceof Long from)
                    || !(parts.get(1) instanceof Long to)
                    || !(parts.get(2) instanceof List<?> primary)
                    || primary.size() < 2
                    || !(primary.get(1) instanceof Long port)
                    || from < 0
                    || to >= SLOTS
                    || from > to) {
                throw new IOException("CLUSTER SLOTS: an unexpected reply");
            }
            // A server that does not know its own address tells none.
            String host = primary.get(0) instanceof byte[] text && text.length > 0
                    ? new String(text, StandardCharsets.UTF_8)
                    : config.getHost();
            Node node = new Node(host, port.intValue());
            if (!nodes.contains(node)) {
                nodes.add(node);
            }
            Arrays.fill(owner, from.intValue(), to.intValue() + 1, nodes.indexOf(node));
        }
        for (int slot = 0; slot < SLOTS; slot++) {
            if (owner[slot] < 0) {
                throw new IOException("the cluster does not serve slot " + slot + " (expected: all " + SLOTS + ")");
            }
        }
        return new RedisSide(config, facts, List.copyOf(nodes), owner, timeout);
    }

    /** What the server that was asked is. */
    Facts facts() {
        return facts;
    }

    boolean cluster() {
        return owner.length > 0;
    }

    /** The servers that hold keys: one, or a cluster's primaries. */
    List<Node> nodes() {
        return nodes;
    }

    /** Where a key belongs: an index into {@link #nodes}. */
    int nodeOf(byte[] key) {
        return cluster() ? owner[KeySlots.slotOf(key)] : 0;
    }

    /** Whether two looks have shown the same layout. */
    boolean sameLayout(RedisSide other) {
        return nodes.equals(other.nodes) && Arrays.equals(owner, other.owner);
    }

    /** The database that the endpoint names. */
    int database() {
        return config.getDb();
    }

    /** How to reach one of the servers, with passwords. */
    ConnectionConfig config(int node) {
        Node at = nodes.get(node);
        return config.toBuilder().setHost(at.host()).setPort(at.port()).build();
    }

    /** A new connection to one of the servers; {@code name} is shown in its CLIENT LIST. */
    RedisConnection open(int node, String name) throws IOException {
        RedisConnection connection = Redis.open(config(node), timeout);
        try {
            connection.call("CLIENT", "SETNAME", name);
            return connection;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public String toString() {
        return cluster() ? "the cluster at " + nodes.get(0) : nodes.get(0).toString();
    }
}
