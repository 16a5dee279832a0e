package io.segue.core.movement;

/**
 * What the mover owes one key of the follower side, as a pure function {@code (state, event) → state}.
 *
 * <pre>
 *   CLEAN ──changed──► DIRTY ──take──► COPYING, or COPYING_AMONG_OTHERS while effects of others may be under way
 *   CLEAN ──changed under dual writes, listed──► SETTLING ──compare──► COMPARING
 *
 *   COPYING              done: CLEAN                                       failed: DIRTY    changed: COPYING_CHANGED
 *   COPYING_AMONG_OTHERS done: SETTLING                                    failed: DIRTY    changed: COPYING_CHANGED
 *   COPYING_CHANGED      done: DIRTY, under dual writes SETTLING           failed: DIRTY
 *   COMPARING            equal: CLEAN, too early SETTLING  different: DIRTY failed: SETTLING changed: COMPARING_CHANGED
 *   COMPARING_CHANGED    any end: SETTLING
 * </pre>
 *
 * <p>A key is taken (the mark goes away) <em>before</em> the authority is read, so that a change which the read has missed leaves a mark
 * again. While an effect of somebody else may still be under way to the follower ({@link Settle}), neither an acknowledged copy nor an
 * equal comparison makes a key clean: the effect may arrive after it. A write of the mover whose outcome is not known counts as failed,
 * and is reported as such only after its connection was fenced: nothing of it may arrive later.
 */
public enum KeyState {
    /** The follower equals the authority, as far as all changes that were named say. */
    CLEAN,
    /** A copy is owed. */
    DIRTY,
    /** The mark was taken away; the authority is being read, or the follower written. Nobody else's effect was under way since. */
    COPYING,
    /** As {@link #COPYING}, but an effect of somebody else may have reached the follower, or may yet, after the copy. */
    COPYING_AMONG_OTHERS,
    /** As {@link #COPYING}, and the authority's value has changed since the mark was taken away. */
    COPYING_CHANGED,
    /** A comparison is owed once every effect that may be under way has arrived. */
    SETTLING,
    /** Both sides are being read. */
    COMPARING,
    /** As {@link #COMPARING}, and the value has changed meanwhile: whatever the reads say means nothing. */
    COMPARING_CHANGED;

    /** What can happen to a key. */
    public enum Event {
        /** The authority named it as changed, or somebody reported that an effect of his was late. */
        CHANGED,
        /** A pass over all keys came to it: what happened to it before the feed was up nobody knows. Adds nothing to what is on record. */
        LISTED,
        /** The mover begins to copy it. */
        TAKE,
        /** The follower has acknowledged the copy. */
        DONE,
        /** The copy was refused, or its outcome is unknown and its connection fenced; or the comparison had no result. */
        FAILED,
        /** Both sides are going to be read. */
        COMPARE,
        /** Both sides hold the same. */
        EQUAL,
        /** They do not. */
        DIFFERENT
    }

    /**
     * The state after {@code event}.
     *
     * @param others whether an effect of somebody else may be under way to this key of the follower. For {@link Event#CHANGED} and {@link
     *     Event#DONE}: whether dual writes are on. For {@link Event#TAKE} now, and for {@link Event#EQUAL} when its reads began: whether
     *     they are on and the key has not settled since its last change. Not used by the others. True where in doubt
     * @throws IllegalStateException the event cannot happen in this state: a defect of the caller
     */
    public KeyState after(Event event, boolean others) {
        return switch (event) {
            case CHANGED -> changed(others);
            case LISTED -> this == CLEAN ? SETTLING : this;
            case TAKE -> only(event, DIRTY, others ? COPYING_AMONG_OTHERS : COPYING);
            case COMPARE -> only(event, SETTLING, COMPARING);
            case DONE ->
                switch (this) {
                    case COPYING -> CLEAN;
                    case COPYING_AMONG_OTHERS -> SETTLING;
                    case COPYING_CHANGED -> others ? SETTLING : DIRTY;
                    default -> throw impossible(event);
                };
            case FAILED ->
                switch (this) {
                    case COPYING, COPYING_AMONG_OTHERS, COPYING_CHANGED -> DIRTY;
                    case COMPARING, COMPARING_CHANGED -> SETTLING;
                    default -> throw impossible(event);
                };
            case EQUAL -> compared(event, others ? SETTLING : CLEAN);
            case DIFFERENT -> compared(event, DIRTY);
        };
    }

    private KeyState changed(boolean others) {
        return switch (this) {
            case CLEAN -> others ? SETTLING : DIRTY;
            case DIRTY, SETTLING -> this;
            case COPYING, COPYING_AMONG_OTHERS, COPYING_CHANGED -> COPYING_CHANGED;
            case COMPARING, COMPARING_CHANGED -> COMPARING_CHANGED;
        };
    }

    private KeyState compared(Event event, KeyState conclusion) {
        return switch (this) {
            case COMPARING -> conclusion;
            case COMPARING_CHANGED -> SETTLING;
            default -> throw impossible(event);
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
