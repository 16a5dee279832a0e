package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.DataMover.ErrorKey;
import io.segue.controlplane.mover.DataMover.KeyFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keys that could not be copied, with the reason, and keys that the conflict rule left alone. Of each kind a bounded number is listed; all are
 * counted as long as they are listed, and a flood beyond that is counted apart. Thread-safe.
 */
final class ErrorKeys {
    private static final int MOST_LISTED = 10_000;

    /** Identifies a key. */
    @SuppressWarnings("ArrayRecordComponent") // Compared by content below.
    record Name(int db, byte[] key) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Name name && name.db == db && Arrays.equals(name.key, key);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(key) + db;
        }
    }

    private final Map<Name, ErrorKey> failed = new LinkedHashMap<>();
    private final Map<Name, ErrorKey> conflicts = new LinkedHashMap<>();
    private final Set<Name> accepted = new HashSet<>();
    private long moreConflicts;

    /** A key could not be copied; it will be tried again. */
    synchronized void failed(Item item, String reason) {
        Name name = new Name(item.db, item.key);
        ErrorKey before = failed.get(name);
        if (before == null && failed.size() >= MOST_LISTED) {
            // It stays owed all the same, and that keeps the movement from being caught up.
            return;
        }
        long since = before == null ? System.currentTimeMillis() : before.sinceMs();
        int attempts = before == null ? 1 : before.attempts() + 1;
        failed.put(name, new ErrorKey(item.db, item.key, reason, false, since, attempts));
    }

    /** A key was left alone by the rule. */
    synchronized void conflict(Item item, String kept) {
        Name name = new Name(item.db, item.key);
        if (conflicts.containsKey(name)) {
            return;
        }
        if (conflicts.size() >= MOST_LISTED) {
            moreConflicts++;
            return;
        }
        conflicts.put(name, new ErrorKey(item.db, item.key, kept, true, System.currentTimeMillis(), 1));
    }

    /** A key is as it should be. */
    synchronized void solved(Item item) {
        if (!failed.isEmpty()) {
            failed.remove(new Name(item.db, item.key));
        }
    }

    /** Forgets failed keys that nobody tries any more: they are found again if anything is wrong with them. */
    synchronized void keep(Predicate<Name> tried) {
        failed.keySet().removeIf(name -> !tried.test(name));
    }

    /** A key, of one database or of {@link DirtySet#ANY_DB}, is none of the mover's business any more. */
    synchronized void dropped(int db, byte[] key) {
        failed.keySet().removeIf(name -> (db == DirtySet.ANY_DB || name.db == db) && Arrays.equals(name.key, key));
    }

    /** Keys other than these are none of the mover's business any more. */
    synchronized void retain(KeyFilter keys) {
        failed.keySet().removeIf(name -> !keys.test(name.key));
    }

    /** Whether there may be more than are listed. */
    synchronized boolean full() {
        return failed.size() >= MOST_LISTED;
    }

    /** At most {@code most}, those that could not be copied first. */
    synchronized List<ErrorKey> list(int most) {
        List<ErrorKey> list = new ArrayList<>();
        failed.values().stream().limit(most).forEach(list::add);
        conflicts.values().stream().limit(most - list.size()).forEach(list::add);
        return list;
    }

    /** Those listed now are known to be missing. */
    synchronized void accept() {
        accepted.addAll(failed.keySet());
    }

    /** What was accepted. */
    synchronized List<Name> accepted() {
        return List.copyOf(accepted);
    }

    /** What was accepted before a restart. */
    synchronized void accept(List<Name> names) {
        accepted.addAll(names);
    }

    /** Whether the operator knows that this key is missing, in whatever database. */
    synchronized boolean isAcceptedAnywhere(byte[] key) {
        return !accepted.isEmpty() && accepted.stream().anyMatch(name -> Arrays.equals(name.key, key));
    }

    /** Keys that could not be copied and were not accepted. */
    synchronized long count() {
        return failed.keySet().stream().filter(name -> !accepted.contains(name)).count();
    }

    /** Keys that could not be copied and were accepted. */
    synchronized long acceptedCount() {
        return failed.keySet().stream().filter(accepted::contains).count();
    }

    /** Keys that the rule left alone, as far as seen. */
    synchronized long conflicts() {
        return conflicts.size() + moreConflicts;
    }
}
