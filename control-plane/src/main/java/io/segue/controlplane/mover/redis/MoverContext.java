package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.DataMover.KeyFilter;
import io.segue.controlplane.mover.MoverFactory.MoverSpec;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.core.operation.Bucket;
import io.segue.proto.v1.ConflictRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the lanes, feeds and checks of one mover have in common. Thread-safe. */
final class MoverContext {
    private static final Logger LOG = LoggerFactory.getLogger(MoverContext.class);

    /** What lanes tell the mover. */
    interface Events {
        /** A connection was lost or refused; it is tried again. */
        void trouble(String reason);

        /** The mover cannot go on. */
        void failed(String reason);

        /** Any key may differ: everything must be compared. */
        void recheck(String reason);

        /** A server of the follower has lost what it had: nothing that was carried over can be relied on. */
        void followerLost(String reason);

        /** The layout of a cluster has changed: lanes must be made anew. */
        void layoutChanged();

        /** The authority's functions are others now. */
        void functionsChanged();

        /** A lane has its connections. */
        void connected();
    }

    private final MoverSpec spec;
    private final String token;
    private final Fence fence;
    private final Events events;
    private final Databases databases;
    private final StandingKeys standing;
    private final ErrorKeys errors;
    private final Throttle throttle;
    private final Counters counters;
    private final Checkpoint checkpoint;
    private volatile RedisSide authority;
    private volatile RedisSide follower;
    private volatile KeyFilter filter = KeyFilter.ALL;
    private volatile boolean paused;
    private volatile boolean draining;
    private volatile @Nullable Watch watch;
    private final Map<String, String> followerRuns = new ConcurrentHashMap<>();
    /** Whether {@link #followerRuns} has the nodes of an earlier process. */
    private final boolean knowsFollower;

    private final Map<Integer, String> authorityRuns = new ConcurrentHashMap<>();

    MoverContext(
            MoverSpec spec,
            Fence fence,
            Events events,
            RedisSide authority,
            RedisSide follower,
            Databases databases,
            StandingKeys standing,
            ErrorKeys errors,
            Throttle throttle,
            Counters counters,
            Checkpoint checkpoint) {
        this.spec = spec;
        this.token = pair(spec) + "-";
        this.fence = fence;
        this.events = events;
        this.authority = authority;
        this.follower = follower;
        this.databases = databases;
        this.standing = standing;
        this.errors = errors;
        this.throttle = throttle;
        this.counters = counters;
        this.checkpoint = checkpoint;
        this.followerRuns.putAll(checkpoint.followerRuns());
        this.knowsFollower = !followerRuns.isEmpty();
    }

    /**
     * What tells the movements of one migration apart: they may lead to the same server, and must neither end each other's connections nor
     * build values under each other's names.
     */
    static String pair(MoverSpec spec) {
        String both = spec.authority().getId() + '\n' + spec.follower().getId();
        byte[] bytes = both.getBytes(StandardCharsets.UTF_8);
        return Long.toHexString(Bucket.hash(bytes, 0, bytes.length, 0));
    }

    /** What the tokens of temporary names begin with, whatever mover of this movement uses them. */
    String token() {
        return token;
    }

    MoverSpec spec() {
        return spec;
    }

    Databases databases() {
        return databases;
    }

    StandingKeys standing() {
        return standing;
    }

    ErrorKeys errors() {
        return errors;
    }

    Throttle throttle() {
        return throttle;
    }

    Counters counters() {
        return counters;
    }

    RedisSide authoritySide() {
        return authority;
    }

    RedisSide followerSide() {
        return follower;
    }

    boolean paused() {
        return paused;
    }

    void paused(boolean on) {
        paused = on;
    }

    boolean draining() {
        return draining;
    }

    void draining(boolean on) {
        draining = on;
    }

    void filter(KeyFilter next) {
        filter = next;
    }

    /** Has changes noted by somebody, or by nobody any more. */
    void watch(@Nullable Watch next) {
        watch = next;
    }

    /** The feed has named a key, whether or not it is the mover's business. */
    void named(int db, byte[] key) {
        Watch watching = watch;
        if (watching != null) {
            watching.changed(db, key);
        }
    }

    /** Changes may go unnamed. */
    void unnamed(String reason) {
        Watch watching = watch;
        if (watching != null) {
            watching.lose(reason);
        }
    }

    /** Whether what belongs to no key is the mover's business. */
    boolean wantsKeyless() {
        return filter.keyless();
    }

