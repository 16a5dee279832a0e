package io.segue.proxy.engine;

import io.netty.buffer.ByteBuf;
import io.segue.core.verdict.Side;
import io.segue.proxy.protocol.Command.EffectRule;
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

    void add(RequestKeys looked, Request request, ByteBuf in, int start, int db) {
        EffectRule effect = request.command().effect();
        int count = finder.find(request, in, start);
        if (effect == EffectRule.EVERYWHERE || (count == 0 && effect == EffectRule.RESYNC)) {
            everything = true;
        }
        for (int i = 0; i < count; i++) {
            int argument = finder.argument(i);
            byte[] key = new byte[request.argLength(argument)];
            in.getBytes(start + request.argStart(argument), key);
            keys.add(new Ledger.Key(db, key));
        }
    }

    void note(MigrationState migration, Side authority) {
        for (Ledger.Key key : keys) {
            migration.ledger().mark(key, Ledger.Cause.NOT_DERIVABLE, authority);
        }
        if (everything) {
            migration.distrustEverything();
        }
    }
}
