package io.segue.loadtest.mover;

import io.segue.controlplane.mover.redis.verify.KeyComparer;
import io.segue.controlplane.mover.redis.verify.VerifyContext;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.loadtest.redis.RedisServer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Two sides between which nothing moves by itself. Closes its servers. */
class StillSides implements VerifyContext, AutoCloseable {
    private final List<RedisServer> authority;
    private final List<RedisServer> follower;
    private final AtomicLong compared = new AtomicLong();

    StillSides(List<RedisServer> authority, List<RedisServer> follower) {
        this.authority = authority;
        this.follower = follower;
    }

    /** The node of a side that holds a key. */
    RedisServer server(Side side, byte[] key) {
        return servers(side).get(shardOf(side, key));
    }

    private List<RedisServer> servers(Side side) {
        return side == Side.AUTHORITY ? authority : follower;
    }

    @Override
    public int shards(Side side) {
        return servers(side).size();
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
        return ToyMover.connect(servers(side).get(shard));
    }

    @Override
    public List<Integer> databases() {
        return List.of(0);
    }

    @Override
    public KeyComparer comparer(int db) {
        return new KeyComparer() {
            @Override
            public boolean same(byte[] key) throws IOException {
                try (PlainComparer comparer = new PlainComparer(
                        open(Side.AUTHORITY, shardOf(Side.AUTHORITY, key), db),
                        open(Side.FOLLOWER, shardOf(Side.FOLLOWER, key), db),
                        compared)) {
                    return comparer.same(key);
                }
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public boolean sameDump(byte[] ours, byte[] theirs) {
        return false;
    }

    @Override
    public boolean isOwed(int db, byte[] key) {
        return false;
    }

    @Override
    public long changes(int db, byte[] key) {
        return 0;
    }

    @Override
    public boolean feedBarrier() {
        return true;
    }

    @Override
    public long settleMs() {
        return 0;
    }

    @Override
    public void markDirty(int db, byte[] key) {
        throw new AssertionError("nothing was to be repaired");
    }

    @Override
    public boolean skip(int db, byte[] key) {
        return false;
    }

    @Override
    public void throttle(long keys, long bytes) {}

    @Override
    public void close() {
        authority.forEach(RedisServer::close);
        follower.forEach(RedisServer::close);
    }
}
