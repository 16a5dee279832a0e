package io.segue.proxy.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.proto.v1.MigrationReport;
import io.segue.proxy.Await;
import io.segue.proxy.config.ConfigTarget;
import io.segue.proxy.config.Configs;
import io.segue.proxy.config.FakeControlPlane;
import io.segue.proxy.config.HostPort;
import io.segue.proxy.config.LedgerNews;
import io.segue.proxy.config.Overrides;
import io.segue.proxy.config.RecordingTarget;
import io.segue.proxy.net.DataPlane;
import io.segue.proxy.telemetry.Counter;
import io.segue.proxy.telemetry.InterlayStats;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProxyProcessTest {
    private final FakeDataPlane dataPlane = new FakeDataPlane();
    private FakeControlPlane controlPlane;
    private ProxyProcess process;

    @TempDir
    Path directory;

    @BeforeEach
    void start() throws IOException {
        controlPlane = FakeControlPlane.start();
        process = ProxyProcess.start(options(), (given, journal) -> dataPlane);
    }

    @AfterEach
    void stop() {
        process.close();
        controlPlane.close();
    }

    private ProxyOptions options() {
        return new ProxyOptions(
                "p1",
                controlPlane.address(),
                new HostPort("127.0.0.1", 0),
                directory,
                "eu",
                "",
                1,
                50,
                Overrides.parse(List.of("cache=127.0.0.1:7100")),
                Optional.empty(),
                Optional.empty(),
                () -> "t0k3n",
                Optional.empty());
    }

    private HttpResponse<String> get(String path) throws Exception {
        int port = process.adminAddress().getPort();
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void becomesReadyWithAConfigurationAndOpenListeners() throws Exception {
        FakeControlPlane.Conversation conversation = controlPlane.nextStream();
        conversation.next();
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        assertThat(get("/readyz").body()).contains("\"ready\":false", "no configuration yet");
        conversation.send(Configs.plain(1), "n-1");
        conversation.next();
        assertThat(get("/readyz").body()).contains("\"ready\":true");
        dataPlane.notReadyReason = "interlay cache: closed";
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        assertThat(get("/readyz").body()).contains("interlay cache: closed");
        assertThat(get("/metrics").body()).contains("segue_config_version 1.0");
    }

    @Test
    void showsWhatItRunsInTheWordsOfTheApiWithoutSecrets() throws Exception {
        FakeControlPlane.Conversation conversation = controlPlane.nextStream();
        conversation.next();
        conversation.send(Configs.canary(7, 0.05), "n-1");
        conversation.next();
        conversation.send(Configs.canary(8, 1.5), "n-2");
        conversation.next();
        String page = get("/config").body();
        assertThat(page)
                .doesNotContain(Configs.SECRET)
                .doesNotContain("t0k3n")
                .contains("\"version\" : 7", "\"source\" : \"control-plane\"", "\"connected\" : true")
                .contains("\"rejected_version\" : 8", "strategy.read_percentage: 1.5")
                .contains("\"listen\" : \"127.0.0.1:7100\"", "\"password\" : \"***\"")
                .contains("\"type\" : \"canary\"", "\"read_percentage\" : 0.05")
                .contains("\"mode\" : \"dual_write\"", "\"policy\" : \"old_authoritative\"");
    }

    @Test
    void reportsItsMigrations() throws Exception {
        dataPlane.stats.loop(0).add(Counter.REQUESTS_NEW_READ, 5);
        dataPlane.stats.loop(0).add(Counter.ERRORS_NEW_TIMEOUT, 2);
        FakeControlPlane.Conversation conversation = controlPlane.nextStream();
        conversation.send(Configs.canary(7, 0.05), "n-1");
        MigrationReport report = conversation.nextReport().getReport().getMigrations(0);
        assertThat(report.getMigrationId()).isEqualTo("move_cache");
        assertThat(report.getSides(1).getReads()).isEqualTo(5);
        assertThat(report.getSides(1).getErrors()).isEqualTo(2);
        assertThat(report.getDivergentKeys()).isEqualTo(4);
        assertThat(report.getOldestDivergenceMs()).isEqualTo(1234);
        assertThat(report.getSample(0).getKey().toStringUtf8()).isEqualTo("user:1");
    }

    @Test
    void twoProxiesNeverShareADirectory() {
        assertThatThrownBy(() -> ProxyProcess.start(options(), (given, journal) -> new FakeDataPlane()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another proxy uses it");
    }

    @Test
    void stopsInOrder_andServesAgainWhenItHasBeenToldWhatTo() throws Exception {
        FakeControlPlane.Conversation conversation = controlPlane.nextStream();
        conversation.next();
        conversation.send(Configs.plain(3), "n-1");
        conversation.next();
        process.close();
        process.awaitClosed();
        assertThat(dataPlane.closed).isTrue();
        assertThat(conversation.next().getStopped())
                .as("nobody waits for it any more")
                .isTrue();
        FakeDataPlane second = new FakeDataPlane();
        process = ProxyProcess.start(options(), (given, journal) -> second);
        conversation = controlPlane.nextStream();
        assertThat(conversation.next().getVersion())
                .as("changes may have been made meanwhile")
                .isZero();
        conversation.send(Configs.plain(4), "n-1");
        conversation.next();
        assertThat(second.target.next().version()).isEqualTo(4);
    }

    @Test
    void stopsWithoutAControlPlane_andStartsAgainFromDisk() throws Exception {
        FakeControlPlane.Conversation conversation = controlPlane.nextStream();
        conversation.next();
        conversation.send(Configs.plain(3), "n-1");
        conversation.next();
        controlPlane.close();
        Await.until("the link is down", () -> !process.status().connected());
        process.close();
        process.awaitClosed();
        FakeDataPlane second = new FakeDataPlane();
        process = ProxyProcess.start(options(), (given, journal) -> second);
        assertThat(second.target.next().interlays().get(0).port()).isEqualTo(7100);
        Await.until("version 3", () -> process.status().version() == 3);
        assertThat(get("/config").body()).contains("\"source\" : \"disk\"");
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
    }

    /** Serves nobody, but behaves. */
    private static final class FakeDataPlane implements DataPlane {
        @Override
        public java.net.InetSocketAddress address(String interlay) {
            return null;
        }

        private final RecordingTarget target = new RecordingTarget();
        private final InterlayStats stats = new InterlayStats("cache", 1);
        private volatile String notReadyReason = "";
        private volatile boolean closed;

        @Override
        public ConfigTarget target() {
            return target;
        }

        @Override
        public Collection<InterlayStats> stats() {
            return List.of(stats);
        }

        @Override
        public List<LedgerNews> ledgers() {
            byte[] key = "user:1".getBytes(StandardCharsets.UTF_8);
            return List.of(new LedgerNews(
                    "move_cache", "cache", 4, 1234, List.of(new LedgerNews.DivergentKeyNews(key, 0, "timeout", 1234))));
        }

        @Override
        public boolean ready() {
            return notReadyReason.isEmpty();
        }

        @Override
        public String notReadyReason() {
            return notReadyReason;
        }

        @Override
        public CompletionStage<Void> close() {
            closed = true;
            return CompletableFuture.completedFuture(null);
        }
    }
}
