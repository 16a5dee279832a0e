package io.segue.proxy.config;

import io.grpc.Status;
import io.segue.proto.v1.ConfigRequest;
import io.segue.proto.v1.ConfigResponse;
import io.segue.proto.v1.ErrorDetail;
import io.segue.proto.v1.Node;
import io.segue.proto.v1.ProxyConfig;
import io.segue.proto.v1.ProxyReport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this proxy on the configuration that the control plane wants: opens the stream, answers every configuration with ACK or
 * NACK, sends the reports, and comes back when the link breaks. First it runs the copy on disk, so that the proxy serves
 * whether or not there is a control plane.
 *
 * <p>All state is confined to one thread, the configuration thread; public methods may be called from any.
 */
public final class ConfigStream {
    private static final Logger log = LoggerFactory.getLogger(ConfigStream.class);

    private final StreamSettings settings;
    private final ConfigApplier applier;
    private final ReportSource reports;
    private final StatusBoard board;
    private final ScheduledExecutorService thread;
    private final Backoff backoff;
    private final LinkEvents events = new LinkEvents();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private @Nullable ConfigLink link;
    private boolean quiet;
    private boolean closing;
    private String lastLogged = "";

    /**
     * @param settings where and how
     * @param applier what runs a configuration
     * @param reports what to report
     * @param board what runs now, and where the state of the link is shown
     * @param thread the configuration thread: an executor with exactly one thread; owned by the caller, who stops it after
     *     {@link #close(boolean)}
     */
    public ConfigStream(
            StreamSettings settings,
            ConfigApplier applier,
            ReportSource reports,
            StatusBoard board,
            ScheduledExecutorService thread) {
        this.settings = settings;
        this.applier = applier;
        this.reports = reports;
        this.board = board;
        this.thread = thread;
        this.backoff = settings.newBackoff();
    }

    /** Runs the copy on disk, then connects. */
    public void start() {
        thread.execute(() -> applier.loadFromDisk().thenRun(this::connect));
        long interval = settings.reportInterval().toNanos();
        Future<?> unused = thread.scheduleWithFixedDelay(this::report, interval, interval, TimeUnit.NANOSECONDS);
    }

    /**
     * Takes no configuration from now on. The stream stays, and so do the reports: the control plane goes on counting on this proxy.
     *
     * @return completes when the last configuration that was taken has come to its end; never exceptionally
     */
    public CompletionStage<Void> quiesce() {
        CompletableFuture<Void> still = new CompletableFuture<>();
        thread.execute(() -> {
            quiet = true;
            CompletionStage<Void> unused = applier.last().thenRun(() -> still.complete(null));
        });
        return still;
    }

    /**
     * Ends the stream in order: half-close, then the server's answer or the close limit.
     *
     * @param stopped whether nothing of this proxy is under way at any database. Then it is registered no longer, and its next process
     *     serves when it has been sent a configuration. Otherwise the control plane goes on waiting for it.
     * @return completes when the stream is gone; never exceptionally
     */
    public CompletionStage<Void> close(boolean stopped) {
        thread.execute(() -> {
            closing = true;
            ConfigLink now = link;
            if (now == null) {
                closed.complete(null);
                return;
            }
            // The promise first: when the message is on its way, changes are made without this proxy.
            if (stopped && board.status().connected() && applier.retire()) {
                now.send(request().setStopped(true).build());
            }
            now.halfClose();
            later(settings.closeLimit(), this::finish);
        });
        return closed;
    }

    private void finish() {
        if (link != null) {
            link.release();
            link = null;
        }
        board.change(status -> status.linkDown("stopped"));
        closed.complete(null);
    }

    private void connect() {
        if (closing) {
            return;
        }
        try {
            String token = settings.token().get();
            link = new ConfigLink(settings.controlPlane(), settings.tls(), thread, events);
            link.open(token, request().setNode(node()).build());
        } catch (RuntimeException e) {
            // The token file is gone, say. Try again like after any other trouble with the link.
            lost(Status.UNKNOWN.withDescription(String.valueOf(e.getMessage())).withCause(e));
        }
    }

