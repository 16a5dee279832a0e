package io.segue.proxy.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyCommandTest {
    private static final String NEEDED = "--node-id p1 --control-plane 127.0.0.1:9000";
    private static final Map<String, String> TOKEN = Map.of("SEGUE_TOKEN", "t0k3n");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<ProxyOptions> started = new ArrayList<>();

    private int run(String line, Map<String, String> environment) {
        return ProxyCommand.execute(
                line.isEmpty() ? new String[0] : line.split(" "),
                environment,
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                options -> {
                    started.add(options);
                    return 0;
                });
    }

    private ProxyOptions parsed(String line, Map<String, String> environment) {
        assertThat(run(line, environment)).as(err.toString()).isZero();
        return started.get(0);
    }

    @Test
    void defaults() {
        ProxyOptions options = parsed(NEEDED, TOKEN);
        assertThat(options.nodeId()).isEqualTo("p1");
        assertThat(options.controlPlane()).hasToString("127.0.0.1:9000");
        assertThat(options.admin()).hasToString("127.0.0.1:9100");
        assertThat(options.dataDir()).isEqualTo(Path.of("data/proxy-p1"));
        assertThat(options.region()).isEmpty();
        assertThat(options.instance()).isEmpty();
        assertThat(options.threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(options.listen().addresses()).isEmpty();
        assertThat(options.token().get()).isEqualTo("t0k3n");
        assertThat(options.toString()).doesNotContain("t0k3n");
    }

    @Test
    void everyFlag() {
        ProxyOptions options = parsed(
                NEEDED + " --admin [::1]:0 --data-dir /tmp/x --region eu --instance i-1 --threads 3"
                        + " --listen a=127.0.0.1:1 --listen b=127.0.0.1:2",
                TOKEN);
        assertThat(options.admin()).hasToString("[::1]:0");
        assertThat(options.dataDir()).isEqualTo(Path.of("/tmp/x"));
        assertThat(options.region()).isEqualTo("eu");
        assertThat(options.instance()).isEqualTo("i-1");
        assertThat(options.threads()).isEqualTo(3);
        assertThat(options.listen().addresses()).containsOnlyKeys("a", "b");
    }

    @Test
    void everyFlagFromTheEnvironmentAndTheCommandLineWins() {
        ProxyOptions options = parsed(
                "--region us",
                Map.of(
                        "SEGUE_TOKEN", "t0k3n",
                        "SEGUE_NODE_ID", "p9",
                        "SEGUE_CONTROL_PLANE", "cp:9000",
                        "SEGUE_ADMIN", "127.0.0.1:9109",
                        "SEGUE_DATA_DIR", "/tmp/y",
                        "SEGUE_REGION", "eu",
                        "SEGUE_THREADS", "2",
                        "SEGUE_LISTEN", "a=127.0.0.1:1,b=127.0.0.1:2"));
        assertThat(options.nodeId()).isEqualTo("p9");
        assertThat(options.controlPlane()).hasToString("cp:9000");
        assertThat(options.admin()).hasToString("127.0.0.1:9109");
        assertThat(options.dataDir()).isEqualTo(Path.of("/tmp/y"));
        assertThat(options.region()).isEqualTo("us");
        assertThat(options.threads()).isEqualTo(2);
        assertThat(options.listen().addresses()).containsOnlyKeys("a", "b");
    }

    @Test
    void aTokenFileIsReadAnew(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("token"), "first\n");
        ProxyOptions options = parsed(NEEDED + " --token-file " + file, Map.of());
        assertThat(options.token().get()).isEqualTo("first");
        Files.writeString(file, "second\n");
        assertThat(options.token().get()).isEqualTo("second");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | --node-id",
                "--node-id p1 | --control-plane",
                "--node-id p/1 --control-plane h:1 | --node-id: p/1",
                "--node-id p1 --control-plane h | --control-plane: h (expected: HOST:PORT",
                "--node-id p1 --control-plane h:0 | 1 to 65535",
                "--node-id p1 --control-plane h:1 --threads 0 | --threads: 0 (expected: 1 to 1024)",
                "--node-id p1 --control-plane h:1 --threads many | many",
                "--node-id p1 --control-plane h:1 --admin 9100 | --admin: 9100",
                "--node-id p1 --control-plane h:1 --listen cache | INTERLAY=HOST:PORT",
                "--node-id p1 --control-plane h:1 --token-file /no/such | --token-file: /no/such",
                "--node-id p1 --controlplane h:1 | did you mean --control-plane",
                "--node-id p1 --control-plane h:1 --nod-id p2 | did you mean --node-id",
                "--node-id p1 --control-plane h:1 surprise | Not known: surprise"
            })
    void wrongUsageIsExplained(String line, String explanation) {
        assertThat(run(line, TOKEN)).isEqualTo(2);
        assertThat(err.toString()).contains(explanation);
        assertThat(started).isEmpty();
    }

    @Test
    void withoutATokenItSaysWhereToPutOne() {
        assertThat(run(NEEDED, Map.of())).isEqualTo(2);
        assertThat(err.toString()).contains("SEGUE_TOKEN", "--token-file");
    }

    @Test
    void helpShowsEveryFlagAndExamples() {
        assertThat(run("--help", Map.of())).isZero();
        assertThat(out.toString())
                .contains("--node-id", "--control-plane", "--admin", "--data-dir", "--region", "--instance")
                .contains("--threads", "--listen", "--token-file", "SEGUE_TOKEN", "Examples");
    }
}
