package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.segue.core.verdict.Side;
import io.segue.proxy.protocol.KeyCopy;
import io.segue.proxy.protocol.ProtocolException;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.upstream.Lane;
import io.segue.proxy.upstream.Loop;
import io.segue.proxy.upstream.ReplyHandler;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Brings one key of the ledger back in step.
 *
 * <ol>
 *   <li>Reads the key at the authority, writes it to the follower and reads it there in the same moment.
 *   <li>If it was not written meanwhile, its writes reach both sides again from now on (probation): a key that is written all the time would
 *       never come to rest otherwise.
 *   <li>Waits until everything that could still have been under way to the follower, also from other proxies, has arrived or been given up.
 *   <li>Reads both again, in a moment in which this proxy writes it on neither. If they are alike, or neither has changed since the copy, the
 *       key is forgotten; otherwise it begins again.
 * </ol>
 *
 * Confined to one event loop.
 */
final class KeyRepair {
    /** How often it looks for a moment without a write, and how long it waits in between. */
    private static final int MOST_LOOKS = 200;

    private static final long LOOK_EVERY_MS = 7;

    /** Tells the repairer how it ended. */
    interface Done {
        void done(KeyRepair repair, Result result);
    }

    /** How it ended. */
    enum Result {
        REPAIRED,
        /** Written meanwhile: soon again. */
        CHANGED,
        /** A server refused or was lost: later again. */
        FAILED
    }

    final Ledger.Key key;
    final LedgerEntry entry;
    private final Loop loop;
    private final KeyCopy copy;
    private final Lane authority;
    private final Lane follower;
    private final Side side;
    private final MigrationState migration;
    private final int stripe;
    private final long settleMs;
    private final Done whenDone;
    private KeyCopy.@Nullable State copied;
    private KeyCopy.@Nullable State arrived;
    private KeyCopy.@Nullable State later;
    private @Nullable ScheduledFuture<?> settling;
    private int looks;
    private String failure = "";

    KeyRepair(
            Ledger.Key key,
            LedgerEntry entry,
            Loop loop,
            KeyCopy copy,
            Lane authority,
            Lane follower,
            MigrationState migration,
            int stripe,
            long settleMs,
            Done whenDone) {
        this.key = key;
        this.entry = entry;
        this.loop = loop;
        this.copy = copy;
        this.authority = authority;
        this.follower = follower;
        this.side = entry.authority;
        this.migration = migration;
        this.stripe = stripe;
        this.settleMs = settleMs;
        this.whenDone = whenDone;
    }

    /** Why it failed; empty if it did not. */
    String failure() {
        return failure;
    }

    void start() {
        read(authority, (reply, state) -> {
            copied = state.withoutPayload();
            write(state);
        });
    }

    private void write(KeyCopy.State state) {
        follower.send(
                new Reply(copy.writeReplies(), true) {
                    @Override
                    void whole(ByteBuf reply) {
                        try {
                            arrived = copy.written(reply).withoutPayload();
                        } catch (ProtocolException e) {
                            failed(e.text());
                            return;
                        }
                        giveBack();
                    }
                },
                copy.write(loop.alloc(), key.bytes(), state),
                copy.writeReplies());
    }

    private void giveBack() {
        migration.ledger().copied(key, entry.generation);
        // First the stripe, then the generation: a write notes itself between entering the one and changing the other.
        if (!migration.stripes().busy(stripe) && migration.ledger().onProbation(key, entry.generation)) {
            settling = loop.executor().schedule(this::settled, settleMs, TimeUnit.MILLISECONDS);
        } else {
            whenDone.done(this, Result.CHANGED);
        }
    }

    /** Does not wait until the copy has settled, if that is all it does: the key was written meanwhile, and somebody waits for the next copy. */
    void hurry() {
        ScheduledFuture<?> waiting = settling;
        if (waiting != null && waiting.cancel(false)) {
            settling = null;
            whenDone.done(this, Result.CHANGED);
        }
    }

