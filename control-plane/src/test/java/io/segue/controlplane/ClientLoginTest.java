package io.segue.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeProxy;
import io.segue.proto.v1.ClientLogin;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the clients of an interlay log in with must not change under them when a migration moves it. */
class ClientLoginTest {
    private static final String CANARY = "{\"type\":\"canary\",\"read_percentage\":0.05}";

    @TempDir
    private Path dir;

    @Test
    void withoutALoginOfItsOwn_clientsKeepTheOldEndpointsAfterCompletion() throws Exception {
        try (Bench bench = new Bench(dir)) {
            FakeProxy proxy = bench.proxy("p1");
            endpoint(bench, "old", "old-secret");
            endpoint(bench, "new", "new-secret");
            bench.interlay("i", "old", 7000);
            assertThat(login(proxy)).isEqualTo(login("app", "old-secret"));

            bench.rest()
                    .post("/api/v1/migrations", "{\"id\":\"m\",\"strategy\":" + CANARY + "}")
                    .expect(201);
            bench.rest()
                    .post("/api/v1/migrations/m/interlay/i", "{\"endpoint\":\"new\"}")
                    .expect(200);
            bench.rest()
                    .post("/api/v1/migrations/m/migrate", "{\"force\":true}")
                    .expect(200);
            bench.rest()
                    .post("/api/v1/migrations/m/complete", "{\"force\":true}")
                    .expect(200);

            assertThat(proxy.config().getInterlays(0).getEndpoint().getId()).isEqualTo("new");
            assertThat(login(proxy)).isEqualTo(login("app", "old-secret"));
        }
    }

    @Test
    void aLoginOfItsOwn_isPushedAndNeverShown() throws Exception {
        try (Bench bench = new Bench(dir)) {
            FakeProxy proxy = bench.proxy("p1");
            endpoint(bench, "old", "old-secret");
            bench.rest().post("/api/v1/interlays", """
                            {"id":"i","endpoint":"old","port":7000,"login":{"username":"web","password":"own-secret"}}""").expect(201);
            assertThat(login(proxy)).isEqualTo(login("web", "own-secret"));
            assertThat(bench.rest().get("/api/v1/interlays/i").raw().body()).doesNotContain("own-secret");
        }
    }

    @Test
    void aUserWithoutAPassword_isRefused() throws Exception {
        try (Bench bench = new Bench(dir)) {
            endpoint(bench, "old", "old-secret");
            assertThat(bench.rest()
                            .post(
                                    "/api/v1/interlays",
                                    "{\"id\":\"i\",\"endpoint\":\"old\",\"port\":7000,\"login\":{\"username\":\"web\"}}")
                            .expect(400)
                            .message())
                    .startsWith("login.password:");
        }
    }

    private static void endpoint(Bench bench, String id, String password) {
        bench.rest()
                .post(
                        "/api/v1/endpoints",
                        "{\"id\":\"" + id + "\",\"kind\":\"redis\",\"config\":{\"host\":\"127.0.0.1\",\"port\":1,"
                                + "\"username\":\"app\",\"password\":\"" + password + "\"}}")
                .expect(201);
    }

    private static ClientLogin login(FakeProxy proxy) {
        return proxy.config().getInterlays(0).getLogin();
    }

    private static ClientLogin login(String username, String password) {
        return ClientLogin.newBuilder()
                .setUsername(username)
                .setPassword(password)
                .build();
    }
}
