package io.segue.loadtest.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.core.operation.KeySlot;
import io.segue.loadtest.fleet.RestClient.RefusedException;
import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.redis.NeedsRedis;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * For each strategy: the share of the traffic on each side before the start, while it runs, after a rollback, and after completion. All of them on
 * one rig of two proxies in two regions; as completion points the interlay at the other database, OLD of one test may be NEW of the next.
 */
@NeedsRedis
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StrategiesIT {
    private static final int ALL = Traffic.USERS + Traffic.PAYMENTS;
    private static final String MIGRATION = "/migrations/" + Rig.MIGRATION;

    private Rig rig;
    private Traffic traffic;
    private String from = "";
    private String to = "";

    @BeforeAll
    void start() throws Exception {
        rig = Rig.setup()
                .proxies(1, "--region", "us-east-1", "--instance", "cache-1")
                .proxies(1, "--region", "eu-west-1", "--instance", "cache-2")
                .start();
        traffic = new Traffic(rig);
    }

    @AfterAll
    void stop() {
        rig.close();
    }

    @BeforeEach
    void whereItIs() throws Exception {
        from = rig.rest().get("/interlays/" + Rig.INTERLAY).path("endpoint").asText();
        to = from.equals("old_redis") ? "new_redis_cluster" : "old_redis";
    }

    @AfterEach
    void leaveNothing() throws Exception {
        for (JsonNode migration : rig.rest().get("/migrations")) {
            String status = migration.path("status").asText();
            if (!Set.of("pending", "ready", "completed", "rolled_back").contains(status)) {
                rig.force("rollback");
            }
            rig.rest().delete(MIGRATION);
        }
        label("{\"instance_by\": \"proxy\", \"labels\": []}");
    }

    @Test
    void bigBang() throws Exception {
        begin("{\"type\": \"big_bang\"}");
        assertThat(traffic.readFrom(to, 0)).hasSize(ALL);
        // OLD is kept in step.
        assertThat(traffic.write(0).on(to)).hasSize(ALL);
        assertThat(traffic.write(1).on(from)).hasSize(ALL);
        endWithRollbackAndCompletion("{\"type\": \"big_bang\", \"durability\": false}");
    }

    @Test
    void canary() throws Exception {
        begin(canary(0.3));
        Set<String> first = traffic.readFrom(to, 0);
        assertShare(first, 0.3);
        assertThat(traffic.readFrom(to, 1)).isEqualTo(first);
        assertSplit(traffic.write(0), 0.3);
        rig.patch(canary(0.7));
        assertShare(traffic.readFrom(to, 0), 0.7);
        assertThat(traffic.readFrom(to, 0)).containsAll(first);
        assertSplit(traffic.write(1), 0.7);
        rig.patch(canary(1.0));
        endWithRollbackAndCompletion(canary(1.0));
    }

    @Test
    void canaryOfConnections() throws Exception {
        begin("""
                {"type": "canary", "read_percentage": 0.5, "sample_by": "connection",
                 "write_mode": {"mode": "cutover", "write_percentage": 0.0}}""");
        int onNew = 0;
        for (int i = 0; i < 40; i++) {
            int keys = traffic.readFrom(to, i % 2).size();
            assertThat(keys).as("a connection is on one side").isIn(0, ALL);
            onNew += keys == ALL ? 1 : 0;
        }
        assertThat(onNew).isBetween(5, 35);
    }

    @Test
    void blueGreen() throws Exception {
        begin(blueGreen(false));
        assertOn(from);
        rig.patch(blueGreen(true));
        assertOn(to);
        patchForced(blueGreen(false));
        assertOn(from);
        rig.patch(blueGreen(true));
        endWithRollbackAndCompletion(blueGreen(true));
    }

    @Test
    void rollingUpdate_byTheInstanceOfTheProxy() throws Exception {
        begin(rolling("\"cache-2\"", 2));
        assertThat(traffic.readFrom(to, 0)).isEmpty();
        assertThat(traffic.readFrom(to, 1)).hasSize(ALL);
        assertThat(traffic.write(0).on(to)).isEmpty();
        assertThat(traffic.write(1).on(from)).isEmpty();
        rig.patch(rolling("\"cache-1\", \"cache-2\"", 2));
        endWithRollbackAndCompletion(rolling("\"cache-1\", \"cache-2\"", 2));
    }

    @Test
    void rollingUpdate_byTheShardOfTheKey() throws Exception {
        label("{\"instance_by\": \"shard\"}");
        begin(rolling("\"shard-0\", \"shard-3\"", 5));
        Set<String> expected = keys(key -> Set.of(0, 3).contains(shard(key)));
        assertThat(expected.size()).isBetween(ALL / 4, ALL / 2);
        assertThat(traffic.readFrom(to, 0)).isEqualTo(expected);
        assertThat(traffic.readFrom(to, 1)).isEqualTo(expected);
        assertSplit(traffic.write(0), 0.4);
        assertThat(explain("key=pay:7").path("labels").path("instance").asText())
                .isEqualTo("shard-" + shard("pay:7"));
        rig.patch(rolling("\"shard-0\", \"shard-1\", \"shard-2\", \"shard-3\", \"shard-4\"", 5));
        assertThat(traffic.readFrom(to, 0)).hasSize(ALL);
        assertThat(traffic.write(0).on(to)).hasSize(ALL);
    }

    private static int shard(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return KeySlot.shard(bytes, bytes.length, 5);
    }

    @Test
    void shadowTraffic() throws Exception {
        begin("{\"type\": \"shadow_traffic\"}");
        assertThat(traffic.readFrom(from, 0)).hasSize(ALL);
        assertThat(traffic.write(0).on(from)).hasSize(ALL);
        Rig.await(
                "NEW has the effects",
                () -> rig.ledger() == 0 && traffic.write(0).on(to).size() == ALL);
        endWithRollbackAndCompletion("{\"type\": \"shadow_traffic\"}");
    }

    @Test
    void stranglerFig() throws Exception {
        label("""
                {"labels": [{"key_prefix": "pay:", "feature": "payments"},
                            {"key": "user:*", "command": "GET", "feature": "profiles"},
                            {"key": "user:*", "command": "SET", "feature": "profiles"}]}""");
        begin("{\"type\": \"strangler_fig\", \"features\": {\"payments\": true, \"profiles\": false}}");
        Set<String> payments = keys(key -> key.startsWith("pay:"));
        assertThat(traffic.readFrom(to, 0)).isEqualTo(payments);
        Traffic.Writes writes = traffic.write(1);
        assertThat(writes.on(to)).isEqualTo(payments);
        assertThat(writes.on(from)).containsAll(keys(key -> key.startsWith("user:")));
        rig.patch("{\"type\": \"strangler_fig\", \"features\": {\"payments\": true, \"profiles\": true}}");
        endWithRollbackAndCompletion("{\"type\": \"strangler_fig\", \"features\": {\"payments\": true}}");
    }

    @Test
    void featureFlag() throws Exception {
        label("{\"labels\": [{\"key\": \"user:{user}:*\", \"flag\": \"new_database\"}]}");
        begin(flag(0.25));
        Set<String> onNew = traffic.readFrom(to, 0);
        assertThat(keys(key -> key.startsWith("user:") && onNew.contains(key)).size() / (double) Traffic.USERS)
                .isBetween(0.15, 0.35);
        // The user decides: whatever else is in the key, reads and writes of a user go to one side.
        Traffic.Writes writes = traffic.write(1);
        assertThat(keys(key -> key.startsWith("user:") && writes.on(to).contains(key)))
                .isEqualTo(keys(key -> key.startsWith("user:") && onNew.contains(key)));
        for (String key : keys(key -> key.hashCode() % 20 == 0)) {
            assertThat(explain("command=GET&key=" + URLEncoder.encode(key, StandardCharsets.UTF_8))
                            .path("authority")
                            .asText())
                    .as(key)
                    .isEqualTo(onNew.contains(key) ? "new" : "old");
        }
        rig.patch(flag(1.0));
        endWithRollbackAndCompletion(flag(1.0));
    }

    @Test
    void geographic() throws Exception {
        begin(regions(true, false));
        assertThat(traffic.readFrom(to, 0)).hasSize(ALL);
        assertThat(traffic.readFrom(to, 1)).isEmpty();
        assertThat(traffic.write(0).on(from)).isEmpty();
        assertThat(traffic.write(1).on(to)).isEmpty();
        assertThat(explain("key=a&region=us-east-1").path("authority").asText()).isEqualTo("new");
        assertThat(explain("key=a&region=eu-west-1").path("authority").asText()).isEqualTo("old");
        rig.patch(regions(true, true));
        endWithRollbackAndCompletion(regions(true, true));
    }

    @Test
    void timeWindow() throws Exception {
        Instant start = Instant.now().plusMillis(1_500);
        begin(window(start));
        assertOn(from);
        Rig.await(
                "the window",
                () -> rig.migration().path("strategy").path("executed").asBoolean());
        assertThat(Instant.now()).isAfter(start);
        endWithRollbackAndCompletion(window(Instant.now()));
    }

    private static String window(Instant start) {
        return "{\"type\": \"time_window\", \"window_start\": \"" + start + "\", \"window_end\": \""
                + start.plus(10, ChronoUnit.MINUTES) + "\", \"executed\": false}";
    }

    private static String canary(double share) {
        return "{\"type\": \"canary\", \"read_percentage\": " + share
                + ", \"write_mode\": {\"mode\": \"cutover\", \"write_percentage\": " + share + "}}";
    }

    private static String blueGreen(boolean activeIsNew) {
        return "{\"type\": \"blue_green\", \"active_is_new\": " + activeIsNew + "}";
    }

    private static String rolling(String migrated, int total) {
        return "{\"type\": \"rolling_update\", \"migrated_instances\": [" + migrated + "], \"total_instances\": "
                + total + "}";
    }

    private static String flag(double share) {
        return "{\"type\": \"feature_flag\", \"flags\": {\"new_database\": true, \"beta_features\": false},"
                + " \"rollout_percentage\": " + share + "}";
    }

    private static String regions(boolean us, boolean eu) {
        return "{\"type\": \"geographic\", \"regions\": {\"us-east-1\": " + us + ", \"eu-west-1\": " + eu + "}}";
    }

    /** Before the start everything is on OLD; then it starts. */
    private void begin(String strategy) throws Exception {
        define(strategy);
        assertOn(from);
        rig.act("migrate");
        rig.awaitOpen();
    }

    private void define(String strategy) throws Exception {
        rig.rest().post("/migrations", "{\"id\": \"" + Rig.MIGRATION + "\", \"strategy\": " + strategy + "}");
        rig.rest().post(MIGRATION + "/interlay/" + Rig.INTERLAY, "{\"endpoint\": \"" + to + "\"}");
    }

    private void label(String labels) throws Exception {
        rig.rest().patch("/interlays/" + Rig.INTERLAY, labels);
    }

    private JsonNode explain(String query) throws Exception {
        return rig.rest().get(MIGRATION + "/explain?" + query);
    }

    /** What goes to NEW only is lost by the way back, where nobody follows it: the operator says so. */
    private void patchForced(String strategy) throws Exception {
        rig.rest().patch(MIGRATION, "{\"strategy\": " + strategy + ", \"force\": true}");
    }

    /** All of it on NEW (shadow traffic: on OLD), after a rollback on OLD again, and after the completion of another migration on NEW. */
    private void endWithRollbackAndCompletion(String last) throws Exception {
        assertOn(last.contains("shadow") ? from : to);
        try {
            rig.act("rollback");
        } catch (RefusedException e) {
            rig.force("rollback");
        }
        assertOn(from);
        rig.rest().delete(MIGRATION);

        define(last);
        rig.force("migrate");
        rig.awaitOpen();
        rig.rest().post(MIGRATION + "/complete", "{\"force\": true, \"reason\": \"nothing was copied\"}");
        assertOn(to);
        assertThat(rig.migration().path("status").asText()).isEqualTo("completed");
    }

    /** Whether all reads and all writes of both proxies go to one side; with dual writes, to that one among others. */
    private void assertOn(String endpoint) throws Exception {
        for (int proxy = 0; proxy < 2; proxy++) {
            assertThat(traffic.readFrom(endpoint, proxy))
                    .as("reads through proxy %d", proxy)
                    .hasSize(ALL);
            assertThat(traffic.write(proxy).on(endpoint))
                    .as("writes through proxy %d", proxy)
                    .hasSize(ALL);
        }
    }

    private static void assertShare(Set<String> keys, double share) {
        assertThat(keys.size() / (double) ALL).isBetween(share - 0.1, share + 0.1);
    }

    /** A share of the writes is on NEW. All the others are on OLD, where those of NEW may have arrived too by now: it follows. */
    private void assertSplit(Traffic.Writes writes, double share) {
        assertShare(writes.on(to), share);
        Set<String> all = new HashSet<>(writes.on(to));
        all.addAll(writes.on(from));
        assertThat(all).hasSize(ALL);
    }

    private static Set<String> keys(Predicate<String> which) {
        return Traffic.keys().stream().filter(which).collect(Collectors.toCollection(TreeSet::new));
    }
}
