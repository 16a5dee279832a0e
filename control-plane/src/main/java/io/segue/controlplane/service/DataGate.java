package io.segue.controlplane.service;

import io.segue.controlplane.mover.MoverStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys go from OLD to NEW: what OLD has of them must be on NEW, and no mover may write them any more.
 *
 * <p>The order matters. What is left is carried over first, for nothing new can come while the proxies hold; then the movers let go of
 * the keys, and only when nothing of theirs is under way may the decision fall: a copy that arrives later would overwrite what clients
 * have written on NEW.
 */
final class DataGate implements Gate {
    private static final Logger LOG = LoggerFactory.getLogger(DataGate.class);

    private final List<RunningMover> movers;
    private final Routing from;
    private final Routing to;
    private final Duration limit;
    private final boolean lenient;
    private boolean restricted;

    /**
     * A gate for one change.
     *
     * @param limit how long each of the two steps may take
     * @param lenient whether what is not carried over in time is given up: an operator has said so
     */
    DataGate(List<RunningMover> movers, Routing from, Routing to, Duration limit, boolean lenient) {
        this.movers = movers;
        this.from = from;
        this.to = to;
        this.limit = limit;
        this.lenient = lenient;
    }

    @Override
    public void pass() {
        long deadline = System.nanoTime() + limit.toNanos();
        for (RunningMover mover : movers) {
            if (mover.follows() && !mover.mover().drain(from.goingToNew(to), left(deadline))) {
                behind(mover);
            }
        }
        restricted = true;
        long released = System.nanoTime() + limit.toNanos();
        for (RunningMover mover : movers) {
            if (!mover.mover().restrict(to.onOld(), left(released))) {
                if (lenient) {
                    // It hangs on a server that does not answer: whatever it reads there later, it must not write any
                    // more.
                    LOG.warn(
                            "forced: the mover of {} does not come to rest and is closed",
                            mover.pair().getOldEndpoint());
                    mover.mover().close();
                    continue;
                }
                throw ServiceException.conflict("a write to " + mover.pair().getNewEndpoint()
                        + " was still unanswered after " + limit.toMillis()
                        + " ms, and could overwrite newer values there; try again (the change was undone)");
            }
        }
    }

    private void behind(RunningMover mover) {
        MoverStatus status = mover.mover().status();
        String message = "the data of " + mover.pair().getOldEndpoint() + " was not on "
                + mover.pair().getNewEndpoint() + " within " + limit.toMillis() + " ms: " + status.owed()
                + " changed keys are owed, " + status.settling() + " settle, the oldest for " + status.lagMs() + " ms";
        if (!lenient) {
            throw new ServiceException(
                    Code.CONFLICT,
                    message + "; try again when it has caught up (the change was undone)",
                    Map.of("owed", status.owed(), "settling", status.settling(), "lag_ms", status.lagMs()));
        }
        LOG.warn("forced: {}", message);
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
    }

    @Override
    public void undone() {
        if (restricted) {
            restricted = false;
            // Let go of for a moment in which they may have changed on OLD.
            takeBack(movers, from, limit, "the switch was undone");
        }
    }

    /** Has movers look after keys that they had let go of. */
    static void takeBack(List<RunningMover> movers, Routing now, Duration limit, String reason) {
        for (RunningMover mover : movers) {
            mover.mover().restrict(now.onOld(), limit);
            mover.mover().recheck(reason);
        }
    }
}
