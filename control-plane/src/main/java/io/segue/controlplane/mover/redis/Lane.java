package io.segue.controlplane.mover.redis;

import static java.util.Objects.requireNonNull;

import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisError;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one writer of the keys of one shard: a thread that takes owed keys and pages of the first copy, reads them at the authority and
 * writes them to the follower, strictly in order. When a connection is lost, everything that was under way is owed again, after the lost
 * connection was fenced at the follower.
 */
final class Lane implements Runnable, AuthorityReader.Sink {
    private static final int OWED_AT_ONCE = 256;
    private static final int MOST_UNDER_WAY = 1_024;
    private static final int MOST_STEPS = 8;
    /** The same keys change again and again: waiting a little saves copies. */
    private static final long GATHER_NS = TimeUnit.MILLISECONDS.toNanos(3);

    private static final long SHORT_NS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long IDLE_NS = TimeUnit.MILLISECONDS.toNanos(50);
    /** How long a follower to which nothing is written may be gone unnoticed. */
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final MoverContext context;
    private final int shard;
    final DirtySet owed;
    final FirstCopy firstCopy;
    private final Thread thread;
    private final Moments rests = new Moments();
    private final Moments renewals = new Moments();
    private final KeyEnds ends;
    private final KeyCopy keys;
    private final ArrayDeque<List<Item.Group>> waitingForDatabases = new ArrayDeque<>();
    private volatile @Nullable AuthorityReader reader;
    private volatile @Nullable FollowerLink follower;
    private @Nullable Auxiliary auxiliary;
    private boolean resting;
    private long lastTaken;
    private long lookedAt;
    private volatile boolean closed;
    private volatile boolean connected;

