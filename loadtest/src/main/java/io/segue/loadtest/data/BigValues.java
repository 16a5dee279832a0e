package io.segue.loadtest.data;

import static io.segue.loadtest.data.Values.ascii;
import static io.segue.loadtest.data.Values.brief;
import static io.segue.loadtest.data.Values.command;

import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Compares big values in pieces, so that memory stays bounded however big they are. Collections without an order are walked on the
 * first side and looked up on the second; equal sizes make that complete. For one thread.
 */
final class BigValues {
    private static final int PIECE_BYTES = 1 << 20;
    private static final int MOST_ITEMS = 1000;
    private static final long HLL_BYTES = 16 * 1024;

    private final RespClient one;
    private final RespClient other;
    private final boolean entriesRead;

    BigValues(RespClient one, RespClient other, boolean entriesRead) {
        this.one = one;
        this.other = other;
        this.entriesRead = entriesRead;
    }

    /**
     * How the values of {@code key} differ; null if they do not.
     *
     * @param bytes about how big the value is
     */
    @Nullable
    String difference(String type, byte[] key, long bytes) throws IOException {
        return switch (type) {
            case "string" -> string(key);
            case "list" -> list(key, bytes);
            case "set" -> collection(key, bytes, "SCARD", "SSCAN", 1, "SMISMEMBER");
            case "hash" -> collection(key, bytes, "HLEN", "HSCAN", 2, "HMGET");
            case "zset" -> collection(key, bytes, "ZCARD", "ZSCAN", 2, "ZMSCORE");
            case "stream" -> stream(key, bytes);
            default ->
                Values.difference(type, one.call(command(key, "DUMP")), other.call(command(key, "DUMP")), entriesRead);
        };
    }

    private @Nullable String string(byte[] key) throws IOException {
        long length = size("STRLEN", key);
        long there = other.call(command(key, "STRLEN")).number();
        if (length != there) {
            return length + " bytes <> " + there;
        }
        if (length <= HLL_BYTES) {
            return Values.difference(
                    "string", one.call(command(key, "GET")), other.call(command(key, "GET")), entriesRead);
        }
        for (long from = 0; from < length; from += PIECE_BYTES) {
            byte[][] piece = command(key, "GETRANGE", Long.toString(from), Long.toString(from + PIECE_BYTES - 1));
            Pair pair = both(piece);
            if (!pair.equal()) {
                return length + " bytes, unlike from byte " + from + " on: "
                        + Values.difference("string", pair.one, pair.other, entriesRead);
            }
        }
        return null;
    }

    private @Nullable String list(byte[] key, long bytes) throws IOException {
        long length = size("LLEN", key);
        long there = other.call(command(key, "LLEN")).number();
        if (length != there) {
            return length + " elements <> " + there;
        }
        int step = items(bytes, length);
        for (long from = 0; from < length; from += step) {
            Pair pair = both(command(key, "LRANGE", Long.toString(from), Long.toString(from + step - 1)));
            if (!pair.equal()) {
                return Values.list(from, pair.one.items(), pair.other.items());
            }
        }
        return null;
    }

    private @Nullable String collection(
            byte[] key, long bytes, String sizeName, String scanName, int itemLength, String lookup)
            throws IOException {
        long size = size(sizeName, key);
        long there = other.call(command(key, sizeName)).number();
        if (size != there) {
            return size + " items <> " + there;
        }
        String count = Integer.toString(items(bytes, size));
        String cursor = "0";
        do {
            List<Resp> page =
                    one.call(command(key, scanName, cursor, "COUNT", count)).items();
            cursor = page.get(0).text();
            String found = lookup(key, page.get(1).items(), itemLength, lookup);
            if (found != null) {
                return found;
            }
        } while (!cursor.equals("0"));
        return null;
    }

    private @Nullable String lookup(byte[] key, List<Resp> items, int itemLength, String lookup) throws IOException {
        if (items.isEmpty()) {
            return null;
        }
        List<byte[]> words = new ArrayList<>(List.of(ascii(lookup), key));
        for (int i = 0; i < items.size(); i += itemLength) {
            words.add(items.get(i).bytes());
        }
        List<Resp> found = other.call(words.toArray(byte[][]::new)).items();
        for (int i = 0; i < found.size(); i++) {
            Resp there = found.get(i);
            boolean same =
                    switch (lookup) {
                        case "SMISMEMBER" -> there.number() == 1;
                        case "ZMSCORE" ->
                            !there.isNil() && Values.score(items.get(2 * i + 1)).equals(Values.score(there));
                        default -> there.equals(items.get(2 * i + 1));
                    };
            if (!same) {
                Resp item = items.get(i * itemLength);
                String here = itemLength == 1 ? "present" : brief(items.get(2 * i + 1));
                return "item " + brief(item) + ": " + here + " <> " + brief(there);
            }
        }
        return null;
    }

