package io.segue.controlplane.mover.redis.value;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares streams: counters, entries, groups, consumers, pending entries. */
final class StreamCompare {
    private static final int PAGE = 500;

    private final Pipe one;
    private final Pipe other;
    private final long toleranceMs;
    private final ElementCompare elements;

    StreamCompare(Pipe one, Pipe other, long toleranceMs) {
        this.one = one;
        this.other = other;
        this.toleranceMs = toleranceMs;
        this.elements = new ElementCompare(one, other, 0);
    }

    boolean same(byte[] key) throws IOException, Abort {
        StreamFacts facts = StreamFacts.read(one, key);
        return sameFacts(facts, StreamFacts.read(other, key)) && sameGroups(key) && sameEntries(key, facts.last());
    }

    /** What only one side counts is not compared. */
    private static boolean sameFacts(StreamFacts one, StreamFacts other) {
        return one.length() == other.length()
                && one.last().equals(other.last())
                && (!one.counts()
                        || !other.counts()
                        || (one.entriesAdded() == other.entriesAdded()
                                && one.maxDeleted().equals(other.maxDeleted())));
    }

    private boolean sameEntries(byte[] key, StreamId last) throws IOException, Abort {
        Window window = new Window();
        StreamId next = StreamId.ZERO;
        while (next.compareTo(last) <= 0) {
            long received = one.connection().received();
            String[] range = {next.toString(), last.toString(), "COUNT", Integer.toString(window.count())};
            one.send("XRANGE", key, range);
            other.send("XRANGE", key, range);
            other.connection().flush();
            long items = one.array();
            long otherItems = elements.otherArray(items);
            Page page = page(items, otherItems);
            if (!page.same) {
                return false;
            }
            if (items < window.count() || page.last.equals(StreamId.MAX)) {
                return true;
            }
            next = page.last.next();
            window.saw(items, one.connection().received() - received);
        }
        return true;
    }

    private record Page(boolean same, StreamId last) {}

    /** Reads a page of entries from both sides; all of it, also when it differs early. */
    private Page page(long items, long otherItems) throws IOException {
        boolean same = items == otherItems;
        StreamId last = StreamId.MAX;
        for (long i = 0; i < Math.max(items, otherItems); i++) {
            if (same) {
                String id = id(one.connection());
                String otherId = id(other.connection());
                same = elements.sameBulks(Bulks.items(one.connection()), Bulks.items(other.connection()))
                        && id.equals(otherId);
                last = StreamId.of(id);
            } else {
                if (i < items) {
                    one.connection().drop();
                }
                if (i < otherItems) {
                    other.connection().drop();
                }
            }
        }
        return new Page(same, last);
    }

    private static String id(RedisConnection from) throws IOException {
        if (Bulks.items(from) != 2) {
            throw new IOException("an unexpected entry of a stream (expected: an id and its fields)");
        }
        return Bulks.text(from);
    }

    private boolean sameGroups(byte[] key) throws IOException, Abort {
        Map<String, StreamFacts.Group> groups = byName(StreamFacts.groups(one, key));
        Map<String, StreamFacts.Group> others = byName(StreamFacts.groups(other, key));
        if (!groups.keySet().equals(others.keySet())) {
            return false;
        }
        for (StreamFacts.Group group : groups.values()) {
            StreamFacts.Group twin = others.get(StreamFacts.latin(group.name()));
            if (twin == null || !sameGroup(key, group, twin)) {
                return false;
            }
        }
        return true;
    }

    private boolean sameGroup(byte[] key, StreamFacts.Group group, StreamFacts.Group twin) throws IOException, Abort {
        boolean told = group.entriesRead() != StreamFacts.UNTOLD && twin.entriesRead() != StreamFacts.UNTOLD;
        return group.last().equals(twin.last())
                && (!told || group.entriesRead() == twin.entriesRead())
                && names(StreamFacts.consumers(one, key, group.name()))
                        .equals(names(StreamFacts.consumers(other, key, group.name())))
                && samePending(key, group.name());
    }

    private boolean samePending(byte[] key, byte[] group) throws IOException, Abort {
        StreamId first = StreamId.ZERO;
        while (true) {
            List<StreamFacts.Pending> page = StreamFacts.pending(one, key, group, first, PAGE);
            List<StreamFacts.Pending> others = StreamFacts.pending(other, key, group, first, PAGE);
            if (page.size() != others.size()) {
                return false;
            }
            Iterator<StreamFacts.Pending> twins = others.iterator();
            for (StreamFacts.Pending pending : page) {
                if (!same(pending, twins.next())) {
                    return false;
                }
            }
            if (page.size() < PAGE || page.get(PAGE - 1).id().equals(StreamId.MAX)) {
                return true;
            }
            first = page.get(PAGE - 1).id().next();
        }
    }

    private boolean same(StreamFacts.Pending pending, StreamFacts.Pending twin) {
        return pending.id().equals(twin.id())
                && StreamFacts.latin(pending.consumer()).equals(StreamFacts.latin(twin.consumer()))
                && pending.deliveries() == twin.deliveries()
                && Math.abs(pending.deliveredMs() - twin.deliveredMs()) <= toleranceMs;
    }

    private static Map<String, StreamFacts.Group> byName(List<StreamFacts.Group> groups) {
        Map<String, StreamFacts.Group> byName = new TreeMap<>();
        groups.forEach(group -> byName.put(StreamFacts.latin(group.name()), group));
        return byName;
    }

    private static Set<String> names(List<byte[]> names) {
        Set<String> set = new TreeSet<>();
        names.forEach(name -> set.add(StreamFacts.latin(name)));
        return set;
    }
}
