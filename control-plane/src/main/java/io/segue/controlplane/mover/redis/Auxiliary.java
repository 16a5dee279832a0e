package io.segue.controlplane.mover.redis;

import static java.util.Objects.requireNonNull;

import io.segue.controlplane.mover.redis.value.DumpPayload;
import io.segue.controlplane.mover.redis.value.Expiry;
import io.segue.controlplane.mover.redis.value.Merge;
import io.segue.controlplane.mover.redis.value.PieceCopy;
import io.segue.controlplane.mover.redis.value.ValueCompare;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisError;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a lane does key by key, on connections of its own, while nothing else is under way: copies by type, merges, and, while others write
 * the follower too, comparisons and copies under a watch. Confined to the lane's thread.
 */
final class Auxiliary implements Closeable {
    private static final byte[] TYPE = "TYPE".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STREAM = "stream".getBytes(StandardCharsets.US_ASCII);
    private static final int AT_ONCE = 64;
    private static final long LARGE = 1024 * 1024;
    private static final long EXPIRY_TOLERANCE_MS = 2;
    private static final long DELIVERY_TOLERANCE_MS = 5;
    private static final long CHANGED_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long WATCHED_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final MoverContext context;
    private final int shard;
    private @Nullable Expiry fromExpiry;
    private @Nullable Expiry toExpiry;
    private @Nullable RedisConnection from;
    private List<RedisConnection> to = List.of();
    private @Nullable RedisSide side;
    private final Map<RedisConnection, Integer> selected = new HashMap<>();

    Auxiliary(MoverContext context, int shard) {
        this.context = context;
        this.shard = shard;
    }

    RedisConnection from(int db) throws IOException {
        if (from == null) {
            from = context.openAuthority(shard);
        }
        return select(from, db);
    }

    RedisConnection to(int db, byte[] key) throws IOException, SupersededException {
        if (to.isEmpty()) {
            // Another lane may see a new layout meanwhile: these connections are to the servers of this one.
            side = context.followerSide();
            to = context.fencedConnections(side, "types-" + shard);
        }
        return select(
                to.get(requireNonNull(side).nodeOf(key)), context.databases().atFollower(db));
    }

    private RedisConnection select(RedisConnection connection, int db) throws IOException {
        if (selected.getOrDefault(connection, 0) != db) {
            connection.call("SELECT", Integer.toString(db));
            selected.put(connection, db);
        }
        return connection;
    }

    // ---- by type

    /** Copies a key in pieces, or joins it into the one that stood there before. */
    void copyByType(KeyCopy keys, Item item) throws IOException, SupersededException {
        RedisConnection source = from(item.db);
        RedisConnection target = to(item.db, item.key);
        if (source.call(TYPE, item.key) instanceof byte[] type && Arrays.equals(type, STREAM)) {
            keys.sawStream(item);
        }
        if (context.conflict(item) && !context.keepsConflicts()) {
            merge(keys, item, source, target);
        } else {
            replace(keys, item, source, target);
        }
    }

    private void replace(KeyCopy keys, Item item, RedisConnection source, RedisConnection target) throws IOException {
        PieceCopy.Outcome outcome = new PieceCopy(source, target, token()).copy(item.key);
        item.size = outcome.bytes();
        switch (outcome.kind()) {
            case COPIED -> keys.ends().written(item);
            case ABSENT -> keys.removeNow(item);
            case CHANGED -> keys.ends().again(item, CHANGED_AGAIN_NS);
            case FAILED -> keys.ends().fail(item, outcome.reason());
        }
    }

    private void merge(KeyCopy keys, Item item, RedisConnection source, RedisConnection target) throws IOException {
        Merge.Outcome outcome = new Merge(source, target, token()).merge(item.key);
        switch (outcome.kind()) {
            case MERGED -> keys.ends().finish(item);
            case KEPT -> {
                context.errors().conflict(item, outcome.reason());
                keys.ends().finish(item);
            }
            case ABSENT -> keys.ends().finish(item);
            // It stood there once, and is gone: nothing to be joined with.
            case MISSING -> replace(keys, item, source, target);
            case CHANGED -> keys.ends().again(item, CHANGED_AGAIN_NS);
            case FAILED -> keys.ends().fail(item, outcome.reason());
        }
    }

