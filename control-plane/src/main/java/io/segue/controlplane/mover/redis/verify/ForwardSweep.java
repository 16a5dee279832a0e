package io.segue.controlplane.mover.redis.verify;

import io.segue.controlplane.mover.redis.verify.PairReader.Outcome;
import io.segue.controlplane.mover.redis.verify.VerifyContext.Side;
import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Walks one database of one authority server, from the authority to the follower: whatever is there must be on the other side as well.
 *
 * <p>Three pages are under way at once: of one the keys are asked for, of the next one the sizes, and of the one before both sides' values, so
 * that both servers and we have something to do all the time. {@code asked} holds what is still to be answered, in the order of each connection.
 *
 * <p>The sizes, which decide what is compared as one piece, are the follower's: it has less to do than the authority, and where it has no such
 * key the authority's value need not be read at all.
 */
final class ForwardSweep {
    /** Batches whose values are asked for before the answers of the first are read. */
    private static final int BATCHES = 2;

    private final VerifyContext context;
    private final VerifySettings settings;
    private final KeyChoice choice;
    private final Doubts doubts;
    private final Tally tally;
    private final int db;
    private final int shard;

    private String position = Scan.START;
    private String run = "";
    private long compared;

    ForwardSweep(
            VerifyContext context,
            VerifySettings settings,
            KeyChoice choice,
            Doubts doubts,
            Tally tally,
            int db,
            int shard) {
        this.context = context;
        this.settings = settings;
        this.choice = choice;
        this.doubts = doubts;
        this.tally = tally;
        this.db = db;
        this.shard = shard;
    }

    /** Walks to the end; a lost connection is opened again, and the walk goes on from the page it was at. */
    void run(Connections connections) throws IOException, InterruptedException {
        Retry retry = new Retry(settings.retry());
        while (true) {
            try (SideLink authority = new SideLink(context, connections, Side.AUTHORITY, db);
                    SideLink follower = new SideLink(context, connections, Side.FOLLOWER, db)) {
                resume(authority);
                new Walk(authority, follower, retry).run();
                return;
            } catch (IOException e) {
                retry.after(e);
            }
        }
    }

    private void resume(SideLink authority) throws IOException {
        String now = authority.run(shard);
        if (!position.equals(Scan.START) && (now.isEmpty() || !now.equals(run))) {
            // Its hash table is another one: the cursor means nothing to it.
            position = Scan.START;
            tally.compared(-compared);
            compared = 0;
        }
        run = now;
    }

    /** One walk over one set of connections. */
    private final class Walk {
        private final SideLink authority;
        private final SideLink follower;
        private final RedisConnection scanned;
        private final SideLink sized;
        private final Retry retry;
        private final PairReader pairs;
        private final Deque<Asked> asked = new ArrayDeque<>();
        private final Deque<Scan> free = new ArrayDeque<>();
        private int batches;

        Walk(SideLink authority, SideLink follower, Retry retry) {
            this.authority = authority;
            this.follower = follower;
            this.scanned = authority.shard(shard);
            this.sized = follower.sizes() ? follower : authority;
            this.retry = retry;
            this.pairs = new PairReader(context, settings, authority, follower);
        }

        void run() throws IOException, InterruptedException {
            Scan page = askPage(position);
            authority.flush();
            while (!page.isRead()) {
                readNext();
            }
            askSizes(page);
            Scan ahead = page.last() ? null : askPage(page.next());
            authority.flush();
            follower.flush();
            while (true) {
                while (!page.sized || (ahead != null && !ahead.isRead())) {
                    readNext();
                }
                Scan beyond = null;
                if (ahead != null) {
                    askSizes(ahead);
                    beyond = ahead.last() ? null : askPage(ahead.next());
                }
                askValues(page);
                if (ahead == null) {
                    break;
                }
                page = ahead;
                ahead = beyond;
            }
            while (!asked.isEmpty()) {
                readNext();
            }
        }

        private Scan askPage(String cursor) throws IOException {
            Scan page = free.isEmpty() ? new Scan(choice) : free.removeFirst();
            page.send(scanned, cursor, settings.page());
            asked.addLast(() -> page.read(scanned));
            return page;
        }

        private void askSizes(Scan page) throws IOException {
            sized.sendSizes(page.keys);
            asked.addLast(() -> {
                sized.readSizes(page.keys, page.sizes);
                page.sized = true;
            });
        }

        private void askValues(Scan page) throws IOException, InterruptedException {
            int from = 0;
            do {
                int start = from;
                int end = pairs.cut(page.keys, page.sizes, start);
                context.throttle(end - start, bytes(page, start, end));
                pairs.send(page.keys, page.sizes, start, end);
                batches++;
                asked.addLast(() -> readValues(page, start, end));
                while (batches >= BATCHES) {
                    readNext();
                }
                from = end;
            } while (from < page.keys.count());
        }

        private void readNext() throws IOException, InterruptedException {
            asked.removeFirst().read();
        }

        private void readValues(Scan page, int from, int to) throws IOException, InterruptedException {
            pairs.read(page.keys, page.sizes, from, to);
            batches--;
            for (int i = from; i < to; i++) {
                if (pairs.outcome(i - from) != Outcome.EQUAL) {
                    doubts.add(db, page.keys.key(i));
                }
            }
            compared += to - from;
            tally.compared(to - from);
            if (to == page.keys.count()) {
                position = page.next();
                free.addLast(page);
            }
            retry.progress();
        }
    }

    private static long bytes(Scan page, int from, int to) {
        long bytes = 0;
        for (int i = from; i < to; i++) {
            bytes += Math.max(0, page.sizes[i]);
        }
        return bytes;
    }

    /** Something that the authority has been asked, and will answer in turn. */
    private interface Asked {
        void read() throws IOException, InterruptedException;
    }
}
