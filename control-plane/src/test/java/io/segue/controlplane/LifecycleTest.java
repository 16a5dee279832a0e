package io.segue.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.Rest.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LifecycleTest {
    private static final String CANARY = "{\"type\":\"canary\",\"read_percentage\":0.05}";

    private Bench bench;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir);
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void pauseKeepsTheSplitAndResumeGoesOn() throws Exception {
        bench.running(CANARY);
        var proxy = bench.proxy("p1");
        assertThat(post("pause").expect(200).data().path("status").asText()).isEqualTo("paused");
        assertThat(proxy.config().getInterlays(0).hasPlan()).isTrue();
        assertThat(post("complete").expect(409).message()).contains("paused").contains("resume, rollback");
        assertThat(post("resume").expect(200).data().path("status").asText()).isEqualTo("running");
    }

    @Test
    void aCallInTheWrongStateChangesNothing() throws Exception {
        bench.ready(CANARY);
        for (String call : new String[] {"pause", "resume", "complete", "rollback"}) {
            Reply refused = post(call).expect(409);
            assertThat(refused.message()).contains("ready").contains("allowed now");
            assertThat(refused.body()
                            .path("error")
                            .path("details")
                            .path("status")
                            .asText())
                    .isEqualTo("ready");
        }
        post("migrate").expect(200);
        post("migrate").expect(409);
        bench.rest().delete("/api/v1/migrations/m").expect(409);
        post("rollback").expect(200);
        bench.rest().delete("/api/v1/migrations/m").expect(200);
        bench.rest().get("/api/v1/migrations/m").expect(404);
    }

    @Test
    void aMigrationWithoutInterlaysCannotStart() {
        bench.rest().post("/api/v1/migrations", "{\"id\":\"m\"}").expect(201);
        assertThat(post("migrate").expect(409).message()).contains("pending").contains("add");
        JsonNode test = post("test").expect(200).data();
        assertThat(test.path("valid").asBoolean()).isFalse();
        assertThat(test.path("findings").findValuesAsText("code")).contains("nothing_to_move", "no_proxy");
    }

    @Test
    void anInterlayIsInOneActiveMigrationOnly() throws Exception {
        bench.ready(CANARY).endpoint("c");
        bench.rest().post("/api/v1/migrations", "{\"id\":\"n\"}").expect(201);

        Reply again = bench.rest()
                .post("/api/v1/migrations/m/interlay/i", "{\"endpoint\":\"c\"}")
                .expect(409);
        Reply other = bench.rest()
                .post("/api/v1/migrations/n/interlay/i", "{\"endpoint\":\"c\"}")
                .expect(409);
        post("migrate").expect(200);
        post("rollback").expect(200);
        bench.rest()
                .post("/api/v1/migrations/n/interlay/i", "{\"endpoint\":\"c\"}")
                .expect(200);

        assertThat(again.message()).contains("in migration m already");
        assertThat(other.message()).contains("in another active migration: m (ready)");
    }

    @Test
    void whatIsInUseStays() throws Exception {
        bench.ready(CANARY);
        assertThat(bench.rest().delete("/api/v1/endpoints/a").expect(409).message())
                .contains("interlay i");
        assertThat(bench.rest().delete("/api/v1/endpoints/b").expect(409).message())
                .contains("migration m");
        assertThat(bench.rest().delete("/api/v1/interlays/i").expect(409).message())
                .contains("migration m");
        bench.rest().delete("/api/v1/migrations/m").expect(200);
        bench.rest().delete("/api/v1/interlays/i").expect(200);
        bench.rest().delete("/api/v1/endpoints/a").expect(200);
    }

    @Test
    void thingsAreFoundByUuidToo() throws Exception {
        bench.ready(CANARY);
        for (String path : new String[] {"endpoints/a", "interlays/i", "migrations/m"}) {
            String uuid =
                    bench.rest().get("/api/v1/" + path).data().path("uuid").asText();
            String byUuid = "/api/v1/" + path.substring(0, path.indexOf('/') + 1) + uuid;
            assertThat(bench.rest().get(byUuid).expect(200).data().path("id").asText())
                    .isEqualTo(path.substring(path.indexOf('/') + 1));
        }
    }

    @Test
    void theSameIdTwiceIsAConflict() throws Exception {
        bench.ready(CANARY);
        String endpoint = "{\"id\":\"a\",\"kind\":\"redis\",\"config\":{\"host\":\"h\"}}";
        assertThat(bench.rest().post("/api/v1/endpoints", endpoint).expect(409).message())
                .isEqualTo("endpoint a exists already");
        bench.rest()
                .post("/api/v1/interlays", "{\"id\":\"i\",\"endpoint\":\"a\",\"port\":9}")
                .expect(409);
        bench.rest().post("/api/v1/migrations", "{\"id\":\"m\"}").expect(409);
        bench.rest()
                .post("/api/v1/interlays", "{\"id\":\"j\",\"endpoint\":\"a\",\"port\":7000}")
                .expect(409);
    }

    @Test
    void aStaleRevisionIsRefused() throws Exception {
        bench.running(CANARY);
        String body = "{\"strategy\":{\"type\":\"canary\",\"read_percentage\":0.1}}";
        String etag = bench.rest()
                .get("/api/v1/migrations/m")
                .raw()
                .headers()
                .firstValue("ETag")
                .orElseThrow();

        bench.rest()
                .send("PATCH", "/api/v1/migrations/m", "application/json", body, "If-Match", etag)
                .expect(200);
        Reply stale = bench.rest()
                .send("PATCH", "/api/v1/migrations/m", "application/json", body, "If-Match", etag)
                .expect(409);

        assertThat(stale.message()).contains("read it again");
        bench.rest()
                .send("PATCH", "/api/v1/migrations/m", "application/json", body, "If-Match", "*")
                .expect(200);
    }

    @Test
    void ofManyWhoReadTheSameRevisionOneWins() throws Exception {
        bench.running(CANARY);
        long revision =
                bench.rest().get("/api/v1/migrations/m").data().path("revision").asLong();
        String body = "{\"strategy\":{\"type\":\"canary\",\"read_percentage\":0.1}}";

        Map<Integer, Long> statuses = IntStream.range(0, 16)
                .parallel()
                .mapToObj(i -> bench.rest()
                        .send("PATCH", "/api/v1/migrations/m", "application/json", body, "If-Match", "" + revision)
                        .status())
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));

        assertThat(statuses).isEqualTo(Map.of(200, 1L, 409, 15L));
    }

    @Test
    void anUnreachableNewIsRefusedUnlessForced() throws Exception {
        bench.endpoint("a").endpoint("b", closedPort()).interlay("i", "a", 7000);
        bench.rest()
                .post("/api/v1/migrations", "{\"id\":\"m\",\"strategy\":" + CANARY + "}")
                .expect(201);
        bench.rest()
                .post("/api/v1/migrations/m/interlay/i", "{\"endpoint\":\"b\"}")
                .expect(200);

        assertThat(post("migrate").expect(409).message()).contains("NEW (b) cannot be used");
        bench.rest().post("/api/v1/migrations/m/migrate", "{\"force\":true}").expect(200);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Reply post(String call) {
        return bench.rest().post("/api/v1/migrations/m/" + call);
    }
}
