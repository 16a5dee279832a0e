package io.segue.controlplane.mover.redis.psync;

/**
 * Is told what comes from the source. All calls come on the link's own thread, in the order of the stream; none may wait, but for
 * {@link #pieceReceived}.
 */
public interface LinkListener {
    /**
     * A snapshot comes: what was known is void. The listener reads it, on a thread of its own, from now on, and closes it; what is
     * in it may be older than changes that are named meanwhile.
     */
    void fullResync(Snapshot snapshot);

    /**
     * A piece of a snapshot has come. The next one is not taken before this returns, and a source that sends what it finds at once goes slower
     * then. Not called when an earlier snapshot was broken off: the source keeps what is written meanwhile, and may run out of room.
     *
     * @param tookNs how long it took, nanoseconds
     */
    default void pieceReceived(long tookNs) {}

    /**
     * The stream goes on where it ended, after a broken link or a restart.
     *
     * @param failover whether the source's history has another id now: another node leads it. A value that was read at the old one shortly
     *     before may have come from effects that the new one has never had, and which no {@link #ghosts} can name
     */
    void continued(String replid, boolean failover);

    /**
     * A key may have another value, or none.
     *
     * @param key an array of its own
     */
    void change(int db, byte[] key);

    /** Any key of any database may have another value: FLUSHALL, SWAPDB, an effect whose keys cannot be known. */
    void everything(String reason);

    /** The functions of the source are others now. */
    void functions();

    /** All changes up to here have been named, and their bytes are in the spool. */
    void position(Position position);

    /**
     * The source has lost the end of its history: bytes after {@code from} up to {@code to}, which this link had received. The keys that
     * they touch are named as changed right after this call.
     */
    void ghosts(long from, long to);

    /** The link is broken, or could not be made; it will be tried again. */
    void lost(String reason);

    /** It cannot work: the source does not permit it, or a limit of this side does not allow it. Nothing comes any more. */
    void failed(String reason);
}
