package io.segue.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** redis-cli through the proxy; skipped where it is not installed. */
@NeedsRedis
class RedisCliIT {
    private static final String PASSWORD = "s3cret";

    @TempDir
    private Path folder;

    private RedisServer redis;
    private ProxyUnderTest proxy;

    @BeforeEach
    void start() {
        assumeTrue(installed(), "no redis-cli on the PATH");
        redis = RedisServer.builder().password(PASSWORD).start();
        proxy = ProxyUnderTest.idle();
        proxy.apply(ProxyUnderTest.interlay(
                ProxyUnderTest.INTERLAY, ProxyUnderTest.endpoint("old", redis.port(), PASSWORD)));
    }

    @AfterEach
    void stop() {
        if (proxy != null) {
            proxy.close();
            redis.close();
        }
    }

    private static boolean installed() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(Pattern.quote(java.io.File.pathSeparator)))
                .anyMatch(dir -> Files.isExecutable(Path.of(dir, "redis-cli")));
    }

    /** What it prints. */
    private String cli(String input, String... options) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("redis-cli", "-p", Integer.toString(proxy.port())));
        line.addAll(List.of(options));
        Path in = Files.writeString(folder.resolve("in"), input);
        Path out = folder.resolve("out");
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile());
        builder.environment().putAll(Map.of("REDISCLI_AUTH", PASSWORD));
        Process process = builder.start();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("redis-cli does not end; it printed: " + Files.readString(out));
        }
        return Files.readString(out, StandardCharsets.UTF_8).strip();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-2", "-3"})
    void oneCommandAndMany(String dialect) throws Exception {
        assertThat(cli("", dialect, "SET", "k", "v")).isEqualTo("OK");
        assertThat(cli("", dialect, "GET", "k")).isEqualTo("v");
        assertThat(cli("GET k\nMULTI\nINCR n\nEXEC\nSELECT 3\nGET k\n", dialect))
                .isEqualTo("v\nOK\nQUEUED\n1\nOK");
        assertThat(cli("", dialect, "--no-raw", "HGETALL", "none")).isIn("(empty array)", "(empty hash)");
        assertThat(cli("", dialect, "BLPOP", "none", "0.05")).isEmpty();
        assertThat(cli("", dialect, "NOSUCH")).startsWith("ERR unknown command");
        assertThat(cli("", dialect, "DEL", "n")).isEqualTo("1");
    }

    @Test
    void scan_walksAllKeys() throws Exception {
        cli("", "MSET", "a", "1", "b", "2", "c", "3");
        assertThat(cli("", "--scan").lines()).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void pipe_loadsMany() throws Exception {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            String key = "k" + i;
            requests.append("*3\r\n$3\r\nSET\r\n$")
                    .append(key.length())
                    .append("\r\n")
                    .append(key)
                    .append("\r\n$1\r\nv\r\n");
        }
        assertThat(cli(requests.toString(), "--pipe")).contains("errors: 0, replies: 10000");
        assertThat(cli("", "DBSIZE")).isEqualTo("10000");
    }
}
