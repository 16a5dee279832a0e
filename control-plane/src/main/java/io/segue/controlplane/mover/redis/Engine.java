package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.DataMover.KeyFilter;
import io.segue.controlplane.mover.MoverFactory.Movement;
import io.segue.controlplane.mover.redis.value.PieceCopy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The lanes and feeds of one layout of the authority, one of each for a shard. Thread-safe. */
final class Engine implements AutoCloseable {
    /** Owed keys that one shard may hold; beyond that everything is compared. */
    private static final int MOST_OWED = 400_000;

    private static final long LOSS = 1L << 40;

    private final MoverContext context;
    private final MoverContext.Events events;
    private final List<Lane> lanes = new ArrayList<>();
    private final List<Feed> feeds = new ArrayList<>();
    private final List<Streams> streams = new ArrayList<>();
    private final List<StreamSearch> searches = new ArrayList<>();
    private final Set<Integer> feedsUp = ConcurrentHashMap.newKeySet();
    /** Added to the count of every key's changes. */
    private final AtomicLong feedLosses = new AtomicLong();

    private volatile boolean lanesStarted;

    /**
     * Makes them; nothing is connected yet.
     *
     * @param psync whether the mover is a replica; else it is told by tracking
     * @throws IOException the mover's folder cannot be used
     */
    Engine(MoverContext context, MoverContext.Events events, Checkpoint checkpoint, boolean psync, boolean dualWrites)
            throws IOException {
        this.context = context;
        this.events = events;
        try {
            make(checkpoint, psync, dualWrites);
        } catch (IOException e) {
            // The folders of those that are made are in use.
            feeds.forEach(Feed::close);
            throw e;
        }
    }

    private void make(Checkpoint checkpoint, boolean psync, boolean dualWrites) throws IOException {
        int shards = context.authoritySide().nodes().size();
        long settleNs = TimeUnit.MILLISECONDS.toNanos(context.spec().settleMs());
        for (int shard = 0; shard < shards; shard++) {
            DirtySet owed = new DirtySet(
                    MOST_OWED / shards, settleNs, () -> events.recheck("more keys changed than can be noted"));
            owed.dualWrites(dualWrites);
            if (psync) {
                replicate(shard, owed, checkpoint);
            } else {
                track(shard, owed, checkpoint);
            }
        }
    }

    private boolean copies() {
        return context.spec().movement() != Movement.CHANGES_ONLY;
    }

    private void track(int shard, DirtySet owed, Checkpoint checkpoint) {
        ScanCopy.Progress progress = checkpoint.progress(node(shard));
        FirstCopy copy = copies() ? new ScanCopy(context.place(shard), progress) : new NoCopy();
        Streams known = new Streams(
                owed::changed,
                owed::owes,
                () -> events.failed(
                        "there are more streams than can be watched by tracking (expected: the feed psync)"));
        if (copies() && progress.runId().isEmpty()) {
            // The first copy comes by all of them.
            known.listed();
        } else {
            searches.add(new StreamSearch(context, shard, known));
        }
        streams.add(known);
        lanes.add(new Lane(context, shard, owed, copy, known));
        feeds.add(new TrackingFeed(
                context.threadName("feed-" + shard),
                () -> context.openAuthority(shard),
                listener(shard, owed, null, known)));
    }

    private void replicate(int shard, DirtySet owed, Checkpoint checkpoint) throws IOException {
        Path folder = context.spec().folder().resolve("psync-" + node(shard).replaceAll("[^A-Za-z0-9.-]", "_"));
        boolean applied = checkpoint.progress(node(shard)).equals(RdbCopy.DONE)
                || io.segue.controlplane.mover.redis.psync.Checkpoint.read(folder)
                        .map(at -> at.snapshotApplied())
                        .orElse(false);
        RdbCopy copy = copies() ? new RdbCopy(context, shard, owed, applied) : null;
        Lane lane = new Lane(context, shard, owed, copy == null ? new NoCopy() : copy, null);
        PsyncFeed feed = new PsyncFeed(
                context.threadName("psync-" + shard),
                () -> context.openAuthority(shard),
                context.authoritySide().config(shard),
                folder,
                listener(shard, owed, copy, null),
                snapshot -> copy != null && copy.offer(snapshot),
                !checkpoint.resumed(),
                context.throttle()::pauseAfter,
                events::functionsChanged,
                events::failed);
        if (copy != null) {
            copy.connect(feed, lane.target());
        }
        lanes.add(lane);
        feeds.add(feed);
    }

    private String node(int shard) {
        return context.authoritySide().nodes().get(shard).toString();
    }

    private Feed.FeedListener listener(int shard, DirtySet owed, @Nullable RdbCopy copy, @Nullable Streams known) {
        boolean follows = context.spec().movement() != Movement.SNAPSHOT;
        return new Feed.FeedListener() {
            @Override
            public void up() {
                feedsUp.add(shard);
                events.connected();
            }

            @Override
            public void down(String reason, boolean unnamed) {
                feedsUp.remove(shard);
                if (unnamed) {
                    feedLosses.addAndGet(LOSS);
                    context.unnamed("the change feed was lost");
                }
                events.trouble("the change feed: " + reason);
            }

            @Override
            public void changed(int db, byte[] key) {
                boolean elsewhere =
                        db != DirtySet.ANY_DB && !context.databases().moves(db);
                if (!follows || elsewhere || PieceCopy.isTemporary(key)) {
                    return;
                }
                if (copy != null) {
                    copy.named(key);
                }
                // In this order: whoever widens the work afterwards finds it in one place or the other.
                context.named(db, key);
                if (context.wants(key)) {
                    owed.changed(db, key);
                }
            }

            @Override
            public void groupsChanged() {
                if (known != null) {
                    known.groupsChanged();
                }
            }

            @Override
            public void everything(String reason) {
                context.unnamed(reason);
                if (follows) {
                    events.recheck(reason);
                }
            }
        };
    }

