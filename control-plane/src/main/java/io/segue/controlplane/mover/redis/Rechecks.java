package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.Verification;
import io.segue.controlplane.mover.redis.verify.VerifyEngine;
import io.segue.controlplane.mover.redis.verify.VerifySettings;
import io.segue.core.movement.Settle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Comparisons of everything that are owed because changes may have been missed: one at a time, and another one when a reason comes up while one
 * is under way. What differs is given to the lanes. Thread-safe.
 */
final class Rechecks {
    private @Nullable String wanted;
    private @Nullable String running;
    private @Nullable VerifyEngine engine;
    private long since;
    /** When the last reason came up. */
    private long wantedAt;
    /** Grows with every reason. */
    private long reasons;

    private @Nullable CompletableFuture<Void> renewal;
    /** What {@link #reasons} was when {@link #renewal} was asked for. */
    private long renewedFor;

    private long notBefore = System.nanoTime();

    /** Everything must be compared. Returns whether that is news. */
    synchronized boolean want(String reason) {
        boolean news = wanted == null;
        wantedAt = System.nanoTime();
        reasons++;
        if (none()) {
            since = wantedAt;
        }
        wanted = reason;
        return news;
    }

    /** Whether none is owed or under way. */
    synchronized boolean none() {
        return wanted == null && running == null;
    }

    /** Changes with every reason: whoever has seen none before and after, and the same count, has seen none in between. */
    synchronized long reasons() {
        return reasons;
    }

    /** How long the oldest has been owed, milliseconds. */
    synchronized long ageMs() {
        return none() ? 0 : Math.max(1, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since));
    }

    /** Why everything is compared; empty if it is not. */
    synchronized String reason() {
        String why = running == null ? wanted : running;
        return why == null ? "" : "compares everything: " + why;
    }

    /**
     * Begins one that is owed, or looks after the one that is under way. Before it begins, effects of dual writes must have arrived, and everything
     * that the lanes had taken before the last reason must be through: a copy that lands after the look could undo what was seen, and one that was
     * read before counts for nothing. What lanes read from then on, they read on new connections, for a node that has failed over may still be there.
     *
     * @param settleMs how long effects of dual writes from before may be under way; 0 if there are none
     */
    synchronized void step(MoverContext context, Engine lanes, long settleMs) {
        VerifyEngine now = engine;
        if (now == null) {
            long time = System.nanoTime();
            boolean settled = Settle.over(time, wantedAt, TimeUnit.MILLISECONDS.toNanos(settleMs));
            if (wanted != null && settled && time - notBefore >= 0 && renewed(lanes)) {
                running = wanted;
                wanted = null;
                engine = VerifyEngine.recheck(new MoverView(context, lanes, () -> false), VerifySettings.DEFAULT);
            }
            return;
        }
        Verification.Result result = now.result();
        if (result.state() == Verification.State.RUNNING) {
            return;
        }
        engine = null;
        if (result.state() != Verification.State.DONE) {
            wanted = running;
            notBefore = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        } else if (wanted != null) {
            since = System.nanoTime();
        }
        running = null;
    }

    private boolean renewed(Engine lanes) {
        CompletableFuture<Void> now = renewal;
        if (now == null) {
            renewedFor = reasons;
            renewal = lanes.renew();
            return false;
        }
        if (!now.isDone()) {
            return false;
        }
        renewal = null;
        return !now.isCompletedExceptionally() && renewedFor == reasons;
    }

    /** Ends one that is under way; it is owed again. The lanes it works with are going to be closed. */
    void interrupt() {
        VerifyEngine now;
        synchronized (this) {
            now = engine;
            renewal = null;
            if (now != null) {
                wanted = running;
                running = null;
                engine = null;
            }
        }
        if (now != null) {
            now.cancel();
        }
    }
}
