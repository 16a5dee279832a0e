package io.segue.proxy.bootstrap;

import io.segue.core.operation.Labels;
import io.segue.proxy.net.DataPlane;

/** The data plane that the program runs with. */
public final class DataPlanes {
    private DataPlanes() {}

    /** As {@link DataPlaneFactory#create}. */
    @SuppressWarnings("DoNotCallSuggester")
    public static DataPlane create(Labels labels, int threads) {
        throw new IllegalStateException("this build has no data plane for " + labels + " on " + threads + " threads");
    }
}
