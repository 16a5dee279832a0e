package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.segue.core.verdict.Side;
import io.segue.proxy.protocol.KeyCopy;
import io.segue.proxy.protocol.ProtocolException;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.Loop;
import io.segue.proxy.upstream.ReplyHandler;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes over all keys of both sides and puts each into the ledger, page by page, as fast as the repairer works them off. Both sides, because a
 * key that only the follower has must go too. Every database that clients can be using: all that have keys; where an endpoint
 * names a database of its own, the server's others may belong to somebody else, and only those that clients were seen writing in. Confined
 * to one event loop.
 */
final class Sweep {
    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
    private static final int MOST_IN_LEDGER = 4_000;
    private static final int PAGES_AT_ONCE = 4;
    private static final long AGAIN_AFTER_MS = 1_000;
    private static final String BEGIN = "0";

    /** One database of one side that is still to be gone over; the number is the client's. */
    private record Part(Side side, int db) {}

    /** Finds the lane to a side and a client's database; null while there is none. */
    interface LaneFinder {
        @Nullable
        Lane find(Side side, int db);
    }

    private final Loop loop;
    private final KeyCopy copy;
    private final MigrationState migration;
    private final Function<Ledger.Key, Side> authority;
    private final Deque<Part> parts = new ArrayDeque<>();
    private final Set<Integer> databases = new TreeSet<>();
    private final Deque<Side> toAsk = new ArrayDeque<>();
    private String cursor = BEGIN;
    private long ticket;
    private boolean running;
    private boolean waiting;
    private long notBeforeNs = System.nanoTime();

    Sweep(Loop loop, KeyCopy copy, MigrationState migration, Function<Ledger.Key, Side> authority) {
        this.loop = loop;
        this.copy = copy;
        this.migration = migration;
        this.authority = authority;
    }

    /**
     * Goes on if it can.
     *
     * @param ownDatabase the database that the endpoint of a side names
     */
    void step(ToIntFunction<Side> ownDatabase, LaneFinder lanes) {
        if (waiting || migration.ledger().size() > MOST_IN_LEDGER || System.nanoTime() - notBeforeNs < 0) {
            return;
        }
        if (!running) {
            begin(ownDatabase);
        }
        Side ask = toAsk.peek();
        Part part = parts.peek();
        if (ask != null) {
            Lane lane = lanes.find(ask, 0);
            if (lane != null) {
                waiting = true;
                lane.send(new WholeReply(this::takeDatabases), copy.databases(loop.alloc()));
            }
        } else if (part != null) {
            Lane lane = lanes.find(part.side, part.db);
            if (lane != null) {
                page(lane, part, PAGES_AT_ONCE);
            }
        }
    }

    private void begin(ToIntFunction<Side> ownDatabase) {
        running = true;
        ticket = migration.ledger().sweepTicket();
        cursor = BEGIN;
        parts.clear();
        toAsk.clear();
        databases.clear();
        databases.add(0);
        databases.addAll(migration.databases());
        if (ownDatabase.applyAsInt(Side.OLD) == 0 && ownDatabase.applyAsInt(Side.NEW) == 0) {
            toAsk.add(Side.OLD);
            toAsk.add(Side.NEW);
        } else {
            plan();
        }
    }

    private void takeDatabases(ByteBuf reply) {
        databases.addAll(copy.databases(reply));
        toAsk.remove();
        if (toAsk.isEmpty()) {
            plan();
        }
    }

    private void plan() {
        for (Side side : Side.values()) {
            databases.forEach(db -> parts.add(new Part(side, db)));
        }
    }

    private void page(Lane lane, Part part, int pagesLeft) {
        waiting = true;
        lane.send(new WholeReply(reply -> take(lane, part, reply, pagesLeft)), copy.scan(loop.alloc(), cursor));
    }

    private void take(Lane lane, Part part, ByteBuf reply, int pagesLeft) {
        KeyCopy.Page page;
        try {
            page = copy.page(reply);
        } catch (ProtocolException e) {
            LOG.warn("cannot go over the keys of the {} side: {}", part.side, e.getMessage());
            running = false;
            notBeforeNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(AGAIN_AFTER_MS);
            return;
        }
        for (byte[] bytes : page.keys()) {
            Ledger.Key key = new Ledger.Key(part.db, bytes);
            if (migration.ledger().get(key) == null) {
                migration.ledger().mark(key, Ledger.Cause.SWEEP, authority.apply(key));
            }
        }
        cursor = page.cursor();
        if (!cursor.equals(BEGIN)) {
            if (pagesLeft > 1) {
                page(lane, part, pagesLeft - 1);
            }
            return;
        }
        parts.remove();
        if (parts.isEmpty()) {
            running = false;
            migration.ledger().sweepFinished(ticket);
        }
    }

    /** Collects one reply. */
    private final class WholeReply implements ReplyHandler {
        private final Consumer<ByteBuf> then;
        private @Nullable ByteBuf kept;

        WholeReply(Consumer<ByteBuf> then) {
            this.then = then;
        }

        @Override
        public void onReply(Lane lane, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind) {
            ByteBuf so = loop.append(kept, in, from, to);
            kept = so;
            if (last) {
                kept = null;
                waiting = false;
                then.accept(so);
                so.release();
            }
        }

        @Override
        public void onLost(Lane lane, String reason, boolean maybeSent) {
            ByteBuf so = kept;
            kept = null;
            if (so != null) {
                so.release();
            }
            // From the beginning: the next connection may be to another process, where a cursor means nothing.
            waiting = false;
            running = false;
        }

        @Override
        public void onOverdue(Lane lane, long ageNs) {
            if (ageNs > TimeUnit.SECONDS.toNanos(30)) {
                lane.fail("no answer to a listing of keys for 30 s");
            }
        }
    }
}
