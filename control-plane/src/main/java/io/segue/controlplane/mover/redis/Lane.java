package io.segue.controlplane.mover.redis;

import static java.util.Objects.requireNonNull;

import io.segue.controlplane.mover.MoverFactory.Movement;
import io.segue.controlplane.mover.redis.psync.RdbValue;
import io.segue.controlplane.mover.redis.value.DumpPayload;
import io.segue.controlplane.mover.redis.value.PlainString;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisError;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one writer of the keys of one shard: a thread that takes owed keys and pages of the first copy, reads them at the authority and
 * writes them to the follower, strictly in order. When a connection is lost, everything that was under way is owed again, after the lost
 * connection was fenced at the follower.
 */
final class Lane implements Runnable, AuthorityReader.Sink, FollowerLink.Acknowledged, RdbCopy.Target {
    private static final int OWED_AT_ONCE = 256;
    private static final int MOST_UNDER_WAY = 1_024;
    private static final int MOST_STEPS = 8;
    /** Values that take more are copied in pieces: no server is kept busy with one of them, and none stands in memory as a whole. */
    private static final long LARGE = 1024 * 1024;
    /** Payloads of strings up to here are looked into: the value may be SET. */
    private static final int PLAIN = 4 * 1024;

    private static final int STRING = 0;
    /** What servers accept as one argument (proto-max-bulk-len). */
    private static final long LARGEST = 512L * 1024 * 1024;
    /** The same keys change again and again: waiting a little saves copies. */
    private static final long GATHER_NS = TimeUnit.MILLISECONDS.toNanos(3);

    private static final long SHORT_NS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long IDLE_NS = TimeUnit.MILLISECONDS.toNanos(50);
    /** How long a follower to which nothing is written may be gone unnoticed. */
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Why a key was left alone. */
    static final String KEPT = "stood on the follower before the copy, and was kept";

    private static final long FIRST_BACKOFF_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long MOST_BACKOFF_NS = TimeUnit.SECONDS.toNanos(30);

    private final MoverContext context;
    private final int shard;
    final DirtySet owed;
    final FirstCopy firstCopy;
    private final Thread thread;
    private final Queue<CompletableFuture<Void>> rests = new ConcurrentLinkedQueue<>();
    private final Queue<CompletableFuture<Void>> renewals = new ConcurrentLinkedQueue<>();
    private final ArrayDeque<List<Item.Group>> waitingForDatabases = new ArrayDeque<>();
    private final ArrayDeque<Item> byType = new ArrayDeque<>();
    /** What was under way on connections that are gone. */
    private final List<Item> lost = new ArrayList<>();

    private final @Nullable Streams streams;
    private volatile @Nullable AuthorityReader reader;
    private volatile @Nullable FollowerLink follower;
    private @Nullable Auxiliary auxiliary;
    private final PlainString plain = new PlainString();
    private final byte[] small = new byte[PLAIN];
    private boolean resting;
    /** Owed keys that were taken and are not through. */
    private int underWay;

    private long lastTaken;
    private long lookedAt;
    private volatile boolean closed;
    private volatile boolean connected;

    /** @param streams where to take note of streams; null where the feed names all their changes */
    Lane(MoverContext context, int shard, DirtySet owed, FirstCopy firstCopy, @Nullable Streams streams) {
        this.streams = streams;
        this.context = context;
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
        follower = new FollowerLink(to, context.databases(), context.fencedConnections(to, "lane-" + shard), this);
        auxiliary = new Auxiliary(context, shard);
        // Nothing of the connections before can arrive any more: what was under way is owed again.
        owed.takeBack();
        lost.addAll(byType);
        byType.clear();
        waitingForDatabases.clear();
        underWay = 0;
        firstCopy.goBack(List.copyOf(lost));
        lost.clear();
        context.connected(shard);
        for (int i = 0; i < wanted; i++) {
            CompletableFuture<Void> renewal = renewals.poll();
            if (renewal != null) {
                renewal.complete(null);
            }
        }
    }

