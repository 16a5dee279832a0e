package io.segue.controlplane;

import static io.segue.controlplane.testkit.Strategies.dual;
import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.Rest.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Calls that must be refused: wrong states, fields, headers, queries, methods, paths, tokens and sizes. Each says what is wrong and what was
 * expected, and afterwards everything is stored as it was. {@link BadInputTest} has the bodies of creations.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadCallsTest {
    private static final String JSON = "application/json";
    private static final String PENDING = "/api/v1/migrations/pending";
    private static final String READY = "/api/v1/migrations/ready";
    private static final String RUNNING = "/api/v1/migrations/m";
    private static final String PAUSED = "/api/v1/migrations/paused";
    private static final String DONE = "/api/v1/migrations/done";
    private static final List<String> STATES = List.of(PENDING, READY, RUNNING, PAUSED, DONE);

    private Bench bench;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir);
        bench.running(dual(0.1));
        bench.interlay("i2", "a", 7002)
                .interlay("i3", "a", 7003)
                .interlay("i4", "a", 7004)
                .interlay("free", "a", 7005);
        create("pending");
        create("ready", "i2");
        create("paused", "i3");
        create("done", "i4");
        for (String call : List.of(PAUSED + "/migrate", PAUSED + "/pause", DONE + "/migrate", DONE + "/rollback")) {
            bench.rest().post(call).expect(200);
        }
        bench.rest()
                .post("/api/v1/tokens", "{\"id\":\"taken\",\"role\":\"read\"}")
                .expect(201);
    }

    private void create(String id, String... interlays) {
        bench.rest()
                .post("/api/v1/migrations", "{\"id\":\"" + id + "\",\"strategy\":" + dual(0.1) + "}")
                .expect(201);
        for (String interlay : interlays) {
            bench.rest()
                    .post("/api/v1/migrations/" + id + "/interlay/" + interlay, "{\"endpoint\":\"b\"}")
                    .expect(200);
        }
    }

    @AfterAll
    void stop() {
        bench.close();
    }

    /** One call. */
    private record Row(String method, String path, String body, List<String> headers, int status, List<String> says) {
        Row with(String name, String value) {
            return new Row(method, path, body, List.of(name, value), status, says);
        }

        @Override
        public String toString() {
            String shown = body.length() > 60 ? body.substring(0, 60) + "…" : body;
            return method + " " + path + " " + shown + " " + String.join(" ", headers) + " → " + status;
        }
    }

    private static Row row(String method, String path, String body, int status, String... says) {
        return new Row(method, path, body, List.of(), status, List.of(says));
    }

    static Stream<Row> rows() {
        List<Row> rows = new ArrayList<>();
        states(rows);
        steering(rows);
        updates(rows);
        members(rows);
        movement(rows);
        catalog(rows);
        queriesAndHeaders(rows);
        paths(rows);
        sizes(rows);
        return rows.stream();
    }

    private static void states(List<Row> rows) {
        for (String call : List.of("migrate", "pause", "resume", "complete", "rollback")) {
            rows.add(row("POST", PENDING + "/" + call, "", 409, "cannot " + call, "pending", "allowed now: "));
            rows.add(row("POST", DONE + "/" + call, "", 409, "cannot " + call, "rolled_back", "allowed now: delete"));
        }
        for (String call : List.of("pause", "resume", "complete", "rollback")) {
            rows.add(row("POST", READY + "/" + call, "", 409, "cannot " + call, "ready", "migrate"));
        }
        for (String call : List.of("migrate", "resume")) {
            rows.add(row("POST", RUNNING + "/" + call, "", 409, "cannot " + call, "running", "pause"));
        }
        for (String call : List.of("migrate", "pause", "complete")) {
            rows.add(row("POST", PAUSED + "/" + call, "", 409, "cannot " + call, "paused", "resume"));
        }
        rows.add(row("DELETE", RUNNING, "", 409, "cannot delete", "running"));
        rows.add(row("DELETE", PAUSED, "", 409, "cannot delete", "paused"));
        rows.add(row("PATCH", PAUSED, strategy(dual(0.2)), 409, "paused"));
        rows.add(row("PATCH", DONE, strategy(dual(0.2)), 409, "rolled_back"));
        rows.add(row("PATCH", PAUSED + "/traffic", "{\"read_percentage\":0.2}", 409, "paused"));
        rows.add(row("POST", "/api/v1/migrations/nix/migrate", "", 404, "migration nix does not exist"));
        rows.add(row("POST", RUNNING + "/pause", "{\"reason\":5}", 400, "reason: 5", "a text"));
        rows.add(row("POST", RUNNING + "/pause", "{\"force\":\"yes\"}", 400, "force: \"yes\"", "true or false"));
        rows.add(row("POST", RUNNING + "/pause", "{\"resaon\":\"r\"}", 400, "resaon: unknown field", "mean reason?"));
        rows.add(row(
                "POST", RUNNING + "/pause", "{\"reason\":\"" + "r".repeat(5_000) + "\"}", 400, "reason: 5000 bytes"));
        rows.add(row("POST", RUNNING + "/pause", "[true]", 400, "body: a list"));
        rows.add(row("POST", READY + "/test", "{\"dry\":true}", 400, "dry: unknown field"));
        rows.add(row("POST", READY + "/refresh", "{\"now\":true}", 400, "now: unknown field"));
    }

    private static void steering(List<Row> rows) {
        String traffic = RUNNING + "/traffic";
        rows.add(row("PATCH", traffic, "", 400, "read_percentage: nothing", "0.0 to 1.0"));
        rows.add(row("PATCH", traffic, "{\"read_percentage\":null}", 400, "read_percentage: nothing"));
        rows.add(row("PATCH", traffic, "{\"read_percentage\":\"0.5\"}", 400, "read_percentage: \"0.5\"", "a number"));
        rows.add(row("PATCH", traffic, "{\"read_percentage\":25}", 400, "read_percentage: 25", "0.0 to 1.0"));
        rows.add(row("PATCH", traffic, "{\"read_percentage\":-0.01}", 400, "read_percentage: -0.01"));
        rows.add(row("PATCH", traffic, "{\"read_percentage\":1e999}", 400, "read_percentage: ", "0.0 to 1.0"));
        rows.add(row("PATCH", traffic, "{\"read_percentage\":NaN}", 400, "body: "));
        rows.add(row(
                "PATCH",
                traffic,
                "{\"read_percent\":0.5}",
                400,
                "read_percent: unknown field",
                "mean read_percentage?"));
        rows.add(row("PATCH", traffic, "{\"read_percentage\":0.5,\"read_percentage\":0.6}", 400, "Duplicate"));
        rows.add(row("PATCH", "/api/v1/migrations/nix/traffic", "{\"read_percentage\":0.5}", 404, "migration nix"));
        String toggle = RUNNING + "/toggle";
        rows.add(row("PATCH", toggle, "{}", 400, "activate_new: nothing", "true (NEW) or false (OLD)"));
        rows.add(row("PATCH", toggle, "{\"activate_new\":\"new\"}", 400, "activate_new: \"new\"", "true or false"));
        rows.add(row("PATCH", toggle, "{\"activate_new\":true}", 409, "canary (expected: blue_green)"));
        String back = RUNNING + "/interlay/i/rollback";
        rows.add(row("POST", back, "{\"preserve_config\":false}", 422, "preserve_config: false", "true"));
        rows.add(row("POST", back, "{\"overwrite_on_reverse\":true}", 422, "overwrite_on_reverse: true", "false"));
        rows.add(row("POST", back, "{\"preserve_config\":\"no\"}", 400, "preserve_config: \"no\""));
        rows.add(row("POST", RUNNING + "/interlay/free/rollback", "", 404, "free is not in migration m"));
        rows.add(row("POST", RUNNING + "/interlay/nix/rollback", "", 404, "interlay nix does not exist"));
        rows.add(row("POST", READY + "/interlay/i2/rollback", "", 409, "cannot rollback", "ready"));
    }

    private static void updates(List<Row> rows) {
        rows.add(row("PATCH", RUNNING, "", 400, "strategy: nothing", "a strategy, a description, guardrails"));
        rows.add(row("PATCH", RUNNING, "{\"strategy\":null}", 400, "strategy: nothing"));
        rows.add(row("PATCH", RUNNING, strategy("{\"type\":\"canary\"}"), 400, "strategy.read_percentage: nothing"));
        rows.add(row("PATCH", RUNNING, "{\"status\":\"completed\"}", 400, "status: unknown field"));
        rows.add(row("PATCH", RUNNING, "{\"id\":\"other\",\"description\":\"d\"}", 400, "id: unknown field"));
        rows.add(row("PATCH", RUNNING, "{\"description\":[]}", 400, "description: a list"));
        rows.add(row("PATCH", RUNNING, "{\"description\":\"" + "d".repeat(4_097) + "\"}", 400, "4097 bytes"));
        rows.add(row("PATCH", "/api/v1/migrations/nix", strategy(dual(0.1)), 404, "migration nix"));
        rows.add(row("POST", "/api/v1/migrations", "{\"id\":\"m\"}", 409, "migration m exists already"));
    }

    private static void members(List<Row> rows) {
        String add = READY + "/interlay/free";
        rows.add(row("POST", add, "", 400, "endpoint: nothing", "a text"));
        rows.add(row("POST", add, "{\"endpoint\":7}", 400, "endpoint: 7"));
        rows.add(row("POST", add, "{\"endpoint\":\"\"}", 400, "endpoint: \"\""));
        rows.add(row("POST", add, "{\"endpoint\":\"nix\"}", 404, "endpoint nix does not exist"));
        rows.add(row("POST", add, "{\"endpoint\":\"a\"}", 400, "endpoint: a", "another endpoint"));
        rows.add(row("POST", add, "{\"endpoint\":\"b\",\"port\":1}", 400, "port: unknown field"));
        rows.add(row("POST", READY + "/interlay/nix", "{\"endpoint\":\"b\"}", 404, "interlay nix"));
        rows.add(row(
                "POST", READY + "/interlay/i", "{\"endpoint\":\"b\"}", 409, "another active migration: m (running)"));
        rows.add(row("POST", READY + "/interlay/i2", "{\"endpoint\":\"b\"}", 409, "in migration ready already"));
        rows.add(row("POST", RUNNING + "/interlay/free", "{\"endpoint\":\"b\"}", 409, "cannot add", "running"));
        rows.add(row("POST", "/api/v1/migrations/nix/interlay/i", "{\"endpoint\":\"b\"}", 404, "migration nix"));
    }

    private static void movement(List<Row> rows) {
        rows.add(row("PATCH", RUNNING + "/throttle", "{}", 400, "throttle: nothing"));
        rows.add(row("PATCH", RUNNING + "/throttle", "{\"keys_per_second\":-1}", 400, "keys_per_second: -1"));
        rows.add(row("PATCH", RUNNING + "/throttle", "{\"keys_per_second\":1.5}", 400, "keys_per_second: 1.5"));
        rows.add(row("PATCH", RUNNING + "/throttle", "{\"adaptive\":1}", 400, "adaptive: 1", "true or false"));
        rows.add(row("PATCH", DONE + "/throttle", "{\"adaptive\":true}", 409, "rolled_back"));
        rows.add(row("POST", RUNNING + "/verify", "{\"mode\":\"quick\"}", 400, "mode: quick", "full, sampled"));
        rows.add(row("POST", RUNNING + "/verify", "{\"mode\":\"sampled\",\"sample\":2}", 400, "sample: 2"));
        rows.add(row("POST", RUNNING + "/verify", "{\"mode\":\"sampled\",\"sample\":0}", 400, "sample: 0"));
        rows.add(row("POST", RUNNING + "/error-keys/accept", "{}", 400, "reason: nothing"));
        rows.add(row("GET", RUNNING + "/verify", "", 404, "was never verified"));
        rows.add(row("GET", RUNNING + "/verify/report", "", 404, "was never verified"));
    }

    private static void catalog(List<Row> rows) {
        rows.add(row("DELETE", "/api/v1/endpoints/a", "", 409, "endpoint a is in use by interlay"));
        rows.add(row("DELETE", "/api/v1/endpoints/b", "", 409, "endpoint b is in use by migration"));
        rows.add(row("DELETE", "/api/v1/interlays/i", "", 409, "interlay i is in use by migration m"));
        rows.add(row("DELETE", "/api/v1/endpoints/nix", "", 404, "endpoint nix"));
        rows.add(row("DELETE", "/api/v1/interlays/nix", "", 404, "interlay nix"));
        rows.add(row("DELETE", "/api/v1/proxies/nix", "", 404, "proxy nix"));
        rows.add(row("DELETE", "/api/v1/tokens/nix", "", 404, "token nix"));
        rows.add(row("DELETE", "/api/v1/tokens/admin", "", 409, "last admin token"));
        rows.add(row("POST", "/api/v1/tokens", "{\"id\":\"taken\",\"role\":\"read\"}", 409, "token taken exists"));
        rows.add(row("POST", "/api/v1/tokens", token("\"yesterday\""), 400, "expires_at: yesterday", "ISO 8601"));
        rows.add(row("POST", "/api/v1/tokens", token("\"2001-01-01T00:00:00Z\""), 400, "expires_at: ", "to come"));
        rows.add(row("POST", "/api/v1/tokens", token("1700000000"), 400, "expires_at: 1700000000", "a text"));
        rows.add(row("POST", "/api/v1/tokens", token("\"+99999-01-01T00:00:00Z\""), 400, "expires_at: "));
    }

    private static void queriesAndHeaders(List<Row> rows) {
        rows.add(row("GET", "/api/v1/audit?limit=0x10", "", 400, "limit: 0x10", "a whole number"));
        rows.add(row("GET", "/api/v1/audit?limit=5000", "", 400, "limit: 5000", "0 to 1000"));
        rows.add(row("GET", "/api/v1/audit?before=-1", "", 400, "before: -1"));
        rows.add(row("GET", RUNNING + "/divergence?sample=1e3", "", 400, "sample: 1e3"));
        rows.add(row("GET", RUNNING + "/error-keys?limit=-5", "", 400, "limit: -5"));
        for (String value : List.of("new", "-1", "0", "1.5", "\"x\"")) {
            rows.add(row("PATCH", RUNNING, "{\"description\":\"d\"}", 400, "If-Match: " + value, "a revision")
                    .with("If-Match", value));
        }
        rows.add(row("PATCH", RUNNING, "{\"description\":\"d\"}", 409, "is at revision", "expected: 99999")
                .with("If-Match", "\"99999\""));
        rows.add(row("PATCH", RUNNING + "/traffic", "{\"read_percentage\":0.2}", 409, "is at revision")
                .with("If-Match", "1"));
        rows.add(row("POST", "/api/v1/migrations", "{\"id\":\"x\"}", 400, "idempotency_key: a b")
                .with("Idempotency-Key", "a b"));
        for (String type : List.of("text/plain", "application/xml", "multipart/form-data")) {
            rows.add(row("POST", "/api/v1/migrations", "{\"id\":\"x\"}", 400, "Content-Type: " + type, JSON)
                    .with("Content-Type", type));
        }
        for (String token : List.of("Bearer", "Bearer ", "Bearer x", "Basic YWRtaW46YWRtaW4=", "x")) {
            rows.add(row("POST", RUNNING + "/pause", "", 401, "token").with("Authorization", token));
        }
    }

    private static void paths(List<Row> rows) {
        rows.add(row("PUT", RUNNING, "{}", 405, "PUT", "expected: "));
        rows.add(row("DELETE", "/api/v1/migrations", "", 405, "DELETE"));
        rows.add(row("GET", RUNNING + "/migrate", "", 405, "expected: POST"));
        rows.add(row("POST", RUNNING + "/traffic", "{\"read_percentage\":0.2}", 405, "expected: PATCH"));
        rows.add(row("POST", RUNNING + "/nix", "", 404, "there is no such route"));
        rows.add(row("POST", "/api/v2/migrations", "{\"id\":\"x\"}", 404, "there is no such route"));
        rows.add(row("POST", "/migrations", "{\"id\":\"x\"}", 404, "there is no such route"));
        rows.add(row("GET", "/api/v1/migrations/" + "x".repeat(2_000), "", 404, "does not exist"));
        rows.add(row("GET", "/api/v1/migrations/%00", "", 400, "expected: "));
        rows.add(row("GET", "/api/v1/migrations/..%2f..%2ftokens", "", 404, "does not exist"));
        rows.add(row("GET", "/api/v1/migrations/..;/tokens", "", 404, "there is no such route"));
        rows.add(row("POST", "/api/v1/migrations/m%2f..%2fm/pause", "", 404, "does not exist"));
        rows.add(row("GET", "/api/v1/migrations/%ff%fe", "", 404, "does not exist"));
        rows.add(row("GET", "/api/v1/migrations/' OR 1=1 --".replace(" ", "%20"), "", 404, "does not exist"));
    }

    private static void sizes(List<Row> rows) {
        String huge = "{\"id\":\"" + "x".repeat(1024 * 1024) + "\"}";
        rows.add(row("POST", "/api/v1/migrations", huge, 413, "body: too long", "1048576 bytes"));
        rows.add(row("PATCH", RUNNING + "/traffic", huge, 413, "body: too long"));
        String deep = "{\"strategy\":".repeat(100) + "1" + "}".repeat(100);
        rows.add(row("PATCH", RUNNING, deep, 400, "64 levels"));
        rows.add(row("POST", RUNNING + "/pause", "[".repeat(100_000), 400, "64 levels"));
        rows.add(row("PATCH", RUNNING + "/traffic", "{\"read_percentage\":" + "9".repeat(2_000) + "}", 400, "body: "));
        rows.add(row("POST", "/api/v1/migrations", "{\"" + "k".repeat(60_000) + "\":1}", 400, "body: "));
    }

    private static String strategy(String json) {
        return "{\"strategy\":" + json + "}";
    }

    private static String token(String expiry) {
        return "{\"id\":\"x\",\"role\":\"read\",\"expires_at\":" + expiry + "}";
    }

    @ParameterizedTest
    @MethodSource("rows")
    void isRefusedAndNothingIsStored(Row row) {
        String before = state();
        Reply reply = send(row);
        assertThat(reply.status()).as(reply.raw().body()).isEqualTo(row.status());
        assertThat(reply.body().path("status").asText()).isEqualTo("error");
        assertThat(reply.body().path("error").path("code").asText()).isNotEmpty();
        assertThat(reply.message()).isNotBlank().hasSizeLessThan(3_000).contains(row.says());
        assertThat(state()).isEqualTo(before);
    }

    private Reply send(Row row) {
        boolean typed = row.headers().contains("Content-Type");
        boolean authorized = row.headers().contains("Authorization");
        return bench.rest(authorized ? "" : Bench.ADMIN)
                .send(
                        row.method(),
                        row.path(),
                        row.body().isEmpty() || typed ? null : JSON,
                        row.body(),
                        row.headers().toArray(String[]::new));
    }

    /** Everything that is stored, with revisions and events. */
    private String state() {
        StringBuilder all = new StringBuilder();
        for (String kind : List.of("endpoints", "interlays", "migrations", "tokens", "version")) {
            all.append(bench.rest().get("/api/v1/" + kind).expect(200).raw().body())
                    .append('\n');
        }
        for (String migration : STATES) {
            all.append(bench.rest().get(migration + "/events").expect(200).raw().body())
                    .append('\n');
        }
        return all.toString();
    }
}
