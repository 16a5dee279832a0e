package io.segue.core.movement;

/** Up to where a feed with positions was carried over, so that a mover that comes later may resume there. */
public final class Checkpoint {
    /** No key is owed. */
    public static final long NOTHING_OWED = Long.MAX_VALUE;

    private Checkpoint() {}

    /**
     * The position that may be made durable: every change at or before it is carried over.
     *
     * @param received position of the last change that was received, in whatever unit the feed counts
     * @param oldestOwed position of the oldest change of a key that is not {@link KeyState#CLEAN} since; a key keeps it while it is copied, and
     *     compared, and whatever comes in between. {@link #NOTHING_OWED} if there is none
     */
    public static long durable(long received, long oldestOwed) {
        return oldestOwed == NOTHING_OWED ? received : Math.min(received, oldestOwed - 1);
    }
}
