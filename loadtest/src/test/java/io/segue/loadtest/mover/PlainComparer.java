package io.segue.loadtest.mover;

import io.segue.controlplane.mover.redis.verify.KeyComparer;
import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Compares a key by reading all of it, the plain way. */
final class PlainComparer implements KeyComparer {
    private final RedisConnection ours;
    private final RedisConnection theirs;
    private final AtomicLong compared;

    PlainComparer(RedisConnection ours, RedisConnection theirs, AtomicLong compared) {
        this.ours = ours;
        this.theirs = theirs;
        this.compared = compared;
    }

    @Override
    public boolean same(byte[] key) throws IOException {
        compared.incrementAndGet();
        return Objects.equals(value(ours, key), value(theirs, key));
    }

    private static List<String> value(RedisConnection from, byte[] key) throws IOException {
        String type = text(call(from, "TYPE", key));
        List<String> value = new ArrayList<>(List.of(type));
        switch (type) {
            case "string" -> value.add(text(call(from, "GET", key)));
            case "hash" -> value.addAll(pairs(call(from, "HGETALL", key)));
            case "set" ->
                value.addAll(
                        texts(call(from, "SMEMBERS", key)).stream().sorted().toList());
            case "list" -> value.addAll(texts(call(from, "LRANGE", key, "0", "-1")));
            case "zset" -> value.addAll(texts(call(from, "ZRANGE", key, "0", "-1", "WITHSCORES")));
            case "stream" -> value.addAll(texts(call(from, "XRANGE", key, "-", "+")));
            default -> {}
        }
        return value;
    }

    private static @Nullable Object call(RedisConnection to, String command, byte[] key, String... more)
            throws IOException {
        to.begin(2 + more.length).arg(command).arg(key);
        for (String argument : more) {
            to.arg(argument);
        }
        to.flush();
        return to.read();
    }

    private static List<String> pairs(@Nullable Object reply) {
        List<String> flat = texts(reply);
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            pairs.add(flat.get(i) + "=" + flat.get(i + 1));
        }
        pairs.sort(null);
        return pairs;
    }

    private static List<String> texts(@Nullable Object reply) {
        return reply instanceof List<?> items
                ? items.stream().map(PlainComparer::text).toList()
                : List.of(text(reply));
    }

    private static String text(@Nullable Object reply) {
        return reply instanceof byte[] bytes
                ? new String(bytes, StandardCharsets.ISO_8859_1)
                : reply instanceof List<?> ? texts(reply).toString() : String.valueOf(reply);
    }

    @Override
    public void close() {
        ours.close();
        theirs.close();
    }
}
