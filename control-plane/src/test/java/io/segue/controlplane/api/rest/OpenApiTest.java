package io.segue.controlplane.api.rest;

import static io.segue.controlplane.testkit.Strategies.dual;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeMovers;
import io.segue.controlplane.testkit.Rest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The document is true: it has every route, and what the server takes and gives is as it says. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenApiTest {
    private static final String ROOT = "/api/v1/migrations/m";

    private final ObjectMapper mapper = new ObjectMapper();
    private Bench bench;
    private JsonNode document;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir, FakeMovers.none());
        document = bench.rest("").get("/openapi.json").expect(200).body();
    }

    @AfterAll
    void stop() {
        bench.close();
    }

    @Test
    void itIsServedWithoutATokenInBothPlaces() {
        assertThat(bench.rest("").get("/api/v1/openapi.json").expect(200).body())
                .isEqualTo(document);
        assertThat(document.path("openapi").asText()).isEqualTo("3.1.0");
    }

    @Test
    void everyRouteThatTheServerKnowsIsInTheDocumentAndViceVersa() {
        Set<String> documented = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(
                                method -> documented.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        // Every documented call is answered by a route, and every other method of its path by "method not allowed",
        // which names
        // the methods that the server knows.
        for (String path : paths()) {
            String allow = bench.rest()
                    .send("PUT", path.replaceAll("\\{[a-z]+}", "nix"), null, "")
                    .expect(405)
                    .raw()
                    .headers()
                    .firstValue("Allow")
                    .orElse("");
            Set<String> known = new TreeSet<>();
            for (String method : allow.split(", *", -1)) {
                known.add(method + " " + path);
            }
            assertThat(documented).as(path).containsAll(known);
            assertThat(known)
                    .as(path)
                    .containsAll(documented.stream()
                            .filter(call -> call.endsWith(" " + path))
                            .toList());
        }
        assertThat(documented).hasSizeGreaterThan(40);
    }

    private List<String> paths() {
        List<String> paths = new ArrayList<>();
        document.path("paths").fieldNames().forEachRemaining(paths::add);
        return paths;
    }

    @Test
    void everyCallSaysWhatItDoesAndHasANameOfItsOwn() {
        Set<String> names = new HashSet<>();
        for (JsonNode path : document.path("paths")) {
            for (Map.Entry<String, JsonNode> call : path.properties()) {
                assertThat(call.getValue().path("summary").asText())
                        .as(call.getKey() + " " + call.getValue())
                        .endsWith(".");
                assertThat(names.add(call.getValue().path("operationId").asText()))
                        .isTrue();
            }
        }
    }

    @Test
    void everySchemaThatIsNamedIsThere() {
        List<String> references = document.findValuesAsText("$ref");
        assertThat(references).isNotEmpty();
        for (String reference : references) {
            assertThat(document.at(reference.substring(1)).isMissingNode())
                    .as(reference)
                    .isFalse();
        }
    }

    @Test
    void whatTheServerAnswersIsAsTheDocumentSays() throws Exception {
        bench.proxy("p1");
        bench.ready(dual(0.1));
        give("post", ROOT + "/test", "");
        give("post", ROOT + "/migrate", "{\"reason\":\"r\"}");
        give("patch", ROOT + "/traffic", "{\"read_percentage\":0.2}");
        give("patch", ROOT, "{\"description\":\"d\"}");
        give("post", ROOT + "/pause", "");
        give("post", ROOT + "/resume", "");
        give("post", ROOT + "/refresh", "");
        for (String path : List.of(
                "/api/v1/version",
                "/api/v1/endpoints",
                "/api/v1/endpoints/a",
                "/api/v1/interlays",
                "/api/v1/interlays/i",
                "/api/v1/proxies",
                "/api/v1/tokens",
                "/api/v1/audit",
                "/api/v1/migrations",
                ROOT,
                ROOT + "/events",
                ROOT + "/status",
                ROOT + "/progress",
                ROOT + "/divergence",
                ROOT + "/error-keys",
                ROOT + "/explain?key=k&command=GET")) {
            give("get", path, "");
        }
        give("post", ROOT + "/interlay/i/rollback", "{\"reason\":\"r\"}");
        give("post", "/api/v1/tokens", "{\"id\":\"t\",\"role\":\"read\",\"expires_at\":\"2999-01-01T00:00:00Z\"}");
        give("delete", "/api/v1/tokens/t", "");
        give("delete", ROOT, "");
    }

    /** Makes a call and holds request and reply against the document. */
    private void give(String method, String path, String body) throws Exception {
        JsonNode call = document.path("paths")
                .path(template(path.replaceFirst("[?].*", "")))
                .path(method);
        assertThat(call.isMissingNode()).as(method + " " + path).isFalse();
        JsonSchema schema = new JsonSchema(document);
        if (!body.isEmpty()) {
            assertThat(schema.complaints(
                            call.at("/requestBody/content/application~1json/schema"), mapper.readTree(body)))
                    .as(path)
                    .isEmpty();
        }
        Rest.Reply reply = bench.rest()
                .send(method.toUpperCase(Locale.ROOT), path, body.isEmpty() ? null : "application/json", body);
        JsonNode response = call.path("responses").path(Integer.toString(reply.status()));
        assertThat(response.isMissingNode())
                .as(path + " answers " + reply.status() + " " + reply.raw().body())
                .isFalse();
        assertThat(schema.complaints(response.at("/content/application~1json/schema"), reply.body()))
                .as(method + " " + path)
                .isEmpty();
    }

    private static String template(String path) {
        return path.replaceFirst("/(migrations|endpoints|interlays|tokens)/[a-z]+", "/$1/{id}")
                .replaceFirst("/interlay/[a-z]+", "/interlay/{interlay}");
    }
}
