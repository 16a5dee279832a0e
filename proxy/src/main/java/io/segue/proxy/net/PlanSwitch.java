package io.segue.proxy.net;

import io.netty.channel.EventLoop;
import io.segue.proxy.config.ConfigRejectedException;
import io.segue.proxy.engine.MigrationState;
import io.segue.proxy.engine.Route;
import io.segue.proxy.session.Interlay;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes one interlay's route within this proxy so that no key has two authorities at any moment, and every write that its
 * two sides are to have reaches both.
 *
 * <ol>
 *   <li>If no key's authority moves, and none begins to be written on both sides, there is nothing to prepare.
 *   <li>Otherwise work on those keys waits in the sessions (the hold), reads too; everything else flows.
 *   <li>When what was under way before is through on both sides, and the ledger is empty, the route may be swapped. If the hold is only there
 *       because one side no longer takes over what the other cannot, no key's truth may be on the wrong side any more.
 *   <li>If an operator has demanded the change whatever is lost, the ledger is not looked at, and the limit ends the wait.
 *   <li>Else, if that does not come about within the limit, the hold ends and nothing has changed.
 * </ol>
 */
final class PlanSwitch {
    private static final Logger LOG = LoggerFactory.getLogger(PlanSwitch.class);
    private static final long LIMIT_MS = 3_000;
    private static final long LOOK_EVERY_MS = 2;
    /** How long work may be held in all, if the decision does not come. */
    private static final long HOLD_MS = 10_000;

    /** Tells every session of the interlay that the route changed. */
    interface SessionsTold {
        /** Completes when all know. */
        CompletionStage<Void> tell();
    }

    private final Interlay interlay;
    private final Route before;
    private final Route after;
    private final SessionsTold tellSessions;
    private final EventLoop timer;
    private volatile boolean inForce;

    /**
     * @param tellSessions tells every session of the interlay that the route changed; completes when all know
     * @param timer runs the waiting
     */
    PlanSwitch(Interlay interlay, Route after, SessionsTold tellSessions, EventLoop timer) {
        this.interlay = interlay;
        this.before = interlay.route();
        this.after = after;
        this.tellSessions = tellSessions;
        this.timer = timer;
    }

    /** Gets ready; fails with {@link ConfigRejectedException}, and nothing has changed then. */
    CompletionStage<Void> prepare() {
        inForce = true;
        Route holding = before.holding(after);
        if (!holding.holding()) {
            return CompletableFuture.completedFuture(null);
        }
        interlay.route(holding);
        timer.schedule(() -> overdue(holding), HOLD_MS, TimeUnit.MILLISECONDS);
        CompletableFuture<Void> ready = new CompletableFuture<>();
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MS);
        tellSessions.tell().whenComplete((done, failure) -> look(deadlineNs, ready));
        return ready;
    }

    private void overdue(Route holding) {
        if (interlay.route() == holding) {
            LOG.error(
                    "interlay {}: no decision after {} ms; what it would move is refused until it comes",
                    interlay.id(),
                    HOLD_MS);
            holding.decisionOverdue();
            tellSessions.tell();
        }
    }

    /** Whether it has been prepared and not been given up since. Of a hold that is not in force nothing may be concluded. */
    boolean inForce() {
        return inForce;
    }

    /** The route that it prepares. */
    Route after() {
        return after;
    }

    private void look(long deadlineNs, CompletableFuture<Void> ready) {
        MigrationState migration = before.migration();
        boolean quiet = interlay.underWayBefore() == 0;
        boolean settled = migration == null
                || migration.settled()
                || after.spec().acceptDivergence()
                || (migration.moved() == 0 && !before.needsEqualSides(after));
        if (quiet && settled) {
            ready.complete(null);
        } else if (System.nanoTime() > deadlineNs && after.spec().acceptDivergence()) {
            LOG.warn(
                    "interlay {}: the authority moves although {} requests did not finish, as the operator demanded",
                    interlay.id(),
                    interlay.underWayBefore());
            ready.complete(null);
        } else if (System.nanoTime() > deadlineNs) {
            ready.completeExceptionally(new ConfigRejectedException("interlay " + interlay.id() + ": "
                    + (quiet
                            ? (migration == null ? 0 : migration.divergent())
                                    + " keys are not known to be equal on both sides, and were not repaired"
                            : interlay.underWayBefore() + " requests did not finish")
                    + " within " + LIMIT_MS + " ms"));
        } else {
            timer.schedule(() -> look(deadlineNs, ready), LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
        }
    }

    /** Swaps the route and lets go what waits. */
    void commit() {
        MigrationState migration = after.migration();
        if (migration != null && migration == before.migration() && !after.takesOver()) {
            migration.giveUpMoves();
        }
        if (migration != null && after.widensDualWrites(before)) {
            // What was written on one side only is not on the other.
            migration.distrustEverything();
        }
        swap(after);
    }

    private void swap(Route to) {
        interlay.route(to);
        Set<Route> past = interlay.past();
        tellSessions.tell().whenComplete((done, failure) -> interlay.forgetIdle(past));
    }

    /** Goes back to the route before and lets go what waits. */
    void abort() {
        inForce = false;
        if (interlay.route() != before) {
            swap(before);
        }
    }
}
