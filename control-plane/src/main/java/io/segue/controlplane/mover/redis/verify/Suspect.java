package io.segue.controlplane.mover.redis.verify;

import java.util.Comparator;

/** A key in doubt, and what has become of it so far. For one thread. */
final class Suspect {
    static final Comparator<Suspect> BY_DUE = (one, other) -> Long.signum(one.due - other.due);

    private static final long FIRST_PAUSE_NANOS = 2_000_000;
    private static final long LONGEST_PAUSE_NANOS = 250_000_000;

    final int db;
    final byte[] key;
    /** Count of named changes before the reads that are being judged. */
    long changes;
    /** What those reads have shown. */
    Sight sight = Sight.NOTHING;
    /** Reported as different, and given to the mover. */
    boolean repairing;
    /** How often it was given to the mover. */
    int repairs;

    private long since;
    private long due;
    private long pause = FIRST_PAUSE_NANOS;
    private int attempts;
    private boolean sighted;
    private long sightedAt;
    private long sightedChanges;

    Suspect(int db, byte[] key, long now) {
        this.db = db;
        this.key = key;
        this.since = now;
        this.due = now;
    }

    /** When to look at it again, by {@link System#nanoTime}. */
    long due() {
        return due;
    }

    /** To be looked at again, each time a little later. */
    void later(long now) {
        due = now + pause;
        pause = Math.min(LONGEST_PAUSE_NANOS, pause + pause / 2);
    }

    /** It was compared, and nothing could be said. */
    void attempted() {
        attempts++;
    }

    /**
     * It was found different and untouched.
     *
     * @param settleNanos how long it has to stay so
     * @return whether it has, all the while since an earlier look
     */
    boolean stillDifferent(long lookedAt, long now, long settleNanos) {
        if (settleNanos == 0) {
            return true;
        }
        if (sighted && sightedChanges == changes) {
            return lookedAt - sightedAt >= settleNanos;
        }
        sighted = true;
        sightedAt = now;
        sightedChanges = changes;
        return false;
    }

    /** To be looked at again once it has stayed different for long enough. */
    void afterSettle(long settleNanos) {
        due = sightedAt + settleNanos;
    }

    /** Whether it was in doubt for longer than one goes on trying. */
    boolean hopeless(long now, VerifySettings settings) {
        return attempts >= settings.attempts()
                || now - since > settings.settle().toNanos();
    }

    /** Given to the mover, now: a new doubt begins. */
    void repair(long now) {
        repairing = true;
        repairs++;
        since = now;
        sighted = false;
        attempts = 0;
        pause = FIRST_PAUSE_NANOS;
        later(now);
    }
}
