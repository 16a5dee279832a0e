package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.segue.core.verdict.Side;
import io.segue.proxy.protocol.KeyCopy;
import io.segue.proxy.protocol.ProtocolException;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.Loop;
import io.segue.proxy.upstream.ReplyHandler;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes over all keys of both sides and puts each into the ledger, page by page, as fast as the repairer works them off. Both sides, because a
 * key that only the follower has must go too. Confined to one event loop.
 */
final class Sweep {
    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
    private static final int MOST_IN_LEDGER = 4_000;
    private static final int PAGES_AT_ONCE = 4;
    private static final String BEGIN = "0";

    private final Loop loop;
    private final KeyCopy copy;
    private final MigrationState migration;
    private final Function<Ledger.Key, Side> authority;
    private Side side = Side.OLD;
    private String cursor = BEGIN;
    private long ticket;
    private boolean running;
    private boolean waiting;

    Sweep(Loop loop, KeyCopy copy, MigrationState migration, Function<Ledger.Key, Side> authority) {
        this.loop = loop;
        this.copy = copy;
        this.migration = migration;
        this.authority = authority;
    }

    /** Goes on if it can. */
    void step(@Nullable Lane old, @Nullable Lane next) {
        Lane lane = side == Side.OLD ? old : next;
        if (waiting || lane == null || migration.ledger().size() > MOST_IN_LEDGER) {
            return;
        }
        if (!running) {
            running = true;
            ticket = migration.ledger().sweepTicket();
            side = Side.OLD;
            cursor = BEGIN;
            if (old == null) {
                running = false;
                return;
            }
            lane = old;
        }
        waiting = true;
        lane.send(new PageReply(PAGES_AT_ONCE), copy.scan(loop.alloc(), cursor));
    }

    private void take(Lane lane, ByteBuf reply, int pagesLeft) {
        KeyCopy.Page page;
        try {
            page = copy.page(reply);
        } catch (ProtocolException e) {
            LOG.warn("cannot go over the keys of the {} side: {}", side, e.getMessage());
            running = false;
            return;
        }
        for (byte[] bytes : page.keys()) {
            Ledger.Key key = new Ledger.Key(0, bytes);
            if (migration.ledger().get(key) == null) {
                migration.ledger().mark(key, Ledger.Cause.SWEEP, authority.apply(key));
            }
        }
        cursor = page.cursor();
        if (!cursor.equals(BEGIN)) {
            if (pagesLeft > 1) {
                waiting = true;
                lane.send(new PageReply(pagesLeft - 1), copy.scan(loop.alloc(), cursor));
            }
        } else if (side == Side.OLD) {
            side = Side.NEW;
        } else {
            running = false;
            migration.ledger().sweepFinished(ticket);
        }
    }

    private final class PageReply implements ReplyHandler {
        private final int pagesLeft;
        private @Nullable ByteBuf kept;

        PageReply(int pagesLeft) {
            this.pagesLeft = pagesLeft;
        }

        @Override
        public void onReply(Lane lane, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind) {
            ByteBuf so = kept;
            if (so == null) {
                so = loop.alloc().buffer(to - from);
            }
            kept = so.writeBytes(in, from, to - from);
            if (last) {
                kept = null;
                waiting = false;
                take(lane, so, pagesLeft);
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
