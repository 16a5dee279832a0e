package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.segue.core.verdict.Side;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.ReplyHandler;

/**
 * The end of a transaction whose follower is kept in step: its keys are noted before it is sent (so that nobody reads them from the follower)
 * and once more when it has been answered (so that a copy made in between does not count), and the repairer copies them.
 */
final class CommitExchange implements ReplyHandler {
    private final SingleExchange plain;
    private final TransactionWrites writes;
    private final MigrationState migration;
    private final Side authority;

    CommitExchange(SingleExchange plain, TransactionWrites writes, MigrationState migration, Side authority) {
        this.plain = plain;
        this.writes = writes;
        this.migration = migration;
        this.authority = authority;
        writes.note(migration, authority);
    }

    @Override
    public void onReply(Lane lane, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind) {
        if (last) {
            writes.note(migration, authority);
        }
        plain.onReply(lane, in, from, to, last, kind);
    }

    @Override
    public void onLost(Lane lane, String reason, boolean maybeSent) {
        if (maybeSent) {
            migration.fence(authority, lane);
        }
        writes.note(migration, authority);
        plain.onLost(lane, reason, maybeSent);
    }

    @Override
    public void onOverdue(Lane lane, long ageNs) {
        plain.onOverdue(lane, ageNs);
    }
}
