package io.segue.controlplane.mover.redis.verify;

import io.segue.controlplane.mover.redis.verify.VerifyContext.Side;
import io.segue.controlplane.redis.Redis;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisError;
import io.segue.controlplane.redis.RedisErrorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The connections to all servers of one side, one database selected, and what these servers can do. For one thread. */
final class SideLink implements AutoCloseable {
    private static final String NO_KEY = VerifyContext.TEMPORARY + "none";

    private final VerifyContext context;
    private final Connections connections;
    private final Side side;
    private final List<RedisConnection> shards = new ArrayList<>();
    private final boolean absolute;
    private final boolean sizes;

    SideLink(VerifyContext context, Connections connections, Side side, int db) throws IOException {
        this.context = context;
        this.connections = connections;
        this.side = side;
        boolean opened = false;
        try {
            for (int i = 0; i < context.shards(side); i++) {
                int shard = i;
                shards.add(connections.open(() -> context.open(side, shard, db)));
            }
            absolute = all("PEXPIRETIME", NO_KEY);
            sizes = all("MEMORY", "USAGE", NO_KEY);
            opened = true;
        } finally {
            if (!opened) {
                close();
            }
        }
    }

    /** Whether every server lets us use a command. */
    private boolean all(String... command) throws IOException {
        for (RedisConnection shard : shards) {
            shard.send(command);
            shard.flush();
            if (shard.read() instanceof RedisError error && Commands.unusable(error)) {
                return false;
            }
        }
        return true;
    }

    int count() {
        return shards.size();
    }

    RedisConnection shard(int shard) {
        return shards.get(shard);
    }

    /** Which server holds a key. */
    int shardOf(Keys keys, int i) {
        return shards.size() == 1 ? 0 : context.shardOf(side, keys.key(i));
    }

    RedisConnection of(Keys keys, int i) {
        return shards.get(shardOf(keys, i));
    }

    /** Whether moments of expiry can be asked for; else only the time that is left. */
    boolean absolute() {
        return absolute;
    }

    /** Whether {@code MEMORY USAGE} can be asked for. */
    boolean sizes() {
        return sizes;
    }

    void flush() throws IOException {
        for (RedisConnection shard : shards) {
            shard.flush();
        }
    }

    /** Gathers what {@link #readSizes} reads. */
    void sendSizes(Keys keys) throws IOException {
        for (int i = 0; sizes && i < keys.count(); i++) {
            Commands.send(of(keys, i), Commands.MEMORY_USAGE, keys, i);
        }
    }

    /** Bytes that the values take, about; -1 for no such key; 0 where the server does not tell. */
    void readSizes(Keys keys, long[] target) throws IOException {
        for (int i = 0; i < keys.count(); i++) {
            target[i] = sizes ? size(of(keys, i)) : 0;
        }
    }

    private static long size(RedisConnection from) throws IOException {
        Object reply = from.read();
        if (reply instanceof RedisError error) {
            throw new RedisErrorException("MEMORY", error);
        }
        return reply instanceof Long size ? size : -1;
    }

    /** The types of some keys; {@code "none"} where there is no key. */
    String[] types(Keys keys) throws IOException {
        for (int i = 0; i < keys.count(); i++) {
            Commands.send(of(keys, i), Commands.TYPE, keys, i);
        }
        flush();
        String[] types = new String[keys.count()];
        for (int i = 0; i < types.length; i++) {
            Object reply = of(keys, i).read();
            if (reply instanceof RedisError error) {
                throw new RedisErrorException("TYPE", error);
            }
            types[i] = reply instanceof byte[] type ? new String(type, StandardCharsets.UTF_8) : "none";
        }
        return types;
    }

    /** Keys in the database of one server, those among them that have run out and are not removed yet. */
    long keys(int shard) throws IOException {
        return shards.get(shard).call("DBSIZE") instanceof Long count ? count : 0;
    }

    /** What tells one run of a server from another; empty if it does not say. A cursor of SCAN means nothing to another run. */
    String run(int shard) throws IOException {
        try {
            Map<String, String> facts =
                    shards.get(shard).call("INFO", "server") instanceof byte[] reply ? Redis.info(reply) : Map.of();
            return facts.getOrDefault("run_id", "");
        } catch (RedisErrorException e) {
            return "";
        }
    }

    /** The moment by a server's clock, milliseconds since the Unix epoch. */
    long now(int shard) throws IOException {
        RedisConnection connection = shards.get(shard);
        connection.send("TIME");
        connection.flush();
        return readTime(connection);
    }

    /** Reads the reply to TIME. */
    static long readTime(RedisConnection from) throws IOException {
        if (from.array() != 2 || !(from.read() instanceof byte[] seconds) || !(from.read() instanceof byte[] micros)) {
            throw new IOException("TIME gave something that is not a time");
        }
        return Long.parseLong(new String(seconds, StandardCharsets.US_ASCII)) * 1_000
                + Long.parseLong(new String(micros, StandardCharsets.US_ASCII)) / 1_000;
    }

    @Override
    public void close() {
        shards.forEach(connections::close);
    }
}