    private String token() {
        return context.token() + context.spec().epoch() + "-" + shard;
    }

    // ---- among the writes of others

    /** Compares some keys that have settled, and copies some that differ. Nothing else of the lane may be under way. */
    void work(KeyCopy keys, DirtySet owed) throws IOException, SupersededException {
        List<Item> settled = items(owed, owed.takeSettled(AT_ONCE));
        if (!settled.isEmpty()) {
            compare(keys, settled, owed);
        }
        for (Item item : items(owed, owed.take(AT_ONCE))) {
            copyWatched(keys, item);
        }
    }

    private List<Item> items(DirtySet owed, List<DirtySet.Entry> taken) throws IOException {
        boolean any = false;
        for (DirtySet.Entry entry : taken) {
            any |= entry.db == DirtySet.ANY_DB;
        }
        if (any && context.databases().all()) {
            context.databases().saw(Facts.databases(from(0)));
        }
        List<Item> items = new ArrayList<>();
        for (DirtySet.Entry entry : taken) {
            if (!context.wants(entry.key)) {
                owed.drop(entry);
                context.errors().dropped(entry.db, entry.key);
                continue;
            }
            Item.Group group = new Item.Group(entry);
            List<Integer> databases =
                    entry.db == DirtySet.ANY_DB ? context.databases().list() : List.of(entry.db);
            for (int db : databases) {
                items.add(Item.of(db, group));
            }
        }
        items.sort(Comparator.comparingInt(item -> item.db));
        return items;
    }

    private void compare(KeyCopy keys, List<Item> items, DirtySet owed) throws IOException, SupersededException {
        long began = System.nanoTime();
        for (int start = 0; start < items.size(); ) {
            int end = start + 1;
            while (end < items.size() && items.get(end).db == items.get(start).db) {
                end++;
            }
            compareIn(keys, items.subList(start, end));
            start = end;
        }
        for (Item item : items) {
            Item.Group group = requireNonNull(item.group);
            group.open--;
            if (group.open == 0) {
                owed.compared(group.entry, !group.failed, began);
            }
        }
    }

