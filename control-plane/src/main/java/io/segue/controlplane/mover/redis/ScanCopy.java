package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.redis.value.PieceCopy;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Copies what SCAN finds, database by database. A cursor means the same to every connection of one server process, so a lost connection costs
 * the pages that were not acknowledged, and a new server process costs a new beginning. Keys that SCAN misses are new, and
 * so the feed names them.
 */
final class ScanCopy implements FirstCopy {
    private static final String BEGIN = "0";

    /**
     * How far a copy has come.
     *
     * @param runId the server process that the cursor belongs to
     * @param todo databases that are not done, the present one first; empty: all are done
     * @param cursor in the present database
     */
    record Progress(String runId, List<Integer> todo, String cursor) {}

    /** What it copies, and whom it tells how far it has come. */
    interface Place {
        /** The databases that are moved. */
        List<Integer> databases();

        /** The process that serves the shard. */
        String runId();

        /** A page has come. */
        void came(int keys, long tookNs);

        /** All up to there is acknowledged. */
        void progress(Progress progress);
    }

    private final Place place;
    private final ArrayDeque<Item.Page> pages = new ArrayDeque<>();
    /** Databases that are not wholly read. */
    private final TreeSet<Integer> todo = new TreeSet<>();
    /** Databases that are not wholly acknowledged. */
    private List<Integer> left = List.of();

    private String runId;
    private String cursor = BEGIN;
    private String acknowledged = BEGIN;
    private boolean asked;
    private long askedAt;
    private boolean begun;
    private volatile boolean more = true;

    ScanCopy(Place place, Progress from) {
        this.place = place;
        this.runId = from.runId();
        if (!runId.isEmpty()) {
            begun = true;
            left = from.todo();
            acknowledged = from.cursor();
            more = !left.isEmpty();
        }
    }

    @Override
    public void goBack(List<Item> lost) {
        pages.clear();
        asked = false;
        String now = place.runId();
        if (!begun || (more && !now.equals(runId))) {
            // The cursor, if there was one, belonged to another process.
            begun = true;
            left = place.databases();
            acknowledged = BEGIN;
        }
        todo.clear();
        todo.addAll(left);
        runId = now;
        cursor = acknowledged;
    }

    @Override
    public boolean ask(Pages from, Throttle throttle) throws IOException {
        if (asked || todo.isEmpty() || !throttle.allows()) {
            return false;
        }
        asked = true;
        askedAt = System.nanoTime();
        from.scan(todo.first(), cursor, throttle.piece(AuthorityReader.PAGE));
        return true;
    }

    @Override
    public List<Item> page(int db, String next, List<byte[]> keys) {
        asked = false;
        boolean last = next.equals(BEGIN);
        Item.Page page = new Item.Page(db, next);
        List<Item> items = new ArrayList<>(keys.size());
        for (byte[] key : keys) {
            if (!PieceCopy.isTemporary(key)) {
                items.add(Item.of(key, page));
            }
        }
        pages.add(page);
        cursor = next;
        if (last) {
            todo.remove(db);
        }
        place.came(keys.size(), System.nanoTime() - askedAt);
        advance();
        return items;
    }

    @Override
    public void collected() {
        advance();
    }

    private void advance() {
        boolean moved = false;
        while (!pages.isEmpty() && pages.element().open == 0) {
            Item.Page done = pages.remove();
            acknowledged = done.cursorAfter;
            moved = true;
        }
        if (moved) {
            TreeSet<Integer> open = new TreeSet<>(todo);
            // A database is done when its last page is acknowledged, not when it has come.
            pages.forEach(page -> open.add(page.db));
            left = List.copyOf(open);
            place.progress(new Progress(runId, left, acknowledged));
            if (left.isEmpty()) {
                more = false;
            }
        }
    }

    @Override
    public boolean wantsMore() {
        return more;
    }
}
