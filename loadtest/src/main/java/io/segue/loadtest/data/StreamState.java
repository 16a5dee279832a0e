package io.segue.loadtest.data;

import io.segue.loadtest.redis.Resp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All of a stream that a copy must keep: entries, last id, deleted ones as far as the server counts them, groups with consumers and
 * pending entries (owner and number of deliveries; not the time of the last delivery, which each side may have by its own clock).
 *
 * @param facts last-generated-id and, from 7.0 on, max-deleted-entry-id and entries-added
 * @param entries as XRANGE gives them
 */
record StreamState(Map<String, String> facts, List<Resp> entries, Map<String, Group> groups) {
    static final Set<String> FACTS = Set.of("last-generated-id", "max-deleted-entry-id", "entries-added");
    private static final Set<String> GROUP_FACTS = Set.of("last-delivered-id");
    private static final Set<String> ALL_GROUP_FACTS = Set.of("last-delivered-id", "entries-read");

    /**
     * A consumer group.
     *
     * @param facts last-delivered-id and, from 7.0 on, entries-read
     * @param pending id, owner, deliveries of each
     */
    record Group(Map<String, String> facts, Set<String> consumers, List<List<String>> pending) {}

    /** What is compared of a group. */
    static Set<String> groupFacts(boolean entriesRead) {
        return entriesRead ? ALL_GROUP_FACTS : GROUP_FACTS;
    }

    /** From a reply to XINFO STREAM key FULL COUNT 0. */
    static StreamState of(Resp full, boolean entriesRead) {
        Map<String, Resp> fields = fields(full);
        Map<String, Group> groups = new TreeMap<>();
        for (Resp item : items(fields, "groups")) {
            Map<String, Resp> group = fields(item);
            Set<String> consumers = new TreeSet<>();
            for (Resp consumer : items(group, "consumers")) {
                consumers.add(text(fields(consumer), "name"));
            }
            List<List<String>> pending = new ArrayList<>();
            for (Resp entry : items(group, group.containsKey("pel") ? "pel" : "pending")) {
                List<Resp> parts = entry.items();
                pending.add(List.of(
                        parts.get(0).text(), parts.get(1).text(), parts.get(3).text()));
            }
            groups.put(text(group, "name"), new Group(only(group, groupFacts(entriesRead)), consumers, pending));
        }
        return new StreamState(only(fields, FACTS), items(fields, "entries"), groups);
    }

    /** How two streams differ; null if they do not. */
    static @Nullable String difference(StreamState one, StreamState other) {
        String found = facts("", one.facts, other.facts);
        if (found != null) {
            return found;
        }
        found = Values.list(0, one.entries, other.entries);
        return found != null ? "stream " + found : groups(one.groups, other.groups);
    }

    private static @Nullable String groups(Map<String, Group> one, Map<String, Group> other) {
        if (!one.keySet().equals(other.keySet())) {
            return "groups " + one.keySet() + " <> " + other.keySet();
        }
        for (Map.Entry<String, Group> entry : one.entrySet()) {
            String name = "group " + entry.getKey() + ": ";
            Group here = entry.getValue();
            Group there = other.getOrDefault(entry.getKey(), here);
            String found = facts(name, here.facts, there.facts);
            if (found != null) {
                return found;
            }
            if (!here.consumers.equals(there.consumers)) {
                return name + "consumers " + here.consumers + " <> " + there.consumers;
            }
            for (int i = 0; i < Math.min(here.pending.size(), there.pending.size()); i++) {
                if (!here.pending.get(i).equals(there.pending.get(i))) {
                    return name + "pending " + here.pending.get(i) + " <> " + there.pending.get(i);
                }
            }
            if (here.pending.size() != there.pending.size()) {
                return name + here.pending.size() + " pending <> " + there.pending.size();
            }
        }
        return null;
    }

    /** Compares what both servers tell: an older one does not count everything. */
    static @Nullable String facts(String prefix, Map<String, String> one, Map<String, String> other) {
        for (Map.Entry<String, String> fact : one.entrySet()) {
            String there = other.get(fact.getKey());
            if (there != null && !there.equals(fact.getValue())) {
                return prefix + fact.getKey() + " " + fact.getValue() + " <> " + there;
            }
        }
        return null;
    }

    /** Names and values in turn, as XINFO gives them. */
    static Map<String, Resp> fields(Resp reply) {
        List<Resp> items = reply.items();
        Map<String, Resp> fields = new HashMap<>();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            fields.put(items.get(i).text(), items.get(i + 1));
        }
        return fields;
    }

    static Map<String, String> only(Map<String, Resp> fields, Set<String> names) {
        Map<String, String> chosen = new TreeMap<>();
        for (String name : names) {
            if (fields.containsKey(name)) {
                chosen.put(name, text(fields, name));
            }
        }
        return chosen;
    }

    private static List<Resp> items(Map<String, Resp> fields, String name) {
        Resp value = fields.get(name);
        if (value == null) {
            throw new IllegalStateException("XINFO STREAM: no " + name + " in " + fields.keySet());
        }
        return value.items();
    }

    private static String text(Map<String, Resp> fields, String name) {
        Resp value = fields.get(name);
        return value == null ? "" : value.text();
    }
}