    private @Nullable String stream(byte[] key, long bytes) throws IOException {
        byte[][] info = {ascii("XINFO"), ascii("STREAM"), key};
        Pair pair = both(info);
        if (pair.one.isError() || pair.other.isError()) {
            return Values.difference("stream", pair.one, pair.other, entriesRead);
        }
        Map<String, Resp> fields = StreamState.fields(pair.one);
        String found = StreamState.facts(
                "",
                StreamState.only(fields, StreamState.FACTS),
                StreamState.only(StreamState.fields(pair.other), StreamState.FACTS));
        if (found != null) {
            return found;
        }
        Resp length = fields.get("length");
        String count = Integer.toString(items(bytes, length == null ? 0 : length.number()));
        found = pages("stream element ", count, from -> command(key, "XRANGE", from, "+", "COUNT", count));
        return found != null ? found : groups(key);
    }

    private @Nullable String groups(byte[] key) throws IOException {
        Pair pair = both(new byte[][] {ascii("XINFO"), ascii("GROUPS"), key});
        Map<String, Map<String, String>> here = byName(pair.one);
        Map<String, Map<String, String>> there = byName(pair.other);
        if (!here.keySet().equals(there.keySet())) {
            return "groups " + here.keySet() + " <> " + there.keySet();
        }
        for (Resp group : pair.one.items()) {
            Resp nameReply = StreamState.fields(group).get("name");
            byte[] name = nameReply == null ? new byte[0] : nameReply.bytes();
            String label = "group " + Difference.printable(name) + ": ";
            String text = nameReply == null ? "" : nameReply.text();
            String found =
                    StreamState.facts(label, here.getOrDefault(text, Map.of()), there.getOrDefault(text, Map.of()));
            if (found == null) {
                found = consumers(label, key, name);
            }
            if (found == null) {
                String count = Integer.toString(MOST_ITEMS);
                found = pages(label + "pending ", count, from ->
                        new byte[][] {ascii("XPENDING"), key, name, ascii(from), ascii("+"), ascii(count)});
            }
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private @Nullable String consumers(String label, byte[] key, byte[] group) throws IOException {
        Pair pair = both(new byte[][] {ascii("XINFO"), ascii("CONSUMERS"), key, group});
        Map<String, Map<String, String>> here = byName(pair.one);
        Map<String, Map<String, String>> there = byName(pair.other);
        return here.keySet().equals(there.keySet())
                ? null
                : label + "consumers " + here.keySet() + " <> " + there.keySet();
    }

    private Map<String, Map<String, String>> byName(Resp list) {
        Map<String, Map<String, String>> byName = new TreeMap<>();
        for (Resp item : list.items()) {
            Map<String, Resp> fields = StreamState.fields(item);
            Resp name = fields.get("name");
            byName.put(name == null ? "" : name.text(), StreamState.only(fields, StreamState.groupFacts(entriesRead)));
        }
        return byName;
    }

    /** A command that gives items from an id on, each with its id first. */
    private interface Paged {
        byte[][] from(String id);
    }

    private @Nullable String pages(String label, String count, Paged command) throws IOException {
        String from = "-";
        while (true) {
            Pair pair = both(command.from(from));
            if (pair.one.isError() || pair.other.isError()) {
                return label + brief(pair.one) + " <> " + brief(pair.other);
            }
            List<Resp> here =
                    pair.one.items().stream().map(BigValues::withoutTime).toList();
            List<Resp> there =
                    pair.other.items().stream().map(BigValues::withoutTime).toList();
            String found = Values.list(0, here, there);
            if (found != null) {
                return label + "from " + from + " on, " + found;
            }
            if (here.size() < Integer.parseInt(count)) {
                return null;
            }
            from = "(" + here.get(here.size() - 1).items().get(0).text();
        }
    }

    /** An entry of XPENDING has four parts, of which the third is the time since the last delivery; an entry of XRANGE has two. */
    private static Resp withoutTime(Resp entry) {
        List<Resp> parts = entry.items();
        return parts.size() == 4 ? new Resp.Aggregate('*', List.of(parts.get(0), parts.get(1), parts.get(3))) : entry;
    }

    private long size(String name, byte[] key) throws IOException {
        return one.call(command(key, name)).number();
    }

    /** How many items make a piece. */
    private static int items(long bytes, long items) {
        long average = Math.max(1, bytes / Math.max(1, items));
        return (int) Math.max(1, Math.min(MOST_ITEMS, PIECE_BYTES / average));
    }

    private Pair both(byte[][] command) throws IOException {
        one.send(command);
        one.flush();
        other.send(command);
        other.flush();
        return new Pair(one.read(), other.read());
    }

    private record Pair(Resp one, Resp other) {
        boolean equal() {
            return one.equals(other);
        }
    }
}