    /** @param streams where to take note of streams; null where the feed names all their changes */
    Lane(MoverContext context, int shard, DirtySet owed, FirstCopy firstCopy, @Nullable Streams streams) {
        this.context = context;
        this.ends = new KeyEnds(context, owed);
        this.keys = new KeyCopy(context, ends, streams);
        this.shard = shard;
        this.owed = owed;
        this.firstCopy = firstCopy;
        this.thread = new Thread(this, context.threadName("lane-" + shard));
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    boolean connected() {
        return connected;
    }

    @Override
    public void run() {
        Backoff backoff = new Backoff();
        while (!closed) {
            try {
                open();
                backoff.reset();
                connected = true;
                work();
            } catch (SupersededException e) {
                context.fail(String.valueOf(e.getMessage()));
                closed = true;
            } catch (IOException e) {
                if (!closed) {
                    context.trouble(e);
                }
            } catch (InterruptedException e) {
                closed = true;
            } catch (RuntimeException e) {
                context.fail("an internal error: " + e);
                context.log("the lane of shard " + shard + " has failed", e);
                closed = true;
            } finally {
                connected = false;
                hangUp();
            }
            if (!closed) {
                backoff.pause();
            }
        }
        failWaiting();
    }

    private void open() throws IOException, SupersededException {
        // Those who ask later want a connection that is made later.
        int wanted = renewals.size();
        context.refreshLayout();
        RedisConnection from = context.openAuthority(shard);
        AuthorityReader made;
        try {
            Facts facts = Facts.ask(from);
            context.authorityIs(shard, facts);
            context.databases().saw(Facts.databases(from));
            made = new AuthorityReader(from, facts, this);
        } catch (IOException e) {
            from.close();
            throw e;
        }
        reader = made;
        RedisSide to = context.followerSide();
        follower = new FollowerLink(to, context.databases(), context.fencedConnections(to, "lane-" + shard), ends);
        keys.use(follower);
        auxiliary = new Auxiliary(context, shard);
        // Nothing of the connections before can arrive any more: what was under way is owed again.
        owed.takeBack();
        waitingForDatabases.clear();
        firstCopy.goBack(ends.takeLost());
        context.connected(shard);
        renewals.come(wanted);
    }

    private void hangUp() {
        AuthorityReader from = reader;
        if (from != null) {
            from.close();
        }
        FollowerLink to = follower;
        if (to != null) {
            ends.lost(to.pending());
            to.close();
            follower = null;
        }
        if (auxiliary != null) {
            auxiliary.close();
        }
    }

    private void work() throws IOException, SupersededException, InterruptedException {
        AuthorityReader from = requireNonNull(reader);
        FollowerLink to = requireNonNull(follower);
        while (!closed) {
            boolean renewing = !renewals.isEmpty();
            resting = context.paused() || renewing || !rests.isEmpty();
            boolean asked = !resting && ask(from);
            if (from.depth() > 0) {
                from.step();
            }
            to.collect();
            copyByType(to);
            if (asked || from.depth() > 0) {
                continue;
            }
            to.collectAll();
            copyByType(to);
            if (from.depth() > 0) {
                continue;
            }
            firstCopy.collected();
            if (renewing) {
                return;
            }
            rested(to);
            if (!owed.hasWork() || context.paused()) {
                owed.awaitWork(idleNs());
            }
        }
    }

    /** The first copy may be waiting for its turn, or for what is on the way to it. */
    private long idleNs() {
        return firstCopy.wantsMore() && !context.paused()
                ? Math.max(SHORT_NS, context.throttle().waitNs())
                : IDLE_NS;
    }

    /** Nothing is under way: the moment to see that the follower is still the one that was written to. */
    private void rested(FollowerLink to) throws IOException {
        int waiting = resting ? rests.size() : 0;
        if (waiting > 0 || System.nanoTime() - lookedAt > LOOK_NS) {
            to.ping();
            lookedAt = System.nanoTime();
        }
        rests.come(waiting);
    }

    /**
     * Completes at a moment in which nothing is under way at either side, and after the follower has answered once more: it has not been
     * lost unnoticed then.
     */
    CompletableFuture<Void> rest() {
        CompletableFuture<Void> rest = rests.await();
        owed.wake();
        if (closed) {
            failWaiting();
        }
        return rest;
    }

    /**
     * Connects anew once nothing is under way; completes when everything of before is fenced and taken back. What is read from then on is
     * read from whoever is the authority now: a connection of before may still lead to a node that was replaced.
     */
    CompletableFuture<Void> renew() {
        CompletableFuture<Void> renewal = renewals.await();
        owed.wake();
        if (closed) {
            failWaiting();
        }
        return renewal;
    }

    private void failWaiting() {
        rests.fail("the lane is closed");
        renewals.fail("the lane is closed");
    }

    // ---- what to do next

    private boolean ask(AuthorityReader from) throws IOException, SupersededException {
        boolean asked = false;
        if ((owed.dualWrites() || owed.settling() > 0) && owed.hasWork()) {
            // Others write the follower too: these keys are compared, and copied under a watch, when nothing else is
            // under way.
            if (from.depth() == 0) {
                requireNonNull(follower).collectAll();
                requireNonNull(auxiliary).work(keys, owed);
            }
            return true;
        }
        if (ends.underWay() < MOST_UNDER_WAY && owed.hasWork() && gathered(from)) {
            List<DirtySet.Entry> taken = owed.take(OWED_AT_ONCE);
            if (!taken.isEmpty()) {
                lastTaken = System.nanoTime();
                askOwed(from, taken);
                asked = true;
            }
        }
        if (from.depth() < (context.throttle().pipelined() ? MOST_STEPS : 1)) {
            asked |= firstCopy.ask(from, context.throttle());
        }
        return asked;
    }

    /** Whether owed keys may be taken now; waits a little for more of them, as far as the first copy need not go on. */
    private boolean gathered(AuthorityReader from) {
        long wait = lastTaken + GATHER_NS - System.nanoTime();
        boolean hurry = context.draining()
                || (firstCopy.wantsMore() && context.throttle().pipelined());
        if (wait <= 0 || hurry) {
            return true;
        }
        if (from.depth() > 0) {
            return !firstCopy.wantsMore();
        }
        if (!firstCopy.wantsMore()) {
            LockSupport.parkNanos(this, wait);
            return true;
        }
        LockSupport.parkNanos(
                this, Math.min(wait, Math.max(SHORT_NS, context.throttle().waitNs())));
        return System.nanoTime() - lastTaken >= GATHER_NS;
    }

    private void askOwed(AuthorityReader from, List<DirtySet.Entry> taken) throws IOException {
        List<Item.Group> anyDatabase = new ArrayList<>();
        List<Item> items = new ArrayList<>();
        for (DirtySet.Entry entry : taken) {
            if (!context.wants(entry.key)) {
                owed.drop(entry);
                context.errors().dropped(entry.db, entry.key);
            } else if (entry.db == DirtySet.ANY_DB && context.databases().all()) {
                ends.began();
                anyDatabase.add(new Item.Group(entry));
            } else {
                ends.began();
                int db =
                        entry.db == DirtySet.ANY_DB ? context.databases().list().get(0) : entry.db;
                items.add(Item.of(db, new Item.Group(entry)));
            }
        }
        if (!items.isEmpty()) {
            measureByDatabase(from, items);
        }
        if (!anyDatabase.isEmpty()) {
            waitingForDatabases.add(anyDatabase);
            from.databases();
        }
    }

    @Override
    public void databases(Collection<Integer> found) throws IOException {
        context.databases().saw(found);
        List<Item> items = new ArrayList<>();
        List<Item.Group> groups = waitingForDatabases.remove();
        for (int db : context.databases().list()) {
            for (Item.Group group : groups) {
                items.add(Item.of(db, group));
            }
        }
        measureByDatabase(requireNonNull(reader), items);
    }

    private static void measureByDatabase(AuthorityReader from, List<Item> items) throws IOException {
        int start = 0;
        for (int i = 1; i <= items.size(); i++) {
            if (i == items.size() || items.get(i).db != items.get(start).db) {
                from.measure(items.subList(start, i));
                start = i;
            }
        }
    }

    @Override
    public void page(int db, String cursor, List<byte[]> names) throws IOException {
        AuthorityReader from = requireNonNull(reader);
        List<Item> items = firstCopy.page(db, cursor, names);
        if (!resting && context.throttle().pipelined()) {
            // Before the keys of this page, so that the server always has the next one to look for.
            firstCopy.ask(from, context.throttle());
        }
        from.measurePage(items);
    }

    @Override
    public void measured(List<Item> items) throws IOException {
        requireNonNull(reader).dump(keys.measured(items));
    }

    @Override
    public void payload(Item item, RedisConnection from, long length) throws IOException {
        keys.payload(item, from, length);
    }

    @Override
    public void unsure(Item item) {
        ends.again(item);
    }

    @Override
    public void refused(Item item, RedisError error) throws IOException {
        ends.refused(item, error);
    }

    private void copyByType(FollowerLink to) throws IOException, SupersededException {
        while (ends.nextByType() != null) {
            // Another connection writes: nothing of the same key may be under way on this one.
            to.collectAll();
            // Removed afterwards: one in the middle of which a connection is lost must come again.
            requireNonNull(auxiliary).copyByType(keys, requireNonNull(ends.nextByType()));
            ends.removeByType();
        }
    }

    /** What does with the keys of a snapshot what this lane does with all. */
    RdbCopy.Target target() {
        return keys;
    }

    /** Ends the thread; waits for it a little. */
    void close() {
        closed = true;
        owed.wake();
        AuthorityReader from = reader;
        if (from != null) {
            from.close();
        }
        FollowerLink to = follower;
        if (to != null) {
            to.close();
        }
        LockSupport.unpark(thread);
        try {
            thread.join(TimeUnit.SECONDS.toMillis(3));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
