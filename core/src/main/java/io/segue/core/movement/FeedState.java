package io.segue.core.movement;

/**
 * What the feed of changed keys can vouch for. What changed while it was down is named by nobody, unless it resumes where it was cut; so
 * once it is up again, everything is owed until a pass over all keys of <em>both</em> sides, begun after that, is done.
 *
 * @param up whether changes are being named
 * @param owing whether keys may have changed that nobody has named
 * @param generation grows each time everything becomes owed; a pass and a barrier belong to the generation in which they began
 * @param sinceNs when everything became owed last, by the caller's monotonic clock; nanoseconds
 */
public record FeedState(boolean up, boolean owing, long generation, long sinceNs) {
    /** A feed that was never up. */
    public static final FeedState NONE = new FeedState(false, true, 0, 0);

    /** The server has confirmed that it names changes from now on. Everything is owed, as after {@link #owed}. */
    public FeedState up(long nowNs) {
        return new FeedState(true, true, generation + 1, nowNs);
    }

    /** The server goes on where it was cut: no change goes unnamed, nothing more is owed than before. */
    public FeedState resumed() {
        return new FeedState(true, owing, generation, sinceNs);
    }

    /** The connection is lost, or the server has said that it dropped something. */
    public FeedState lost() {
        return new FeedState(false, owing, generation, sinceNs);
    }

    /**
     * Something else than the feed has made all keys doubtful. The caller applies {@link KeyState.Event#CHANGED} to every key on record
     * (what is being copied or compared proves nothing now), and begins a pass once {@link #mayPass}.
     */
    public FeedState owed(long nowNs) {
        return new FeedState(up, true, generation + 1, nowNs);
    }

    /**
     * Whether a pass may begin. A key that was deleted at the authority while nobody named it is found at the follower only: the pass must
     * not look there before an effect that makes it there has arrived.
     *
     * @param boundNs as for {@link Settle#over}
     */
    public boolean mayPass(long nowNs, long boundNs) {
        return up && owing && Settle.over(nowNs, sinceNs, boundNs);
    }

    /**
     * A pass over both sides has applied {@link KeyState.Event#LISTED} to every key that it met.
     *
     * @param ofGeneration the generation in which it began; if that is not this one, it says nothing
     */
    public FeedState passed(long ofGeneration) {
        return ofGeneration == generation ? new FeedState(up, false, generation, sinceNs) : this;
    }

    /**
     * Whether the answer to a barrier (a PING on the feed's connection, a marker in its stream) says that every change before the barrier is
     * on record.
     *
     * @param ofGeneration the generation in which the barrier was asked for
     */
    public boolean vouches(long ofGeneration) {
        return up && !owing && ofGeneration == generation;
    }
}
