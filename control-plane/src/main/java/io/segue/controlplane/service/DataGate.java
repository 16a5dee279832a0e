package io.segue.controlplane.service;

import io.segue.controlplane.mover.DataMover.KeyFilter;
import io.segue.controlplane.mover.MoverStatus;
import io.segue.core.verdict.Side;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys go from one side to the other: what the losing side has of them must be on the gaining one, no mover may write them there any more,
 * and from the first write on the losing side must follow. Both ways are the same with the roles swapped.
 *
 * <p>The order matters. What is left is carried over first, for nothing new can come while the proxies hold; then the mover lets go of the
 * keys, for a copy of its own that arrives later would overwrite what clients have written on the gaining side. If one of the keys has
 * changed after that, somebody writes past the proxies, and would go on doing it on the wrong side: the change is not made. The mover of the
 * other direction shows that it hears and can write before the decision falls, and takes the keys over when it has fallen and no proxy
 * knows of it yet. It need not compare anything: both sides are equal, and its feed has been on since before.
 */
final class DataGate implements Gate {
    private static final Logger LOG = LoggerFactory.getLogger(DataGate.class);

    private final List<RunningMover> movers;
    private final Routing from;
    private final Routing to;
    private final Duration limit;
    private final boolean lenient;
    private final boolean ends;
    /** When the proxies stop holding; of no concern to a lenient gate. */
    private long until;
    /** Movers that have let go of keys. */
    private final List<RunningMover> released = new ArrayList<>();
    /** Movers that have taken keys over. */
    private final List<RunningMover> taken = new ArrayList<>();

    private boolean gaveUp;

    /**
     * A gate for one change.
     *
     * @param limit how long each of the steps may take
     * @param lenient whether what is not carried over in time is given up: an operator has said so
     * @param ends whether nobody has to follow the gaining side afterwards
     */
    DataGate(List<RunningMover> movers, Routing from, Routing to, Duration limit, boolean lenient, boolean ends) {
        this.movers = List.copyOf(movers);
        this.from = from;
        this.to = to;
        this.limit = limit;
        this.lenient = lenient;
        this.ends = ends;
    }

    private List<RunningMover> following(Side authority) {
        return movers.stream().filter(one -> one.authority() == authority).toList();
    }

    @Override
    public boolean lenient() {
        return lenient;
    }

    @Override
    public void pass(Duration within) {
        until = System.nanoTime() + within.toNanos();
        for (Side losing : Side.values()) {
            if (from.leaves(losing, to)) {
                pass(losing, from.going(losing, to));
            }
        }
    }

    private void pass(Side losing, KeyFilter moving) {
        List<RunningMover> losers = following(losing);
        long deadline = deadline();
        for (RunningMover mover : losers) {
            if (mover.follows() && !mover.mover().drain(moving, left(deadline))) {
                behind(mover);
            }
        }
        long rest = deadline();
        for (RunningMover mover : losers) {
            release(mover, to.on(losing), rest);
        }
        long ready = deadline();
        for (RunningMover mover : ends ? List.<RunningMover>of() : following(losing.other())) {
            if (mover.follows() && !mover.mover().drain(moving, left(ready))) {
                deaf(mover);
            }
        }
        long last = deadline();
        for (RunningMover mover : losers) {
            if (mover.follows()) {
                mover.mover().bypass(left(last)).ifPresent(what -> bypassed(mover, what));
            }
        }
    }

    private void release(RunningMover mover, KeyFilter stays, long deadline) {
        released.add(mover);
        if (mover.mover().restrict(stays, left(deadline))) {
            return;
        }
        if (!lenient) {
            throw ServiceException.conflict(
                    "a write to " + mover.to() + " was still unanswered after " + limit.toMillis()
                            + " ms, and could overwrite newer values there; try again (the change was undone)");
        }
        // It hangs on a server that does not answer: whatever it reads there later, it must not write any more.
        LOG.warn("forced: the mover of {} does not come to rest and is closed", mover.from());
        mover.mover().close();
    }

    private void behind(RunningMover mover) {
        MoverStatus status = mover.mover().status();
        String message = "the data of " + mover.from() + " was not on " + mover.to() + " within " + limit.toMillis()
                + " ms: " + status.owed() + " changed keys are owed, " + status.settling()
                + " settle, the oldest for " + status.lagMs() + " ms";
        gaveUp = true;
        refuse(
                message + "; try again when it has caught up",
                Map.of("owed", status.owed(), "settling", status.settling(), "lag_ms", status.lagMs()));
    }

    private void deaf(RunningMover mover) {
        String reason = mover.mover().status().reason();
        refuse(
                "the way back from " + mover.from() + " to " + mover.to() + " did not answer within "
                        + limit.toMillis() + " ms" + (reason.isEmpty() ? "" : " (" + reason + ")")
                        + "; try again when it is up",
                Map.of());
    }

    private void bypassed(RunningMover mover, String what) {
        refuse(
                "somebody writes " + mover.from() + " past the proxies, and would go on there: while all of them held, "
                        + what + "; stop that writer and try again",
                Map.of("bypass", what));
    }

    /** Whether the operator's force has given up what was not carried over. */
    boolean gaveUp() {
        return gaveUp;
    }

    private void refuse(String message, Map<String, Object> details) {
        if (!lenient) {
            throw new ServiceException(Code.CONFLICT, message + " (the change was undone)", details);
        }
        LOG.warn("forced: {}", message);
    }

    @Override
    public void decided() {
        for (Side losing : Side.values()) {
            Side gaining = losing.other();
            if (!ends && from.leaves(losing, to)) {
                for (RunningMover mover : following(gaining)) {
                    taken.add(mover);
                    mover.mover().takeOver(to.on(gaining), "keys have come to " + gaining);
                }
            }
        }
    }

    @Override
    public void undone() {
        for (RunningMover mover : taken) {
            // Some proxy may have run the new plan for a moment.
            mover.mover().drain(to.on(mover.authority()), limit);
            mover.mover().restrict(from.on(mover.authority()), limit);
        }
        taken.clear();
        for (RunningMover mover : released) {
            mover.mover().takeOver(from.on(mover.authority()), "the switch was undone");
        }
        released.clear();
    }

    private long deadline() {
        long step = System.nanoTime() + limit.toNanos();
        return lenient || step - until < 0 ? step : until;
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
    }
}