    void start() {
        feeds.forEach(Feed::start);
    }

    /** Starts the lanes once every feed is up: what is copied must not change unnoticed. */
    void tick() {
        if (!lanesStarted && feedsUp()) {
            lanesStarted = true;
            lanes.forEach(Lane::start);
            searches.forEach(StreamSearch::start);
        }
        streams.forEach(Streams::tick);
    }

    /** Whether every change is named now. */
    boolean feedsUp() {
        return feedsUp.size() == feeds.size();
    }

    /** Tells the feeds what has been carried over. */
    void carriedOver(@Nullable Long oldest, boolean clear) {
        feeds.forEach(feed -> feed.carriedOver(oldest, clear && copied()));
    }

    /** Whether every lane has its connections. */
    boolean connected() {
        return lanes.stream().allMatch(Lane::connected);
    }

    /** Whether the first copy is done. */
    boolean copied() {
        return lanes.stream().noneMatch(lane -> lane.firstCopy.wantsMore());
    }

    String feedName() {
        return feeds.get(0).name();
    }

    long owed() {
        return lanes.stream().mapToLong(lane -> lane.owed.size()).sum();
    }

    long settling() {
        return lanes.stream().mapToLong(lane -> lane.owed.settling()).sum();
    }

    /** What is owed. */
    Debt debt() {
        Debt debt = Debt.NONE;
        // Streams first: a change of theirs that is not pending any more is owed already.
        for (Streams known : streams) {
            Long since = known.pendingSince();
            debt = since == null ? debt : debt.since(since);
        }
        for (Lane lane : lanes) {
            debt = debt.plus(lane.owed.debt());
        }
        return debt;
    }

    /** Whether a failed key is still tried: no other one is in error. */
    boolean owes(ErrorKeys.Name name) {
        return owedOf(name.key()).owes(name.db(), name.key());
    }

    /** Makes every lane connect anew, when nothing is under way; completes when all have, and all that was taken before is owed again. */
    CompletableFuture<Void> renew() {
        return CompletableFuture.allOf(lanes.stream().map(Lane::renew).toArray(CompletableFuture<?>[]::new));
    }

    /** Grows, by a lot, whenever changes may have gone unnamed. */
    long feedLosses() {
        return feedLosses.get();
    }

    DirtySet owedOf(byte[] key) {
        return lanes.get(context.authoritySide().nodeOf(key)).owed;
    }

    void dualWrites(boolean on) {
        lanes.forEach(lane -> lane.owed.dualWrites(on));
    }

    /** Whether anybody else may be writing the follower. */
    boolean dualWrites() {
        return lanes.get(0).owed.dualWrites();
    }

    void expedite(@Nullable KeyFilter keys) {
        lanes.forEach(lane -> lane.owed.expedite(keys));
    }

    void wake() {
        lanes.forEach(lane -> lane.owed.wake());
    }

    /** Waits until everything that the authority had executed before this call has been named. */
    boolean barrier(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        for (Feed feed : feeds) {
            if (!feed.barrier(end - System.nanoTime())) {
                return false;
            }
        }
        boolean known = true;
        for (Streams all : streams) {
            known &= all.flush();
        }
        return known;
    }

    /** Waits until none of {@code keys} is owed, but for what the operator has accepted to be missing. */
    boolean awaitNothingOwed(KeyFilter keys, long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        for (Lane lane : lanes) {
            if (!lane.owed.awaitEmpty(end - System.nanoTime(), keys, context.errors()::isAcceptedAnywhere)) {
                return false;
            }
        }
        return true;
    }

    /** Waits for a moment, for each lane one of its own, in which nothing is under way. */
    boolean rest(long nanos) throws InterruptedException {
        List<CompletableFuture<Void>> rests = lanes.stream().map(Lane::rest).toList();
        try {
            CompletableFuture.allOf(rests.toArray(new CompletableFuture<?>[0])).get(nanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        }
    }

    @Override
    public void close() {
        searches.forEach(StreamSearch::close);
        feeds.forEach(Feed::close);
        lanes.forEach(Lane::close);
    }

    /** For movements that copy nothing but what changes. */
    private static final class NoCopy implements FirstCopy {
        @Override
        public boolean ask(Pages from, Throttle throttle) {
            return false;
        }

        @Override
        public List<Item> page(int db, String cursor, List<byte[]> keys) {
            throw new IllegalStateException("nobody asked for a page");
        }

        @Override
        public void collected() {
            // Nothing was asked for.
        }

        @Override
        public void goBack(List<Item> lost) {
            // Nothing was asked for.
        }

        @Override
        public boolean wantsMore() {
            return false;
        }
    }
}
