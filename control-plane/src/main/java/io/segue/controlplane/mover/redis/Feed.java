package io.segue.controlplane.mover.redis;

import org.jspecify.annotations.Nullable;

/** Names the keys that change at one shard of the authority. Thread-safe. */
interface Feed extends AutoCloseable {

    /** Begins; what happens is told to the listener, from a thread of its own. */
    void start();

    /**
     * Waits until everything that the shard had executed before this call has been named.
     *
     * @return false if that did not come about in time, or the feed was lost: then nothing is known
     */
    boolean barrier(long nanos) throws InterruptedException;

    /**
     * Is told, often, what has been carried over, so that it need not be named again after a restart.
     *
     * @param oldest when the oldest change was named that is still owed; null if none is
     * @param clear whether nothing else is owed: no first copy, no comparison of everything
     */
    default void carriedOver(@Nullable Long oldest, boolean clear) {}

    /** What kind it is: {@code "tracking"}. */
    String name();

    @Override
    void close();

    /** Is told what happens, on the feed's thread. */
    interface FeedListener {
        /** The feed is up: every later change is named. */
        void up();

        /**
         * The feed was lost; it tries to come back.
         *
         * @param unnamed whether changes may go unnamed meanwhile
         */
        void down(String reason, boolean unnamed);

        /** A key has changed, in a database or in {@link DirtySet#ANY_DB}. */
        void changed(int db, byte[] key);

        /** A consumer group of some stream has done something; only for feeds that cannot say of which. */
        void groupsChanged();

        /** Any key may have changed. */
        void everything(String reason);
    }
}
