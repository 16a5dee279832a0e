package io.segue.proxy.net;

import io.segue.core.planchange.ConfigMove;
import io.segue.proxy.config.InterlaySpec;
import io.segue.proxy.engine.MigrationState;
import io.segue.proxy.engine.Repairer;
import io.segue.proxy.session.Interlay;
import org.jspecify.annotations.Nullable;

/**
 * One interlay that is being served.
 *
 * @param repairer present while a migration moves it; its methods belong to the first event loop
 * @param migrationUuid of that migration; empty without one
 * @param held present while a change is being prepared
 */
record Served(
        Interlay interlay,
        Listener listener,
        @Nullable MigrationState migration,
        @Nullable Repairer repairer,
        String migrationUuid,
        @Nullable Held held) {

    /** What is to be done when this interlay is to be served like {@code spec}. */
    ConfigMove move(InterlaySpec spec) {
        Held now = heldInForce();
        InterlaySpec hold = spec.heldFor();
        return ConfigMove.of(interlay.route().spec(), now == null ? null : now.decided(), spec.undecided(), hold);
    }

    /** The change that is held; null also when it was given up by a change that failed later on, and held nothing since. */
    @Nullable
    Held heldInForce() {
        Held now = held;
        return now != null && now.by().inForce() ? now : null;
    }

    /** The same, holding nothing. */
    Served withoutHold() {
        return new Served(interlay, listener, migration, repairer, migrationUuid, null);
    }

    /**
     * A change that holds some of the interlay's work and waits for its decision.
     *
     * @param by holds it
     * @param decided what the interlay will be like if it is decided
     */
    record Held(PlanSwitch by, InterlaySpec decided) {}
}
