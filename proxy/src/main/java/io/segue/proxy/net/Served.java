package io.segue.proxy.net;

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

    /**
     * A change that holds some of the interlay's work and waits for its decision.
     *
     * @param by holds it
     * @param decided what the interlay will be like if it is decided
     */
    record Held(PlanSwitch by, InterlaySpec decided) {}
}
