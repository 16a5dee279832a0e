package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.MoverFactory.Epochs;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisErrorException;
import io.segue.core.movement.Admission;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sees to it that one mover only writes the follower, as {@link Admission} says. Every connection tells its movement, epoch and lane by its name; a
 * new one first asks the store whether a later mover was made, and then ends all connections that are older: those of earlier movers, and those of
 * its own lane that it has lost and that may still have something to be executed on the way. It sees that they are gone before it writes. A mover
 * that learns of a later one gives up.
 */
final class Fence {
    private static final String PREFIX = "segue-mover:";
    private static final Pattern CLIENT = Pattern.compile("\\bid=(\\d+) .*?\\bname=(\\S*)");
    private static final int MOST_ROUNDS = 50;

    private final String movement;
    private final long epoch;
    private final Epochs epochs;
    /** Connections that are in use, by "node/id". */
    private final Set<String> live = ConcurrentHashMap.newKeySet();

    /**
     * @param movement stays the same when a mover is replaced: no colon, no blank
     * @param epoch of this mover
     * @param epochs tells the latest
     */
    Fence(String movement, long epoch, Epochs epochs) {
        this.movement = movement;
        this.epoch = epoch;
        this.epochs = epochs;
    }

    /** What the connections of a lane are called. */
    String name(String lane) {
        return PREFIX + movement + ":" + epoch + ":" + lane;
    }

    /**
     * Opens a connection to a server of the follower, and ends those that must not write any more.
     *
     * @throws SupersededException there is a later mover
     */
    RedisConnection open(RedisSide follower, int node, String lane) throws IOException, SupersededException {
        RedisConnection connection = follower.open(node, name(lane));
        try {
            long own = id(connection);
            Admission state = Admission.CONNECTED.after(Admission.Event.NAMED);
            state = state.after(isLatest());
            live.removeIf(entry -> entry.startsWith(lane + "/" + node + "/"));
            live.add(lane + "/" + node + "/" + own);
            for (int round = 0; !state.mayWrite(); round++) {
                if (round > MOST_ROUNDS) {
                    throw new IOException("connections of an earlier mover do not end (CLIENT KILL)");
                }
                state = state.after(endOlder(connection, node, lane));
            }
            return connection;
        } catch (IOException | SupersededException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private Admission.Event isLatest() throws IOException, SupersededException {
        long latest = epochs.latest();
        if (latest > epoch) {
            throw superseded(latest, "was made");
        }
        return Admission.Event.EPOCH_CURRENT;
    }

    private SupersededException superseded(long by, String how) {
        return new SupersededException("mover " + by + " of this movement " + how + " (this one is " + epoch + ")");
    }

    private static long id(RedisConnection connection) throws IOException {
        if (connection.call("CLIENT", "ID") instanceof Long id) {
            return id;
        }
        throw new IOException("CLIENT ID: an unexpected reply");
    }

    private Admission.Event endOlder(RedisConnection connection, int node, String lane)
            throws IOException, SupersededException {
        List<String> older = new ArrayList<>();
        if (!(connection.call("CLIENT", "LIST") instanceof byte[] list)) {
            throw new IOException("CLIENT LIST: an unexpected reply");
        }
        Matcher clients = CLIENT.matcher("");
        for (String line : new String(list, StandardCharsets.UTF_8).split("\n", -1)) {
            if (clients.reset(line).find() && mustEnd(clients.group(2), clients.group(1), node, lane)) {
                older.add(clients.group(1));
            }
        }
        for (String id : older) {
            try {
                connection.call("CLIENT", "KILL", "ID", id);
            } catch (RedisErrorException e) {
                throw new IOException("the connections of an earlier mover cannot be ended: " + e.getMessage(), e);
            }
        }
        return older.isEmpty() ? Admission.Event.NONE_OLDER : Admission.Event.OLDER_LISTED;
    }

    private boolean mustEnd(String name, String id, int node, String lane) throws SupersededException {
        String[] parts = name.split(":", 4);
        if (parts.length != 4
                || !name.startsWith(PREFIX)
                || !parts[1].equals(movement)
                || !parts[2].matches("\\d{1,18}")) {
            return false;
        }
        long theirs = Long.parseLong(parts[2]);
        if (theirs > epoch) {
            throw superseded(theirs, "is at work");
        }
        return theirs < epoch || (parts[3].equals(lane) && !live.contains(lane + "/" + node + "/" + id));
    }
}
