package io.segue.controlplane.mover.redis;

import static java.util.Objects.requireNonNull;

import io.segue.controlplane.mover.MoverFactory.Movement;
import io.segue.controlplane.mover.redis.psync.RdbHandler;
import io.segue.controlplane.mover.redis.psync.RdbValue;
import io.segue.controlplane.mover.redis.psync.Snapshot;
import io.segue.controlplane.mover.redis.value.PieceCopy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies what is in the authority's replication snapshot. A key that was named as changed since the snapshot was made may have been copied
 * in a newer state already: such keys are remembered, roughly, and read from the authority again instead of being taken from the snapshot. All but
 * {@link #offer} and {@link #named} belongs to the lane's thread.
 */
final class RdbCopy implements FirstCopy, RdbHandler {
    private static final int AT_ONCE = 512;
    private static final int BITS = 1 << 24;

    /** What a checkpoint says when all of a snapshot was copied. */
    static final ScanCopy.Progress DONE = new ScanCopy.Progress("snapshot", List.of(), "0");

    /** What the lane does with a key of the snapshot. */
    interface Target {
        void fromSnapshot(Item item, int type, RdbValue value) throws IOException;
    }

    private final MoverContext context;
    private final int shard;
    private @Nullable PsyncFeed feed;
    private final DirtySet owed;
    private final Object guard = new Object();
    private final BitSet named = new BitSet();
    private @Nullable Snapshot offered;
    private @Nullable Snapshot reading;
    private @Nullable Target target;
    private Item.Page page = new Item.Page(0, "");
    private boolean ended;
    private volatile boolean more;
    private volatile boolean collecting;
    private long took;
    private @Nullable IOException failure;
    private final List<Item> unsent = new ArrayList<>();

    /** @param applied whether an earlier process has copied all of it */
    RdbCopy(MoverContext context, int shard, DirtySet owed, boolean applied) {
        this.context = context;
        this.shard = shard;
        this.owed = owed;
        this.more = !applied;
    }

    /** Says where snapshots come from, and who copies. Before anything else. */
    void connect(PsyncFeed from, Target lane) {
        feed = from;
        target = lane;
    }

    /**
     * A snapshot comes. Any thread.
     *
     * @return false: the first copy is done; it is not needed, but for the comparison of everything that must follow
     */
    boolean offer(Snapshot snapshot) {
        synchronized (guard) {
            if (!more) {
                return false;
            }
            offered = snapshot;
            named.clear();
            collecting = true;
        }
        owed.wake();
        return true;
    }

    /** A key has changed since. Any thread. */
    void named(byte[] key) {
        if (collecting) {
            synchronized (guard) {
                named.set(bit(key));
            }
        }
    }

    private static int bit(byte[] key) {
        return ((Arrays.hashCode(key) * 0x9E3779B9) >>> 8) & (BITS - 1);
    }

    @Override
    public boolean ask(Pages from, Throttle throttle) throws IOException {
        synchronized (guard) {
            if (offered != null) {
                reading = offered;
                offered = null;
                ended = false;
            }
        }
        Snapshot now = reading;
        if (now == null || ended || owed.hasWork() || !throttle.allows() || !now.ready()) {
            return false;
        }
        page = new Item.Page(0, "");
        long began = System.nanoTime();
        try {
            took = 0;
            ended = !now.read(this, throttle.piece(AT_ONCE));
        } catch (IOException e) {
            // Another snapshot will come; what was copied of this one is overwritten by it.
            reading = null;
            boolean known = now.abandoned();
            now.close();
            if (!known) {
                requireNonNull(feed).resync();
            }
            return true;
        }
        throttle.spent(took, System.nanoTime() - began);
        context.counters().scanned((int) took);
        IOException broken = failure;
        if (broken != null) {
            failure = null;
            throw broken;
        }
        return true;
    }

    @Override
    public void entry(int db, byte[] key, long expireAtMs, int type, RdbValue value) {
        took++;
        if (!context.databases().all() && db != context.databases().list().get(0)) {
            return;
        }
        context.databases().saw(List.of(db));
        if (PieceCopy.isTemporary(key)) {
            return;
        }
        boolean changed;
        synchronized (guard) {
            changed = named.get(bit(key));
        }
        if (changed) {
            owed.owe(db, key);
            return;
        }
        Item item = Item.of(key, page(db));
        item.expiry = expireAtMs;
        if (failure == null) {
            try {
                requireNonNull(target).fromSnapshot(item, type, value);
                return;
            } catch (IOException e) {
                // Not to be thrown through the reader, which could not go on then.
                failure = e;
            }
        }
        unsent.add(item);
    }

    private Item.Page page(int db) {
        if (page.db != db) {
            page = new Item.Page(db, "");
        }
        return page;
    }

    @Override
    public List<Item> page(int db, String cursor, List<byte[]> keys) {
        throw new IllegalStateException("nobody asked for a page");
    }

    @Override
    public void collected() {
        Snapshot now = reading;
        if (now == null || !ended) {
            return;
        }
        // What of it could not be copied yet is named by no stream: that must be on record before the snapshot counts
        // as dealt with.
        context.save();
        try {
            requireNonNull(feed).applied(now);
            now.close();
        } catch (IOException e) {
            // It stays: another try at the next moment of rest.
            return;
        }
        reading = null;
        context.progress(shard, DONE);
        synchronized (guard) {
            if (offered == null) {
                collecting = false;
                more = false;
            }
        }
    }

    @Override
    public void goBack(List<Item> lost) {
        Snapshot now = reading;
        if (now != null && context.spec().movement() == Movement.SNAPSHOT) {
            // What the authority holds of these keys now is not of the snapshot's moment.
            now.rewind();
            ended = false;
            unsent.clear();
            return;
        }
        for (List<Item> items : List.of(lost, unsent)) {
            for (Item item : items) {
                if (item.page != null) {
                    owed.owe(item.db, item.key);
                    context.owes();
                }
            }
        }
        unsent.clear();
    }

    @Override
    public boolean wantsMore() {
        return more;
    }
}
