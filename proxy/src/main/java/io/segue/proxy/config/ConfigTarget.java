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

    /**
     * As {@link #apply}, for what the process before this one ran: what that one held, it may have said that it holds, and so it is held again
     * without looking whether it can be.
     */
    default CompletionStage<Void> resume(ProxySnapshot snapshot) {
        return apply(snapshot);
    }

    /**
     * As {@link #apply}, for a proxy that was evicted and is welcome again: nothing of it can be under way any more, and what it has noted about
     * keys is void.
     */
    default CompletionStage<Void> readmit(ProxySnapshot snapshot) {
        return apply(snapshot);
    }

    /**
     * For how long work was held that the last snapshot has let go of, in microseconds; 0 if none was. Called on the configuration
     * thread, after that snapshot runs and before the next.
     */
    default long heldUs() {
        return 0;
    }
}
