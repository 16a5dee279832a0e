package io.segue.core.planchange;

/**
 * How far the control plane is with a change that gives keys another authority. Every step is stored before the proxies hear of it.
 *
 * <pre>
 *   IDLE ──begun──► PREPARING ──all are ready──► HOLDING ──all hold, the gate is passed──► IDLE: it is decided
 *    ▲                  │                           │
 *    └──────────────────┴────────anything else──────┘  it does not happen
 * </pre>
 *
 * <p>The decision and the end of the hold are one write to the store. So what a control plane finds when it starts again says which of the two
 * it was: a change that is still being prepared was not decided, and never will be.
 */
public enum ChangeStep {
    /** Nothing is being prepared. */
    IDLE,
    /** The proxies look whether they can run it, and open connections. Nothing is held. */
    PREPARING,
    /** The proxies hold the keys that move. */
    HOLDING;

    /** What has happened. */
    public enum Event {
        /** Somebody wants the change; {@link Barrier#mayBegin} has allowed it. */
        BEGUN,
        /** Every proxy has acknowledged what it was sent. */
        ALL_READY,
        /** Every proxy holds, and what must be true of the data is true: the change is stored now. */
        DECIDED,
        /** A proxy refused, was lost or said nothing, the gate stayed shut, or the time is up. */
        FAILED,
        /** The control plane has ended, and starts again. */
        RESTARTED
    }

    /**
     * The step after {@code event}.
     *
     * @throws IllegalStateException this cannot happen here: a defect of the caller
     */
    public ChangeStep after(Event event) {
        return switch (event) {
            case BEGUN -> only(event, IDLE, PREPARING);
            case ALL_READY -> only(event, PREPARING, HOLDING);
            case DECIDED -> only(event, HOLDING, IDLE);
            case FAILED, RESTARTED -> IDLE;
        };
    }

    private ChangeStep only(Event event, ChangeStep from, ChangeStep to) {
        if (this != from) {
            throw new IllegalStateException(event + " cannot happen to a change that is " + this);
        }
        return to;
    }
}
