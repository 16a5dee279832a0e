package io.segue.loadtest.mover;

import io.segue.controlplane.mover.redis.verify.KeyComparer;
import io.segue.controlplane.mover.redis.verify.VerifyContext;
import io.segue.controlplane.redis.Push;
import io.segue.controlplane.redis.Redis;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisError;
import io.segue.loadtest.redis.RedisServer;
import io.segue.proto.v1.ConnectionConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * As little of a mover as a comparison needs: the authority names what changes (tracking), and each named key is copied after a random
 * delay, all by one thread.
 */
final class ToyMover implements VerifyContext, AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final List<Integer> DATABASES = List.of(0, 1);

    private final RedisServer authority;
    private final RedisServer follower;
    private final Random random;
    private final int delayMs;
    private final RedisConnection feed;
    private final Thread reader = new Thread(this::readFeed, "toy-feed");
    private final Thread copier = new Thread(this::copyAll, "toy-copier");
    private final AtomicLongArray changes = new AtomicLongArray(1 << 17);
    /** When to copy what is owed. */
    private final Map<Owed, Long> owed = new ConcurrentHashMap<>();

    private final Set<Owed> copying = ConcurrentHashMap.newKeySet();
    private final Set<Owed> held = ConcurrentHashMap.newKeySet();

    private final LinkedBlockingQueue<Boolean> pongs = new LinkedBlockingQueue<>();
    /** Keys whose changes get lost: the defect that a comparison is there for. */
    final Set<ByteBuffer> lost = ConcurrentHashMap.newKeySet();
    /** Keys left alone on purpose. */
    final Set<ByteBuffer> skipped = ConcurrentHashMap.newKeySet();
    /** Ids of connections that a comparison has opened, by side. */
    final Map<Side, List<String>> opened =
            Map.of(Side.AUTHORITY, new CopyOnWriteArrayList<>(), Side.FOLLOWER, new CopyOnWriteArrayList<>());

    final AtomicLong marked = new AtomicLong();
    final AtomicLong compared = new AtomicLong();
    final AtomicLong throttled = new AtomicLong();
    private volatile Pace pace = (keys, bytes) -> {};
    private volatile @Nullable KeyComparer comparer;
    private volatile int settleMs;
    private volatile boolean closed;

    ToyMover(RedisServer authority, RedisServer follower, int delayMs, long seed) throws IOException {
        this.authority = authority;
        this.follower = follower;
        this.delayMs = delayMs;
        this.random = new Random(seed);
        this.feed = connect(authority);
        feed.timeout(Duration.ZERO);
        feed.call("HELLO", "3");
        feed.call("CLIENT", "TRACKING", "ON", "BCAST");
        reader.setDaemon(true);
        copier.setDaemon(true);
        reader.start();
        copier.start();
    }

    static RedisConnection connect(RedisServer server) throws IOException {
        return Redis.open(
                ConnectionConfig.newBuilder()
                        .setHost("127.0.0.1")
                        .setPort(server.port())
                        .build(),
                TIMEOUT);
    }

    /** What {@link #throttle} does. */
    void pace(Pace value) {
        pace = value;
    }

    /** What compares by type; by default all of a value is read. */
    void comparer(KeyComparer value) {
        comparer = value;
    }

    /** From now on clients write both sides, the halves of a write this far apart at most; what changes is copied after that. */
    void dualWrites(int apartMs) {
        settleMs = apartMs;
    }

    // ---- the mover

    private void readFeed() {
        try {
            while (true) {
                Object reply = feed.read();
                if (reply instanceof Push push) {
                    named(push.items().get(1));
                } else {
                    pongs.add(true);
                }
            }
        } catch (IOException e) {
            if (!closed) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void named(@Nullable Object keys) {
        if (!(keys instanceof List<?> list)) {
            throw new IllegalStateException("a flush is not part of the play");
        }
        for (Object key : list) {
            if (key instanceof byte[] bytes
                    && !lost.contains(ByteBuffer.wrap(bytes))
                    && !new String(bytes, StandardCharsets.US_ASCII).startsWith(TEMPORARY)) {
                DATABASES.forEach(db -> changed(new Owed(db, bytes)));
            }
        }
    }

    private void changed(Owed key) {
        long due = System.nanoTime() + settleMs * 1_000_000L + (delayMs == 0 ? 0 : random(delayMs * 1_000_000));
        // Every change begins a new settle.
        owed.merge(key, due, settleMs == 0 ? Math::min : Math::max);
        changes.incrementAndGet(stripe(key.db(), key.bytes()));
    }

    private synchronized int random(int bound) {
        return random.nextInt(bound);
    }

    private void copyAll() {
        try (RedisConnection from = connect(authority);
                RedisConnection to = connect(follower)) {
            while (!closed) {
                DATABASES.forEach(db -> copyDue(db, from, to));
                TimeUnit.MICROSECONDS.sleep(500);
            }
        } catch (IOException | UncheckedIOException e) {
            if (!closed && authority.isAlive() && follower.isAlive()) {
                throw new IllegalStateException(e);
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private void copyDue(int db, RedisConnection from, RedisConnection to) {
        long now = System.nanoTime();
        List<Owed> due = new ArrayList<>();
        owed.forEach((key, at) -> {
            if (key.db() == db && at - now <= 0 && due.size() < 500) {
                due.add(key);
            }
        });
        copying.addAll(due);
        // One that has changed since stays owed, under dual writes, for a settle of its own.
        due.forEach(key -> owed.computeIfPresent(key, (k, at) -> at - now <= 0 ? null : at));
        try {
            copy(db, due, from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        copying.removeAll(due);
    }

    private static void copy(int db, List<Owed> keys, RedisConnection from, RedisConnection to) throws IOException {
        from.call("SELECT", Integer.toString(db));
        to.call("SELECT", Integer.toString(db));
        for (Owed key : keys) {
            from.send("MULTI");
            from.begin(2).arg("DUMP").arg(key.bytes());
            from.begin(2).arg("PTTL").arg(key.bytes());
            from.send("TIME");
            from.send("EXEC");
        }
        from.flush();
        for (Owed key : keys) {
            for (int i = 0; i < 4; i++) {
                from.read();
            }
            List<?> replies = (List<?>) from.read();
            if (replies == null || !(replies.get(0) instanceof byte[] payload)) {
                to.begin(2).arg("DEL").arg(key.bytes());
                continue;
            }
            long left = (Long) replies.get(1);
            List<?> time = (List<?>) replies.get(2);
            long at = left < 0 ? 0 : number(time.get(0)) * 1_000 + number(time.get(1)) / 1_000 + left;
            to.begin(6)
                    .arg("RESTORE")
                    .arg(key.bytes())
                    .arg(at)
                    .arg(payload)
                    .arg("REPLACE")
                    .arg("ABSTTL");
        }
        to.flush();
        for (int i = 0; i < keys.size(); i++) {
            if (to.read() instanceof RedisError error) {
                throw new IOException("a copy is refused: " + error.text());
            }
        }
    }

    private static long number(@Nullable Object text) {
        return Long.parseLong(new String((byte[]) text, StandardCharsets.US_ASCII));
    }

    /** The key is owed until {@link #release}. */
    void hold(int db, byte[] key) {
        held.add(new Owed(db, key));
    }

    /** Ends what {@link #hold} began. */
    void release(int db, byte[] key) {
        held.remove(new Owed(db, key));
    }

    // ---- what a comparison asks

    @Override
    public int shards(Side side) {
        return 1;
    }

    @Override
    public int shardOf(Side side, byte[] key) {
        return 0;
    }

    @Override
    public boolean cluster(Side side) {
        return false;
    }

    @Override
    public RedisConnection open(Side side, int shard, int db) throws IOException {
        RedisConnection connection = connect(side == Side.AUTHORITY ? authority : follower);
        connection.call("SELECT", Integer.toString(db));
        opened.get(side).add(String.valueOf(connection.call("CLIENT", "ID")));
        return connection;
    }

    @Override
    public List<Integer> databases() {
        return DATABASES;
    }

    @Override
    public KeyComparer comparer(int db) throws IOException {
        KeyComparer given = comparer;
        return given != null
                ? given
                : new PlainComparer(open(Side.AUTHORITY, 0, db), open(Side.FOLLOWER, 0, db), compared);
    }

    @Override
    public boolean sameDump(byte[] ours, byte[] theirs) {
        return false;
    }

    @Override
    public boolean isOwed(int db, byte[] key) {
        Owed asked = new Owed(db, key);
        // A key that leaves one of them is in the next already.
        return held.contains(asked) || owed.containsKey(asked) || copying.contains(asked);
    }

    @Override
    public long changes(int db, byte[] key) {
        return changes.get(stripe(db, key));
    }

    private int stripe(int db, byte[] key) {
        return Math.floorMod(31 * Arrays.hashCode(key) + db, changes.length());
    }

    @Override
    public boolean feedBarrier() throws InterruptedException {
        synchronized (pongs) {
            try {
                feed.send("PING");
                feed.flush();
            } catch (IOException e) {
                return false;
            }
            return pongs.poll(10, TimeUnit.SECONDS) != null;
        }
    }

    @Override
    public long settleMs() {
        return settleMs;
    }

    @Override
    public void markDirty(int db, byte[] key) {
        marked.incrementAndGet();
        changed(new Owed(db, key));
    }

    @Override
    public boolean skip(int db, byte[] key) {
        return skipped.contains(ByteBuffer.wrap(key));
    }

    @Override
    public void throttle(long keys, long bytes) throws InterruptedException {
        throttled.addAndGet(keys);
        pace.work(keys, bytes);
    }

    /** Whether nothing is owed. */
    boolean idle() {
        return owed.isEmpty() && copying.isEmpty();
    }

    /** Hangs up on whatever a comparison has open at a side. */
    void hangUp(Side side) {
        List<String> ids = new ArrayList<>(opened.get(side));
        opened.get(side).removeAll(ids);
        ids.forEach(id -> (side == Side.AUTHORITY ? authority : follower).call("CLIENT", "KILL", "ID", id));
    }

    @Override
    public void close() {
        closed = true;
        feed.close();
        try {
            copier.join();
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Holds work back. */
    interface Pace {
        void work(long keys, long bytes) throws InterruptedException;
    }

    /** A key of one database. */
    private static final class Owed {
        private final int db;
        private final byte[] bytes;

        Owed(int db, byte[] bytes) {
            this.db = db;
            this.bytes = bytes;
        }

        int db() {
            return db;
        }

        byte[] bytes() {
            return bytes;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Owed owed && owed.db == db && Arrays.equals(owed.bytes, bytes);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(bytes) + db;
        }
    }
}
