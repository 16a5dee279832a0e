package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.segue.core.operation.Bucket;
import io.segue.core.plan.Plan;
import io.segue.core.verdict.Side;
import io.segue.proxy.protocol.Command.EffectRule;
import io.segue.proxy.protocol.Effects;
import io.segue.proxy.protocol.Keys;
import io.segue.proxy.protocol.Request;
import java.util.ArrayList;
import java.util.List;

/** The keys that a transaction will have written once it is committed. Confined to one event loop. */
public final class TransactionWrites {
    private final List<Ledger.Key> keys = new ArrayList<>();
    private final Keys finder;
    private boolean everything;

    public TransactionWrites(Keys finder) {
        this.finder = finder;
    }

    boolean isEmpty() {
        return keys.isEmpty() && !everything;
    }

    /** The keys that are known one by one. */
    List<Ledger.Key> keys() {
        return keys;
    }

    /** Whether the truth of some key has moved. */
    boolean moved(MigrationState migration) {
        return migration.ledger().hasMoved()
                && keys.stream()
                        .anyMatch(key -> migration.ledger().hasMoved(key.db(), key.bytes(), key.bytes().length));
    }

    /** The stripes of the keys. */
    int[] stripes(Plan plan) {
        return keys.stream()
                .mapToInt(key -> Stripes.of(Bucket.hash(key.bytes(), 0, key.bytes().length, plan.salt())))
                .toArray();
    }

    void add(Effects effects, Request request, ByteBuf in, int start, int db) {
        EffectRule effect = request.command().effect();
        int count = finder.find(request, in, start);
        if ((count == 0 && effect == EffectRule.RESYNC)
                || effects.everywhere(request, in.slice(start, request.length()))) {
            everything = true;
        }
        for (int i = 0; i < count; i++) {
            int argument = finder.argument(i);
            byte[] key = new byte[request.argLength(argument)];
            in.getBytes(start + request.argStart(argument), key);
            keys.add(new Ledger.Key(db, key));
        }
    }

    /** Leaves out what is written on one side only. */
    void leaveOut(Plan plan) {
        // How many sides are written does not depend on the labels, so it does not matter who asks.
        keys.removeIf(key -> plan.oneSided(plan.cells().ofKey(key.bytes())));
        everything &= !plan.oneSided(Bucket.KEYLESS);
    }

    void note(MigrationState migration, Side authority) {
        for (Ledger.Key key : keys) {
            migration.uses(key.db());
            migration.ledger().mark(key, Ledger.Cause.NOT_DERIVABLE, authority);
        }
        if (everything) {
            migration.distrustEverything();
        }
    }
}
