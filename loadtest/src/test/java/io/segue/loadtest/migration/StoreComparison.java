package io.segue.loadtest.migration;

import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compares all that two servers hold: databases, keys, types, values by type, moments of expiry. Nobody may write meanwhile. */
final class StoreComparison {
    private static final long EXPIRY_TOLERANCE_MS = 5;
    private static final int MOST = 20;
    private static final Pattern DATABASE = Pattern.compile("^db(\\d+):", Pattern.MULTILINE);

    private StoreComparison() {}

    /** One line for each difference, at most {@value #MOST}. */
    static List<String> differences(RespClient one, RespClient other) throws IOException {
        Set<String> databases = new TreeSet<>(databases(one));
        databases.addAll(databases(other));
        List<String> found = new ArrayList<>();
        for (String db : databases) {
            one.call("SELECT", db);
            other.call("SELECT", db);
            Set<String> keys = new TreeSet<>(keys(one));
            keys.addAll(keys(other));
            for (String key : keys) {
                compare(db, key, one, other, found);
                if (found.size() >= MOST) {
                    return found;
                }
            }
        }
        return found;
    }

    private static void compare(String db, String key, RespClient one, RespClient other, List<String> found)
            throws IOException {
        String ours = describe(one, key);
        String theirs = describe(other, key);
        if (!ours.equals(theirs)) {
            found.add("db " + db + " key " + key + ": " + ours + " <> " + theirs);
        }
        long expiry = expiry(one, key);
        long there = expiry(other, key);
        if ((expiry < 0) != (there < 0) || Math.abs(expiry - there) > EXPIRY_TOLERANCE_MS) {
            found.add("db " + db + " key " + key + " ends at " + expiry + " <> " + there);
        }
    }

    private static Set<String> databases(RespClient client) throws IOException {
        Set<String> found = new TreeSet<>();
        Matcher lines = DATABASE.matcher(client.call("INFO", "keyspace").text());
        while (lines.find()) {
            found.add(lines.group(1));
        }
        return found;
    }

    private static List<String> keys(RespClient client) throws IOException {
        return client.call("KEYS", "*").items().stream().map(Resp::text).toList();
    }

    /** Milliseconds since the epoch by the server's clock, -1 for never; on servers that cannot say, from the time that is left. */
    private static long expiry(RespClient client, String key) throws IOException {
        client.call("MULTI");
        client.call("PTTL", key);
        client.call("TIME");
        List<Resp> replies = client.call("EXEC").items();
        long left = replies.get(0).number();
        List<Resp> time = replies.get(1).items();
        return left < 0 ? -1 : time.get(0).number() * 1000 + (time.get(1).number() + 500) / 1000 + left;
    }

    private static String describe(RespClient client, String key) throws IOException {
        String type = client.call("TYPE", key).text();
        return type + " "
                + switch (type) {
                    case "string" -> client.call("GET", key).text();
                    case "list" -> client.call("LRANGE", key, "0", "-1").text();
                    case "set" ->
                        new TreeSet<>(client.call("SMEMBERS", key).items().stream()
                                        .map(Resp::text)
                                        .toList())
                                .toString();
                    case "zset" ->
                        client.call("ZRANGE", key, "0", "-1", "WITHSCORES").text();
                    case "hash" -> hash(client.call("HGETALL", key).items());
                    case "stream" -> stream(client, key);
                    default -> "";
                };
    }

    private static String hash(List<Resp> items) {
        TreeMap<String, String> fields = new TreeMap<>();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            fields.put(items.get(i).text(), items.get(i + 1).text());
        }
        return fields.toString();
    }

    private static String stream(RespClient client, String key) throws IOException {
        StringBuilder all =
                new StringBuilder(client.call("XRANGE", key, "-", "+").text());
        all.append(" last ").append(field(client.call("XINFO", "STREAM", key).items(), "last-generated-id"));
        for (Resp group : client.call("XINFO", "GROUPS", key).items()) {
            String name = field(group.items(), "name");
            all.append(" group ").append(name).append(" at ").append(field(group.items(), "last-delivered-id"));
            for (Resp pending :
                    client.call("XPENDING", key, name, "-", "+", "1000").items()) {
                all.append(' ').append(pending.items().subList(0, 2));
            }
        }
        return all.toString();
    }

    private static String field(List<Resp> items, String name) {
        for (int i = 0; i + 1 < items.size(); i += 2) {
            if (items.get(i).text().equals(name)) {
                return items.get(i + 1).text();
            }
        }
        return "";
    }
}
