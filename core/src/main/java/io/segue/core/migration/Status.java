package io.segue.core.migration;

import java.util.Locale;

/** Where a migration stands. */
public enum Status {
    /** Created, nothing to move yet. */
    PENDING,
    /** Has something to move; can be started. */
    READY,
    /** Traffic is routed by the strategy, once the data it needs has been moved. */
    RUNNING,
    /** As running, but ramps and data movement stand still. */
    PAUSED,
    /** Everything is on NEW. */
    COMPLETED,
    /** Stopped by an error; traffic keeps the last split until rolled back. */
    FAILED,
    /** On the way back to OLD. */
    ROLLING_BACK,
    /** Everything is on OLD again. */
    ROLLED_BACK;

    /** The name in the API: {@code "rolling_back"}. */
    public String apiName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether the strategy decides about traffic in this state. */
    public boolean routesTraffic() {
        return this == RUNNING || this == PAUSED || this == FAILED || this == ROLLING_BACK;
    }
}
