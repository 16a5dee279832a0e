package io.segue.proxy.bootstrap;

import io.segue.proxy.config.DualWriteJournal;
import io.segue.proxy.net.DataPlane;

/** Makes the data plane; the seam at which tests put another. */
@FunctionalInterface
public interface DataPlaneFactory {

    /**
     * A data plane that runs nothing yet.
     *
     * @param options how the process was started
     * @param journal outlives the process
     */
    DataPlane create(ProxyOptions options, DualWriteJournal journal);
}
