package io.segue.proxy.bootstrap;

import io.segue.core.operation.Labels;
import io.segue.proxy.config.ConfigApplier;
import io.segue.proxy.config.ConfigCache;
import io.segue.proxy.config.ConfigStream;
import io.segue.proxy.config.Fallbacks;
import io.segue.proxy.config.FileDualWriteJournal;
import io.segue.proxy.config.NodeInfo;
import io.segue.proxy.config.StatusBoard;
import io.segue.proxy.config.StreamSettings;
import io.segue.proxy.gateway.Gateway;
import io.segue.proxy.net.DataPlane;
import io.segue.proxy.telemetry.AdminServer;
import io.segue.proxy.telemetry.Metrics;
import io.segue.proxy.telemetry.Page;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The parts of a proxy, put together by hand; this is the one place that knows them all.
 *
 * @param dataDir its state, locked
 * @param dataPlane serves the clients
 * @param board how it stands with its configuration
 * @param stream follows the control plane
 * @param configThread the configuration thread
 * @param metrics what the scraper gets
 * @param admin the admin port, open
 * @param gateway where APIs are called, open; empty: nowhere
 * @param stopping set when the end begins
 */
record ProxyWiring(
        DataDir dataDir,
        DataPlane dataPlane,
        StatusBoard board,
        ConfigStream stream,
        ScheduledExecutorService configThread,
        Metrics metrics,
        AdminServer admin,
        Optional<Gateway> gateway,
        AtomicBoolean stopping) {

    /**
     * Makes everything and opens the admin port; nothing is served yet.
     *
     * @throws IOException the data directory or the admin port cannot be had
     */
    static ProxyWiring create(ProxyOptions options, StreamSettings streamSettings, DataPlaneFactory factory)
            throws IOException {
        DataDir dataDir = DataDir.open(options.dataDir());
        try {
            return assemble(options, streamSettings, factory, dataDir);
        } catch (IOException | RuntimeException e) {
            dataDir.close();
            throw e;
        }
    }

    private static ProxyWiring assemble(
            ProxyOptions options, StreamSettings streamSettings, DataPlaneFactory factory, DataDir dataDir)
            throws IOException {
        AtomicBoolean stopping = new AtomicBoolean();
        StatusBoard board = new StatusBoard();
        DataPlane dataPlane = factory.create(options, FileDualWriteJournal.open(dataDir.path()));
        Metrics metrics = metrics(dataPlane, board);
        ScheduledExecutorService configThread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "segue-config");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Fallbacks fallbacks = new Fallbacks();
            ConfigApplier applier = new ConfigApplier(
                    options.listen(),
                    fallbacks,
                    dataPlane.target(),
                    new ConfigCache(dataDir.path()),
                    board,
                    configThread);
            TrafficReporter traffic = new TrafficReporter();
            ConfigStream stream = new ConfigStream(
                    streamSettings,
                    applier,
                    new ProxyReporter(dataPlane, traffic, new CensusReporter(Protocols.all()), fallbacks),
                    board,
                    configThread);
            GuardrailKeeper keeper = new GuardrailKeeper(
                    dataPlane, traffic, board, applier, fallbacks, new Labels(options.region(), options.instance()));
            keeper.start(configThread);
            Optional<Gateway> gateway = gateway(options, board, dataPlane);
            AdminServer admin = AdminServer.start(
                    new InetSocketAddress(
                            options.admin().host(), options.admin().port()),
                    Map.of(
                            "/healthz",
                            () -> Page.Reply.json(200, "{\"status\":\"ok\"}\n"),
                            "/readyz",
                            new ReadyPage(board::status, dataPlane, stopping::get),
                            "/metrics",
                            metrics::page,
                            "/config",
                            new ConfigPage(options, board::status)));
            return new ProxyWiring(dataDir, dataPlane, board, stream, configThread, metrics, admin, gateway, stopping);
        } catch (IOException | RuntimeException e) {
            configThread.shutdownNow();
            metrics.close();
            dataPlane.close();
            throw e;
        }
    }

    private static Optional<Gateway> gateway(ProxyOptions options, StatusBoard board, DataPlane dataPlane)
            throws IOException {
        return options.gateway().isEmpty()
                ? Optional.empty()
                : Optional.of(Gateway.start(
                        new InetSocketAddress(
                                options.gateway().get().host(),
                                options.gateway().get().port()),
                        options.gatewayToken(),
                        () -> board.status().snapshot(),
                        dataPlane::address));
    }

    /** The settings of the stream as the options say, with production's times. */
    static StreamSettings streamSettings(ProxyOptions options) {
        return StreamSettings.production(
                        options.controlPlane(),
                        new NodeInfo(options.nodeId(), options.region(), options.instance(), Release.name()),
                        options.token())
                .withTls(options.tls());
    }

    private static Metrics metrics(DataPlane dataPlane, StatusBoard board) {
        Metrics metrics = new Metrics(dataPlane::stats);
        metrics.gauge(
                "segue_config_version",
                "Configuration version that runs.",
                () -> board.status().version());
        metrics.gauge(
                "segue_config_rejected_version",
                "Last version that could not be run.",
                () -> board.status().rejectedVersion());
        metrics.gauge(
                "segue_control_plane_connected",
                "1 while the stream to the control plane is up.",
                () -> board.status().connected() ? 1 : 0);
        return metrics;
    }
}
