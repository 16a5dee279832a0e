package io.segue.controlplane.mover;

import io.segue.proto.v1.ConflictRule;
import io.segue.proto.v1.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Makes movers for one kind of database. Thread-safe. */
public interface MoverFactory {

    /** A mover that does nothing until it is started. */
    DataMover create(MoverSpec spec, MoverListener listener);

    /**
     * Looks at both sides and says what would keep a mover from working; changes nothing. Waits for the servers, some seconds at most.
     */
    Probe probe(MoverSpec spec);

    /**
     * What a mover shall do.
     *
     * @param migration id of the migration, for names and messages
     * @param uuid uuid of the migration
     * @param epoch grows with every mover of this movement; a mover ends the connections of those before it
     * @param authority with passwords
     * @param follower with passwords
     * @param movement whether it follows later changes
     * @param rule what to do with keys that stood on the follower before
     * @param feed which change feed to use
     * @param folder where it keeps its checkpoint; made if missing
     * @param settleMs how long an effect of a dual write may be under way, milliseconds
     * @param mirrors whether a key that only the follower has is removed there when everything is compared; false where not all of them
     *     ever stood at the authority
     * @param epochs where the mover asks, each time before it writes on a new connection, whether a later one was made
     */
    record MoverSpec(
            String migration,
            String uuid,
            long epoch,
            Endpoint authority,
            Endpoint follower,
            Movement movement,
            ConflictRule rule,
            FeedChoice feed,
            Path folder,
            DataMover.Ceilings ceilings,
            long settleMs,
            boolean mirrors,
            Epochs epochs) {

        /** One that mirrors, and that nobody replaces but by ending it, or by a mover that ends its connections. */
        public MoverSpec(
                String migration,
                String uuid,
                long epoch,
                Endpoint authority,
                Endpoint follower,
                Movement movement,
                ConflictRule rule,
                FeedChoice feed,
                Path folder,
                DataMover.Ceilings ceilings,
                long settleMs) {
            this(
                    migration,
                    uuid,
                    epoch,
                    authority,
                    follower,
                    movement,
                    rule,
                    feed,
                    folder,
                    ceilings,
                    settleMs,
                    true,
                    () -> epoch);
        }
    }

    /** Tells which mover of a movement is the last that was made. Thread-safe. */
    interface Epochs {
        /**
         * Reads it anew.
         *
         * @throws IOException it cannot be read now: nothing may be written before it is
         */
        long latest() throws IOException;
    }

    /** What is moved. */
    enum Movement {
        /** A point-in-time copy. */
        SNAPSHOT,
        /** A copy, and every later change. */
        SCAN,
        /** No copy: only keys that change are kept equal. For dual writes without data movement. */
        CHANGES_ONLY
    }

    /** Which feed. */
    enum FeedChoice {
        /** tracking where the authority allows it, else psync. */
        AUTO,
        TRACKING,
        PSYNC
    }

    /**
     * What a look at both sides has shown.
     *
     * @param feed the feed that would be used; empty if none can be
     */
    record Probe(String feed, List<Finding> findings) {}

    /** Something that an operator should know. The mend says what to do about it. */
    record Finding(boolean blocker, String code, String message, String mend) {}

    /** Is told what happens, on the mover's threads; must not block. */
    interface MoverListener {
        /** The first copy is done and the follower has caught up. Once for each start. */
        void caughtUp();

        /** It cannot go on. */
        void failed(String reason);

        /** Something worth an event: a feed was chosen, a connection lost, everything is compared again. */
        void happened(String event, String detail);
    }
}
