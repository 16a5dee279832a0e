package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.DataMover.KeyFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Notes which of some keys are named as changed from one moment on, whether or not they are the mover's business meanwhile. Bounded: what is
 * beyond the bound, or went unnamed, makes it {@link #lost}. Thread-safe.
 */
final class Watch {
    private static final int MOST = 10_000;

    /** A key that was named; {@link DirtySet#ANY_DB} if the feed did not say where. */
    @SuppressWarnings("ArrayRecordComponent") // Equal by its bytes.
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

    private final KeyFilter keys;
    private final Set<Name> named = new HashSet<>();
    private @Nullable String lost;

    Watch(KeyFilter keys) {
        this.keys = keys;
    }

    /** A key was named. To be called before anybody decides whether it is the mover's business. */
    void changed(int db, byte[] key) {
        if (!keys.test(key)) {
            return;
        }
        synchronized (this) {
            if (named.size() < MOST) {
                named.add(new Name(db, key));
            } else {
                lost = "more keys changed than can be noted";
            }
        }
    }

    /** Keys may have changed that are not named. */
    synchronized void lose(String reason) {
        lost = reason;
    }

    /** Why it is not known in full what has changed; null if it is. */
    synchronized @Nullable String lost() {
        return lost;
    }

    /** What was named so far. */
    synchronized List<Name> named() {
        return new ArrayList<>(named);
    }
}
