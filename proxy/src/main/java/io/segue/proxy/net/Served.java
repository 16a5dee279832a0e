package io.segue.proxy.net;

import io.segue.proxy.engine.MigrationState;
import io.segue.proxy.engine.Repairer;
import io.segue.proxy.session.Interlay;
import org.jspecify.annotations.Nullable;

/**
 * One interlay that is being served.
 *
 * @param repairer present while a migration moves it; its methods belong to the first event loop
 * @param migrationUuid of that migration; empty without one
 */
record Served(
        Interlay interlay,
        Listener listener,
        @Nullable MigrationState migration,
        @Nullable Repairer repairer,
        String migrationUuid) {}
