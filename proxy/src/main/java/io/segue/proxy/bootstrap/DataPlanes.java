package io.segue.proxy.bootstrap;

import io.segue.core.operation.Labels;
import io.segue.proxy.config.DualWriteJournal;
import io.segue.proxy.engine.Settings;
import io.segue.proxy.net.DataPlane;
import io.segue.proxy.net.ProxyServer;
import io.segue.proxy.session.SessionSettings;

/** The data plane that the program runs with. */
public final class DataPlanes {
    private DataPlanes() {}

    /** As {@link DataPlaneFactory#create}. */
    public static DataPlane create(ProxyOptions options, DualWriteJournal journal) {
        return new ProxyServer(
                options.nodeId(),
                new Labels(options.region(), options.instance()),
                options.threads(),
                Protocols.all(),
                SessionSettings.DEFAULT,
                Settings.DEFAULT.withRescueBudgetMs(options.rescueBudgetMs()),
                journal);
    }
}
