package io.segue.controlplane;

import static io.segue.controlplane.testkit.Strategies.dual;
import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.testkit.Await;
import io.segue.controlplane.testkit.Bench;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events as a stream. */
class EventStreamTest {
    private static final String EVENTS = "/api/v1/migrations/m/events";

    private final HttpClient http = HttpClient.newHttpClient();
    private Bench bench;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir);
        bench.running(dual(0.1));
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void theStreamTellsWhatWasAndWhatComesAndEndsWithTheMigration() throws Exception {
        HttpResponse<InputStream> response = open("");
        CompletableFuture<List<String>> lines = CompletableFuture.supplyAsync(() -> readAll(response.body()));
        bench.rest().post("/api/v1/migrations/m/pause").expect(200);
        bench.rest().post("/api/v1/migrations/m/rollback").expect(200);

        List<String> all = lines.get(20, TimeUnit.SECONDS);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        assertThat(all.get(0)).isEqualTo("retry: 2000");
        assertThat(all).filteredOn(line -> line.startsWith("id: ")).containsExactly(numbers(1, 6));
        assertThat(all).contains("event: progress");
        assertThat(all.toString()).contains("\"event\":\"created\"").contains("\"event\":\"pause\"");
        assertThat(all.subList(all.size() - 3, all.size())).containsExactly("event: end", "data: {}", "");
    }

    @Test
    void whoComesBackIsToldWhatIsNew() throws Exception {
        bench.rest().post("/api/v1/migrations/m/rollback").expect(200);
        List<String> rest = readAll(open("3").body());
        assertThat(rest).filteredOn(line -> line.startsWith("id: ")).containsExactly(numbers(4, 5));
        assertThat(open("5").statusCode()).isEqualTo(204);
        assertThat(open("x").statusCode()).isEqualTo(400);
        assertThat(open("-1").statusCode()).isEqualTo(400);
    }

    @Test
    void clientsThatAreGoneAreForgotten() throws Exception {
        // More than may watch at once.
        for (int i = 0; i < 300; i++) {
            statusOfAStream();
        }
        Await.until("there is room again", () -> {
            // Who is gone is found out by telling him something.
            bench.rest()
                    .patch("/api/v1/migrations/m", "{\"description\":\"d\"}")
                    .expect(200);
            return statusOfAStream().contains(" 200 ");
        });
    }

    @Test
    void withoutTheHeaderItIsAList() {
        var events = bench.rest().get(EVENTS).expect(200).data();
        assertThat(events.findValuesAsText("number")).containsExactly("1", "2", "3");
        assertThat(events.findValuesAsText("event")).containsExactly("created", "add", "migrate");
    }

    private static String[] numbers(int from, int to) {
        List<String> ids = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            ids.add("id: " + i);
        }
        return ids.toArray(String[]::new);
    }

    /** Opens a stream, reads the first line of the answer, and goes away without a word. */
    private String statusOfAStream() {
        var address = bench.controlPlane().restAddress();
        try (Socket socket = new Socket(address.getHostString(), address.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET " + EVENTS + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + Bench.ADMIN
                                    + "\r\nAccept: text/event-stream\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpResponse<InputStream> open(String lastEvent) throws Exception {
        var address = bench.controlPlane().restAddress();
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://" + address.getHostString() + ":" + address.getPort() + EVENTS))
                .header("Authorization", "Bearer " + Bench.ADMIN)
                .header("Accept", "text/event-stream");
        if (!lastEvent.isEmpty()) {
            request.header("Last-Event-ID", lastEvent);
        }
        return http.send(request.build(), BodyHandlers.ofInputStream());
    }

    private static List<String> readAll(InputStream in) {
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                .lines()
                .toList();
    }
}
