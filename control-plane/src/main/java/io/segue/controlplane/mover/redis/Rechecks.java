package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.Verification;
import io.segue.controlplane.mover.redis.verify.VerifyEngine;
import io.segue.controlplane.mover.redis.verify.VerifySettings;
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
    private long lastWanted;
    private long notBefore = System.nanoTime();

    /** Everything must be compared. Returns whether that is news. */
    synchronized boolean want(String reason) {
        boolean news = wanted == null;
        if (none()) {
            since = System.nanoTime();
        }
        wanted = reason;
        lastWanted = System.nanoTime();
        return news;
    }

    /** Whether none is owed or under way. */
    synchronized boolean none() {
        return wanted == null && running == null;
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
     * Begins one that is owed, or looks after the one that is under way.
     *
     * @param settleMs how long effects of dual writes from before may be under way; 0 if there are none
     */
    synchronized void step(MoverContext context, Engine lanes, long settleMs) {
        VerifyEngine now = engine;
        if (now == null) {
            // From the last reason on: several proxies that are lost at once make one comparison, and each has settled.
            boolean settled = System.nanoTime() - lastWanted > TimeUnit.MILLISECONDS.toNanos(settleMs);
            if (wanted != null && settled && System.nanoTime() - notBefore >= 0) {
                running = wanted;
                wanted = null;
                engine = VerifyEngine.recheck(new MoverView(context, lanes), VerifySettings.DEFAULT);
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

    /** Ends one that is under way; it is owed again. The lanes it works with are going to be closed. */
    void interrupt() {
        VerifyEngine now;
        synchronized (this) {
            now = engine;
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
