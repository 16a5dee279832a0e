package io.segue.loadtest.mover;

import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a server says of a key, by other commands than the mover uses, in a form that can be compared.
 *
 * @param text type and value; bytes as ISO-8859-1
 * @param times delivery times of pending entries, milliseconds since the Unix epoch
 * @param expiry milliseconds since the Unix epoch; -1 for never, -2 for no such key
 */
record ValueDescription(String text, List<Long> times, long expiry) {
    private static final Set<String> NOT_OF_THE_VALUE =
            Set.of("radix-tree-keys", "radix-tree-nodes", "seen-time", "active-time", "lag");
    private static final Set<String> COUNTERS =
            Set.of("entries-added", "max-deleted-entry-id", "recorded-first-entry-id", "entries-read");

    /** @param counters whether to tell the counters of streams that Redis has since 7.0 */
    static ValueDescription of(RespClient client, byte[] key, boolean counters) throws IOException {
        List<Long> times = new ArrayList<>();
        String type = call(client, "TYPE", key).text();
        String text =
                switch (type) {
                    case "string" -> latin(call(client, "GET", key).bytes());
                    case "list" ->
                        latin(call(client, "LRANGE", key, "0", "-1").items()).toString();
                    case "set" ->
                        new TreeSet<>(latin(call(client, "SMEMBERS", key).items())).toString();
                    case "zset" ->
                        scores(latin(call(client, "ZRANGE", key, "0", "-1", "WITHSCORES")
                                .items()));
                    case "hash" -> pairs(latin(call(client, "HGETALL", key).items()));
                    case "stream" -> {
                        client.send(bytes("XINFO"), bytes("STREAM"), key, bytes("FULL"), bytes("COUNT"), bytes("0"));
                        client.flush();
                        yield stream(client.read(), counters, times);
                    }
                    default -> "";
                };
        return new ValueDescription(type + ' ' + text, times, expiry(client, key));
    }

    /** Whether the other one says the same, times within {@code toleranceMs}. */
    boolean matches(ValueDescription other, long toleranceMs) {
        boolean same = text.equals(other.text)
                && times.size() == other.times.size()
                && (expiry < 0) == (other.expiry < 0)
                && Math.abs(expiry - other.expiry) <= toleranceMs;
        for (int i = 0; same && i < times.size(); i++) {
            same = Math.abs(times.get(i) - other.times.get(i)) <= toleranceMs;
        }
        return same;
    }

    @Override
    public String toString() {
        String shown = text.length() > 2_000 ? text.substring(0, 2_000) + "… #" + text.hashCode() : text;
        return shown + " times " + times + " expiry " + expiry;
    }

    private static long expiry(RespClient client, byte[] key) throws IOException {
        client.call("MULTI");
        call(client, "PTTL", key);
        client.call("TIME");
        List<Resp> replies = client.call("EXEC").items();
        long left = replies.get(0).number();
        List<Resp> time = replies.get(1).items();
        return left < 0 ? left : time.get(0).number() * 1_000 + time.get(1).number() / 1_000 + left;
    }

    /** As numbers: Redis 7.0 makes a zero of a minus zero in a small sorted set, 7.2 writes the shortest text. */
    private static String scores(List<String> items) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            String score = items.get(i + 1).replace("inf", "Infinity");
            all.append(items.get(i))
                    .append('=')
                    .append(Double.parseDouble(score) + 0.0)
                    .append(' ');
        }
        return all.toString();
    }

    private static String pairs(List<String> items) {
        TreeMap<String, String> sorted = new TreeMap<>();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            sorted.put(items.get(i), items.get(i + 1));
        }
        return sorted.toString();
    }

    /** Maps are told apart from lists by their first word. */
    private static String stream(Resp reply, boolean counters, List<Long> times) {
        if (!(reply instanceof Resp.Aggregate)) {
            return reply instanceof Resp.Bulk bulk ? latin(bulk.bytes()) : reply.text();
        }
        List<Resp> items = reply.items();
        String first = items.isEmpty() ? "" : items.get(0).text();
        StringBuilder all = new StringBuilder("[");
        if (first.equals("length") || first.equals("name")) {
            for (int i = 0; i + 1 < items.size(); i += 2) {
                String name = items.get(i).text();
                if (!NOT_OF_THE_VALUE.contains(name) && (counters || !COUNTERS.contains(name))) {
                    String value = name.equals("pending") && items.get(i + 1) instanceof Resp.Aggregate
                            ? pending(items.get(i + 1).items(), times)
                            : stream(items.get(i + 1), counters, times);
                    all.append(name).append('=').append(value).append(' ');
                }
            }
        } else {
            items.forEach(item -> all.append(stream(item, counters, times)).append(' '));
        }
        return all.append(']').toString();
    }

    /** A group's entries are id, consumer, time, count; a consumer's are id, time, count. */
    private static String pending(List<Resp> entries, List<Long> times) {
        StringBuilder all = new StringBuilder();
        for (Resp entry : entries) {
            List<Resp> facts = new ArrayList<>(entry.items());
            times.add(facts.remove(facts.size() - 2).number());
            all.append(facts).append(' ');
        }
        return all.toString();
    }

    private static List<String> latin(List<Resp> items) {
        return items.stream()
                .map(item -> item instanceof Resp.Bulk bulk ? latin(bulk.bytes()) : item.text())
                .toList();
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Resp call(RespClient client, String command, byte[] key, String... more) throws IOException {
        byte[][] words = new byte[2 + more.length][];
        words[0] = bytes(command);
        words[1] = key;
        for (int i = 0; i < more.length; i++) {
            words[2 + i] = bytes(more[i]);
        }
        return client.call(words);
    }
}
