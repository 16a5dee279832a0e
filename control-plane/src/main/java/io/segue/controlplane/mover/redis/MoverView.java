package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.redis.value.ValueCompare;
import io.segue.controlplane.mover.redis.verify.KeyComparer;
import io.segue.controlplane.mover.redis.verify.VerifyContext;
import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A running mover, as a comparison of both sides sees it. Thread-safe. */
final class MoverView implements VerifyContext {
    private static final long EXPIRY_TOLERANCE_MS = 5;
    private static final long DELIVERY_TOLERANCE_MS = 5;
    /** Owed keys at which a comparison waits: it must not find more than can be noted. */
    private static final long MOST_OWED = 50_000;

    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long BARRIER_NS = TimeUnit.SECONDS.toNanos(10);

    private final MoverContext context;
    private final Engine engine;
    private final BooleanSupplier doubtful;

    /** @param doubtful whether a comparison of everything is owed: then no difference means anything yet */
    MoverView(MoverContext context, Engine engine, BooleanSupplier doubtful) {
        this.context = context;
        this.engine = engine;
        this.doubtful = doubtful;
    }

    private RedisSide side(Side side) {
        return side == Side.AUTHORITY ? context.authoritySide() : context.followerSide();
    }

    @Override
    public int shards(Side side) {
        return side(side).nodes().size();
    }

    @Override
    public int shardOf(Side side, byte[] key) {
        return side(side).nodeOf(key);
    }

    @Override
    public boolean cluster(Side side) {
        return side(side).cluster();
    }

    @Override
    public RedisConnection open(Side side, int shard, int db) throws IOException {
        RedisConnection connection = side(side).open(shard, context.threadName("verify"));
        try {
            int there = side == Side.AUTHORITY ? db : context.databases().atFollower(db);
            connection.call("SELECT", Integer.toString(there));
            connection.send("CLIENT", "NO-TOUCH", "ON");
            connection.flush();
            connection.read();
            return connection;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public List<Integer> databases() throws IOException {
        if (!context.databases().all()) {
            return context.databases().list();
        }
        TreeSet<Integer> found = new TreeSet<>(context.databases().list());
        for (Side side : Side.values()) {
            try (RedisConnection connection = side(side).open(0, context.threadName("verify"))) {
                found.addAll(Facts.databases(connection));
            }
        }
        context.databases().saw(found);
        return new ArrayList<>(found);
    }

    @Override
    public KeyComparer comparer(int db) {
        return new ByType(db);
    }

    @Override
    public boolean sameDump(byte[] authority, byte[] follower) {
        return ValueCompare.sameDump(authority, follower);
    }

    @Override
    public boolean isOwed(int db, byte[] key) {
        return doubtful.getAsBoolean() || engine.owedOf(key).mayBeOnItsWay(db, key);
    }

    @Override
    public long changes(int db, byte[] key) {
        return engine.owedOf(key).version(key) + engine.feedLosses();
    }

    @Override
    public boolean feedBarrier() throws InterruptedException {
        return engine.barrier(BARRIER_NS);
    }

    @Override
    public void markDirty(int db, byte[] key) {
        engine.owedOf(key).owe(db, key);
    }

    @Override
    public boolean skip(int db, byte[] key) {
        return !context.wants(key) || context.standing().contains(db, key);
    }

    @Override
    public boolean extras() {
        return context.spec().mirrors();
    }

    @Override
    public long settleMs() {
        return engine.dualWrites() ? context.spec().settleMs() : 0;
    }

    @Override
    public void throttle(long keys, long bytes) throws InterruptedException {
        while (context.paused() || engine.owed() > MOST_OWED) {
            LockSupport.parkNanos(this, LOOK_NS);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Compares keys of one database, on connections of its own to the servers that hold them. */
    private final class ByType implements KeyComparer {
        private final int db;
        private final RedisConnection[] authority = new RedisConnection[shards(Side.AUTHORITY)];
        private final RedisConnection[] follower = new RedisConnection[shards(Side.FOLLOWER)];

        ByType(int db) {
            this.db = db;
        }

        @Override
        public boolean same(byte[] key) throws IOException {
            int there = side(Side.AUTHORITY).nodeOf(key);
            int here = side(Side.FOLLOWER).nodeOf(key);
            if (authority[there] == null) {
                authority[there] = open(Side.AUTHORITY, there, db);
            }
            if (follower[here] == null) {
                follower[here] = open(Side.FOLLOWER, here, db);
            }
            ValueCompare.Verdict verdict = new ValueCompare(
                            authority[there], follower[here], EXPIRY_TOLERANCE_MS, DELIVERY_TOLERANCE_MS)
                    .compare(key);
            return verdict == ValueCompare.Verdict.EQUAL || verdict == ValueCompare.Verdict.TTL;
        }

        @Override
        public void close() {
            for (RedisConnection[] all : List.of(authority, follower)) {
                for (RedisConnection connection : all) {
                    if (connection != null) {
                        connection.close();
                    }
                }
            }
        }
    }
}
