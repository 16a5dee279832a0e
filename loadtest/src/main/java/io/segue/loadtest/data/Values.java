package io.segue.loadtest.data;

import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads whole values by type, and says how two of them differ. */
final class Values {
    private static final byte[] HLL_MAGIC = "HYLL".getBytes(StandardCharsets.US_ASCII);
    private static final int HLL_CACHE_FROM = 8;
    private static final int HLL_CACHE_TO = 16;

    private Values() {}

    /** The command that reads all of a value of this type. A type of a module is read as its serialised form. */
    static byte[][] read(String type, byte[] key) {
        return switch (type) {
            case "string" -> command(key, "GET");
            case "list" -> command(key, "LRANGE", "0", "-1");
            case "set" -> command(key, "SMEMBERS");
            case "zset" -> command(key, "ZRANGE", "0", "-1", "WITHSCORES");
            case "hash" -> command(key, "HGETALL");
            case "stream" ->
                new byte[][] {ascii("XINFO"), ascii("STREAM"), key, ascii("FULL"), ascii("COUNT"), ascii("0")};
            default -> command(key, "DUMP");
        };
    }

    /**
     * How two replies to {@link #read} differ; null if they do not.
     *
     * @param entriesRead whether the count of entries that a group has read matters
     */
    static @Nullable String difference(String type, Resp one, Resp other, boolean entriesRead) {
        if (one.isError() || other.isError() || one.isNil() || other.isNil()) {
            return one.equals(other) && one.isNil() ? null : brief(one) + " <> " + brief(other);
        }
        if (type.equals("stream")) {
            return StreamState.difference(StreamState.of(one, entriesRead), StreamState.of(other, entriesRead));
        }
        if (one.equals(other)) {
            return null;
        }
        return switch (type) {
            case "string" -> string(one.bytes(), other.bytes());
            case "set" -> set(one.items(), other.items());
            case "zset" -> map("member", scores(one.items()), scores(other.items()));
            case "hash" -> map("field", fields(one.items()), fields(other.items()));
            case "list" -> list(0, one.items(), other.items());
            default -> brief(one) + " <> " + brief(other);
        };
    }

    /** How two strings differ; null also for HyperLogLogs that differ only in the estimate that a server remembers in them. */
    static @Nullable String string(byte[] one, byte[] other) {
        int at = Arrays.mismatch(one, other);
        if (at < 0) {
            return null;
        }
        if (at >= HLL_CACHE_FROM
                && at < HLL_CACHE_TO
                && one.length >= HLL_CACHE_TO
                && other.length >= HLL_CACHE_TO
                && Arrays.equals(one, 0, HLL_MAGIC.length, HLL_MAGIC, 0, HLL_MAGIC.length)
                && Arrays.equals(one, HLL_CACHE_TO, one.length, other, HLL_CACHE_TO, other.length)) {
            return null;
        }
        return one.length + " bytes " + Difference.printable(one) + " <> " + other.length + " bytes "
                + Difference.printable(other) + ", first at byte " + at;
    }

    /** How two lists differ, whose first elements have index {@code first}. */
    static @Nullable String list(long first, List<Resp> one, List<Resp> other) {
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            if (!one.get(i).equals(other.get(i))) {
                return "element " + (first + i) + ": " + brief(one.get(i)) + " <> " + brief(other.get(i));
            }
        }
        return one.size() == other.size() ? null : (first + one.size()) + " elements <> " + (first + other.size());
    }

    private static @Nullable String set(List<Resp> one, List<Resp> other) {
        Set<Resp> there = new HashSet<>(other);
        for (Resp member : one) {
            if (!there.contains(member)) {
                return "member " + brief(member) + " only here; " + one.size() + " members <> " + other.size();
            }
        }
        return one.size() == other.size() ? null : one.size() + " members <> " + other.size();
    }

    private static <V> @Nullable String map(String word, Map<Resp, V> one, Map<Resp, V> other) {
        for (Map.Entry<Resp, V> entry : one.entrySet()) {
            V value = other.get(entry.getKey());
            if (!entry.getValue().equals(value)) {
                return word + " " + brief(entry.getKey()) + ": " + brief(entry.getValue()) + " <> " + brief(value);
            }
        }
        return one.size() == other.size() ? null : one.size() + " " + word + "s <> " + other.size();
    }

    private static Map<Resp, Resp> fields(List<Resp> items) {
        Map<Resp, Resp> fields = new HashMap<>();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            fields.put(items.get(i), items.get(i + 1));
        }
        return fields;
    }

    private static Map<Resp, Double> scores(List<Resp> items) {
        Map<Resp, Double> scores = new HashMap<>();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            scores.put(items.get(i), score(items.get(i + 1)));
        }
        return scores;
    }

    /** A score as a number, because servers of different versions spell the same one differently. Both zeros are one. */
    static Double score(Resp text) {
        return switch (text.text()) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text.text()) + 0.0;
        };
    }

    /** A command whose second word is the key. */
    static byte[][] command(byte[] key, String name, String... more) {
        byte[][] words = new byte[2 + more.length][];
        words[0] = ascii(name);
        words[1] = key;
        for (int i = 0; i < more.length; i++) {
            words[2 + i] = ascii(more[i]);
        }
        return words;
    }

    static byte[] ascii(String text) {
        return RespClient.bytes(text)[0];
    }

    /** A reply, or part of one, in few words. */
    static String brief(@Nullable Object value) {
        if (value instanceof Resp.Bulk bulk) {
            return Difference.printable(bulk.bytes());
        }
        String text = Objects.toString(value, "(none)");
        return text.length() > 120 ? text.substring(0, 120) + "…" : text;
    }
}
