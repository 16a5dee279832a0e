package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.DataMover.KeyFilter;
import io.segue.core.movement.KeyState;
import io.segue.core.movement.KeyState.Event;
import io.segue.core.movement.Settle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one shard that are not known to be equal, each with its {@link KeyState}: the feed puts them in, the lane takes them out.
 * Bounded: when more keys are owed than it may hold, it forgets them all and says that everything is owed. Thread-safe. Times are
 * those of {@link System#nanoTime}.
 */
final class DirtySet {
    /** A key of any database: the feed did not say which. */
    static final int ANY_DB = -1;

    /** Counters of changes, shared by keys: enough that a comparison is seldom put off because of another key. */
    private static final int STRIPES = 1 << 17;
    /** How long a key must be quiet before a comparison has a chance to mean something. */
    private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(20);

    /** How long beyond the settle a key may go without having been quiet. */
    private static final long HOT_NS = TimeUnit.MILLISECONDS.toNanos(300);

    private static final int MOST_UNCLEAR = 20;
    private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(40);

    private static final KeyFilter NONE = key -> false;

    /** With so many keys left it is cheap to look at all of them. */
    private static final int FEW = 1_000;

    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(2);

    /** One owed key. Guarded by the set's lock, but for the constants. */
    static final class Entry {
        final int db;
        final byte[] key;
        private final int hash;
        private KeyState state = KeyState.CLEAN;
        /** The oldest change that is not carried over yet. */
        private long first;
        /** The newest change. */
        private long last;
        /** The oldest change since it was taken, if there was one: what was read may lack it. */
        private long since;
        /** When it was taken last. */
        private long taken;
        /** Not to be taken before. */
        private long due;
        /** How often it was compared in a row without a result. */
        private int unclear;
        /** How often it has failed in a row. */
        private int failures;

        Entry(int db, byte[] key) {
            this.db = db;
            this.key = key;
            this.hash = 31 * Arrays.hashCode(key) + db;
        }

        /** How often it has failed in a row; for the thread that has taken it. */
        int failures() {
            return failures;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Entry entry && entry.db == db && Arrays.equals(entry.key, key);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    private final int limit;
    private final long settleNs;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition done = lock.newCondition();
    private final Map<Entry, Entry> entries = new HashMap<>();
    private final ArrayDeque<Entry> dirty = new ArrayDeque<>();
    private final ArrayDeque<Entry> settled = new ArrayDeque<>();
    private final PriorityQueue<Entry> later = new PriorityQueue<>(Comparator.comparingLong((Entry e) -> e.due));
    private final long[] versions = new long[STRIPES];
    private final Runnable overflow;
    private boolean dualWrites;
    private KeyFilter expedited = NONE;
    private boolean woken;
    private long settling;

    /**
     * @param limit how many keys it holds at most
     * @param settleNs how long an effect of a dual write may be under way
     * @param overflow is called, under the lock, when the limit was reached and all was forgotten; must not block
     */
    DirtySet(int limit, long settleNs, Runnable overflow) {
        this.limit = limit;
        this.settleNs = settleNs;
        this.overflow = overflow;
    }

    /** The feed has named a key. */
    void changed(int db, byte[] key) {
        mark(db, key, false);
    }

    /** A key must be copied, whoever found that out; counts as a change. */
    void owe(int db, byte[] key) {
        mark(db, key, true);
    }

    private void mark(int db, byte[] key, boolean copy) {
        Entry made = new Entry(db, key);
        long now = System.nanoTime();
        lock.lock();
        try {
            versions[stripe(key)]++;
            Entry entry = entries.get(made);
            if (entry == null) {
                if (entries.size() >= limit) {
                    forgetAll();
                    overflow.run();
                    return;
                }
                entry = made;
                entry.first = now;
                entries.put(entry, entry);
            }
            if (entry.state.after(Event.CHANGED, dualWrites) != entry.state) {
                entry.since = now;
            }
            entry.last = now;
            become(entry, entry.state.after(Event.CHANGED, dualWrites && !copy), now);
        } finally {
            lock.unlock();
        }
    }

    /** Puts an entry where its new state belongs; not before {@code due}, if it is a state to wait in. */
    private void become(Entry entry, KeyState next, long due) {
        KeyState before = entry.state;
        if (next == before) {
            return;
        }
        entry.state = next;
        if (before == KeyState.SETTLING) {
            settling--;
        }
        switch (next) {
            case CLEAN -> {
                entries.remove(entry);
                if (entries.isEmpty()) {
                    done.signalAll();
                }
            }
            case DIRTY -> {
                entry.due = due;
                queue(entry);
            }
            case SETTLING -> {
                settling++;
                entry.due = later(due, later(entry.first + settleNs, entry.last + QUIET_NS));
                queue(entry);
            }
            default -> {
                // Taken: in nobody's queue.
            }
        }
    }

    private void queue(Entry entry) {
        if (entry.due - System.nanoTime() > 0 && !expedited.test(entry.key)) {
            later.add(entry);
        } else if (entry.state == KeyState.DIRTY) {
            dirty.add(entry);
        } else {
            settled.add(entry);
        }
        work.signal();
    }

    /** Whether an entry is still the set's own, and not one from before everything was forgotten. */
    @SuppressWarnings("ReferenceEquality") // Another one of the same key is another one.
    private boolean holds(Entry entry) {
        return entries.get(entry) == entry;
    }

    private void forgetAll() {
        entries.clear();
        dirty.clear();
        settled.clear();
        later.clear();
        settling = 0;
        done.signalAll();
    }

    /** Takes the marks of at most {@code most} keys away: they are to be copied now. */
    List<Entry> take(int most) {
        return take(most, dirty, Event.TAKE);
    }

    /** At most {@code most} keys that have settled: they are to be compared now. */
    List<Entry> takeSettled(int most) {
        return take(most, settled, Event.COMPARE);
    }

    private List<Entry> take(int most, ArrayDeque<Entry> queue, Event event) {
        long now = System.nanoTime();
        List<Entry> taken = new ArrayList<>();
        lock.lock();
        try {
            promote(now);
            for (int looks = queue.size(); looks > 0 && taken.size() < most; looks--) {
                Entry entry = queue.remove();
                if (!holds(entry)) {
                    continue;
                }
                if (event == Event.COMPARE && wantsQuiet(entry, now)) {
                    entry.due = entry.last + QUIET_NS;
                    later.add(entry);
                    continue;
                }
                become(entry, entry.state.after(event, dualWrites), now);
                entry.taken = now;
                taken.add(entry);
            }
        } finally {
            lock.unlock();
        }
        return taken;
    }

    /** Whether a comparison had better wait. A key that is never quiet is compared all the same: the two would drift apart else. */
    private boolean wantsQuiet(Entry entry, long now) {
        return now - entry.last < QUIET_NS && now - entry.first <= settleNs + HOT_NS && !expedited.test(entry.key);
    }

    /** How long after its change a key is not late yet. */
    private long graceNs(Entry entry) {
        return switch (entry.state) {
            case SETTLING, COMPARING, COMPARING_CHANGED, COPYING_AMONG_OTHERS -> settleNs + HOT_NS;
            default -> 0;
        };
    }

    private void promote(long now) {
        for (Entry head = later.peek(); head != null && head.due - now <= 0; head = later.peek()) {
            later.remove();
            (head.state == KeyState.DIRTY ? dirty : settled).add(head);
        }
    }

    /** Whether something could be taken now. */
    boolean hasWork() {
        lock.lock();
        try {
            promote(System.nanoTime());
            return !dirty.isEmpty() || !settled.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** The follower has acknowledged the copy of a taken key. */
    void copied(Entry entry) {
        long now = System.nanoTime();
        lock.lock();
        try {
            if (!holds(entry)) {
                return;
            }
            KeyState next = entry.state.after(Event.DONE, dualWrites);
            entry.failures = 0;
            long due = now;
            if (next == KeyState.SETTLING) {
                // What was under way when the copy was made may arrive after it. What was named by more than the settle
                // before
                // it was not, and is in it.
                entry.first = later(entry.first, entry.taken - settleNs);
                entry.last = now;
                due = now + settleNs;
            } else if (next == KeyState.DIRTY) {
                entry.first = entry.since;
            }
            become(entry, next, due);
        } finally {
            lock.unlock();
        }
    }

    private static long later(long one, long other) {
        return one - other > 0 ? one : other;
    }

    /**
     * A taken key could not be copied or compared: it comes again after {@code backoffNs}.
     *
     * @param counts whether something is wrong with it
     */
    void failed(Entry entry, long backoffNs, boolean counts) {
        long now = System.nanoTime();
        lock.lock();
        try {
            if (!holds(entry)) {
                return;
            }
            if (counts) {
                entry.failures++;
            }
            become(entry, entry.state.after(Event.FAILED, dualWrites), now + backoffNs);
        } finally {
            lock.unlock();
        }
    }

    /**
     * What the comparison of a taken key has shown.
     *
     * @param began when its reads began: changes before that by more than the settle are carried over if the two are alike
     */
    void compared(Entry entry, boolean equal, long began) {
        long now = System.nanoTime();
        lock.lock();
        try {
            if (!holds(entry)) {
                return;
            }
            entry.failures = 0;
            long due = now;
            boolean early = dualWrites && !expedited.test(entry.key) && !Settle.over(began, entry.last, settleNs);
            boolean unclear = entry.state == KeyState.COMPARING_CHANGED
                    || (!equal && began - entry.last < QUIET_NS && !expedited.test(entry.key));
            entry.unclear = unclear ? entry.unclear + 1 : 0;
            if (unclear && entry.unclear <= MOST_UNCLEAR) {
                // What differs may be an effect that is a moment behind.
                become(entry, entry.state.after(Event.FAILED, dualWrites), now + LOOK_AGAIN_NS);
                return;
            }
            if (unclear) {
                // Never alike, never quiet: better copied than left to drift apart.
                entry.unclear = 0;
                entry.state = KeyState.COMPARING;
                become(entry, entry.state.after(Event.DIFFERENT, dualWrites), now);
                return;
            }
            if (equal && early) {
                // Alike in that moment, but written so lately that an effect may still be under way.
                entry.first = later(entry.first, began - settleNs);
                due = now + Settle.remainingNs(now, entry.last, settleNs);
            }
            become(entry, entry.state.after(equal ? Event.EQUAL : Event.DIFFERENT, early), due);
        } finally {
            lock.unlock();
        }
    }

    /** A taken key is none of the mover's business any more. */
    void drop(Entry entry) {
        lock.lock();
        try {
            if (entries.remove(entry, entry) && entries.isEmpty()) {
                done.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Says whether anybody else may be writing the follower from now on. */
    void dualWrites(boolean on) {
        lock.lock();
        try {
            dualWrites = on;
        } finally {
            lock.unlock();
        }
    }

    boolean dualWrites() {
        lock.lock();
        try {
            return dualWrites;
        } finally {
            lock.unlock();
        }
    }

    /** Until called with null, these keys wait for no settle and no back-off: for a moment in which nobody writes them. */
    void expedite(@Nullable KeyFilter keys) {
        lock.lock();
        try {
            expedited = keys == null ? NONE : keys;
            if (keys != null) {
                List<Entry> waiting = new ArrayList<>(later);
                later.clear();
                waiting.forEach(this::queue);
            }
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there is something to take, {@link #wake} is called, or the time is over. */
    void awaitWork(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        lock.lock();
        try {
            while (!woken) {
                long now = System.nanoTime();
                promote(now);
                if (!dirty.isEmpty() || !settled.isEmpty() || end - now <= 0) {
                    return;
                }
                Entry next = later.peek();
                long until = next == null || next.due - end > 0 ? end : next.due;
                work.awaitNanos(Math.max(1, until - now));
            }
        } finally {
            woken = false;
            lock.unlock();
        }
    }

    /** Ends a wait of the lane. */
    void wake() {
        lock.lock();
        try {
            woken = true;
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until none of {@code keys} is owed, but for those that have failed and are {@code accepted} to be missing.
     *
     * @param accepted pure and quick
     */
    boolean awaitEmpty(long nanos, KeyFilter keys, KeyFilter accepted) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        lock.lock();
        try {
            while (entries.values().stream()
                    .anyMatch(entry -> keys.test(entry.key) && (entry.failures == 0 || !accepted.test(entry.key)))) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                done.awaitNanos(Math.min(left, entries.size() < FEW ? LOOK_NS : 10 * LOOK_NS));
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a key is owed or under way. */
    boolean owes(int db, byte[] key) {
        lock.lock();
        try {
            return entries.containsKey(new Entry(db, key)) || entries.containsKey(new Entry(ANY_DB, key));
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #owes}, but for keys that have failed: of them it is known that they are not carried over. */
    boolean mayBeOnItsWay(int db, byte[] key) {
        lock.lock();
        try {
            for (int one : new int[] {db, ANY_DB}) {
                Entry entry = entries.get(new Entry(one, key));
                if (entry != null && entry.failures == 0) {
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Changes with every mark of the key; other keys change it too, sometimes. */
    long version(byte[] key) {
        lock.lock();
        try {
            return versions[stripe(key)];
        } finally {
            lock.unlock();
        }
    }

    private static int stripe(byte[] key) {
        int hash = Arrays.hashCode(key) * 0x9E3779B9;
        return hash >>> 15;
    }

    /** Whether {@code entry} was changed after it was taken: what was read of it may be out of date. */
    boolean changedSinceTaken(Entry entry) {
        lock.lock();
        try {
            return entry.state == KeyState.COMPARING_CHANGED || entry.state == KeyState.COPYING_CHANGED;
        } finally {
            lock.unlock();
        }
    }

    /** Everything taken goes back: the connections they were copied on are gone and fenced. */
    void takeBack() {
        long now = System.nanoTime();
        lock.lock();
        try {
            for (Entry entry : List.copyOf(entries.values())) {
                boolean taken = entry.state != KeyState.DIRTY && entry.state != KeyState.SETTLING;
                if (taken) {
                    become(entry, entry.state.after(Event.FAILED, dualWrites), now);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Keys owed, whatever their state. */
    int size() {
        lock.lock();
        try {
            return entries.size();
        } finally {
            lock.unlock();
        }
    }

    /** Keys that wait for their comparison. */
    long settling() {
        lock.lock();
        try {
            return settling;
        } finally {
            lock.unlock();
        }
    }

    /** What is owed, in one moment. Goes over all entries. */
    Debt debt() {
        lock.lock();
        try {
            Debt debt = Debt.NONE;
            for (Entry entry : entries.values()) {
                debt = entry.failures > 0
                        ? debt.plus(Debt.ONE_FAILING)
                        : debt.since(entry.first, entry.first + graceNs(entry));
            }
            return debt;
        } finally {
            lock.unlock();
        }
    }
}
