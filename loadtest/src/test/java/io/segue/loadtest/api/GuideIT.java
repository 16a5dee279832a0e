package io.segue.loadtest.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.segue.controlplane.ControlPlaneOptions;
import io.segue.loadtest.api.CommandLines.Answer;
import io.segue.loadtest.fleet.RestClient;
import io.segue.loadtest.redis.FreePorts;
import io.segue.loadtest.redis.NeedsRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The product guide, word for word: every JSON is taken and given back, and every curl line works as printed. */
@NeedsRedis
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GuideIT {
    private final Guide guide = new Guide();
    private final ObjectMapper json = new ObjectMapper();
    private Path folder;
    private ApiRig rig;
    private CommandLines lines;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        folder = dir;
        rig = new ApiRig(folder, ControlPlaneOptions.Tls.NONE);
        lines = new CommandLines(folder, ApiRig.TOKEN);
        rig.endpoint("old_redis");
        rig.endpoint("new_redis_cluster");
        rig.rest().post("/interlays", "{\"id\": \"user_cache_interlay\", \"endpoint\": \"old_redis\", \"port\": 7000}");
        rig.proxy("p1", Optional.empty(), "user_cache_interlay=127.0.0.1:" + FreePorts.one());
        await(
                "the proxy is connected",
                () -> rig.rest().get("/proxies").path(0).path("connected").asBoolean());
    }

    @AfterAll
    void stop() {
        rig.close();
    }

    @TestFactory
    List<DynamicTest> everyJsonIsTakenAndGivenBack() {
        List<DynamicTest> tests = new ArrayList<>();
        List<JsonNode> definitions = guide.definitions();
        assertThat(definitions).hasSize(15);
        for (JsonNode given : definitions) {
            tests.add(DynamicTest.dynamicTest(given.toString(), () -> isTakenAndGivenBack(given)));
        }
        return tests;
    }

    private void isTakenAndGivenBack(JsonNode given) throws Exception {
        RestClient rest = rig.rest();
        String fields = given.toString().substring(1);
        JsonNode made = rest.post("/migrations", "{\"id\": \"given\", " + fields);
        try {
            assertHas(made, given, "created");
            assertHas(rest.get("/migrations/given"), given, "shown");
        } finally {
            rest.delete("/migrations/given");
        }
    }

    /** Everything in {@code given} is in {@code shown} as it was; the server may have added to it. */
    private static void assertHas(JsonNode shown, JsonNode given, String path) {
        if (given.isObject()) {
            for (Map.Entry<String, JsonNode> field : given.properties()) {
                assertThat(shown.has(field.getKey()))
                        .as(path + "." + field.getKey())
                        .isTrue();
                assertHas(shown.get(field.getKey()), field.getValue(), path + "." + field.getKey());
            }
        } else if (given.isNumber()) {
            assertThat(shown.asDouble()).as(path).isEqualTo(given.asDouble());
        } else {
            assertThat(shown).as(path).isEqualTo(given);
        }
    }

    private static String template(String id, String endpoint) {
        return """
                {"id": "%s", "endpoint": "%s", "kind": "Read", "template": ["GET", "user:{{user}}"]}""".formatted(id, endpoint);
    }

    @Test
    void everyCurlLineWorksAsPrinted() throws Exception {
        rig.rest().post("/templates", template("get_user_before", "old_redis"));
        rig.rest().post("/templates", template("get_user_template", "new_redis_cluster"));
        rig.rest().post("/apis", """
                {"id": "user_cache_api", "fields": [{"name": "user", "field_type": "String"}],
                 "bindings": [{"template": "get_user_before", "fields": {}}]}""");
        List<Answer> answers = new ArrayList<>();
        for (String command : guide.commands()) {
            answers.add(run(command));
            if (command.endsWith("/migrate \\\n  -H \"Authorization: Bearer $TOKEN\" \\\n  -X POST\n")) {
                await(
                        "the strategy is in force",
                        () -> rig.rest()
                                .get("/migrations/migrate_to_new_redis/progress")
                                .path("stage")
                                .asText()
                                .equals("open"));
            }
        }
        assertThat(answers).extracting(Answer::status).hasSize(11);
        Answer api = answers.remove(1);
        assertThat(api.status()).as(api.body()).isEqualTo(200);
        assertThat(data(api).path("apis").toString()).isEqualTo("[\"user_cache_api\"]");
        assertThat(answers)
                .extracting(Answer::status)
                .as(answers.toString())
                .containsExactly(201, 200, 200, 200, 200, 200, 201, 200, 200, 200);

        JsonNode test = data(answers.get(2));
        assertThat(test.path("valid").asBoolean()).isTrue();
        assertThat(test.path("interlays_tested").toString()).isEqualTo("[\"user_cache_interlay\"]");
        assertThat(test.has("apis_tested")).isTrue();
        isLikeTheSample(json.readTree(answers.get(4).body()), guide.response(), "");
        JsonNode shown = data(answers.get(4));
        for (String field : List.of("id", "description", "status")) {
            assertThat(shown.path(field))
                    .isEqualTo(guide.response().path("data").path(field));
        }
        assertHas(shown.path("strategy"), guide.response().path("data").path("strategy"), "strategy");
        assertThat(data(answers.get(5)).findValuesAsText("id")).contains("migrate_to_new_redis");
        JsonNode cutOver = rig.rest().get("/migrations/canary_migration").path("strategy");
        assertThat(cutOver.path("read_percentage").asDouble()).isEqualTo(1.0);
        assertThat(cutOver.path("write_mode").toString()).isEqualTo("{\"mode\":\"cutover\",\"write_percentage\":1.0}");
        rig.rest().post("/migrations/migrate_to_new_redis/rollback", "");
    }

    /** The same fields, with the same types. */
    private static void isLikeTheSample(JsonNode shown, JsonNode sample, String path) {
        assertThat(shown.getNodeType()).as(path).isEqualTo(sample.getNodeType());
        for (Map.Entry<String, JsonNode> field : sample.properties()) {
            isLikeTheSample(shown.path(field.getKey()), field.getValue(), path + "." + field.getKey());
        }
    }

    private Answer run(String command) throws Exception {
        String here = command.replace("{host}:8000", "127.0.0.1:" + rig.restPort());
        assertThat(here).isNotEqualTo(command);
        return lines.run(here);
    }

    @Test
    void withoutCurlTheLinesDoTheSame() throws Exception {
        String list = guide.commands().stream()
                .filter(command -> command.contains("/migrations \\\n  -H \"Authorization"))
                .findFirst()
                .orElseThrow()
                .replace("{host}:8000", "127.0.0.1:" + rig.restPort());
        assertThat(lines.byClient(list)).isEqualTo(lines.run(list));
        String create = "# comment\ncurl http://127.0.0.1:" + rig.restPort() + "/api/v1/migrations \\\n"
                + "  -H \"Authorization: Bearer $TOKEN\" \\\n  -d '{\n \"id\": \"by_client\"}'\n";
        assertThat(lines.byClient(create).status()).isEqualTo(201);
        assertThat(lines.run(create).status()).isEqualTo(409);
        rig.rest().delete("/migrations/by_client");
    }

    @Test
    void theAccessTableHolds() throws Exception {
        Map<String, String[]> calls = Map.of(
                "Create migration", new String[] {"POST", "/migrations"},
                "Get migration", new String[] {"GET", "/migrations/nix"},
                "List migrations", new String[] {"GET", "/migrations"},
                "Add API/Interlay", new String[] {"POST", "/migrations/nix/interlay/nix"},
                "Test migration", new String[] {"POST", "/migrations/nix/test"},
                "Execute migration", new String[] {"POST", "/migrations/nix/migrate"});
        Map<String, String> table = guide.access();
        assertThat(table.keySet()).isEqualTo(calls.keySet());
        String read = token("read");
        String proxy = token("proxy");
        for (Map.Entry<String, String> row : table.entrySet()) {
            String[] call = calls.get(row.getKey());
            boolean readMay = row.getValue().equals("Read");
            assertThat(status(call, read) == 403).as(row.getKey() + " by read").isEqualTo(!readMay);
            assertThat(status(call, proxy)).as(row.getKey() + " by proxy").isEqualTo(403);
            assertThat(status(call, "nobody")).as(row.getKey() + " by nobody").isEqualTo(401);
            assertThat(status(call, ApiRig.TOKEN))
                    .as(row.getKey() + " by admin")
                    .isIn(200, 400, 404);
        }
        String api = "/migrations/nix/api/nix";
        assertThat(status(new String[] {"POST", api}, read)).isEqualTo(403);
    }

    private String token(String role) throws InterruptedException {
        return rig.rest()
                .post("/tokens", "{\"id\": \"" + role + "\", \"role\": \"" + role + "\"}")
                .path("token")
                .asText();
    }

    private int status(String[] call, String token) throws Exception {
        return new CommandLines(folder, token)
                .byClient("curl http://127.0.0.1:" + rig.restPort() + "/api/v1" + call[1]
                        + " -H \"Authorization: Bearer $TOKEN\" -X " + call[0])
                .status();
    }

    private JsonNode data(Answer answer) throws IOException {
        return json.readTree(answer.body()).path("data");
    }

    private interface Condition {
        boolean holds() throws InterruptedException;
    }

    private static void await(String what, Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("did not happen within 30 s: " + what);
            }
            LockSupport.parkNanos(10_000_000);
        }
    }
}