    private void hangUp() {
        AuthorityReader from = reader;
        if (from != null) {
            from.close();
        }
        FollowerLink to = follower;
        if (to != null) {
            lost.addAll(to.pending());
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
        completeRests(waiting);
    }

    private void completeRests(int most) {
        for (int i = 0; i < most; i++) {
            CompletableFuture<Void> rest = rests.poll();
            if (rest == null) {
                return;
            }
            rest.complete(null);
        }
    }

    /**
     * Completes at a moment in which nothing is under way at either side, and after the follower has answered once more: it has not been
     * lost unnoticed then.
     */
    CompletableFuture<Void> rest() {
        CompletableFuture<Void> rest = new CompletableFuture<>();
        rests.add(rest);
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
        CompletableFuture<Void> renewal = new CompletableFuture<>();
        renewals.add(renewal);
        owed.wake();
        if (closed) {
            failWaiting();
        }
        return renewal;
    }

    /** Of what is on its way on connections that were closed, nobody knows. */
    private void failWaiting() {
        for (Queue<CompletableFuture<Void>> queue : List.of(rests, renewals)) {
            for (CompletableFuture<Void> one = queue.poll(); one != null; one = queue.poll()) {
                one.completeExceptionally(new IOException("the lane is closed"));
            }
        }
    }

    // ---- what to do next

    private boolean ask(AuthorityReader from) throws IOException, SupersededException {
        boolean asked = false;
        if ((owed.dualWrites() || owed.settling() > 0) && owed.hasWork()) {
            // Others write the follower too: these keys are compared, and copied under a watch, when nothing else is
            // under way.
            if (from.depth() == 0) {
                requireNonNull(follower).collectAll();
                requireNonNull(auxiliary).work(this, owed);
            }
            return true;
        }
        if (underWay < MOST_UNDER_WAY && owed.hasWork() && gathered(from)) {
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
                underWay++;
                anyDatabase.add(new Item.Group(entry));
            } else {
                underWay++;
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
    public void page(int db, String cursor, List<byte[]> keys) throws IOException {
        AuthorityReader from = requireNonNull(reader);
        List<Item> items = firstCopy.page(db, cursor, keys);
        if (!resting && context.throttle().pipelined()) {
            // Before the keys of this page, so that the server always has the next one to look for.
            firstCopy.ask(from, context.throttle());
        }
        from.measurePage(items);
    }

    // ---- one key

    @Override
    public void measured(List<Item> items) throws IOException {
        List<Item> wanted = new ArrayList<>(items.size());
        for (Item item : items) {
            if (item.refused) {
                continue;
            }
            if (item.expiry == Item.ABSENT) {
                gone(item);
            } else if (!context.wants(item.key)) {
                finish(item);
            } else if (context.conflict(item)) {
                byTypeOrKept(item);
            } else if (item.size > LARGE) {
                byType.add(item);
            } else {
                wanted.add(item);
            }
        }
        requireNonNull(reader).dump(wanted);
    }

    private void byTypeOrKept(Item item) throws IOException {
        if (context.keepsConflicts()) {
            context.errors().conflict(item, KEPT);
            finish(item);
        } else {
            byType.add(item);
        }
    }

    private void gone(Item item) throws IOException {
        if (item.page != null || context.standing().contains(item)) {
            // A page's key that has gone is named by the feed; one that only the follower has is not ours.
            finish(item);
        } else {
            requireNonNull(follower).remove(item);
        }
    }

    @Override
    public void payload(Item item, RedisConnection from, long length) throws IOException {
        FollowerLink to = requireNonNull(follower);
        if (length == RedisConnection.NULL) {
            gone(item);
            return;
        }
        if (streams != null && length > 0) {
            streams.saw(item.db, item.key, from.peek());
        }
        if (length > LARGE) {
            from.skip(length);
            byType.add(item);
            return;
        }
        if (length <= PLAIN && from.peek() == STRING && to.sets(item)) {
            setOrRestore(item, from, (int) length, to);
            return;
        }
        int version = context.followerSide().facts().rdbVersion();
        if (version >= context.authoritySide().facts().rdbVersion()) {
            to.restore(item, from, length);
            return;
        }
        byte[] payload = new byte[(int) length];
        fill(payload, from, (int) length);
        if (DumpPayload.knows(DumpPayload.type(payload), version) || isModule(DumpPayload.type(payload))) {
            to.restore(item, DumpPayload.restamp(payload, version), (int) length);
        } else {
            byType.add(item);
        }
    }

    private static void fill(byte[] payload, RedisConnection from, int length) throws IOException {
        for (int at = 0; at < length; ) {
            at += from.readSome(payload, at, length - at);
        }
    }

    private void setOrRestore(Item item, RedisConnection from, int length, FollowerLink to) throws IOException {
        fill(small, from, length);
        int version = context.followerSide().facts().rdbVersion();
        if (plain.ofPayload(small, length)) {
            to.set(item, plain);
        } else if (version >= context.authoritySide().facts().rdbVersion()) {
            to.restore(item, small, length);
        } else {
            to.restore(item, DumpPayload.restamp(Arrays.copyOf(small, length), version), length);
        }
    }

    /** A point-in-time copy must not read the authority again, later: it takes the value in one piece, as far as servers do. */
    private boolean wholly(RdbValue value) {
        return context.spec().movement() == Movement.SNAPSHOT && value.payloadLength() <= LARGEST;
    }

    /** A module's value says by itself what it is: the module at the follower takes it or not. */
    private static boolean isModule(int type) {
        return type == 6 || type == 7;
    }

    /** A key whose value is copied by type, or found equal. */
    void saw(Item item, int rdbType) {
        if (streams != null) {
            streams.saw(item.db, item.key, rdbType);
        }
    }

    /** A key that is a stream. */
    void sawStream(Item item) {
        if (streams != null) {
            streams.add(item.db, item.key);
        }
    }

    @Override
    public void fromSnapshot(Item item, int type, RdbValue value) throws IOException {
        int version = context.followerSide().facts().rdbVersion();
        if (!context.wants(item.key)) {
            finish(item);
        } else if (context.conflict(item)) {
            byTypeOrKept(item);
        } else if ((value.large() && !wholly(value))
                || (value.version() > version && !DumpPayload.knows(type, version) && !isModule(type))) {
            byType.add(item);
        } else if (requireNonNull(follower).sets(item) && value.plain(plain)) {
            requireNonNull(follower).set(item, plain);
        } else {
            requireNonNull(follower).restore(item, value, Math.min(version, value.version()));
        }
    }

    private void copyByType(FollowerLink to) throws IOException, SupersededException {
        while (!byType.isEmpty()) {
            // Another connection writes: nothing of the same key may be under way on this one.
            to.collectAll();
            // Removed afterwards: one in the middle of which a connection is lost must come again.
            requireNonNull(auxiliary).copyByType(this, byType.element());
            byType.remove();
        }
    }

    /** The key does not exist at the authority: it must not exist at the follower. */
    void removeNow(Item item) throws IOException {
        gone(item);
        requireNonNull(follower).collectAll();
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

    @Override
    public void unsure(Item item) {
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
