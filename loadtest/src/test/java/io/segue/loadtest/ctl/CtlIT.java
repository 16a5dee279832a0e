package io.segue.loadtest.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.segue.controlplane.ctl.Ctl;
import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.redis.FreePorts;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RespClient;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line against a control plane that runs. */
@NeedsRedis
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CtlIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Rig rig;
    private String token;

    /** What a command has printed, and its exit code. */
    private record Result(int code, String out, String err) {
        JsonNode json() throws Exception {
            assertThat(code).as("%s%s", out, err).isZero();
            return JSON.readTree(out);
        }
    }

    @BeforeAll
    void start() throws Exception {
        rig = Rig.start(1);
        token = rig.rest()
                .post("/tokens", "{\"id\": \"ctl\", \"role\": \"admin\"}")
                .path("token")
                .asText();
    }

    @AfterAll
    void stop() {
        rig.close();
    }

    private Result ctl(String... arguments) {
        return with("", token, arguments);
    }

    private Result with(String input, String bearer, String... arguments) {
        return at(rig.controlPlane().grpcPort(), input, bearer, arguments);
    }

    private static Result at(int port, String input, String bearer, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--server=127.0.0.1:" + port);
        int code = Ctl.run(
                all.toArray(String[]::new),
                Map.of("SEGUE_TOKEN", bearer),
                new PrintWriter(out),
                new PrintWriter(err),
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                false);
        return new Result(code, out.toString(), err.toString());
    }

    @Test
    void aMigrationFromItsDefinitionToItsEnd() throws Exception {
        try (RespClient client = rig.client()) {
            client.call("SET", "key", "value");
        }
        JsonNode made = ctl(
                        "migration",
                        "create",
                        "by_flags",
                        "--strategy=canary",
                        "--read-percentage=0.25",
                        "--write-mode=dual_write",
                        "--policy=old_authoritative",
                        "--data=scan",
                        "--replace=replace",
                        "-o=json")
                .json();
        assertThat(made.path("strategy").path("write_mode").path("policy").asText())
                .isEqualTo("old_authoritative");
        assertThat(made.path("data").path("replace").asText()).isEqualTo("replace");
        assertThat(made).isEqualTo(restDocument(made, "by_flags"));
        ctl("migration", "add-interlay", "by_flags", Rig.INTERLAY, "--endpoint=new_redis_cluster", "-o=json")
                .json();
        Result tested = ctl("migration", "test", "by_flags");
        assertThat(tested.code()).as("%s%s", tested.out(), tested.err()).isZero();
        assertThat(ctl("migration", "migrate", "by_flags", "--reason=evening", "-o=json")
                        .json()
                        .path("status")
                        .asText())
                .isEqualTo("running");
        Result watched = ctl("migration", "watch", "by_flags", "--until=open", "--interval=100");
        assertThat(watched.code()).isZero();
        assertThat(watched.out()).contains("migrate (ctl): evening", "running, open", "caught up");

        assertThat(ctl("migration", "update", "by_flags", "--strategy=canary", "--read-percentage=0.75", "-o=json")
                        .json()
                        .path("strategy")
                        .path("read_percentage")
                        .asDouble())
                .isEqualTo(0.75);
        assertThat(ctl("migration", "traffic", "by_flags", "0.5", "-o=json")
                        .json()
                        .path("new_percentage")
                        .asDouble())
                .isEqualTo(0.5);
        assertThat(ctl("migration", "explain", "by_flags", "--key=key", "--command=GET")
                        .out())
                .contains("authority", "bucket");
        assertThat(ctl("migration", "toggle", "by_flags", "new").code())
                .as("it is no blue-green")
                .isIn(2, 4);
        assertThat(ctl("migration", "throttle", "by_flags", "--megabytes-per-second=1.5", "-o=json")
                        .json()
                        .path("megabytes_per_second")
                        .asDouble())
                .isEqualTo(1.5);
        JsonNode verified = ctl("migration", "verify", "by_flags", "-o=json").json();
        assertThat(verified.path("clean").asBoolean()).isTrue();
        assertThat(verified.path("compared").asLong()).isEqualTo(1);
        assertThat(ctl("migration", "pause", "by_flags").out()).contains("paused");
        assertThat(ctl("migration", "resume", "by_flags").out()).contains("running");
        assertThat(ctl("migration", "rollback", "by_flags", "--reason=enough").out())
                .contains("rolled_back");
        assertThat(ctl("migration", "watch", "by_flags").code())
                .as("it did not end as hoped")
                .isEqualTo(7);
        assertThat(ctl("migration", "events", "by_flags").out()).contains("ACTOR", "ctl", "enough");
        assertThat(ctl("migration", "list").out()).contains("ID", "STATUS", "by_flags", "rolled_back");
        assertThat(ctl("migration", "delete", "by_flags").code()).isZero();
        assertThat(ctl("migration", "get", "by_flags").code()).isEqualTo(3);
    }

    /** What REST says of it; how the change got there is not part of it. */
    private JsonNode restDocument(JsonNode shape, String id) throws Exception {
        var stored =
                ((com.fasterxml.jackson.databind.node.ObjectNode) rig.rest().get("/migrations/" + id)).deepCopy();
        stored.set("warnings", shape.path("warnings"));
        return stored;
    }

    @Test
    void theGuidesJsonFromAFile() throws Exception {
        Result made = with("""
                {"id": "from_file", "strategy": {"type": "big_bang"}, "data": "none",
                 "failure_handling": {"type": "retry_then_all", "retry_count": 3}}""", token, "migration", "create", "-f=-", "-o=json");
        assertThat(made.json().path("failure_handling").path("retry_count").asInt())
                .isEqualTo(3);
        assertThat(ctl("migrations", "delete", "from_file").code()).isZero();
    }

    @Test
    void theCatalogue() throws Exception {
        assertThat(ctl("endpoint", "list").out()).contains("old_redis", "new_redis_cluster", "redis", "127.0.0.1");
        assertThat(ctl("interlay", "get", Rig.INTERLAY, "-o=json")
                        .json()
                        .path("endpoint")
                        .asText())
                .isEqualTo("old_redis");
        assertThat(ctl("proxy", "list", "-o=json").json()).hasSize(1);
        assertThat(ctl("proxy", "forget", rig.proxy().nodeId()).code())
                .as("it is connected")
                .isEqualTo(4);
        int port = FreePorts.several(1).get(0);
        assertThat(ctl("interlay", "create", "second", "--endpoint=old_redis", "--port=" + port)
                        .code())
                .isZero();
        try (RespClient client = RespClient.connect(port)) {
            assertThat(client.call("PING").text()).isEqualTo("PONG");
        }
        assertThat(ctl("interlay", "delete", "second").code()).isZero();
    }

    @Test
    void tokens() {
        Result made = ctl("token", "create", "reader", "--role=read");
        assertThat(made.code()).isZero();
        String secret = made.out().strip();
        assertThat(with("", secret, "migration", "list").code()).isZero();
        assertThat(with("", secret, "token", "list").code()).isEqualTo(5);
        assertThat(ctl("token", "list").out()).contains("reader", "read").doesNotContain(secret);
        assertThat(ctl("token", "revoke", "reader").code()).isZero();
        assertThat(with("", secret, "migration", "list").code()).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "migration get nowhere | 3 | nowhere",
                "migration create | 2 | either an id or --file",
                "migration create x --strategy=canary --read-percentage=1.7 | 2 | strategy.read_percentage: 1.7 (expected: 0.0 to 1.0)",
                "migration create x --strategy=canari --read-percentage=0.1 | 2 | canary",
                "migration create x --strategi=canary | 2 | --strategy",
                "migration migrate | 2 | ID",
                "migration watch x --interval=1 | 2 | 100 to 60000",
                "endpoint delete old_redis | 4 | user_cache_interlay",
                "interlay create x --endpoint=old_redis --port=70000 | 2 | 1 to 65535",
                "token create x --role=king | 2 | --role",
                "nonsense | 2 | nonsense",
                "--timeout=0 migration list | 2 | --timeout",
            })
    void whatIsWrongIsSaid(String line, int code, String message) {
        Result result = ctl(line.split(" "));
        assertThat(result.code()).as("%s%s", result.out(), result.err()).isEqualTo(code);
        assertThat(result.err()).contains(message);
        assertThat(result.out()).isEmpty();
    }

    @Test
    void noServer_andNoToken() {
        assertThat(at(FreePorts.several(1).get(0), "", token, "migration", "list", "--timeout=5")
                        .code())
                .isEqualTo(6);
        assertThat(with("", "", "migration", "list").code()).isEqualTo(5);
        assertThat(with("", "wrong", "migration", "list").code()).isEqualTo(5);
    }

    @Test
    void helpAndCompletion() {
        Result help = ctl("migration", "--help");
        assertThat(help.code()).isZero();
        assertThat(help.out()).contains("migrate", "rollback", "watch", "verify", "error-keys");
        Result completion = ctl("completion");
        assertThat(completion.out()).contains("rollback", "--token-file");
    }
}
