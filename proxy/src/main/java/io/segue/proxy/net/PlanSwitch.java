package io.segue.proxy.net;

import io.netty.channel.EventLoop;
import io.segue.core.planchange.HoldState;
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
 * two sides are to have reaches both. {@link HoldState} is how far it is.
 *
 * <ol>
 *   <li>If no key's authority moves, and none begins to be written on both sides, there is nothing to prepare.
 *   <li>Otherwise work on those keys waits in the sessions (the hold), reads too; everything else flows.
 *   <li>When what was under way before is through on both sides, no lost connection may still carry any of it ({@link Fences}), and the ledger is
 *       empty, the route may be swapped. If the hold is only there because one side no longer takes over what the other cannot, it is enough that
 *       no key's truth is on the wrong side any more.
 *   <li>If an operator has demanded the change whatever is lost, the ledger is not looked at, and the limit ends the wait.
 *   <li>Else, if that does not come about within the limit, the hold ends and nothing has changed.
 *   <li>If the decision is somebody else's and does not come, what waits is answered with an error, and the hold goes on.
 * </ol>
 */
final class PlanSwitch {
    private static final Logger LOG = LoggerFactory.getLogger(PlanSwitch.class);
    /** How long draining may take where this proxy decides by itself. */
    private static final long OWN_LIMIT_MS = 3_000;

    private static final long LOOK_EVERY_MS = 2;

    /** Tells every session of the interlay that the route changed. */
    interface SessionsTold {
        /** Completes when all know. */
        CompletionStage<Void> tell();
    }

    /**
     * How patient it is.
     *
     * @param holdMs how long work may wait for a decision of the control plane; 0: the decision is this proxy's own
     * @param readmitted whether the proxy was evicted: what it has noted about keys is void
     */
    record Limits(long holdMs, boolean readmitted) {}

    private final Interlay interlay;
    private final Route before;
    private final Route after;
    private final SessionsTold tellSessions;
    private final EventLoop timer;
    private final Fences fences;
    private final long drainMs;
    private final long holdMs;
    private final boolean readmitted;
    private HoldState state = HoldState.SERVING;
    private long heldSinceNs;
    private long heldUs;

    /**
     * @param tellSessions tells every session of the interlay that the route changed; completes when all know
     * @param timer runs the waiting
     */
    PlanSwitch(
            Interlay interlay, Route after, SessionsTold tellSessions, EventLoop timer, Fences fences, Limits limits) {
        this.interlay = interlay;
        this.before = interlay.route();
        this.after = after;
        this.tellSessions = tellSessions;
        this.timer = timer;
        this.fences = fences;
        this.holdMs = limits.holdMs;
        this.readmitted = limits.readmitted;
        // The rest of the time is for the others to say that they hold, and for the decision.
        this.drainMs = holdMs == 0 ? OWN_LIMIT_MS : Math.max(1, holdMs * 3 / 4);
    }

    /** Gets ready; fails with {@link ConfigRejectedException}, and nothing has changed then. */
    CompletionStage<Void> prepare() {
        move(HoldState.Event.HOLD);
        if (!hold()) {
            move(HoldState.Event.DRAINED);
            return CompletableFuture.completedFuture(null);
        }
        fences.lookForLeftovers(interlay.protocol(), before.writeServers());
        CompletableFuture<Void> ready = new CompletableFuture<>();
        long deadlineNs = heldSinceNs + TimeUnit.MILLISECONDS.toNanos(drainMs);
        tellSessions.tell().whenComplete((done, failure) -> look(deadlineNs, ready));
        return ready;
    }

    /** Goes on holding for the process before this one, which had got ready and may have said so. Nobody is served yet. */
    void resume() {
        move(HoldState.Event.RESUMED);
        hold();
    }

    /** Makes work wait; false: there is none that would have to. */
    private boolean hold() {
        Route holding = before.holding(after);
        if (!holding.holding()) {
            return false;
        }
        heldSinceNs = System.nanoTime();
        interlay.route(holding);
        interlay.holds().begin();
        if (holdMs > 0) {
            timer.schedule(() -> overdue(holding), holdMs, TimeUnit.MILLISECONDS);
        }
        return true;
    }

    private synchronized HoldState move(HoldState.Event event) {
        state = state.after(event);
        return state;
    }

    private synchronized HoldState state() {
        return state;
    }

    private void overdue(Route holding) {
        if (interlay.route() == holding && move(HoldState.Event.LIMIT) == HoldState.OVERDUE) {
            LOG.error(
                    "interlay {}: no decision after {} ms; what it would move is refused until it comes",
                    interlay.id(),
                    holdMs);
            holding.decisionOverdue();
            tellSessions.tell();
        }
    }

    /** Whether it has been prepared and not been given up since. Of a hold that is not in force nothing may be concluded. */
    boolean inForce() {
        return state() != HoldState.SERVING;
    }

    /** The route that it prepares. */
    Route after() {
        return after;
    }

    /** For how long it held work, in microseconds; 0 as long as it does, and if it never did. */
    synchronized long heldUs() {
        return heldUs;
    }

    private void look(long deadlineNs, CompletableFuture<Void> ready) {
        if (state() != HoldState.DRAINING) {
            ready.completeExceptionally(new ConfigRejectedException("interlay " + interlay.id() + ": given up"));
            return;
        }
        MigrationState migration = before.migration();
        int underWay = interlay.underWayBefore();
        int unknown = fences.unknown(before.writeServers());
        boolean forced = after.spec().acceptDivergence();
        boolean back = migration == null || (migration.moved() == 0 && !before.moves(after));
        boolean equal = back || forced || readmitted || (migration != null && migration.settled());
        boolean late = System.nanoTime() > deadlineNs;
        if (HoldState.mayAcknowledge(underWay, unknown, equal)) {
            move(HoldState.Event.DRAINED);
            ready.complete(null);
        } else if (late && forced) {
            LOG.warn(
                    "interlay {}: the authority moves although {} requests did not finish and {} connections were not fenced, as the"
                            + " operator demanded",
                    interlay.id(),
                    underWay,
                    unknown);
            move(HoldState.Event.DRAINED);
            ready.complete(null);
        } else if (late) {
            move(HoldState.Event.GAVE_UP);
            ready.completeExceptionally(new ConfigRejectedException(
                    "interlay " + interlay.id() + ": " + missing(underWay, unknown) + " within " + drainMs + " ms"));
        } else {
            timer.schedule(() -> look(deadlineNs, ready), LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
        }
    }

    private String missing(int underWay, int unknown) {
        if (underWay > 0) {
            return underWay + " requests did not finish";
        }
        if (unknown > 0) {
            return fences.describe(before.writeServers());
        }
        MigrationState migration = before.migration();
        return (migration == null ? 0 : migration.divergent())
                + " keys are not known to be equal on both sides, and were not repaired";
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
        end();
        swap(after);
    }

    private void swap(Route to) {
        interlay.route(to);
        Set<Route> past = interlay.past();
        tellSessions.tell().whenComplete((done, failure) -> interlay.forgetIdle(past));
    }

    private synchronized void end() {
        state = state.after(HoldState.Event.DECIDED);
        if (heldSinceNs != 0 && heldUs == 0) {
            heldUs = Math.max(1, TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - heldSinceNs));
            interlay.holds().end(heldUs);
        }
    }

    /** Goes back to the route before and lets go what waits. */
    void abort() {
        end();
        if (interlay.route() != before) {
            swap(before);
        }
    }
}
