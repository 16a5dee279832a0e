package io.segue.controlplane.mover.redis.psync;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to ask a node for, given what it says about its replication.
 *
 * @param replid null: a snapshot
 * @param from bytes up to here are not needed
 * @param lost whether bytes after {@code from} that are in the spool have never been part of the node's history
 * @param known whether the spool reaches back to {@code from}
 */
record Resume(@Nullable String replid, StreamSpool.Start from, boolean lost, boolean known) {
    private static final StreamSpool.Start NOWHERE = new StreamSpool.Start(0, 0);

    /** A snapshot first. */
    static final Resume SNAPSHOT = new Resume(null, NOWHERE, false, false);

    /**
     * Decides.
     *
     * @param at where the spool ends, before a command
     * @param info what the node says; may be empty
     * @param waited how long the node has been behind already
     * @throws BehindException the node is to be given time
     */
    static Resume decide(
            String replid,
            StreamSpool.Start at,
            Map<String, String> info,
            StreamSpool spool,
            KeyTable table,
            Duration waited,
            Duration patience)
            throws IOException {
        if (replid.equals(info.get("master_replid"))) {
            long theirs = number(info, "master_repl_offset");
            // A replica that has not got everything yet; as a primary it would have another id.
            if ("slave".equals(info.get("role"))
                    && theirs >= 0
                    && theirs < at.offset()
                    && waited.compareTo(patience) < 0) {
                throw new BehindException("the node is " + (at.offset() - theirs)
                        + " bytes behind; waiting until it has caught up or is promoted");
            }
        } else if (replid.equals(info.get("master_replid2"))) {
            long second = number(info, "second_repl_offset");
            if (second > 0 && at.offset() + 1 > second) {
                return cut(replid, second - 1, spool, table);
            }
        }
        return new Resume(replid, at, false, true);
    }

    /** The node's history left ours after {@code last}. */
    private static Resume cut(String replid, long last, StreamSpool spool, KeyTable table) throws IOException {
        if (last < spool.start()) {
            // A new leader names the database before its first effect.
            return new Resume(replid, new StreamSpool.Start(last, 0), true, false);
        }
        StreamSpool.Start start = spool.before(last);
        StreamParser parser = new StreamParser(table, Nobody.NOBODY);
        parser.reset(start.offset(), start.db());
        spool.read(start.offset(), last, parser::feed);
        // Histories part between two commands; if not, this is something else.
        return parser.boundary() == last
                ? new Resume(replid, new StreamSpool.Start(last, parser.db()), true, true)
                : SNAPSHOT;
    }

    private static long number(Map<String, String> info, String name) {
        String text = info.get(name);
        return text != null && text.matches("\\d{1,18}") ? Long.parseLong(text) : -1;
    }

    private enum Nobody implements ChangeSink {
        NOBODY;

        @Override
        public void change(int db, byte[] key) {}

        @Override
        public void everything(String reason) {}

        @Override
        public void functions() {}
    }

    /** The node may yet get what it lacks. */
    static final class BehindException extends IOException {
        private static final long serialVersionUID = 1L;

        BehindException(String message) {
            super(message);
        }
    }
}
