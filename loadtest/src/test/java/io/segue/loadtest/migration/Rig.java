package io.segue.loadtest.migration;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.loadtest.data.Comparison;
import io.segue.loadtest.data.Difference;
import io.segue.loadtest.data.IndependentCompare;
import io.segue.loadtest.fault.FaultProxy;
import io.segue.loadtest.fleet.ControlPlane;
import io.segue.loadtest.fleet.MigrationStage;
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
import io.segue.loadtest.redis.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Two servers, a control plane and proxies, each in a process of its own, and one migration named {@value #MIGRATION}. */
public final class Rig implements AutoCloseable {
    public static final String MIGRATION = "canary_migration";
    public static final String INTERLAY = "user_cache_interlay";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** Something that comes true. */
    public interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private final Path folder;
    private final List<Proxy> proxies = new ArrayList<>();
    private final List<FaultProxy> links = new ArrayList<>();
    private final RigSide oldSide;
    private final RigSide newSide;
    private final ControlPlane controlPlane;

    private Rig(RigSide oldSide, RigSide newSide) throws IOException {
        this.folder = Files.createTempDirectory("segue-rig");
        this.controlPlane = ControlPlane.start(folder);
        this.oldSide = oldSide;
        this.newSide = newSide;
    }

    public static Rig start(int proxies, String... arguments) throws IOException, InterruptedException {
        return setup().proxies(proxies, arguments).start();
    }

    /** Takes the servers over. */
    public static Rig start(RedisServer oldServer, RedisServer newServer, int proxies, String... arguments)
            throws IOException, InterruptedException {
        return setup().sides(RigSide.of(oldServer), RigSide.of(newServer))
                .proxies(proxies, arguments)
                .start();
    }

    /** Two servers of the preferred program, no fault proxies, no proxies, unless it is told otherwise. */
    public static Setup setup() {
        return new Setup();
    }

    /** What kind of rig to start. */
    public static final class Setup {
        private RigSide oldSide;
        private RigSide newSide;
        private boolean faults;
        private boolean links;
        private final List<List<String>> proxies = new ArrayList<>();

        /** Takes the two sides over. */
        public Setup sides(RigSide old, RigSide neu) {
            oldSide = old;
            newSide = neu;
            return this;
        }

        /** Puts a {@link FaultProxy} between Segue and each side. */
        public Setup faults() {
            faults = true;
            return this;
        }

        /** Puts a {@link FaultProxy} between each proxy and the control plane. */
        public Setup links() {
            links = true;
            return this;
        }

        /** So many proxies more, each with these options. */
        public Setup proxies(int count, String... options) {
            proxies.addAll(Collections.nCopies(count, List.of(options)));
            return this;
        }

        /** Starts everything, and waits until the proxies serve. */
        public Rig start() throws IOException, InterruptedException {
            RigSide old = oldSide != null ? oldSide : RigSide.of(RedisServer.start());
            RigSide neu = newSide != null ? newSide : RigSide.of(RedisServer.start());
            Rig rig = faults ? new Rig(old.behindFaults(), neu.behindFaults()) : new Rig(old, neu);
            boolean up = false;
            try {
                rig.createCatalog();
                rig.startProxies(proxies, links);
                up = true;
                return rig;
            } finally {
                if (!up) {
                    rig.close();
                }
            }
        }
    }

    private void createCatalog() throws InterruptedException {
        controlPlane.awaitReady();
        rest().post("/endpoints", endpoint("old_redis", oldSide.port()));
        rest().post("/endpoints", endpoint("new_redis_cluster", newSide.port()));
        rest().post("/interlays", """
                {"id": "%s", "endpoint": "old_redis", "bind": "127.0.0.1", "port": 7000}""".formatted(INTERLAY));
    }

    private void startProxies(List<List<String>> arguments, boolean faultyLinks) throws InterruptedException {
        for (List<String> options : arguments) {
            String id = "proxy-" + (proxies.size() + 1);
            String token = controlPlane.createProxyToken(id);
            int grpcPort = controlPlane.grpcPort();
            if (faultyLinks) {
                FaultProxy link = FaultProxy.start(grpcPort);
                links.add(link);
                grpcPort = link.port();
            }
            proxies.add(Proxy.start(new Proxy.Settings(id, INTERLAY, grpcPort, token, folder, options)));
        }
        for (Proxy proxy : proxies) {
            proxy.awaitListening();
        }
    }

    private static String endpoint(String id, int port) {
        return """
                {"id": "%s", "kind": "redis", "config": {"host": "127.0.0.1", "port": %d}}""".formatted(id, port);
    }

    /** Canary with dual writes, OLD authoritative. */
    public static String canary(double share) {
        return """
                {"type": "canary", "read_percentage": %s,
                 "write_mode": {"mode": "dual_write", "policy": "old_authoritative"}}""".formatted(share);
    }

    /** The guide's stage 4. */
    public static String cutover() {
        return """
                {"type": "canary", "read_percentage": 1.0, "write_mode": {"mode": "cutover", "write_percentage": 1.0}}""";
    }

    /** Data movement with a change feed; {@code replace} is none, replace or merge. */
    public static String scan(String replace) {
        return "{\"type\": \"scan\", \"replace\": \"" + replace + "\"}";
    }

    /** A point-in-time copy. */
    public static String snapshot(String replace) {
        return "{\"type\": \"snapshot\", \"replace\": \"" + replace + "\"}";
    }

    public RestClient rest() {
        return controlPlane.rest();
    }

    public ControlPlane controlPlane() {
        return controlPlane;
    }

    public RedisServer oldServer() {
        return oldSide.needServer();
    }

    public RedisServer newServer() {
        return newSide.needServer();
    }

    public RigSide oldSide() {
        return oldSide;
    }

    public RigSide newSide() {
        return newSide;
    }

    /** Between Segue and OLD. */
    public FaultProxy oldFault() {
        return oldSide.needFault();
    }

    /** Between Segue and NEW. */
    public FaultProxy newFault() {
        return newSide.needFault();
    }

    /** Between proxy number {@code i}, from 0, and the control plane. */
    public FaultProxy link(int i) {
        return links.get(i);
    }

    /** Where clients of the proxies connect, for {@link io.segue.loadtest.data.Writers}. */
    public List<Store> fronts() {
        return proxies.stream().map(proxy -> Store.at(proxy.port())).toList();
    }

    public List<Proxy> proxies() {
        return proxies;
    }

    public Proxy proxy() {
        return proxies.get(0);
    }

    public RespClient client() throws IOException {
        return RespClient.connect(proxy().port());
    }

    /** Creates the migration and starts it; the proxies run the whole strategy when this returns. */
    public void migrate(String strategy) throws InterruptedException {
        define(strategy);
        act("migrate");
        awaitOpen();
    }

    /** Waits until the strategy is what the proxies run: the answer to {@code /migrate} may come a step before. */
    public JsonNode awaitOpen() throws InterruptedException {
        return MigrationStage.awaitOpen(rest(), MIGRATION, TIMEOUT);
    }

    /** Creates the migration with data movement, such as {@link #scan}, and starts it; it copies when this returns. */
    public void migrate(String strategy, String data) throws InterruptedException {
        define(strategy, data);
        act("migrate");
    }

    public void define(String strategy) throws InterruptedException {
        define(strategy, "\"none\"");
    }

    public void define(String strategy, String data) throws InterruptedException {
        rest().post(
                        "/migrations",
                        "{\"id\": \"" + MIGRATION + "\", \"strategy\": " + strategy + ", \"data\": " + data + "}");
        rest().post("/migrations/" + MIGRATION + "/interlay/" + INTERLAY, "{\"endpoint\": \"new_redis_cluster\"}");
    }

    public JsonNode act(String what) throws InterruptedException {
        return rest().post("/migrations/" + MIGRATION + "/" + what, "");
    }

    public JsonNode force(String what) throws InterruptedException {
        return rest().post("/migrations/" + MIGRATION + "/" + what, "{\"force\": true, \"reason\": \"a test\"}");
    }

    public JsonNode patch(String strategy) throws InterruptedException {
        return rest().patch("/migrations/" + MIGRATION, "{\"strategy\": " + strategy + "}");
    }

    public JsonNode migration() throws InterruptedException {
        return rest().get("/migrations/" + MIGRATION);
    }

    public JsonNode divergence() throws InterruptedException {
        return rest().get("/migrations/" + MIGRATION + "/divergence");
    }

    /** The sum over all proxies of a metric's samples that have all {@code labels}, each as it is printed: {@code side="old"}. */
    public long metric(String name, String... labels) throws InterruptedException {
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

    public long ledger() throws InterruptedException {
        return metric("segue_ledger_keys");
    }

    /** Waits until every proxy says that the two sides are equal and nothing is on its way. */
    public void awaitEqual() throws IOException, InterruptedException {
        awaitEqual(TIMEOUT);
    }

    public void awaitEqual(Duration timeout) throws IOException, InterruptedException {
        await("an empty ledger", timeout, () -> ledger() == 0 && metric("segue_in_flight") == 0);
    }

    public static void await(String what, Condition condition) throws IOException, InterruptedException {
        await(what, TIMEOUT, condition);
    }

    public static void await(String what, Duration timeout, Condition condition)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + timeout.toSeconds() + " s in vain for " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    /** Compares the two sides completely, by a path that shares nothing with the product. Nobody may write meanwhile. */
    public Comparison compare() throws IOException, InterruptedException {
        return IndependentCompare.compare(oldSide.store(), newSide.store());
    }

    /** Compares until both sides are equal, at least once; nobody writes any more. Fails with the differences if they stay. */
    public Comparison awaitSame(Duration limit) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            Comparison found = compare();
            if (found.isEqual()) {
                return found;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("different still after " + limit.toMillis() + " ms: " + found);
            }
        }
    }

    /** The differences, without the number of entries that groups have read: replays of commands do not keep it, nor do replicas. */
    public List<Difference> differences() throws IOException, InterruptedException {
        return IndependentCompare.compare(
                        oldSide.store(), newSide.store(), IndependentCompare.Settings.DEFAULT.withoutEntriesRead())
                .differences();
    }

    /** How far data movement is. */
    public JsonNode progress() throws InterruptedException {
        return rest().get("/migrations/" + MIGRATION + "/progress");
    }

    /** Seeds both servers alike. */
    public void seed(List<TrackedKey> keys) throws IOException {
        for (RedisServer server : List.of(oldServer(), newServer())) {
            try (RespClient redis = server.connect()) {
                Keyspace.seed(keys, redis);
            }
        }
    }

    /** Load on all proxies; begins with {@link LoadGenerator#start}. */
    public LoadGenerator load(List<TrackedKey> keys, Checker checker, double rate) {
        LoadSettings settings =
                new LoadSettings(proxies.stream().map(Proxy::port).toList(), 4, rate, 0.5, 20_000, System.nanoTime());
        return new LoadGenerator(settings, keys, checker, (key, read) -> read ? Destination.OLD : Destination.BOTH);
    }

    /** Whether {@code server} has every acknowledged write. */
    public static FinalCheck finalCheck(List<TrackedKey> keys, RedisServer server) throws IOException {
        try (RespClient redis = server.connect()) {
            return FinalCheck.of(keys, redis);
        }
    }

    @Override
    public void close() {
        proxies.forEach(proxy -> proxy.process().kill9());
        links.forEach(FaultProxy::close);
        controlPlane.kill9();
        oldSide.close();
        newSide.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + folder, e);
        }
    }
}