    private void report() {
        // Skipped rather than queued: the next report says all that this one would have said.
        if (link == null || closing || !link.ready()) {
            return;
        }
        ProxyReport report;
        try {
            report = ReportMapper.toProto(reports.news(board.status().snapshot()), reports.holds());
        } catch (RuntimeException e) {
            log.error("report_failed", e);
            // Still the heartbeat.
            report = ProxyReport.getDefaultInstance();
        }
        link.send(request().setReport(report).build());
    }

    private void answer(ConfigLink from, ConfigResponse response, ConfigApplier.Outcome outcome) {
        if (from != link) {
            // The stream it came by is gone; the first message of the next one says what runs.
            return;
        }
        ConfigRequest.Builder answer = request().setResponseNonce(response.getNonce());
        if (outcome.runs()) {
            answer.setHeldUs(outcome.heldUs());
        } else {
            answer.setErrorDetail(ErrorDetail.newBuilder().setMessage(outcome.rejection()));
        }
        from.send(answer.build());
        from.next();
    }

    private void lost(Status status) {
        if (link != null) {
            link.release();
            link = null;
        }
        if (closing) {
            finish();
            return;
        }
        boolean unwelcome =
                status.getCode() == Status.Code.UNAUTHENTICATED || status.getCode() == Status.Code.PERMISSION_DENIED;
        Duration pause = unwelcome ? settings.unwelcomePause() : backoff.next();
        String error = describe(status);
        board.change(state -> state.linkDown(error));
        if (error.equals(lastLogged)) {
            log.debug("control_plane_lost reason=\"{}\" retry_ms={}", error, pause.toMillis());
        } else if (unwelcome) {
            log.error(
                    "control_plane_refuses_token reason=\"{}\" retry_ms={}: give a token with the role proxy in SEGUE_TOKEN or"
                            + " --token-file; until then the last good configuration is served",
                    error,
                    pause.toMillis());
        } else {
            log.warn("control_plane_lost reason=\"{}\" retry_ms={}", error, pause.toMillis());
        }
        lastLogged = error;
        later(pause, this::connect);
    }

    private void later(Duration pause, Runnable step) {
        Future<?> unused = thread.schedule(step, pause.toNanos(), TimeUnit.NANOSECONDS);
    }

    private ConfigRequest.Builder request() {
        return ConfigRequest.newBuilder().setVersion(board.status().version());
    }

    private Node node() {
        NodeInfo node = settings.node();
        return Node.newBuilder()
                .setId(node.id())
                .setRegion(node.region())
                .setInstance(node.instance())
                .setRelease(node.release())
                .build();
    }

    private static String describe(Status status) {
        if (status.isOk()) {
            return "the control plane ended the stream";
        }
        StringBuilder text = new StringBuilder(status.getCode().name());
        if (status.getDescription() != null) {
            text.append(": ").append(status.getDescription());
        }
        if (status.getCause() != null && status.getCause().getMessage() != null) {
            text.append(": ").append(status.getCause().getMessage());
        }
        return text.toString();
    }

    /** Events of a link that is no longer the present one are stale and dropped. */
    private final class LinkEvents implements ConfigLink.Listener {
        @Override
        public void opened(ConfigLink from) {
            if (from != link || board.status().connected()) {
                return;
            }
            board.change(ConfigStatus::linkUp);
            log.info(
                    "control_plane_connected address={} version={}",
                    settings.controlPlane(),
                    board.status().version());
            // A proxy that is up to date is sent nothing, so a stream that lasts is as good a sign as a message.
            later(backoff.max(), () -> {
                if (from == link) {
                    settled();
                }
            });
        }

        @Override
        public void message(ConfigLink from, ConfigResponse response) {
            if (from != link || quiet) {
                return;
            }
            settled();
            ProxyConfig config = response.getConfig().toBuilder()
                    .setVersion(response.getVersion())
                    .build();
            applier.apply(config, response.getEvicted()).thenAccept(outcome -> answer(from, response, outcome));
        }

        @Override
        public void ended(ConfigLink from, Status status) {
            if (from == link) {
                lost(status);
            }
        }

        private void settled() {
            backoff.reset();
            lastLogged = "";
        }
    }
}
