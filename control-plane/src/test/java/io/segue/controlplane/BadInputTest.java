package io.segue.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.Rest.Reply;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever comes in, the answer names the field, the value and what was expected, and nothing is stored. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
    private static final String E = "/api/v1/endpoints";
    private static final String I = "/api/v1/interlays";
    private static final String M = "/api/v1/migrations";
    private static final String T = "/api/v1/tokens";

    private Bench bench;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir);
        bench.endpoint("a").endpoint("b").interlay("i", "a", 7000);
        bench.rest().post(M, "{\"id\":\"m\"}").expect(201);
    }

    @AfterAll
    void stop() {
        bench.close();
    }

    static Stream<Arguments> rows() {
        List<Arguments> rows = new ArrayList<>();
        // The text itself.
        row(rows, M, "", 400, "id: nothing");
        row(rows, M, "{", 400, "body: ", "expected: JSON");
        row(rows, M, "not json", 400, "body: ");
        row(rows, M, "[]", 400, "body: a list", "a JSON object");
        row(rows, M, "\"text\"", 400, "body: a text");
        row(rows, M, "null", 400, "body: null");
        row(rows, M, "{\"id\":\"x\"} {}", 400, "body: ");
        row(rows, M, "{\"id\":\"x\",\"id\":\"y\"}", 400, "Duplicate", "id");
        row(rows, M, "{'id':'x'}", 400, "body: ");
        row(rows, M, "{\"id\":NaN}", 400, "body: ");
        row(rows, M, "{\"data\":" + "[".repeat(70) + "]".repeat(70) + "}", 400, "64 levels");
        // Unknown fields.
        row(
                rows,
                M,
                "{\"id\":\"x\",\"desciption\":\"d\"}",
                400,
                "desciption: unknown field",
                "did you mean description?");
        row(rows, M, "{\"id\":\"x\",\"zzz\":1}", 400, "zzz: unknown field");
        row(rows, M, strategy("{\"type\":\"big_bang\",\"durable\":true}"), 400, "strategy.durable: unknown field");
        row(
                rows,
                M,
                strategy(canary("0.1", "{\"mode\":\"cutover\",\"policy\":\"x\",\"write_percentage\":1}")),
                400,
                "strategy.write_mode.policy: unknown field");
        // Wrong types.
        row(rows, M, "{\"id\":5}", 400, "id: 5", "a text");
        row(rows, M, "{\"id\":[\"x\"]}", 400, "id: a list", "a text");
        row(rows, M, "{\"id\":\"x\",\"description\":{}}", 400, "description: an object", "a text");
        row(rows, M, "{\"id\":\"x\",\"strategy\":\"canary\"}", 400, "strategy: \"canary\"", "an object");
        row(rows, M, strategy("{\"type\":7}"), 400, "strategy.type: 7", "a text");
        row(
                rows,
                M,
                strategy("{\"type\":\"big_bang\",\"durability\":\"yes\"}"),
                400,
                "strategy.durability: \"yes\"",
                "true or false");
        row(rows, M, strategy(canary("\"0.5\"", "null")), 400, "strategy.read_percentage: \"0.5\"", "a number");
        row(rows, M, strategy(canary("0.5", "\"dual_write\"")), 400, "strategy.write_mode: \"dual_write\"");
        // Data movement.
        row(rows, M, data("\"feed\":\"fast\""), 400, "data.feed: fast", "auto, tracking, psync");
        row(rows, M, data("\"feed\":7"), 400, "data.feed: 7", "a text");
        row(rows, M, data("\"throttle\":5"), 400, "data.throttle: 5", "an object");
        row(rows, M, data("\"throttle\":{\"keys_per_second\":-5}"), 400, "data.throttle.keys_per_second: -5");
        row(rows, M, data("\"throttle\":{\"megabytes_per_second\":\"x\"}"), 400, "data.throttle.megabytes_per_second");
        row(rows, M, data("\"throttle\":{\"bytes\":1}"), 400, "data.throttle.bytes: unknown field");
        row(rows, M, data("\"replaces\":\"none\""), 400, "data.replaces: unknown field", "did you mean replace?");
        // Wrong values.
        row(rows, M, "{\"id\":\"\"}", 400, "id: \"\"");
        row(rows, M, "{\"id\":\"a b\"}", 400, "id: a b", "letters");
        row(rows, M, "{\"id\":\"../x\"}", 400, "id: ../x");
        row(rows, M, "{\"id\":\"" + "x".repeat(129) + "\"}", 400, "1 to 128");
        row(rows, M, strategy("{}"), 400, "strategy.type: nothing");
        row(rows, M, strategy("{\"type\":\"canery\"}"), 400, "strategy.type: canery", "did you mean canary?");
        row(rows, M, strategy(canary("1.7", "null")), 400, "strategy.read_percentage: 1.7 (expected: 0.0 to 1.0)");
        row(rows, M, strategy(canary("-0.1", "null")), 400, "strategy.read_percentage: -0.1");
        row(rows, M, strategy("{\"type\":\"canary\"}"), 400, "strategy.read_percentage: nothing");
        row(
                rows,
                M,
                strategy(canary("0.1", "{\"mode\":\"both\"}")),
                400,
                "strategy.write_mode.mode: both",
                "dual_write, cutover");
        row(
                rows,
                M,
                strategy(canary("0.1", "{\"mode\":\"cutover\"}")),
                400,
                "strategy.write_mode.write_percentage: nothing");
        row(
                rows,
                M,
                strategy(canary("0.1", "{\"mode\":\"cutover\",\"write_percentage\":2}")),
                400,
                "strategy.write_mode.write_percentage: 2.0");
        row(
                rows,
                M,
                strategy(canary("0.1", "{\"mode\":\"dual_write\",\"policy\":\"old\"}")),
                400,
                "strategy.write_mode.policy: old");
        row(
                rows,
                M,
                strategy("{\"type\":\"time_window\",\"window_start\":\"noon\"}"),
                400,
                "strategy.window_start: noon",
                "ISO 8601");
        row(rows, M, strategy("{\"type\":\"geographic\",\"regions\":{\"eu\":1}}"), 400, "strategy.regions.eu: 1");
        row(rows, M, "{\"id\":\"x\",\"data\":\"copy\"}", 400, "data: copy", "none, snapshot, scan");
        row(rows, M, "{\"id\":\"x\",\"data\":{\"type\":\"scan\",\"replace\":\"all\"}}", 400, "data.replace: all");
        row(rows, M, "{\"id\":\"x\",\"data\":{}}", 400, "data: ");
        row(rows, M, "{\"id\":\"x\",\"data\":5}", 400, "data: 5");
        row(rows, M, "{\"id\":\"x\",\"failure_handling\":\"panic\"}", 400, "failure_handling: panic");
        row(
                rows,
                M,
                "{\"id\":\"x\",\"failure_handling\":{\"type\":\"retry_then_all\",\"retry_count\":-1}}",
                400,
                "failure_handling.retry_count: -1");
        // Endpoints.
        row(rows, E, "{\"id\":\"x\",\"kind\":\"redis\"}", 400, "config: nothing");
        row(rows, E, "{\"id\":\"x\",\"kind\":\"oracle\",\"config\":{\"host\":\"h\"}}", 400, "kind: oracle", "redis");
        row(
                rows,
                E,
                "{\"id\":\"x\",\"kind\":\"postgres\",\"config\":{\"host\":\"h\"}}",
                422,
                "postgres is not available");
        row(rows, E, endpoint("{}"), 400, "config.host: nothing");
        row(rows, E, endpoint("{\"host\":\"\"}"), 400, "config.host: \"\"");
        row(rows, E, endpoint("{\"host\":\"a b\"}"), 400, "config.host: a b");
        row(rows, E, endpoint("{\"host\":\"h\",\"port\":0}"), 400, "config.port: 0", "1 to 65535");
        row(rows, E, endpoint("{\"host\":\"h\",\"port\":65536}"), 400, "config.port: 65536");
        row(rows, E, endpoint("{\"host\":\"h\",\"port\":6379.5}"), 400, "config.port: 6379.5", "a whole number");
        row(rows, E, endpoint("{\"host\":\"h\",\"port\":99999999999}"), 400, "config.port: 99999999999");
        row(rows, E, endpoint("{\"host\":\"h\",\"db\":20000}"), 400, "config.db: 20000");
        row(rows, E, endpoint("{\"host\":\"h\",\"username\":\"u\"}"), 400, "config.password");
        row(rows, E, endpoint("{\"host\":\"h\",\"tls\":{\"ca_cert\":\"x\"}}"), 422, "config.tls");
        row(rows, E, endpoint("{\"host\":\"h\",\"passwort\":\"x\"}"), 400, "did you mean password?");
        row(
                rows,
                E,
                "{\"id\":\"x\",\"endpoint\":\"y\",\"kind\":\"redis\",\"config\":{\"host\":\"h\"}}",
                400,
                "not both");
        // Interlays.
        row(rows, I, "{\"id\":\"x\",\"endpoint\":\"a\"}", 400, "port: nothing");
        row(rows, I, "{\"id\":\"x\",\"endpoint\":\"nix\",\"port\":7005}", 404, "endpoint nix does not exist");
        row(rows, I, "{\"id\":\"x\",\"endpoint\":\"a\",\"port\":7005,\"tls\":true}", 422, "tls");
        row(rows, I, "{\"id\":\"x\",\"endpoint\":\"a\",\"port\":7005,\"settings\":{\"x\":1}}", 422, "settings");
        row(rows, I, "{\"id\":\"x\",\"endpoint\":\"a\",\"port\":7005,\"bind\":\"no where\"}", 400, "bind: no where");
        // Migrations that exist.
        row(rows, M + "/m/interlay/i", "{}", 400, "endpoint: nothing");
        row(rows, M + "/m/interlay/i", "{\"endpoint\":\"a\"}", 400, "endpoint: a", "another endpoint");
        row(rows, M + "/m/interlay/i", "{\"endpoint\":\"nix\"}", 404, "endpoint nix");
        row(rows, M + "/m/interlay/nix", "{\"endpoint\":\"b\"}", 404, "interlay nix");
        row(rows, M + "/nix/interlay/i", "{\"endpoint\":\"b\"}", 404, "migration nix");
        row(rows, M + "/m/migrate", "{\"force\":1}", 400, "force: 1");
        row(rows, M + "/m/rollback", "{\"reson\":\"x\"}", 400, "did you mean reason?");
        row(rows, M + "/nix/migrate", "", 404, "migration nix");
        row(rows, M + "/nix/test", "", 404, "migration nix");
        // Tokens.
        row(rows, T, "{\"id\":\"x\"}", 400, "role: nothing");
        row(rows, T, "{\"id\":\"x\",\"role\":\"root\"}", 400, "role: root", "read, admin, proxy");
        return rows.stream();
    }

    private static void row(List<Arguments> rows, String path, String body, int status, String... says) {
        rows.add(Arguments.of(path, body, status, List.of(says)));
    }

    private static String data(String more) {
        return "{\"id\":\"x\",\"data\":{\"type\":\"scan\"," + more + "}}";
    }

    private static String strategy(String json) {
        return "{\"id\":\"x\",\"strategy\":" + json + "}";
    }

    private static String canary(String share, String mode) {
        return "{\"type\":\"canary\",\"read_percentage\":" + share + ",\"write_mode\":" + mode + "}";
    }

    private static String endpoint(String config) {
        return "{\"id\":\"x\",\"kind\":\"redis\",\"config\":" + config + "}";
    }

    @ParameterizedTest
    @MethodSource("rows")
    void isRefused(String path, String body, int status, List<String> says) {
        String before = state();
        Reply reply = bench.rest().post(path, body).expect(status);
        assertThat(reply.body().path("status").asText()).isEqualTo("error");
        assertThat(reply.message()).contains(says);
        assertThat(state()).isEqualTo(before);
    }

    /** Everything that is stored, with revisions. */
    private String state() {
        StringBuilder all = new StringBuilder();
        for (String path : List.of(E, I, M, T, "/api/v1/version")) {
            all.append(bench.rest().get(path).expect(200).raw().body()).append('\n');
        }
        return all.toString();
    }

    @Test
    void otherContentTypesAreRefused() {
        Reply form = bench.rest()
                .send("POST", M, "application/x-www-form-urlencoded", "id=x")
                .expect(400);
        assertThat(form.message()).contains("Content-Type").contains("application/json");
    }

    @Test
    void tooLongABodyIsRefusedWithAndWithoutItsLength() {
        String body = "{\"id\":\"" + "x".repeat(1024 * 1024) + "\"}";
        bench.rest().post(M, body).expect(413);
        bench.rest().postChunked(M, body).expect(413);
        bench.rest().postChunked(M, "{\"id\":\"a b\"}").expect(400);
        assertThat(bench.rest().get(M).expect(200).data()).hasSize(1);
    }

    @Test
    void aPasswordIsNotRepeated() {
        Reply reply = bench.rest()
                .post(E, endpoint("{\"host\":\"h\",\"password\":12345}"))
                .expect(400);
        assertThat(reply.message()).contains("config.password: a number").doesNotContain("12345");
    }

    @Test
    void textThatIsNotUtf8IsRefused() throws Exception {
        var address = bench.controlPlane().restAddress();
        byte[] body = {'{', '"', 'i', 'd', '"', ':', '"', (byte) 0xff, (byte) 0xfe, '"', '}'};
        try (var socket = new Socket(address.getHostString(), address.getPort())) {
            String head = "POST " + M + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + Bench.ADMIN
                    + "\r\nConnection: close\r\nContent-Length: " + body.length + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body);
            String reply = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(reply).startsWith("HTTP/1.1 400").contains("\"status\":\"error\"");
        }
    }

    @Test
    void unknownRoutesAndMethods() {
        assertThat(bench.rest().get("/api/v1/nix").expect(404).message()).contains("/api/v1/nix");
        assertThat(bench.rest().get("/").expect(404).body().path("status").asText())
                .isEqualTo("error");
        Reply wrong = bench.rest().send("PUT", M + "/m", null, "").expect(405);
        assertThat(wrong.raw().headers().firstValue("Allow").orElse("")).contains("PATCH");
    }

    @Test
    void badQueriesAndHeaders() {
        bench.rest().get(M + "/m/divergence?sample=x").expect(400);
        bench.rest().get(M + "/m/divergence?sample=-1").expect(400);
        assertThat(bench.rest()
                        .send("PATCH", M + "/m", "application/json", "{\"description\":\"d\"}", "If-Match", "new")
                        .expect(400)
                        .message())
                .contains("If-Match: new");
        assertThat(bench.rest().patch(M + "/m", "{}").expect(400).message()).contains("strategy: nothing");
    }
}
