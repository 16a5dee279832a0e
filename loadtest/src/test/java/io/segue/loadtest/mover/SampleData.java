package io.segue.loadtest.mover;

import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisError;
import io.segue.loadtest.redis.RedisServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Keys of all types, the same on every server that is filled with them. */
final class SampleData {
    /** Far enough away, and the same everywhere. */
    static final long EXPIRY = System.currentTimeMillis() + 3_600_000;

    private static final int PIPELINE = 1_000;

    private SampleData() {}

    /** Puts keys {@code from} to {@code to} into database {@code db} of a server. */
    static void fill(RedisServer server, int db, int from, int to) throws IOException {
        try (RedisConnection connection = ToyMover.connect(server)) {
            connection.call("SELECT", Integer.toString(db));
            List<String[]> commands = new ArrayList<>();
            for (int i = from; i < to; i++) {
                commands.add(create(i));
                if (i % 10 < 3) {
                    commands.add(new String[] {"PEXPIREAT", key(i), Long.toString(EXPIRY + i)});
                }
                if (commands.size() >= PIPELINE || i == to - 1) {
                    send(connection, commands);
                    commands.clear();
                }
            }
        }
    }

    private static void send(RedisConnection connection, List<String[]> commands) throws IOException {
        for (String[] command : commands) {
            connection.send(command);
        }
        connection.flush();
        for (String[] command : commands) {
            if (connection.read() instanceof RedisError error) {
                throw new IOException(String.join(" ", command) + ": " + error.text());
            }
        }
    }

    static String key(int i) {
        return "key:" + i;
    }

    /** What type key {@code i} has, as TYPE names it. */
    static String type(int i) {
        return switch (i / 10 % 8) {
            case 0 -> "hash";
            case 1 -> "list";
            case 2 -> "set";
            case 3 -> "zset";
            case 4 -> i / 10 % 16 == 4 ? "stream" : "string";
            default -> "string";
        };
    }

    private static String[] create(int i) {
        int size = i % 97 == 0 ? 300 : 1 + i % 7;
        return switch (type(i)) {
            case "hash" -> with("HSET", i, size, n -> List.of("field" + n, "value" + n + i));
            case "list" -> with("RPUSH", i, size, n -> List.of("item" + n + i));
            case "set" -> with("SADD", i, size, n -> List.of(i % 2 == 0 ? Integer.toString(n + i) : "member" + n + i));
            case "zset" -> with("ZADD", i, size, n -> List.of(Integer.toString(n * i), "member" + n));
            case "stream" -> new String[] {"XADD", key(i), "1-" + (i + 1), "field", "value" + i};
            default -> new String[] {"SET", key(i), "value of key " + i + " ".repeat(i % 50)};
        };
    }

    private static String[] with(String command, int i, int size, Part part) {
        List<String> words = new ArrayList<>(List.of(command, key(i)));
        for (int n = 0; n < size; n++) {
            words.addAll(part.of(n));
        }
        return words.toArray(String[]::new);
    }

    /** One element of a value. */
    private interface Part {
        List<String> of(int n);
    }
}
