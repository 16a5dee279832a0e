package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.segue.core.verdict.Side;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.ReplyHandler;

/**
 * The end of a transaction whose follower is kept in step: its keys are noted before it is sent (so that nobody reads them from the follower)
 * and once more when it has been answered (so that a copy made in between does not count), and the repairer copies them.
 *
 * <p>Where the follower takes over when the authority cannot be reached, the keys' stripes are entered too: while a transaction is under way
 * the truth of its keys stays. If it has moved in the last moment, the transaction was in vain, and the client gets an error.
 */
final class CommitExchange implements ReplyHandler {
    private final SingleExchange plain;
    private final TransactionWrites writes;
    private final MigrationState migration;
    private final Side authority;
    private final int[] stripes;
    private final boolean inVain;

    /**
     * Ready to be given to a lane.
     *
     * @param stripes of its keys, if their truth may move
     */
    CommitExchange(
            SingleExchange plain, TransactionWrites writes, MigrationState migration, Side authority, int... stripes) {
        this.plain = plain;
        this.writes = writes;
        this.migration = migration;
        this.authority = authority;
        this.stripes = stripes;
        for (int stripe : stripes) {
            migration.stripes().fly(stripe, Stripes.OWN_CONNECTION);
        }
        // First the stripes, then the ledger: whoever moves a key looks at the stripes in the same step.
        this.inVain = stripes.length > 0 && writes.moved(migration);
        writes.note(migration, authority);
    }

    private void leave() {
        for (int stripe : stripes) {
            migration.stripes().land(stripe);
            migration.stripes().leave(stripe);
        }
    }

    @Override
    public void onReply(Lane lane, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind) {
        if (last) {
            writes.note(migration, authority);
            leave();
        }
        if (!inVain) {
            plain.onReply(lane, in, from, to, last, kind);
        } else if (last) {
            plain.onLost(lane, "the truth of a key has moved", true);
        }
    }

    @Override
    public void onLost(Lane lane, String reason, boolean maybeSent) {
        if (maybeSent) {
            migration.fence(authority, lane);
        }
        writes.note(migration, authority);
        leave();
        plain.onLost(lane, reason, maybeSent);
    }

    @Override
    public void onOverdue(Lane lane, long ageNs) {
        plain.onOverdue(lane, ageNs);
    }
}
