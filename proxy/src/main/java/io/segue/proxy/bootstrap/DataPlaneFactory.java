package io.segue.proxy.bootstrap;

import io.segue.core.operation.Labels;
import io.segue.proxy.config.DualWriteJournal;
import io.segue.proxy.net.DataPlane;

/** Makes the data plane; the seam at which tests put another. */
@FunctionalInterface
public interface DataPlaneFactory {

    /**
     * A data plane that runs nothing yet.
     *
     * @param labels where its operations come from
     * @param threads number of event loops
     * @param journal outlives the process
     */
    DataPlane create(Labels labels, int threads, DualWriteJournal journal);
}