    /** Whether the authority side is the truth for a key. */
    boolean wants(byte[] key) {
        return filter.test(key);
    }

    /** Whether the conflict rule has a say about a key. */
    boolean conflict(Item item) {
        return spec.rule() != ConflictRule.CONFLICT_RULE_REPLACE && standing.contains(item);
    }

    /** Whether the rule is to keep what stood on the follower; otherwise the two are merged. */
    boolean keepsConflicts() {
        return spec.rule() != ConflictRule.CONFLICT_RULE_MERGE;
    }

    String threadName(String part) {
        return "mover-" + spec.migration() + "-" + part;
    }

    /** A connection for reading a shard of the authority. */
    RedisConnection openAuthority(int shard) throws IOException {
        return authority.open(shard, fence.name("read-" + shard));
    }

    /** Connections for writing, one to each server of the follower, after everything older was ended there. */
    List<RedisConnection> fencedConnections(RedisSide side, String lane) throws IOException, SupersededException {
        List<RedisConnection> connections = new ArrayList<>();
        try {
            for (int node = 0; node < side.nodes().size(); node++) {
                RedisConnection connection = fence.open(side, node, lane);
                connections.add(connection);
                followerIs(side.nodes().get(node).toString(), Facts.ask(connection));
            }
            return connections;
        } catch (IOException | SupersededException | RuntimeException e) {
            connections.forEach(RedisConnection::close);
            throw e;
        }
    }

    /** A server that was started anew may have lost what was written to it. */
    private void followerIs(String node, Facts facts) throws IOException {
        if (!facts.primary()) {
            throw new IOException("the follower " + node + " is a replica (expected: a primary)");
        }
        String before = followerRuns.put(node, facts.runId());
        if (before == null ? knowsFollower : !before.equals(facts.runId())) {
            events.followerLost("the follower " + node + " was restarted or replaced");
        }
        checkpoint.followerRuns(followerRuns);
    }

    /** Takes note of which process serves a shard of the authority. */
    void authorityIs(int shard, Facts facts) throws IOException {
        authorityRuns.put(shard, facts.runId());
    }

    /** The process that serves a shard. */
    String runId(int shard) {
        return authorityRuns.getOrDefault(shard, "");
    }

    /** Looks at clusters again: keys may have moved between their servers. */
    void refreshLayout() throws IOException {
        if (follower.cluster()) {
            RedisSide now = RedisSide.look(spec.follower().getWriteConn(), RedisMover.TIMEOUT);
            boolean moved = !now.sameLayout(follower);
            follower = now;
            if (moved) {
                // A replica that has become a primary may lack what was acknowledged last.
                events.recheck("the layout of the follower's cluster has changed");
            }
        }
        if (authority.cluster()) {
            RedisSide now = RedisSide.look(spec.authority().getWriteConn(), RedisMover.TIMEOUT);
            if (!now.sameLayout(authority)) {
                events.layoutChanged();
                throw new IOException("the layout of the authority's cluster has changed");
            }
        }
    }

    void connected(int shard) {
        events.connected();
    }

    void trouble(IOException e) {
        String message = e.getMessage();
        events.trouble(message == null ? e.getClass().getSimpleName() : message);
        LOG.info("migration {}: {}", spec.migration(), e.toString());
    }

    void fail(String reason) {
        events.failed(reason);
    }

    void log(String what, RuntimeException e) {
        LOG.error("migration {}: {}", spec.migration(), what, e);
    }

    /** Keys are owed that no feed will name again; to be called after they were marked. */
    void owes() {
        checkpoint.owes();
    }

    /** Makes durable what {@link #owes} and {@link #progress} have said. */
    void save() {
        checkpoint.save(counters, errors);
    }

    Checkpoint checkpoint() {
        return checkpoint;
    }

    /** What the first copy of a shard must know. */
    ScanCopy.Place place(int shard) {
        return new ScanCopy.Place() {
            @Override
            public List<Integer> databases() {
                return databases.list();
            }

            @Override
            public String runId() {
                return MoverContext.this.runId(shard);
            }

            @Override
            public void came(int keys, long tookNs) {
                throttle.spent(keys, tookNs);
                counters.scanned(keys);
            }

            @Override
            public void progress(ScanCopy.Progress progress) {
                MoverContext.this.progress(shard, progress);
            }
        };
    }

    /** A shard's first copy has come further. */
    void progress(int shard, ScanCopy.Progress progress) {
        checkpoint.progress(authority.nodes().get(shard).toString(), progress);
    }
}
