package io.segue.core.planchange;

/**
 * How a proxy stands with the keys that a change would move.
 *
 * <pre>
 *   SERVING ──hold──► DRAINING ──nothing is under way, nothing unknown──► HELD ──the limit is over──► OVERDUE
 *      ▲                 │                                                 │                            │
 *      ├─────────────────┘ it takes too long: refused                      │                            │
 *      └───────────────────────────decided, one way or the other───────────┴────────────────────────────┘
 * </pre>
 *
 * <p>A proxy that has said that it holds never goes back by itself. It may have missed the decision: past the limit it answers with an
 * error, and waits to be told.
 */
public enum HoldState {
    /** Requests are served by the plan that runs. */
    SERVING,
    /** New ones wait; those from before are still under way. The control plane has not been told that this proxy holds. */
    DRAINING,
    /** New ones wait; nothing is under way. The control plane may have been told. */
    HELD,
    /** As {@link #HELD}, but nobody is made to wait any longer. */
    OVERDUE;

    /** What has happened. */
    public enum Event {
        /** The control plane has asked for the hold, and it is kept on disk. */
        HOLD,
        /**
         * A new process has found on its disk that the one before held: that one had drained, and may have said so, so this one must not
         * serve by the plan before.
         */
        RESUMED,
        /** {@link #mayAcknowledge} has become true. */
        DRAINED,
        /** That did not come about in time; the control plane is told that this proxy cannot hold. */
        GAVE_UP,
        /** A request has waited for the longest time that it may. */
        LIMIT,
        /** The control plane has said what was decided. */
        DECIDED
    }

    /** What becomes of a request for a key that moves. */
    public enum Answer {
        /** It is served. */
        SERVE,
        /** It waits. */
        PARK,
        /** It is answered with an error: nobody knows where its key belongs. */
        REFUSE
    }

    /**
     * The state after {@code event}.
     *
     * @throws IllegalStateException this cannot happen here: a defect of the caller
     */
    public HoldState after(Event event) {
        return switch (event) {
            case HOLD -> only(event, this == SERVING, DRAINING);
            case RESUMED -> only(event, this == SERVING, HELD);
            case DRAINED -> only(event, this == DRAINING, HELD);
            case GAVE_UP -> only(event, this == DRAINING, SERVING);
            // While it drains it has promised nothing, and gives up by itself soon.
            case LIMIT -> this == HELD ? OVERDUE : this;
            case DECIDED -> SERVING;
        };
    }

    private HoldState only(Event event, boolean allowed, HoldState to) {
        if (!allowed) {
            throw new IllegalStateException(event + " cannot happen to a proxy that is " + this);
        }
        return to;
    }

    /** What becomes of a request for a key that moves; all others are served. */
    public Answer answer() {
        return switch (this) {
            case SERVING -> Answer.SERVE;
            case DRAINING, HELD -> Answer.PARK;
            case OVERDUE -> Answer.REFUSE;
        };
    }

    /**
     * Whether the control plane may be told that this proxy holds.
     *
     * @param underWay requests that began before, on either side
     * @param unknown connections that were lost with requests on them, and that their server may still execute; also those of the process
     *     before this one
     * @param equal whether every key of which two copies are kept is known to be equal on both
     */
    public static boolean mayAcknowledge(int underWay, int unknown, boolean equal) {
        return underWay == 0 && unknown == 0 && equal;
    }
}
