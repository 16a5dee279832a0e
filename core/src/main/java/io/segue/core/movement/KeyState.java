package io.segue.core.movement;

/**
 * What the mover owes one key of the follower side, as a pure function {@code (state, event) → state}.
 *
 * <pre>
 *              changed            take               done
 *   CLEAN ───────────────► DIRTY ───────► COPYING ────────► CLEAN, or SETTLING under dual writes
 *     │                      ▲               │ changed
 *     │ changed,             │ failed        ▼
 *     │ under dual writes    ├───────── COPYING_CHANGED ──(done, failed)──► DIRTY
 *     ▼                      │ different
 *   SETTLING ──compare──► COMPARING ──equal──► CLEAN
 *     ▲  changed              │ changed
 *     └────(any end)──── COMPARING_CHANGED
 * </pre>
 *
 * <p>A key is taken (the mark goes away) <em>before</em> the authority is read, so that a change which the read has missed leaves a mark
 * again. Under dual writes the follower may still get an effect for as long as a dual write may stay unanswered; a key therefore
 * settles, and only a comparison after that settle makes it clean. A write whose outcome is not known counts as failed, and it is reported
 * only after its connection was fenced: nothing of it may arrive later.
 */
public enum KeyState {
    /** The follower equals the authority, as far as all changes that were named say. */
    CLEAN,
    /** A copy is owed. */
    DIRTY,
    /** The mark was taken away; the authority is being read, or the follower written. */
    COPYING,
    /** As {@link #COPYING}, and the authority's value has changed since the mark was taken away. */
    COPYING_CHANGED,
    /** Changed under dual writes, or copied while effects may be under way: a comparison is owed once all of them have arrived. */
    SETTLING,
    /** Both sides are being read. */
    COMPARING,
    /** As {@link #COMPARING}, and the value has changed meanwhile: whatever the reads say means nothing. */
    COMPARING_CHANGED;

    /** What can happen to a key. */
    public enum Event {
        /** The authority named it as changed. */
        CHANGED,
        /** The mover begins to copy it. */
        TAKE,
        /** The follower has acknowledged the copy. */
        DONE,
        /** The copy was refused, or its outcome is unknown and its connection fenced. */
        FAILED,
        /** The settle is over; both sides are read. */
        COMPARE,
        /** Both sides hold the same. */
        EQUAL,
        /** They do not. */
        DIFFERENT
    }

    /**
     * The state after {@code event}.
     *
     * @param dualWrites whether anybody but the mover may write the follower
     * @throws IllegalStateException the event cannot happen in this state: a defect of the caller
     */
    public KeyState after(Event event, boolean dualWrites) {
        return switch (event) {
            case CHANGED -> changed(dualWrites);
            case TAKE -> only(event, DIRTY, COPYING);
            case COMPARE -> only(event, SETTLING, COMPARING);
            case DONE ->
                switch (this) {
                    case COPYING -> dualWrites ? SETTLING : CLEAN;
                    case COPYING_CHANGED -> dualWrites ? SETTLING : DIRTY;
                    default -> throw impossible(event);
                };
            case FAILED ->
                switch (this) {
                    case COPYING, COPYING_CHANGED -> DIRTY;
                    case COMPARING, COMPARING_CHANGED -> SETTLING;
                    default -> throw impossible(event);
                };
            case EQUAL ->
                switch (this) {
                    case COMPARING -> CLEAN;
                    case COMPARING_CHANGED -> SETTLING;
                    default -> throw impossible(event);
                };
            case DIFFERENT ->
                switch (this) {
                    case COMPARING -> DIRTY;
                    case COMPARING_CHANGED -> SETTLING;
                    default -> throw impossible(event);
                };
        };
    }

    private KeyState changed(boolean dualWrites) {
        return switch (this) {
            case CLEAN -> dualWrites ? SETTLING : DIRTY;
            case DIRTY -> DIRTY;
            case SETTLING -> SETTLING;
            case COPYING, COPYING_CHANGED -> COPYING_CHANGED;
            case COMPARING, COMPARING_CHANGED -> COMPARING_CHANGED;
        };
    }

    private KeyState only(Event event, KeyState from, KeyState to) {
        if (this != from) {
            throw impossible(event);
        }
        return to;
    }

    private IllegalStateException impossible(Event event) {
        return new IllegalStateException(event + " cannot happen to a key that is " + this);
    }
}
