package io.segue.controlplane.mover.redis;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one shard, where the feed is tracking. What consumer groups do (XREADGROUP, XACK, XCLAIM …) changes a stream, and the server does
 * not name it; only its count of such calls grows. When it has grown, every known stream counts as changed: at once for a data gate and when
 * nothing more is done to groups, else not more often than the last round allows. Thread-safe.
 */
final class Streams {
    /** RDB types of streams. */
    private static final Set<Integer> TYPES = Set.of(15, 19, 21);

    private static final int MOST = 200_000;
    private static final long EVERY_NS = TimeUnit.MILLISECONDS.toNanos(500);
    /** The server's count is asked twice a second: once it has stood still for longer, groups are at rest, and nothing is gained by waiting. */
    private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(750);

    private final Set<ErrorKeys.Name> known = ConcurrentHashMap.newKeySet();
    private final BiConsumer<Integer, byte[]> change;
    private final BiPredicate<Integer, byte[]> owed;
    private final Runnable tooMany;
    private boolean pending;
    private boolean listed;
    private long pendingSince;
    private long lastChange;
    private boolean running;
    private long began = System.nanoTime();
    private long notBefore = began;

    /**
     * @param change marks a key as changed
     * @param owed whether a key is not carried over yet
     * @param tooMany is called when there are more than can be remembered
     */
    Streams(BiConsumer<Integer, byte[]> change, BiPredicate<Integer, byte[]> owed, Runnable tooMany) {
        this.change = change;
        this.owed = owed;
        this.tooMany = tooMany;
    }

    /** Takes note of a key, if its value is a stream. */
    void saw(int db, byte[] key, int type) {
        if (TYPES.contains(type)) {
            add(db, key);
        }
    }

    /** Takes note of a stream. */
    void add(int db, byte[] key) {
        if (known.size() >= MOST) {
            tooMany.run();
            return;
        }
        known.add(new ErrorKeys.Name(db, key));
    }

    /** All streams that stand at the authority are known, or will be seen by the first copy. Until then nobody can say which have changed. */
    synchronized void listed() {
        listed = true;
    }

    synchronized boolean isListed() {
        return listed;
    }

    /** Some group of some stream has done something. */
    synchronized void groupsChanged() {
        lastChange = System.nanoTime();
        if (!pending) {
            pending = true;
            pendingSince = lastChange;
        }
    }

    /** When something was done that no stream is marked for yet; null if nothing was. */
    synchronized @Nullable Long pendingSince() {
        return pending ? pendingSince : null;
    }

    /** Marks the streams, if it is time for that. */
    synchronized void tick() {
        long now = System.nanoTime();
        if (running && known.stream().noneMatch(name -> owed.test(name.db(), name.key()))) {
            running = false;
            // As much rest as work.
            notBefore = Math.max(began + EVERY_NS, now + (now - began));
        }
        boolean rested = !running && now - notBefore >= 0;
        boolean quiet = now - lastChange > QUIET_NS;
        if (pending && listed && (rested || quiet)) {
            mark();
        }
    }

    /**
     * Marks the streams now.
     *
     * @return false if something was done to a stream that may not be known yet
     */
    synchronized boolean flush() {
        if (pending && listed) {
            mark();
        }
        return !pending;
    }

    private void mark() {
        pending = false;
        running = true;
        began = System.nanoTime();
        known.forEach(name -> change.accept(name.db(), name.key()));
    }
}