    private void settled() {
        settling = null;
        int entered = migration.stripes().entered(stripe);
        if (migration.stripes().busy(stripe)) {
            lookAgain();
            return;
        }
        // A key whose truth has moved is claimed by every write, which changes its generation but not its probation.
        LedgerEntry now = migration.ledger().get(key);
        if (now == null || !now.onProbation) {
            whenDone.done(this, Result.CHANGED);
            return;
        }
        read(authority, (reply, state) -> {
            later = state.withoutPayload();
            read(follower, (again, there) -> {
                if (migration.stripes().entered(stripe) == entered) {
                    decide(there, now.generation);
                } else {
                    lookAgain();
                }
            });
        });
    }

    /** A write of this proxy crossed the two reads: that says nothing. */
    private void lookAgain() {
        if (++looks < MOST_LOOKS) {
            loop.executor().schedule(this::settled, LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
        } else {
            beginAgain();
        }
    }

    private void beginAgain() {
        migration.ledger().mark(key, entry.cause, side);
        whenDone.done(this, Result.CHANGED);
    }

    private void decide(KeyCopy.State there, long generation) {
        KeyCopy.State here = later;
        KeyCopy.State before = copied;
        KeyCopy.State thereBefore = arrived;
        boolean alike = here != null
                && (here.same(there)
                        || (before != null
                                && thereBefore != null
                                && here.same(before)
                                && there.same(thereBefore)
                                && (here.payload() == null) == (there.payload() == null)));
        if (!alike) {
            beginAgain();
        } else if (migration.ledger().clear(key, generation)) {
            migration.countRepaired();
            whenDone.done(this, Result.REPAIRED);
        } else {
            whenDone.done(this, Result.CHANGED);
        }
    }

    private void failed(String reason) {
        failure = reason;
        whenDone.done(this, Result.FAILED);
    }

    /** Takes a state; the state's payload is a part of the reply and lives no longer than the call. */
    private interface Reader {
        void read(ByteBuf reply, KeyCopy.State state);
    }

    private void read(Lane lane, Reader then) {
        lane.send(
                new Reply(copy.readReplies(), false) {
                    @Override
                    void whole(ByteBuf reply) {
                        KeyCopy.State state;
                        try {
                            state = copy.state(reply);
                        } catch (ProtocolException e) {
                            failed(e.text());
                            return;
                        }
                        then.read(reply, state);
                    }
                },
                copy.read(loop.alloc(), key.bytes()),
                copy.readReplies());
    }

    /** Waits for the last of some replies. */
    private abstract class Reply implements ReplyHandler {
        private final boolean changes;
        private int left;
        private boolean over;
        /** A request that the server did not even queue; what comes last says only that there was one. */
        private String firstError = "";

        private @Nullable ByteBuf kept;

        Reply(int replies, boolean changes) {
            this.left = replies;
            this.changes = changes;
        }

        abstract void whole(ByteBuf reply);

        @Override
        public void onReply(Lane lane, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind) {
            if (left > 1) {
                if (kind == ReplyParser.Kind.ERROR && firstError.isEmpty()) {
                    firstError =
                            in.toString(from, to - from, StandardCharsets.UTF_8).strip();
                }
                left -= last ? 1 : 0;
                return;
            }
            ByteBuf so = loop.append(kept, in, from, to);
            kept = so;
            if (!last) {
                return;
            }
            kept = null;
            try {
                if (kind == ReplyParser.Kind.ERROR) {
                    failed(
                            firstError.isEmpty()
                                    ? so.toString(StandardCharsets.UTF_8).strip()
                                    : firstError);
                } else {
                    whole(so);
                }
            } finally {
                so.release();
            }
        }

        @Override
        public void onLost(Lane lane, String reason, boolean maybeSent) {
            if (over) {
                return;
            }
            over = true;
            ByteBuf so = kept;
            kept = null;
            if (so != null) {
                so.release();
            }
            if (changes && maybeSent) {
                // A copy that is executed late would undo a newer one.
                migration.fence(side.other(), lane);
            }
            failed(reason);
        }

        @Override
        public void onOverdue(Lane lane, long ageNs) {
            if (ageNs > TimeUnit.SECONDS.toNanos(30)) {
                lane.fail("no answer to the repair of a key for 30 s");
            }
        }
    }
}
