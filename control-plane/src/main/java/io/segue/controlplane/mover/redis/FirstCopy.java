package io.segue.controlplane.mover.redis;

import java.io.IOException;
import java.util.List;

/** The copy of what stands at one shard of the authority. Its methods belong to the lane's thread unless they say otherwise. */
interface FirstCopy {
    /** Where it asks for pages of keys. */
    interface Pages {
        /** Asks for the page of about {@code count} keys at a cursor. */
        void scan(int db, String cursor, int count) throws IOException;
    }

    /** Asks for more, if it may; returns whether it did. */
    boolean ask(Pages from, Throttle throttle) throws IOException;

    /** A page has come; what of it is to be copied. */
    List<Item> page(int db, String cursor, List<byte[]> keys);

    /** Everything that was asked for is acknowledged. */
    void collected();

    /**
     * The connections were lost: what was not acknowledged comes again.
     *
     * @param lost keys that were on their way to the follower
     */
    void goBack(List<Item> lost);

    /** Whether there is more to copy. Any thread. */
    boolean wantsMore();
}
