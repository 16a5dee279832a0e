package io.segue.controlplane.mover.redis.value;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What XINFO STREAM says, without the entries that it shows.
 *
 * @param length entries that are there
 * @param last the last id that was given
 * @param entriesAdded how many entries there ever were; {@link #UNTOLD} before Redis 7.0
 * @param maxDeleted the highest id that was deleted; zero before Redis 7.0
 */
record StreamFacts(long length, StreamId last, long entriesAdded, StreamId maxDeleted) {
    /** The server does not say. */
    static final long UNTOLD = -2;

    /** Whether the server keeps the counters of Redis 7.0. */
    boolean counts() {
        return entriesAdded != UNTOLD;
    }

    static StreamFacts read(Pipe pipe, byte[] key) throws IOException, Abort {
        pipe.begin(3).arg("XINFO").arg("STREAM").arg(key);
        Map<String, Object> facts = facts(pipe.connection(), pipe.array());
        return new StreamFacts(
                Pipe.number(facts.get("length")),
                StreamId.of(Pipe.text(facts.get("last-generated-id"))),
                facts.containsKey("entries-added") ? Pipe.number(facts.get("entries-added")) : UNTOLD,
                facts.containsKey("max-deleted-entry-id")
                        ? StreamId.of(Pipe.text(facts.get("max-deleted-entry-id")))
                        : StreamId.ZERO);
    }

    /**
     * A consumer group.
     *
     * @param last id that was delivered last
     * @param entriesRead how many entries it has read; -1 if it does not know; {@link #UNTOLD} before Redis 7.0
     */
    @SuppressWarnings("ArrayRecordComponent") // A carrier; nobody compares it.
    record Group(byte[] name, StreamId last, long entriesRead) {}

    static List<Group> groups(Pipe pipe, byte[] key) throws IOException, Abort {
        pipe.begin(3).arg("XINFO").arg("GROUPS").arg(key);
        List<Group> groups = new ArrayList<>();
        for (long left = pipe.array(); left > 0; left--) {
            Map<String, Object> facts = facts(pipe.connection(), Bulks.items(pipe.connection()));
            long read = !facts.containsKey("last-delivered-id") || !facts.containsKey("entries-read")
                    ? UNTOLD
                    : facts.get("entries-read") instanceof Long number ? number : -1;
            groups.add(new Group(
                    Pipe.bytes(facts.get("name")), StreamId.of(Pipe.text(facts.get("last-delivered-id"))), read));
        }
        return groups;
    }

    /** The names of a group's consumers. */
    static List<byte[]> consumers(Pipe pipe, byte[] key, byte[] group) throws IOException, Abort {
        pipe.begin(4).arg("XINFO").arg("CONSUMERS").arg(key).arg(group);
        List<byte[]> names = new ArrayList<>();
        for (long left = pipe.array(); left > 0; left--) {
            names.add(Pipe.bytes(
                    facts(pipe.connection(), Bulks.items(pipe.connection())).get("name")));
        }
        return names;
    }

    /** Facts with values that are not arrays; those that are can be of any size, and are dropped. */
    private static Map<String, Object> facts(RedisConnection connection, long items) throws IOException {
        Map<String, Object> facts = new HashMap<>();
        for (long i = 0; i + 1 < items; i += 2) {
            String name = Bulks.text(connection);
            if (name.equals("first-entry") || name.equals("last-entry")) {
                connection.drop();
            } else {
                facts.put(name, orAbsent(connection.read()));
            }
        }
        return facts;
    }

    private static Object orAbsent(@Nullable Object value) {
        return value == null ? "" : value;
    }

    /**
     * An entry that was delivered and not acknowledged.
     *
     * @param deliveredMs when it was delivered last, milliseconds since the Unix epoch by the server's clock; right to a millisecond
     * @param deliveries how often it was delivered
     */
    @SuppressWarnings("ArrayRecordComponent") // A carrier; nobody compares it.
    record Pending(StreamId id, byte[] consumer, long deliveredMs, long deliveries) {}

    /** At most {@code most} pending entries of a group in the order of their ids, from {@code first} on. */
    static List<Pending> pending(Pipe pipe, byte[] key, byte[] group, StreamId first, int most)
            throws IOException, Abort {
        pipe.begin(1).arg("MULTI");
        // Before the long answer, not after it: the two clocks are to be read within microseconds.
        pipe.begin(1).arg("TIME");
        pipe.begin(6)
                .arg("XPENDING")
                .arg(key)
                .arg(group)
                .arg(first.toString())
                .arg("+")
                .arg(most);
        pipe.begin(1).arg("EXEC");
        List<?> replies = pipe.exec();
        long now = Expiry.millis(replies.get(0), -Expiry.BETWEEN_US);
        List<Pending> page = new ArrayList<>();
        for (Object reply : Pipe.list(replies.get(1))) {
            List<?> entry = Pipe.list(reply);
            page.add(new Pending(
                    StreamId.of(Pipe.text(entry.get(0))),
                    Pipe.bytes(entry.get(1)),
                    now - Pipe.number(entry.get(2)),
                    Pipe.number(entry.get(3))));
        }
        return page;
    }

    /** For sorting and showing names of any bytes. */
    static String latin(byte[] name) {
        return new String(name, StandardCharsets.ISO_8859_1);
    }
}