    /** Compares keys of one database; a group with one that differs is marked as failed. */
    private void compareIn(KeyCopy keys, List<Item> items) throws IOException, SupersededException {
        List<Payload> ours = payloads(from(items.get(0).db), items, fromExpiry(items.get(0).db));
        List<Payload> theirs = theirs(items);
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            byte[] payload = ours.get(i).bytes;
            if (payload != null && payload.length > 0) {
                keys.saw(item, DumpPayload.type(payload));
            }
            if (!context.standing().contains(item) && !same(ours.get(i), theirs.get(i)) && !alikeByType(item)) {
                requireNonNull(item.group).failed = true;
            }
        }
    }

    private List<Payload> theirs(List<Item> items) throws IOException, SupersededException {
        if (!context.followerSide().cluster()) {
            RedisConnection target = to(items.get(0).db, items.get(0).key);
            return payloads(target, items, toExpiry(target));
        }
        List<Payload> theirs = new ArrayList<>();
        for (Item item : items) {
            RedisConnection target = to(item.db, item.key);
            theirs.addAll(payloads(target, List.of(item), toExpiry(target)));
        }
        return theirs;
    }

    private static boolean same(Payload one, Payload other) {
        if (one.bytes == null || other.bytes == null) {
            return !one.large && !other.large && one.bytes == other.bytes;
        }
        return Math.abs(one.expiry - other.expiry) <= EXPIRY_TOLERANCE_MS
                && ValueCompare.sameDump(one.bytes, other.bytes);
    }

    private boolean alikeByType(Item item) throws IOException, SupersededException {
        ValueCompare comparison =
                new ValueCompare(from(item.db), to(item.db, item.key), EXPIRY_TOLERANCE_MS, DELIVERY_TOLERANCE_MS);
        return comparison.compare(item.key) == ValueCompare.Verdict.EQUAL;
    }

    /** What a server holds for a key: no bytes if it has none, or too many. */
    @SuppressWarnings("ArrayRecordComponent") // A carrier; nobody compares it.
    private record Payload(byte @Nullable [] bytes, long expiry, boolean large) {}

    private static List<Payload> payloads(RedisConnection connection, List<Item> items, Expiry expiry)
            throws IOException {
        for (Item item : items) {
            connection.begin(3).arg("MEMORY").arg("USAGE").arg(item.key);
            expiry.ask(connection, item.key);
        }
        connection.flush();
        List<Payload> payloads = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Object size = connection.read();
            boolean large = size instanceof Long bytes && bytes > LARGE;
            payloads.add(new Payload(null, expiry.read(connection), large));
        }
        for (int i = 0; i < items.size(); i++) {
            if (!payloads.get(i).large) {
                connection.begin(2).arg("DUMP").arg(items.get(i).key);
            }
        }
        connection.flush();
        for (int i = 0; i < items.size(); i++) {
            if (!payloads.get(i).large) {
                Object dump = connection.read();
                if (dump instanceof RedisError error) {
                    throw new IOException("DUMP: " + error.text());
                }
                payloads.set(i, new Payload((byte[]) dump, payloads.get(i).expiry, false));
            }
        }
        return payloads;
    }

    /**
     * Copies one key, and notices if anybody else writes it at the follower meanwhile: then it comes again. An effect that is older than the
     * value read, and arrives later, is found by the comparison that follows.
     */
    private void copyWatched(KeyCopy keys, Item item) throws IOException, SupersededException {
        if (context.conflict(item)) {
            if (context.keepsConflicts()) {
                context.errors().conflict(item, KeyCopy.KEPT);
                keys.ends().finish(item);
            } else {
                copyByType(keys, item);
            }
            return;
        }
        RedisConnection target = to(item.db, item.key);
        target.call("WATCH".getBytes(StandardCharsets.US_ASCII), item.key);
        Payload payload =
                payloads(from(item.db), List.of(item), fromExpiry(item.db)).get(0);
        byte[] bytes = payload.bytes;
        if (bytes == null && !payload.large && context.standing().contains(item)) {
            target.call("UNWATCH");
            keys.ends().finish(item);
            return;
        }
        if (bytes != null) {
            keys.saw(item, DumpPayload.type(bytes));
        }
        int version = context.followerSide().facts().rdbVersion();
        boolean older = version < context.authoritySide().facts().rdbVersion();
        if (payload.large || (bytes != null && older && !DumpPayload.knows(DumpPayload.type(bytes), version))) {
            target.call("UNWATCH");
            copyByType(keys, item);
            return;
        }
        target.send("MULTI");
        if (bytes == null) {
            target.begin(2).arg("UNLINK").arg(item.key);
        } else {
            byte[] payloadThere = older ? DumpPayload.restamp(bytes, version) : bytes;
            item.size = payloadThere.length;
            target.begin(6)
                    .arg("RESTORE")
                    .arg(item.key)
                    .arg(payload.expiry >= 0 ? Math.max(1, payload.expiry) : 0)
                    .arg(payloadThere)
                    .arg("REPLACE")
                    .arg("ABSTTL");
        }
        target.send("EXEC");
        target.flush();
        answered(keys, item, target);
    }

    private static void answered(KeyCopy keys, Item item, RedisConnection target) throws IOException {
        target.read();
        Object queued = target.read();
        Object executed = target.read();
        if (queued instanceof RedisError error) {
            keys.ends().refused(item, error);
        } else if (executed instanceof RedisError error) {
            keys.ends().refused(item, error);
        } else if (executed instanceof List<?> replies && !replies.isEmpty()) {
            if (replies.get(0) instanceof RedisError error) {
                keys.ends().refused(item, error);
            } else {
                keys.ends().written(item);
            }
        } else {
            keys.ends().again(item, WATCHED_AGAIN_NS);
        }
    }

    private Expiry fromExpiry(int db) throws IOException {
        if (fromExpiry == null) {
            fromExpiry = Expiry.of(from(db));
        }
        return fromExpiry;
    }

    private Expiry toExpiry(RedisConnection target) throws IOException {
        if (toExpiry == null) {
            toExpiry = Expiry.of(target);
        }
        return toExpiry;
    }

    @Override
    public void close() {
        if (from != null) {
            from.close();
        }
        to.forEach(RedisConnection::close);
    }
}
