package io.segue.controlplane.mover.redis;

import static java.util.Objects.requireNonNull;

import io.segue.controlplane.redis.RedisError;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How the keys of one lane end: done, owed again, to be copied by type, or lost with a connection. Confined to the lane's thread. */
final class KeyEnds implements FollowerLink.Acknowledged {
    private static final long FIRST_BACKOFF_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long MOST_BACKOFF_NS = TimeUnit.SECONDS.toNanos(30);

    private final MoverContext context;
    private final DirtySet owed;
    private final ArrayDeque<Item> byType = new ArrayDeque<>();
    /** What was under way on connections that are gone. */
    private final List<Item> lost = new ArrayList<>();
    /** Owed keys that were taken and are not through. */
    private int underWay;

    KeyEnds(MoverContext context, DirtySet owed) {
        this.context = context;
        this.owed = owed;
    }

    /** An owed key was taken. */
    void began() {
        underWay++;
    }

    int underWay() {
        return underWay;
    }

    /** These were on their way on a connection that is gone. */
    void lost(List<Item> items) {
        lost.addAll(items);
    }

    /** Everything that was under way, and forgets it. */
    List<Item> takeLost() {
        List<Item> all = new ArrayList<>(lost);
        all.addAll(byType);
        lost.clear();
        byType.clear();
        underWay = 0;
        return all;
    }

    /** It must be copied by type, when nothing else is under way. */
    void byType(Item item) {
        byType.add(item);
    }

    /** The next that is to be copied by type; null if none is. */
    @Nullable
    Item nextByType() {
        return byType.peek();
    }

    void removeByType() {
        byType.remove();
    }

    @Override
    public void written(Item item) {
        context.counters().wrote(item);
        context.standing().takenOver(item);
        if (item.page != null && owed.dualWrites()) {
            // Effects may have been under way to it.
            owed.changed(item.db, item.key);
        }
        finish(item);
    }

    /** The key is as it should be. */
    void finish(Item item) {
        context.errors().solved(item);
        if (item.page != null) {
            item.page.open--;
            return;
        }
        Item.Group group = requireNonNull(item.group);
        group.open--;
        end(group);
    }

    @Override
    public void refused(Item item, RedisError error) throws IOException {
        String text = error.text();
        if (error.is("MOVED") || error.is("ASK") || error.is("TRYAGAIN") || error.is("CLUSTERDOWN")) {
            lost.add(item);
            throw new IOException("the cluster's layout has changed: " + text);
        }
        if (error.is("LOADING") || error.is("READONLY") || error.is("MASTERDOWN") || error.is("MISCONF")) {
            lost.add(item);
            throw new IOException(text);
        }
        if (item.write == Item.Write.RESTORE
                && (text.contains("Bad data format") || text.contains("DUMP payload version"))) {
            byType.add(item);
            return;
        }
        fail(item, text);
    }

    /** The key cannot be copied now: it is listed, and tried again later. */
    void fail(Item item, String reason) {
        context.errors().failed(item, reason);
        if (item.group != null) {
            item.group.refused = true;
        }
        again(item, FIRST_BACKOFF_NS);
    }

    @Override
    public void again(Item item) {
        again(item, 0);
    }

    /** The key was written meanwhile: it comes again, and nothing is wrong with it. */
    void again(Item item, long backoffNs) {
        if (item.page != null) {
            item.page.open--;
            owed.owe(item.db, item.key);
            context.owes();
            return;
        }
        Item.Group group = requireNonNull(item.group);
        group.open--;
        group.failed = true;
        group.backoffNs =
                Math.max(group.backoffNs, Math.min(MOST_BACKOFF_NS, backoffNs << Math.min(12, group.entry.failures())));
        end(group);
    }

    private void end(Item.Group group) {
        if (group.open > 0) {
            return;
        }
        underWay = Math.max(0, underWay - 1);
        if (group.failed) {
            owed.failed(group.entry, group.backoffNs, group.refused);
        } else {
            owed.copied(group.entry);
        }
    }
}
