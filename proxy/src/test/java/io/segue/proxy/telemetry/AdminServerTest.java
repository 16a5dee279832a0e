package io.segue.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.core.operation.Access;
import io.segue.core.verdict.Side;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminServerTest {
    private final InterlayStats stats = new InterlayStats("cache", 1);
    private final Metrics metrics = new Metrics(() -> List.of(stats));
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        server = AdminServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Map.of(
                        "/healthz", () -> Page.Reply.json(200, "{\"status\":\"ok\"}"),
                        "/metrics", metrics::page,
                        "/broken",
                                () -> {
                                    throw new IllegalStateException("boom");
                                }));
    }

    @AfterEach
    void stop() {
        server.close();
        metrics.close();
    }

    private HttpResponse<String> call(String method, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(
                                        "http://127.0.0.1:" + server.address().getPort() + path))
                                .method(method, HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void showsAPage() throws Exception {
        HttpResponse<String> response = call("GET", "/healthz?verbose");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"status\":\"ok\"}");
        assertThat(response.headers().firstValue("content-type")).contains("application/json");
        assertThat(call("HEAD", "/healthz").body()).isEmpty();
    }

    @Test
    void saysWhatIsWrongWithARequest() throws Exception {
        assertThat(call("GET", "/nope").statusCode()).isEqualTo(404);
        assertThat(call("GET", "/nope").body()).contains("not_found", "/healthz");
        HttpResponse<String> post = call("POST", "/healthz");
        assertThat(post.statusCode()).isEqualTo(405);
        assertThat(post.headers().firstValue("allow")).contains("GET, HEAD");
        assertThat(call("GET", "/broken").statusCode()).isEqualTo(500);
    }

    @Test
    void metricsCarryInterlaySideAndAccess() throws Exception {
        stats.loop(0).add(Counter.REQUESTS_NEW_READ, 5);
        stats.loop(0).latency(Side.NEW, Access.READ, TimeUnit.MICROSECONDS.toNanos(80));
        stats.loop(0).latency(Side.NEW, Access.READ, TimeUnit.SECONDS.toNanos(20));
        stats.gauge(Gauge.LEDGER_KEYS, () -> 3);
        metrics.gauge("segue_config_version", "Configuration version that runs.", () -> 12);
        HttpResponse<String> response = call("GET", "/metrics");
        assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("text/plain; version=0.0.4");
        assertThat(response.body().lines())
                .contains(
                        "segue_requests_total{access=\"read\",interlay=\"cache\",side=\"new\"} 5.0",
                        "segue_ledger_keys{interlay=\"cache\"} 3.0",
                        "segue_config_version 12.0",
                        "segue_request_duration_seconds_bucket{access=\"read\",interlay=\"cache\",side=\"new\",le=\"5.0E-5\"} 0",
                        "segue_request_duration_seconds_bucket{access=\"read\",interlay=\"cache\",side=\"new\",le=\"1.0E-4\"} 1",
                        "segue_request_duration_seconds_bucket{access=\"read\",interlay=\"cache\",side=\"new\",le=\"+Inf\"} 2",
                        "segue_request_duration_seconds_count{access=\"read\",interlay=\"cache\",side=\"new\"} 2");
        assertThat(response.body()).contains("jvm_memory_used_bytes");
    }

    @Test
    void garbageAndSilenceHarmNobody() throws Exception {
        try (Socket silent = new Socket(
                        InetAddress.getLoopbackAddress(), server.address().getPort());
                Socket garbage = new Socket(
                        InetAddress.getLoopbackAddress(), server.address().getPort())) {
            OutputStream out = garbage.getOutputStream();
            out.write("\u0000\u0001 what\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
            assertThat(new String(garbage.getInputStream().readNBytes(12), StandardCharsets.UTF_8))
                    .isEqualTo("HTTP/1.1 400");
            assertThat(silent.isConnected()).isTrue();
            assertThat(call("GET", "/healthz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aTakenPortIsAClearError() {
        assertThatThrownBy(() -> AdminServer.start(server.address(), Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--admin")
                .hasMessageContaining("cannot listen");
    }
}
