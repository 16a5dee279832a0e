package io.segue.proxy.config;

import java.util.concurrent.CompletionStage;

/** What runs configurations: the data plane. */
@FunctionalInterface
public interface ConfigTarget {

    /**
     * Runs {@code snapshot} in place of what runs now: opens, changes and closes what differs. Called from the configuration
     * thread, never again before the stage of the last call is complete; must not block.
     *
     * @return completes, on any thread, when the snapshot runs; completes with {@link ConfigRejectedException} when it cannot
     *     run here, and then nothing has changed
     */
    CompletionStage<Void> apply(ProxySnapshot snapshot);
}
