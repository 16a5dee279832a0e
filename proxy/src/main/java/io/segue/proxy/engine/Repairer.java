package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.segue.core.operation.Bucket;
import io.segue.core.plan.Plan;
import io.segue.core.verdict.Side;
import io.segue.proxy.protocol.Protocol;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.protocol.ServerFacts;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.LoopStats;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.LaneProfile;
import io.segue.proxy.upstream.Lanes;
import io.segue.proxy.upstream.Loop;
import io.segue.proxy.upstream.ReplyHandler;
import io.segue.proxy.upstream.SharedLane;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works the ledger of one migration off while both sides answer: first ends the connections that may still have something of ours on the way,
 * then copies key by key, a bounded number at a time. Owes the ledger a sweep over both sides when it says everything is divergent.
 * Confined to one event loop.
 */
public final class Repairer {
    private static final Logger LOG = LoggerFactory.getLogger(Repairer.class);
    private static final long PERIOD_MS = 20;
    private static final int MOST_AT_ONCE = 2_000;
    private static final int MOST_READING = 64;
    private static final int MOST_LOOKED_AT = 10_000;
    private static final long SOON_MS = 10;
    private static final long MAX_BACKOFF_MS = 5_000;
    /** What a dual write may take longer than its timeout: ticks and a late flush. */
    private static final long SETTLE_MARGIN_MS = 150;

    /** What is known of a key that is not repaired yet. */
    private record Attempt(@Nullable KeyRepair running, int failures, long notBeforeMs) {}

    private final Loop loop;
    private final Lanes lanes;
    private final Supplier<Route> route;
    private final MigrationState migration;
    private final Protocol protocol;
    private final LoopStats stats;
    private final long settleMs;
    private final Map<Ledger.Key, Attempt> attempts = new HashMap<>();
    private final ScheduledFuture<?> timer;
    private final Sweep sweep;
    private Iterator<Ledger.Key> upNext = Collections.emptyIterator();
    private int fencing;
    private int running;
    private boolean stopped;

