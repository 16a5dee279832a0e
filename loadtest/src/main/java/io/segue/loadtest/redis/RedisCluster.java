package io.segue.loadtest.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A Redis Cluster of masters only, each a {@link RedisServer} on the loopback address. The slots are spread evenly. Not thread-safe, except
 * that {@link #close} may be called from a shutdown hook, and each {@link StoreSession} belongs to the thread that opened it.
 */
public final class RedisCluster implements AutoCloseable, Store {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final int SLOTS = 16_384;
    private static final int MIGRATE_BATCH = 100;
    private static final String MIGRATE_TIMEOUT_MS = "10000";
    private static final int PORT_TRIES = 5;

    private final List<RedisServer> nodes;

    private RedisCluster(List<RedisServer> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    /** A cluster of so many masters, of the preferred program of this machine. */
    public static RedisCluster start(int masters) {
        return start(masters, RedisBinaries.find().preferred());
    }

    /**
     * Starts the masters, joins them and waits until each says that the cluster is complete.
     *
     * @param masters at least 1
     * @param config lines of redis.conf for each, "maxmemory 100mb"
     * @throws IllegalStateException if it does not come about within 30 s
     */
    public static RedisCluster start(int masters, RedisBinary binary, String... config) {
        List<RedisServer> started = new ArrayList<>();
        boolean up = false;
        try {
            for (int i = 0; i < masters; i++) {
                started.add(startNode(binary, config));
            }
            RedisCluster cluster = new RedisCluster(started);
            cluster.join();
            up = true;
            return cluster;
        } finally {
            if (!up) {
                started.forEach(RedisServer::close);
            }
        }
    }

    private static RedisServer startNode(RedisBinary binary, String... config) {
        for (int attempt = 1; ; attempt++) {
            RedisServer.Builder builder = RedisServer.builder()
                    .binary(binary)
                    .port(FreePorts.forCluster(1).get(0))
                    .config("cluster-enabled yes")
                    .config("cluster-config-file nodes.conf")
                    .config("cluster-node-timeout 5000");
            for (String line : config) {
                builder.config(line);
            }
            try {
                return builder.start();
            } catch (RedisServer.StartFailedException e) {
                // Somebody was faster with the free port, or with that of the bus.
                if (attempt == PORT_TRIES || !String.valueOf(e.getMessage()).contains("in use")) {
                    throw e;
                }
            }
        }
    }

    private void join() {
        int count = nodes.size();
        for (int i = 0; i < count; i++) {
            int first = i * SLOTS / count;
            int end = (i + 1) * SLOTS / count;
            List<String> command = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
            for (int slot = first; slot < end; slot++) {
                command.add(Integer.toString(slot));
            }
            expectOk(nodes.get(i), command.toArray(String[]::new));
            expectOk(nodes.get(i), "CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
        }
        for (RedisServer node : nodes.subList(1, count)) {
            expectOk(nodes.get(0), "CLUSTER", "MEET", "127.0.0.1", Integer.toString(node.port()));
        }
        Wait.until(
                "all nodes agreeing on a complete cluster",
                START_TIMEOUT,
                () -> nodes.stream().allMatch(this::isComplete));
    }

    private boolean isComplete(RedisServer node) {
        String info = node.call("CLUSTER", "INFO").text();
        return info.contains("cluster_state:ok")
                && info.contains("cluster_slots_ok:" + SLOTS)
                && info.contains("cluster_size:" + nodes.size())
                && node.call("CLUSTER", "SLOTS").items().size() >= nodes.size();
    }

    /** The masters, in the order of their slots at the start. */
    public List<RedisServer> nodes() {
        return nodes;
    }

    /** Where the masters listen. */
    public List<Integer> ports() {
        return nodes.stream().map(RedisServer::port).toList();
    }

    /** Version of the program. */
    public String version() {
        return nodes.get(0).version();
    }

    @Override
    public boolean isCluster() {
        return true;
    }

    @Override
    public StoreSession open() throws IOException {
        return StoreSession.cluster(ports());
    }

    /** Sends one command, whose key is its second word, to the node that owns the key; on connections of its own. */
    public Resp call(String... command) {
        byte[][] words = RespClient.bytes(command);
        try (StoreSession session = open()) {
            return session.call(words[1], words);
        } catch (IOException e) {
            throw new UncheckedIOException("cluster of ports " + ports(), e);
        }
    }

    /** How many keys all nodes hold together. */
    public long size() {
        return nodes.stream().mapToLong(node -> node.call("DBSIZE").number()).sum();
    }

    /** The index in {@link #nodes} of the node that owns a slot now. */
    public int owner(int slot) {
        for (Resp range : nodes.get(0).call("CLUSTER", "SLOTS").items()) {
            if (range.items().get(0).number() <= slot
                    && slot <= range.items().get(1).number()) {
                return ports().indexOf((int) range.items().get(2).items().get(1).number());
            }
        }
        throw new IllegalStateException("slot " + slot + " has no owner");
    }

    /**
     * Moves a slot with its keys to another node, as redis-cli does: clients see ASK while keys move, and MOVED afterwards.
     *
     * @param to index in {@link #nodes}
     */
    public void moveSlot(int slot, int to) {
        beginMove(slot, to);
        while (moveKeys(slot, to, MIGRATE_BATCH) > 0) {
            // Until none is left.
        }
        endMove(slot, to);
    }

    /** The first step of {@link #moveSlot}: marks the slot at both ends; no key has moved yet. */
    public void beginMove(int slot, int to) {
        int from = owner(slot);
        if (from == to) {
            throw new IllegalArgumentException(
                    "to: " + to + " (expected: another node than the owner of slot " + slot + ")");
        }
        RedisServer source = nodes.get(from);
        RedisServer target = nodes.get(to);
        String number = Integer.toString(slot);
        expectOk(target, "CLUSTER", "SETSLOT", number, "IMPORTING", id(source));
        expectOk(source, "CLUSTER", "SETSLOT", number, "MIGRATING", id(target));
    }

    /** The second step: moves at most {@code most} keys; returns how many were found. */
    public int moveKeys(int slot, int to, int most) {
        RedisServer source = nodes.get(owner(slot));
        try (RespClient client = source.connect()) {
            List<Resp> keys = client.call("CLUSTER", "GETKEYSINSLOT", Integer.toString(slot), Integer.toString(most))
                    .items();
            if (keys.isEmpty()) {
                return 0;
            }
            List<byte[]> command = new ArrayList<>(List.of(RespClient.bytes(
                    "MIGRATE",
                    "127.0.0.1",
                    Integer.toString(nodes.get(to).port()),
                    "",
                    "0",
                    MIGRATE_TIMEOUT_MS,
                    "KEYS")));
            keys.forEach(key -> command.add(key.bytes()));
            Resp reply = client.call(command.toArray(byte[][]::new));
            if (reply.isError()) {
                throw new IllegalStateException("MIGRATE of slot " + slot + ": " + reply);
            }
            return keys.size();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot move keys of slot " + slot, e);
        }
    }

    /** The last step: the new owner is named to all nodes. No key may be left at the old one. */
    public void endMove(int slot, int to) {
        String target = id(nodes.get(to));
        expectOk(nodes.get(to), "CLUSTER", "SETSLOT", Integer.toString(slot), "NODE", target);
        for (RedisServer node : nodes) {
            expectOk(node, "CLUSTER", "SETSLOT", Integer.toString(slot), "NODE", target);
        }
    }

    @Override
    public void close() {
        nodes.forEach(RedisServer::close);
    }

    @Override
    public String toString() {
        return "cluster " + version() + " of ports " + ports();
    }

    private static String id(RedisServer node) {
        return node.call("CLUSTER", "MYID").text();
    }

    private static void expectOk(RedisServer node, String... command) {
        Resp reply = node.call(command);
        if (reply.isError()) {
            throw new IllegalStateException(command[0] + " " + command[1] + " on port " + node.port() + ": " + reply);
        }
    }
}
