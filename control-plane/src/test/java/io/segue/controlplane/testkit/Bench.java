package io.segue.controlplane.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.controlplane.ControlPlane;
import io.segue.controlplane.ControlPlaneOptions;
import io.segue.controlplane.mover.MoverFactory;
import io.segue.controlplane.service.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A control plane on free ports with everything a test plugs into it. */
public final class Bench implements AutoCloseable {
    public static final String ADMIN = "test-admin-token";

    private static final Limits LIMITS = new Limits(
            Duration.ofMillis(1_500),
            Duration.ofMillis(1_000),
            Duration.ofSeconds(20),
            64,
            Duration.ofMillis(300),
            Duration.ofMillis(50),
            Duration.ofMillis(20),
            Duration.ofMillis(20),
            Duration.ofSeconds(1));

    private final ControlPlane controlPlane;
    private final Rest rest;
    private final List<AutoCloseable> parts = new ArrayList<>();

    public Bench(Path dataDir) throws IOException {
        this(dataDir, FakeMovers.wayBackOnly());
    }

    public Bench(Path dataDir, MoverFactory movers) throws IOException {
        this(dataDir, movers, Clock.systemUTC());
    }

    public Bench(Path dataDir, MoverFactory movers, Clock clock) throws IOException {
        ControlPlaneOptions local = ControlPlaneOptions.local(dataDir, ADMIN);
        this.controlPlane = ControlPlane.start(
                new ControlPlaneOptions(local.rest(), local.grpc(), local.admin(), dataDir, local.adminToken(), LIMITS),
                movers,
                clock);
        this.rest = new Rest(controlPlane.restAddress(), ADMIN);
    }

    public ControlPlane controlPlane() {
        return controlPlane;
    }

    /** REST as admin. */
    public Rest rest() {
        return rest;
    }

    /** REST with another token; empty for none. */
    public Rest rest(String token) {
        return new Rest(controlPlane.restAddress(), token);
    }

    /** A connected proxy. */
    public FakeProxy proxy(String id) {
        return proxy(id, 0);
    }

    public FakeProxy proxy(String id, long runs) {
        FakeProxy proxy = closing(new FakeProxy(controlPlane.grpcAddress(), ADMIN, id, runs));
        Await.until("proxy " + id + " is connected", () -> {
            for (var shown : rest.get("/api/v1/proxies").data()) {
                if (shown.path("id").asText().equals(id)
                        && shown.path("connected").asBoolean()) {
                    return true;
                }
            }
            return false;
        });
        return proxy;
    }

    /** Endpoint {@code id} at a fake server. */
    public Bench endpoint(String id) throws IOException {
        FakeRedis redis = closing(new FakeRedis());
        return endpoint(id, redis.port());
    }

    public Bench endpoint(String id, int port) {
        rest.post("/api/v1/endpoints", """
                {"id":"%s","kind":"redis","config":{"host":"127.0.0.1","port":%d}}""".formatted(id, port)).expect(201);
        return this;
    }

    public Bench interlay(String id, String endpoint, int port) {
        rest.post("/api/v1/interlays", """
                {"id":"%s","endpoint":"%s","bind":"127.0.0.1","port":%d}""".formatted(id, endpoint, port)).expect(201);
        return this;
    }

    /** Endpoints a and b, interlay i on a, and migration m of i to b with a strategy; started. */
    public Bench running(String strategy) throws IOException {
        ready(strategy);
        rest.post("/api/v1/migrations/m/migrate").expect(200);
        return this;
    }

    /** As {@link #running}, but not started. */
    public Bench ready(String strategy) throws IOException {
        return ready(strategy, "");
    }

    /** As {@link #ready(String)}, with more fields: {@code ",\"data\":…"}. */
    public Bench ready(String strategy, String more) throws IOException {
        endpoint("a").endpoint("b").interlay("i", "a", 7000);
        rest.post("/api/v1/migrations", "{\"id\":\"m\",\"strategy\":" + strategy + more + "}")
                .expect(201);
        rest.post("/api/v1/migrations/m/interlay/i", "{\"endpoint\":\"b\"}").expect(200);
        return this;
    }

    /** How far the data of migration m is. */
    public JsonNode progress() {
        return rest.get("/api/v1/migrations/m/progress").expect(200).data();
    }

    public void awaitStage(String stage) {
        Await.until(
                "the stage is " + stage, () -> progress().path("stage").asText().equals(stage));
    }

    public void awaitStatus(String status) {
        Await.until("the status is " + status, () -> status().equals(status));
    }

    /** Status of migration m. */
    public String status() {
        return rest.get("/api/v1/migrations/m")
                .expect(200)
                .data()
                .path("status")
                .asText();
    }

    /** Names of the events of migration m, oldest first. */
    public List<String> events() {
        return rest.get("/api/v1/migrations/m/events").data().findValuesAsText("event");
    }

    /** A call about migration m: {@code "pause"}. */
    public Rest.Reply call(String verb) {
        return rest.post("/api/v1/migrations/m/" + verb);
    }

    public Rest.Reply patch(String strategy) {
        return rest.patch("/api/v1/migrations/m", "{\"strategy\":" + strategy + "}");
    }

    /** To be closed with the bench. */
    public <T extends AutoCloseable> T closing(T part) {
        parts.add(part);
        return part;
    }

    @Override
    public void close() {
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        controlPlane.close();
    }
}