    /**
     * Starts at once; call on the loop of {@code lanes}.
     *
     * @param route the present route
     */
    public Repairer(Lanes lanes, Supplier<Route> route, MigrationState migration, LoopStats stats, Settings settings) {
        this.lanes = lanes;
        this.loop = lanes.loop();
        this.route = route;
        this.migration = migration;
        this.protocol = lanes.protocol();
        this.stats = stats;
        this.settleMs = settings.followerTimeoutMs() + SETTLE_MARGIN_MS;
        this.sweep = new Sweep(loop, protocol.keyCopy(), migration, key -> authority(key.bytes()));
        this.timer =
                loop.executor().scheduleAtFixedRate(this::workOrComplain, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    /** Ends it; what is under way comes to its end. Call on the loop. */
    public void stop() {
        stopped = true;
        timer.cancel(false);
    }

    /** A timer whose task fails does not come again: then nothing would ever be repaired. */
    private void workOrComplain() {
        try {
            loop.touch();
            work();
        } catch (RuntimeException e) {
            LOG.error("migration {}: the repair of keys failed", now(), e);
        }
    }

    private void work() {
        Route now = route.get();
        if (stopped
                || now.plan() == null
                || (migration.ledger().isEmpty() && migration.fences().isEmpty())) {
            attempts.keySet().removeIf(key -> migration.ledger().get(key) == null);
            return;
        }
        if (!fenced(now)) {
            return;
        }
        if (migration.ledger().everything()) {
            sweep.step(side -> now.writes(side).db(), (side, db) -> lane(now, side, db));
        }
        startRepairs(now);
    }

    private @Nullable Lane lane(Route now, Side side, int db) {
        return shared(now, side, db).healthy();
    }

    private SharedLane shared(Route now, Side side, int db) {
        int there = ClientLanes.databaseAt(now.writes(side), db);
        return lanes.shared(now.writes(side), LaneProfile.repair(there));
    }

    /** Whether no lost connection can do harm any more; ends those that could. */
    private boolean fenced(Route now) {
        Iterator<MigrationState.Fence> fences = migration.fences().iterator();
        while (fences.hasNext()) {
            MigrationState.Fence fence = fences.next();
            Lane lane = lane(now, fence.side(), 0);
            if (lane == null) {
                return false;
            }
            fences.remove();
            ServerFacts facts = lane.facts();
            boolean sameProcess = facts != null && facts.runId().equals(fence.runId());
            if (sameProcess) {
                fencing++;
                lane.send(new FenceReply(fence), protocol.keyCopy().kill(loop.alloc(), fence.connectionId()));
            }
        }
        return fencing == 0;
    }

    private void startRepairs(Route now) {
        long nowMs = System.currentTimeMillis();
        int reading = 0;
        // Goes on where it stopped the last time: keys that cannot be repaired now do not keep others waiting.
        if (!upNext.hasNext()) {
            upNext = migration.ledger().keys();
        }
        for (int looked = 0; looked < MOST_LOOKED_AT && upNext.hasNext(); looked++) {
            if (running >= MOST_AT_ONCE || reading >= MOST_READING) {
                return;
            }
            Ledger.Key key = upNext.next();
            Attempt attempt = attempts.get(key);
            KeyRepair repair = attempt == null ? null : attempt.running;
            if (repair != null && now.requiresBoth()) {
                hurry(key, repair);
            }
            if (repair != null || (attempt != null && nowMs < attempt.notBeforeMs)) {
                continue;
            }
            if (start(now, key, attempt)) {
                reading++;
            }
        }
    }

    /** A client may be waiting until the key has been copied once more. */
    private void hurry(Ledger.Key key, KeyRepair repair) {
        LedgerEntry entry = migration.ledger().get(key);
        if (entry != null && !entry.onProbation) {
            repair.hurry();
        }
    }

    private boolean start(Route now, Ledger.Key key, @Nullable Attempt attempt) {
        LedgerEntry entry = migration.ledger().get(key);
        Plan plan = now.plan();
        if (entry == null || plan == null) {
            return false;
        }
        if (entry.onProbation) {
            // Its repair ended before it was through: it may not be copied while it is written on both sides.
            migration.ledger().mark(key, entry.cause, entry.authority);
            return false;
        }
        long hash = Bucket.hash(key.bytes(), 0, key.bytes().length, plan.salt());
        Lane authority = lane(now, entry.authority, key.db());
        Lane follower = lane(now, entry.authority.other(), key.db());
        int failures = attempt == null ? 0 : attempt.failures;
        if ((!entry.moved && authority(key.bytes()) != entry.authority)
                || authority == null
                || follower == null
                || migration.stripes().busy(Stripes.of(hash))) {
            attempts.put(key, new Attempt(null, failures, System.currentTimeMillis() + SOON_MS));
            return false;
        }
        running++;
        KeyRepair repair = new KeyRepair(
                key,
                entry,
                loop,
                protocol.keyCopy(),
                authority,
                follower,
                migration,
                Stripes.of(hash),
                settleMs,
                this::done);
        attempts.put(key, new Attempt(repair, failures, 0));
        repair.start();
        return true;
    }

    private void done(KeyRepair repair, KeyRepair.Result result) {
        running--;
        long nowMs = System.currentTimeMillis();
        Attempt before = attempts.get(repair.key);
        int failures = before == null ? 0 : before.failures;
        switch (result) {
            case REPAIRED -> {
                attempts.remove(repair.key);
                stats.count(Counter.LEDGER_REPAIRED);
            }
            case CHANGED -> attempts.put(repair.key, new Attempt(null, 0, nowMs + SOON_MS));
            case FAILED -> {
                long wait = Math.min(MAX_BACKOFF_MS, SOON_MS << Math.min(failures + 2, 12));
                attempts.put(repair.key, new Attempt(null, failures + 1, nowMs + wait));
                note(repair);
                if (failures == 0) {
                    LOG.warn("migration {}: a key cannot be repaired yet: {}", now(), repair.failure());
                }
            }
        }
    }

    private void note(KeyRepair repair) {
        LedgerEntry entry = migration.ledger().get(repair.key);
        if (entry != null) {
            entry.failure = repair.failure();
        }
    }

    private String now() {
        Plan plan = route.get().plan();
        return plan == null ? "" : plan.migrationId();
    }

    private Side authority(byte[] key) {
        Route now = route.get();
        Plan plan = now.plan();
        if (plan == null) {
            return Side.OLD;
        }
        // Both sides of a key are written only where one and the same side is the authority for all its cells.
        return now.authority(plan.cells().ofKey(key));
    }

    /** Waits until a lost connection is known to be gone. */
    private final class FenceReply implements ReplyHandler {
        private final MigrationState.Fence fence;

        FenceReply(MigrationState.Fence fence) {
            this.fence = fence;
        }

        @Override
        public void onReply(Lane lane, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind) {
            if (last) {
                fencing--;
            }
        }

        @Override
        public void onLost(Lane lane, String reason, boolean maybeSent) {
            fencing--;
            migration.fences().add(fence);
        }

        @Override
        public void onOverdue(Lane lane, long ageNs) {
            if (ageNs > TimeUnit.SECONDS.toNanos(5)) {
                lane.fail("no answer to a fence for 5 s");
            }
        }
    }
}
