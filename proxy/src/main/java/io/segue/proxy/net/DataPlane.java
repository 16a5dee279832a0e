package io.segue.proxy.net;

import io.segue.proxy.config.ConfigTarget;
import io.segue.proxy.config.HoldNews;
import io.segue.proxy.config.LedgerNews;
import io.segue.proxy.telemetry.InterlayStats;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The data plane as the rest of the process sees it. All methods may be called from any thread and do not block. */
public interface DataPlane {

    /** Runs configurations. */
    ConfigTarget target();

    /** Statistics of the interlays that are served now. */
    Collection<InterlayStats> stats();

    /** What the ledgers hold, for the report: one entry for each (migration, interlay) that has or recently had a plan. */
    List<LedgerNews> ledgers();

    /** Whether every listener of the applied configuration is open. */
    boolean ready();

    /** Why {@link #ready()} is false, for people; empty when it is true. */
    String notReadyReason();

    /** Where an interlay listens, with the real port; null if it is not served. */
    @Nullable
    InetSocketAddress address(String interlay);

    /**
     * Stops accepting, lets requests in flight finish (bounded by the data plane's own limit, 5 s), closes everything.
     *
     * @return completes when all sockets and threads are gone; never exceptionally
     */
    CompletionStage<Void> close();

    /** After {@link #close}: whether nothing was under way at any database in the end, and nothing that was lost may still be. */
    default boolean finished() {
        return true;
    }

    /** What is held, and was. */
    default HoldNews holds() {
        return HoldNews.NONE;
    }
}
