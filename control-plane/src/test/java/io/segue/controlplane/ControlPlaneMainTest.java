package io.segue.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.ControlPlaneProcess;
import io.segue.controlplane.testkit.Rest;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlPlaneMainTest {
    @TempDir
    private Path dir;

    @Test
    void startsServesAndStopsOnSigterm() throws Exception {
        try (ControlPlaneProcess process = new ControlPlaneProcess(dir, Optional.of("t"))) {
            new Rest(process.rest(), "").get("/api/v1/version").expect(200);
            assertThat(get(process.admin(), "/healthz")).isEqualTo("ok\n");
            assertThat(get(process.admin(), "/readyz")).isEqualTo("ready\n");
            assertThat(process.terminate()).isTrue();
        }
    }

    @Test
    void helpNamesEveryOption() throws Exception {
        Process help = ControlPlaneProcess.launch(Optional.empty(), "--help");
        String text = new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(help.waitFor()).isZero();
        assertThat(text)
                .contains("--rest", "--grpc", "--admin", "--data-dir", "SEGUE_ADMIN_TOKEN", "127.0.0.1:8000")
                .contains("--rest-tls-cert", "--grpc-tls-key", "--tls-client-ca", "SEGUE_DATA_DIR");
    }

    @Test
    void wrongUsageAndATakenDirectoryEndWithAReason() throws Exception {
        assertThat(ControlPlaneProcess.launch(Optional.empty(), "--rest=nowhere")
                        .waitFor())
                .isEqualTo(2);
        assertThat(ControlPlaneProcess.launch(Optional.empty(), "--rest-tls-cert=half.crt", "--data-dir=" + dir)
                        .waitFor())
                .isEqualTo(1);
        try (Bench bench = new Bench(dir)) {
            Process second = ControlPlaneProcess.launch(
                    Optional.of("t"),
                    "--rest=127.0.0.1:0",
                    "--grpc=127.0.0.1:0",
                    "--admin=127.0.0.1:0",
                    "--data-dir=" + dir);
            assertThat(second.waitFor()).isEqualTo(1);
            bench.rest().get("/api/v1/version").expect(200);
        }
    }

    @Test
    void aTakenPortEndsTheStart(@TempDir Path other) throws Exception {
        try (Bench bench = new Bench(dir)) {
            Process second = ControlPlaneProcess.launch(
                    Optional.of("t"),
                    "--rest=127.0.0.1:" + bench.controlPlane().restAddress().getPort(),
                    "--grpc=127.0.0.1:0",
                    "--admin=127.0.0.1:0",
                    "--data-dir=" + other);
            assertThat(second.waitFor()).isEqualTo(1);
        }
    }

    @Test
    void metricsCountWhatHappens() throws Exception {
        try (Bench bench = new Bench(dir)) {
            bench.endpoint("a").interlay("i", "a", 7000);
            bench.proxy("p1").config();
            bench.rest().get("/api/v1/nix");
            String metrics = get(bench.controlPlane().adminAddress(), "/metrics");
            assertThat(metrics)
                    .contains("segue_config_version 1.0", "segue_proxies_connected 1.0", "segue_config_nacks_total 0.0")
                    .contains("segue_config_acks_total", "jvm_memory_used_bytes")
                    .contains("segue_rest_requests_total{status=\"404\"} 1.0");
        }
    }

    private static String get(InetSocketAddress address, String path) throws Exception {
        URI uri = URI.create("http://" + address.getHostString() + ":" + address.getPort() + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body();
    }
}
