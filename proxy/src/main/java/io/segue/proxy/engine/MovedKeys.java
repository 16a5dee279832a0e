package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.segue.core.plan.Plan;
import io.segue.core.verdict.Quorum;
import io.segue.core.verdict.Side;
import io.segue.proxy.protocol.Request;
import org.jspecify.annotations.Nullable;

/**
 * Where the truth of a request's keys is while that of some keys has moved, and the claims of writes that are to be executed there; see
 * {@link Ledger}. A key moves to the side that the plan does not have it on, so there is but one place where it can have gone. Confined to
 * one event loop.
 */
final class MovedKeys {
    private final LoopEngine engine;

    MovedKeys(LoopEngine engine) {
        this.engine = engine;
    }

    /** Whether the truth of some key has moved. Call after {@link RequestKeys#look} at the same request. */
    boolean any(Request request, ByteBuf in, int start, MigrationState migration, int db) {
        return engine.keys.moved(request, in, start, migration, db);
    }

    /**
     * The side that can answer a read of which some key has moved: that key's, if all others are equal on both sides. Null: none. Call
     * after {@link RequestKeys#look} at the same request.
     */
    @Nullable
    Side forRead(Request request, ByteBuf in, int start, MigrationState migration, int db, Side authority) {
        for (int i = 0; i < engine.keys.count(); i++) {
            Ledger.Key key = engine.keys.key(request, in, start, i, db);
            LedgerEntry entry = migration.ledger().get(key);
            boolean moved = entry != null && entry.moved;
            boolean equal = entry == null
                    && !migration.ledger().everything()
                    && !migration.stripes().busy(engine.keys.stripe(i));
            if (!moved && !equal) {
                return null;
            }
        }
        return authority.other();
    }

    /** For each key, the side that has its truth, by ordinal. Call after {@link RequestKeys#look} at the same request. */
    int[] sides(Request request, ByteBuf in, int start, MigrationState migration, int db, Side authority) {
        int[] sides = new int[engine.keys.count()];
        for (int i = 0; i < sides.length; i++) {
            LedgerEntry entry = migration.ledger().get(engine.keys.key(request, in, start, i, db));
            sides[i] = (entry != null && entry.moved ? authority.other() : authority).ordinal();
        }
        return sides;
    }

    /**
     * Claims all keys of a write, or none, for {@link DualJob#authority}; it has entered the stripes.
     *
     * @param frame the request's bytes from their first
     * @param flights whether it comes back from the other side: those behind it will do so too, and in order
     */
    boolean claim(DualJob what, Request request, ByteBuf frame, boolean flights) {
        RequestKeys keys = find(what, request, frame);
        Stripes stripes = what.migration().stripes();
        for (int i = 0; i < keys.count() && !flights; i++) {
            if (stripes.flying(keys.stripe(i))) {
                // One before this may yet come to the same side.
                return false;
            }
        }
        for (int i = 0; i < keys.count(); i++) {
            int stripe = keys.stripe(i);
            int mine = keys.occurrences(stripe);
            Ledger.Claim claim = new Ledger.Claim(
                    what.authority(),
                    what.planned(),
                    what.quorum() == Quorum.LATEST,
                    () -> stripes.alone(stripe, mine, flights));
            if (!what.migration().ledger().claim(keys.key(request, frame, 0, i, what.db()), claim)) {
                withdraw(what, request, frame, i, flights);
                return false;
            }
        }
        return true;
    }

    /** A claimed write has been executed. */
    void confirm(DualJob what, Request request, ByteBuf frame) {
        RequestKeys keys = find(what, request, frame);
        for (int i = 0; i < keys.count(); i++) {
            what.migration().ledger().confirm(keys.key(request, frame, 0, i, what.db()));
        }
    }

    /** A claimed write has not been executed; it is still in the stripes. */
    void withdraw(DualJob what, Request request, ByteBuf frame) {
        RequestKeys keys = find(what, request, frame);
        withdraw(what, request, frame, keys.count(), false);
    }

    private void withdraw(DualJob what, Request request, ByteBuf frame, int count, boolean flights) {
        RequestKeys keys = engine.keys;
        Stripes stripes = what.migration().stripes();
        for (int i = 0; i < count; i++) {
            int stripe = keys.stripe(i);
            int mine = keys.occurrences(stripe);
            Ledger.Key key = keys.key(request, frame, 0, i, what.db());
            what.migration().ledger().withdraw(key, what.authority(), () -> stripes.alone(stripe, mine, flights));
        }
    }

    private RequestKeys find(DualJob what, Request request, ByteBuf frame) {
        Plan plan = what.route().plan();
        if (plan == null) {
            throw new IllegalStateException("a dual write without a plan");
        }
        engine.keys.find(request, frame, 0, plan);
        return engine.keys;
    }
}
