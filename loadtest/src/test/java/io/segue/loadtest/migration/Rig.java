package io.segue.loadtest.migration;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.loadtest.fleet.ControlPlane;
import io.segue.loadtest.fleet.Proxy;
import io.segue.loadtest.fleet.RestClient;
import io.segue.loadtest.load.Checker;
import io.segue.loadtest.load.FinalCheck;
import io.segue.loadtest.load.Keyspace;
import io.segue.loadtest.load.Latencies.Destination;
import io.segue.loadtest.load.LoadGenerator;
import io.segue.loadtest.load.LoadSettings;
import io.segue.loadtest.load.TrackedKey;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Two servers, a control plane and proxies, each in a process of its own, and one migration named {@value #MIGRATION}. */
final class Rig implements AutoCloseable {
    static final String MIGRATION = "canary_migration";
    static final String INTERLAY = "user_cache_interlay";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** Something that comes true. */
    interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private final Path folder;
    private final List<Proxy> proxies = new ArrayList<>();
    private final RedisServer oldServer;
    private final RedisServer newServer;
    private final ControlPlane controlPlane;

    private Rig(RedisServer oldServer, RedisServer newServer) throws IOException {
        this.folder = Files.createTempDirectory("segue-rig");
        this.controlPlane = ControlPlane.start(folder);
        this.oldServer = oldServer;
        this.newServer = newServer;
    }

    static Rig start(int proxies, String... arguments) throws IOException, InterruptedException {
        return start(RedisServer.start(), RedisServer.start(), proxies, arguments);
    }

    /** Takes the servers over. */
    static Rig start(RedisServer oldServer, RedisServer newServer, int proxies, String... arguments)
            throws IOException, InterruptedException {
        Rig rig = new Rig(oldServer, newServer);
        boolean up = false;
        try {
            rig.controlPlane.awaitReady();
            rig.rest().post("/endpoints", endpoint("old_redis", oldServer.port()));
            rig.rest().post("/endpoints", endpoint("new_redis_cluster", newServer.port()));
            rig.rest().post("/interlays", """
                    {"id": "%s", "endpoint": "old_redis", "bind": "127.0.0.1", "port": 7000}""".formatted(INTERLAY));
            for (int i = 1; i <= proxies; i++) {
                String token = rig.controlPlane.createProxyToken("proxy-" + i);
                rig.proxies.add(Proxy.start(new Proxy.Settings(
                        "proxy-" + i, INTERLAY, rig.controlPlane.grpcPort(), token, rig.folder, List.of(arguments))));
            }
            for (Proxy proxy : rig.proxies) {
                proxy.awaitListening();
            }
            up = true;
            return rig;
        } finally {
            if (!up) {
                rig.close();
            }
        }
    }

    private static String endpoint(String id, int port) {
        return """
                {"id": "%s", "kind": "redis", "config": {"host": "127.0.0.1", "port": %d}}""".formatted(id, port);
    }

    /** Canary with dual writes, OLD authoritative. */
    static String canary(double share) {
        return """
                {"type": "canary", "read_percentage": %s,
                 "write_mode": {"mode": "dual_write", "policy": "old_authoritative"}}""".formatted(share);
    }

    /** The guide's stage 4. */
    static String cutover() {
        return """
                {"type": "canary", "read_percentage": 1.0, "write_mode": {"mode": "cutover", "write_percentage": 1.0}}""";
    }

    RestClient rest() {
        return controlPlane.rest();
    }

    ControlPlane controlPlane() {
        return controlPlane;
    }

    RedisServer oldServer() {
        return oldServer;
    }

    RedisServer newServer() {
        return newServer;
    }

    List<Proxy> proxies() {
        return proxies;
    }

    Proxy proxy() {
        return proxies.get(0);
    }

    RespClient client() throws IOException {
        return RespClient.connect(proxy().port());
    }

    /** Creates the migration and starts it. */
    void migrate(String strategy) throws InterruptedException {
        define(strategy);
        act("migrate");
    }

    void define(String strategy) throws InterruptedException {
        rest().post("/migrations", "{\"id\": \"" + MIGRATION + "\", \"strategy\": " + strategy + "}");
        rest().post("/migrations/" + MIGRATION + "/interlay/" + INTERLAY, "{\"endpoint\": \"new_redis_cluster\"}");
    }

    JsonNode act(String what) throws InterruptedException {
        return rest().post("/migrations/" + MIGRATION + "/" + what, "");
    }

    JsonNode force(String what) throws InterruptedException {
        return rest().post("/migrations/" + MIGRATION + "/" + what, "{\"force\": true}");
    }

    JsonNode patch(String strategy) throws InterruptedException {
        return rest().patch("/migrations/" + MIGRATION, "{\"strategy\": " + strategy + "}");
    }

    JsonNode migration() throws InterruptedException {
        return rest().get("/migrations/" + MIGRATION);
    }

    JsonNode divergence() throws InterruptedException {
        return rest().get("/migrations/" + MIGRATION + "/divergence");
    }

    /** The sum over all proxies of a metric's samples that have all {@code labels}, each as it is printed: {@code side="old"}. */
    long metric(String name, String... labels) throws InterruptedException {
        long sum = 0;
        for (Proxy proxy : proxies) {
            String page = proxy.get("/metrics");
            if (!page.startsWith("200 ")) {
                throw new IllegalStateException("no metrics from " + proxy.nodeId() + ": " + page);
            }
            sum += page.lines()
                    .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                    .filter(line -> Stream.of(labels).allMatch(line::contains))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
        return sum;
    }

    long ledger() throws InterruptedException {
        return metric("segue_ledger_keys");
    }

    /** Waits until every proxy says that the two sides are equal and nothing is on its way. */
    void awaitEqual() throws IOException, InterruptedException {
        awaitEqual(TIMEOUT);
    }

    void awaitEqual(Duration timeout) throws IOException, InterruptedException {
        await("an empty ledger", timeout, () -> ledger() == 0 && metric("segue_in_flight") == 0);
    }

    static void await(String what, Condition condition) throws IOException, InterruptedException {
        await(what, TIMEOUT, condition);
    }

    static void await(String what, Duration timeout, Condition condition) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + timeout.toSeconds() + " s in vain for " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    /** Differences between the two servers, by a comparison that shares nothing with the product. */
    List<String> differences() throws IOException {
        try (RespClient one = oldServer.connect();
                RespClient other = newServer.connect()) {
            return StoreComparison.differences(one, other);
        }
    }

    /** Seeds both servers alike. */
    void seed(List<TrackedKey> keys) throws IOException {
        for (RedisServer server : List.of(oldServer, newServer)) {
            try (RespClient redis = server.connect()) {
                Keyspace.seed(keys, redis);
            }
        }
    }

    /** Load on all proxies; begins with {@link LoadGenerator#start}. */
    LoadGenerator load(List<TrackedKey> keys, Checker checker, double rate) {
        LoadSettings settings =
                new LoadSettings(proxies.stream().map(Proxy::port).toList(), 4, rate, 0.5, 20_000, System.nanoTime());
        return new LoadGenerator(settings, keys, checker, (key, read) -> read ? Destination.OLD : Destination.BOTH);
    }

    /** Whether {@code server} has every acknowledged write. */
    static FinalCheck finalCheck(List<TrackedKey> keys, RedisServer server) throws IOException {
        try (RespClient redis = server.connect()) {
            return FinalCheck.of(keys, redis);
        }
    }

    @Override
    public void close() {
        proxies.forEach(proxy -> proxy.process().kill9());
        controlPlane.kill9();
        oldServer.close();
        newServer.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + folder, e);
        }
    }
}
