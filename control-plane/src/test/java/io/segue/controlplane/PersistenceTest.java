package io.segue.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.controlplane.testkit.Await;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.ControlPlaneProcess;
import io.segue.controlplane.testkit.FakeProxy;
import io.segue.controlplane.testkit.Rest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PersistenceTest {
    private static final String CANARY = "{\"type\":\"canary\",\"read_percentage\":0.05}";

    @TempDir
    private Path dir;

    @Test
    void aRestartForgetsNothing() throws Exception {
        String before;
        String events;
        try (Bench bench = new Bench(dir)) {
            FakeProxy proxy = bench.proxy("p1");
            bench.running(CANARY);
            proxy.reporting("m", 4);
            Await.until("the report arrives", () -> divergence(bench) == 4);
            before = bench.rest().get("/api/v1/migrations/m").raw().body();
            events = bench.rest().get("/api/v1/migrations/m/events").raw().body();
        }
        try (Bench bench = new Bench(dir)) {
            assertThat(bench.rest().get("/api/v1/migrations/m").raw().body()).isEqualTo(before);
            assertThat(bench.rest().get("/api/v1/migrations/m/events").raw().body())
                    .isEqualTo(events);
            assertThat(bench.rest()
                            .get("/api/v1/version")
                            .data()
                            .path("config_version")
                            .asLong())
                    .isEqualTo(2);
            JsonNode known = bench.rest().get("/api/v1/proxies").data().get(0);
            assertThat(known.path("id").asText()).isEqualTo("p1");
            assertThat(known.path("connected").asBoolean()).isFalse();
            assertThat(known.path("acked_version").asLong()).isEqualTo(2);
            assertThat(known.path("target_version").asLong()).isEqualTo(2);
            assertThat(divergence(bench)).isEqualTo(4);

            FakeProxy back = bench.proxy("p1", 2);
            bench.rest().post("/api/v1/migrations/m/pause").expect(200);
            assertThat(back.received()).isEmpty();
        }
    }

    private static long divergence(Bench bench) {
        return bench.rest()
                .get("/api/v1/migrations/m/divergence")
                .data()
                .path("count")
                .asLong();
    }

    @Test
    void secretsAreNotReadableOnDisk() throws Exception {
        try (Bench bench = new Bench(dir)) {
            bench.rest().post("/api/v1/endpoints", """
                    {"id":"a","kind":"redis","config":{"host":"h","username":"u","password":"very-s3cret"}}""").expect(201);
            bench.interlay("i", "a", 7000);
            try (Stream<Path> files = Files.list(dir)) {
                files.forEach(file ->
                        assertThat(text(file)).doesNotContain("very-s3cret").doesNotContain(Bench.ADMIN));
            }
        }
        assertThat(mode(dir.resolve("secret.key"))).isEqualTo("rw-------");
        try (Bench bench = new Bench(dir)) {
            FakeProxy proxy = bench.proxy("p1");
            assertThat(proxy.config()
                            .getInterlays(0)
                            .getEndpoint()
                            .getWriteConn()
                            .getPassword())
                    .isEqualTo("very-s3cret");
        }
    }

    @Test
    void whatWasAnsweredSurvivesKillAtAnyMoment() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<String> answered = Collections.synchronizedList(new ArrayList<>());
        for (int round = 0; round < 3; round++) {
            try (ControlPlaneProcess process = new ControlPlaneProcess(dir, Optional.of("token"))) {
                Rest rest = new Rest(process.rest(), "token");
                expectAll(rest, answered);
                Thread writer = writer(rest, round, answered);
                int enough = answered.size() + 5 + random.nextInt(40);
                Await.until("some writes are answered", () -> answered.size() >= enough);
                process.kill();
                writer.join();
            }
        }
        try (ControlPlaneProcess process = new ControlPlaneProcess(dir, Optional.of("token"))) {
            expectAll(new Rest(process.rest(), "token"), answered);
            assertThat(process.terminate()).isTrue();
        }
    }

    private static Thread writer(Rest rest, int round, List<String> answered) {
        Thread writer = new Thread(() -> {
            for (int i = 0; ; i++) {
                String id = "e" + round + "-" + i;
                try {
                    rest.post(
                                    "/api/v1/endpoints",
                                    "{\"id\":\"" + id + "\",\"kind\":\"redis\",\"config\":{\"host\":\"h\"}}")
                            .expect(201);
                } catch (UncheckedIOException e) {
                    return;
                }
                answered.add(id);
            }
        });
        writer.start();
        return writer;
    }

    private static void expectAll(Rest rest, List<String> answered) {
        List<String> stored = rest.get("/api/v1/endpoints").expect(200).data().findValuesAsText("id");
        assertThat(stored).containsAll(answered);
        // At most the one write per life that was stored and could not be answered any more.
        assertThat(stored.size() - answered.size()).isBetween(0, 3);
    }

    @Test
    void theFirstTokenIsMadeAndKeptPrivate() throws Exception {
        try (ControlPlaneProcess process = new ControlPlaneProcess(dir, Optional.empty())) {
            String token =
                    Files.readString(dir.resolve(ControlPlane.TOKEN_FILE)).strip();
            new Rest(process.rest(), token).get("/api/v1/tokens").expect(200);
            assertThat(mode(dir.resolve(ControlPlane.TOKEN_FILE))).isEqualTo("rw-------");
        }
        try (ControlPlaneProcess process = new ControlPlaneProcess(dir, Optional.of("another"))) {
            new Rest(process.rest(), "another").get("/api/v1/tokens").expect(200);
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
