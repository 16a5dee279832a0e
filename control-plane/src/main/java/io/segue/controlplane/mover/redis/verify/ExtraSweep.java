package io.segue.controlplane.mover.redis.verify;

import io.segue.controlplane.mover.redis.verify.VerifyContext.Side;
import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Walks one database of one follower server and asks the authority for the keys: what it does not have is too much. A whole page is one
 * EXISTS, whose answer is how many of them there are, and only if that is not all of them is each key asked for; in a cluster, where the keys of
 * one command must lie in one slot, each key is asked for from the start.
 *
 * <p>The walk is never left out: that no key was missing and both sides count as many keys proves nothing, because keys that have run out are
 * counted until they are removed.
 */
final class ExtraSweep {
    private final VerifyContext context;
    private final VerifySettings settings;
    private final KeyChoice choice;
    private final Doubts doubts;
    private final int db;
    private final int shard;

    private String position = Scan.START;
    private String run = "";

    ExtraSweep(VerifyContext context, VerifySettings settings, KeyChoice choice, Doubts doubts, int db, int shard) {
        this.context = context;
        this.settings = settings;
        this.choice = choice;
        this.doubts = doubts;
        this.db = db;
        this.shard = shard;
    }

    /** Walks to the end; a lost connection is opened again, and the walk goes on from the page it was at. */
    void run(Connections connections) throws IOException, InterruptedException {
        Retry retry = new Retry(settings.retry());
        while (true) {
            try (SideLink authority = new SideLink(context, connections, Side.AUTHORITY, db);
                    SideLink follower = new SideLink(context, connections, Side.FOLLOWER, db)) {
                String now = follower.run(shard);
                if (now.isEmpty() || !now.equals(run)) {
                    position = Scan.START;
                }
                run = now;
                walk(authority, follower.shard(shard), retry);
                return;
            } catch (IOException e) {
                retry.after(e);
            }
        }
    }

    private void walk(SideLink authority, RedisConnection follower, Retry retry)
            throws IOException, InterruptedException {
        Deque<Scan> free = new ArrayDeque<>();
        Scan page = next(free, follower, position);
        Asked before = null;
        while (page != null) {
            page.read(follower);
            Scan ahead = page.last() ? null : next(free, follower, page.next());
            context.throttle(page.keys.count(), 0);
            Asked asked = new Asked(authority, page);
            if (before != null) {
                before.settle(asked);
                free.add(before.page);
            }
            retry.progress();
            before = asked;
            page = ahead;
        }
        if (before != null) {
            before.settle(null);
        }
    }

    private Scan next(Deque<Scan> free, RedisConnection follower, String cursor) throws IOException {
        @Nullable Scan used = free.poll();
        Scan page = used == null ? new Scan(choice) : used;
        page.send(follower, cursor, settings.page());
        follower.flush();
        return page;
    }

    /** A page whose keys the authority has been asked for. */
    private final class Asked {
        private static final int UNKNOWN = -1;

        private final SideLink authority;
        private final Scan page;
        private final Keys keys;
        private final boolean together;
        private long there = UNKNOWN;

        Asked(SideLink authority, Scan page) throws IOException {
            this.authority = authority;
            this.page = page;
            this.keys = page.keys;
            this.together = !context.cluster(Side.AUTHORITY) && keys.count() > 0;
            if (together) {
                askTogether();
            } else {
                askEach();
            }
        }

        private void askTogether() throws IOException {
            RedisConnection to = authority.shard(0);
            to.begin(keys.count() + 1).arg("EXISTS");
            for (int i = 0; i < keys.count(); i++) {
                keys.arg(to, i);
            }
            to.flush();
        }

        private void askEach() throws IOException {
            for (int i = 0; i < keys.count(); i++) {
                Commands.send(authority.of(keys, i), Commands.EXISTS, keys, i);
            }
            authority.flush();
        }

        private void readTogether() throws IOException {
            if (together && there == UNKNOWN) {
                there = Commands.number(authority.shard(0), "EXISTS");
            }
        }

        /**
         * Reads the answer, and passes on what is too much.
         *
         * @param behind the page that was asked for after this one
         */
        void settle(@Nullable Asked behind) throws IOException, InterruptedException {
            readTogether();
            if (together && there != keys.count()) {
                if (behind != null) {
                    // Its answer is on its way, and comes before those about each key.
                    behind.readTogether();
                }
                askEach();
                readEach();
            } else if (!together) {
                readEach();
            }
            position = page.next();
        }

        private void readEach() throws IOException, InterruptedException {
            for (int i = 0; i < keys.count(); i++) {
                if (Commands.number(authority.of(keys, i), "EXISTS") == 0) {
                    doubts.add(db, keys.key(i));
                }
            }
        }
    }
}
