package io.segue.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeMovers;
import io.segue.controlplane.testkit.FakeProxy;
import io.segue.controlplane.testkit.Rest.Reply;
import io.segue.controlplane.testkit.Strategies;
import io.segue.proto.v1.InstanceBy;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What interlays say about their operations, and what pre-flight and {@code /explain} make of it. */
class LabelsTest {
    private static final String RULES =
            "[{\"key\":\"user:{user}:*\",\"feature\":\"user_auth\",\"flag\":\"new_database\"},"
                    + "{\"key_prefix\":\"pay:\",\"command\":\"GET\",\"client\":\"web-*\",\"user\":\"shop\",\"db\":3,\"feature\":\"payments\"},"
                    + "{\"command\":\"PUBLISH\",\"feature\":\"user_auth\"}]";
    private static final String FIG =
            "{\"type\":\"strangler_fig\",\"features\":{\"user_auth\":true,\"payments\":false}}";
    private static final String REGIONS = "{\"type\":\"geographic\",\"regions\":{\"us\":true,\"eu\":false}}";

    private final FakeMovers movers = new FakeMovers();
    private Bench bench;
    private FakeProxy proxy;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir, movers.quick());
        proxy = bench.proxy("p1");
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    private Reply label(String rules) {
        return bench.rest().patch("/api/v1/interlays/i", "{\"labels\":" + rules + "}");
    }

    private JsonNode explain(String query) {
        return bench.rest()
                .get("/api/v1/migrations/m/explain?" + query)
                .expect(200)
                .data();
    }

    @Test
    void labels_areStoredShownAndSentToTheProxies() throws Exception {
        bench.endpoint("a");
        JsonNode made = bench.rest()
                .post("/api/v1/interlays", """
                {"id":"i","endpoint":"a","port":7000,"instance_by":"Shard","labels":%s}""".formatted(RULES))
                .expect(201)
                .data();
        assertThat(made.path("instance_by").asText()).isEqualTo("shard");
        assertThat(made.path("labels").toString()).isEqualTo(RULES);
        assertThat(proxy.config().getInterlays(0).getLabelsCount()).isEqualTo(3);
        assertThat(proxy.config().getInterlays(0).getInstanceBy()).isEqualTo(InstanceBy.INSTANCE_BY_SHARD);

        JsonNode changed = bench.rest()
                .patch("/api/v1/interlays/i", "{\"instance_by\":\"proxy\",\"description\":\"d\"}")
                .expect(200)
                .data();
        assertThat(changed.path("instance_by").asText()).isEqualTo("proxy");
        assertThat(changed.path("labels").size()).isEqualTo(3);
        assertThat(label("[]").expect(200).data().path("labels")).isEmpty();
        assertThat(proxy.config().getInterlays(0).getLabelsCount()).isZero();
        assertThat(bench.rest()
                        .get("/api/v1/interlays/i")
                        .data()
                        .path("description")
                        .asText())
                .isEqualTo("d");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"labels\":{}} | labels: an object (expected: a list of rules)",
                "{\"labels\":[1]} | labels[0]: 1 (expected: an object)",
                "{\"labels\":[{\"feature\":\"a\"},{\"keys\":\"b\",\"feature\":\"c\"}]} | labels[1].keys: unknown field",
                "{\"labels\":[{\"key\":\"[a\",\"feature\":\"c\"}]} | labels[0].key: [a (expected: a ] for every [)",
                "{\"labels\":[{\"key\":\"*{user}\",\"flag\":\"c\"}]} | labels[0].key: *{user} (expected: {user} before the first *)",
                "{\"labels\":[{\"key\":\"\",\"flag\":\"c\"}]} | labels[0].key: \"\" (expected: a value, or no such field)",
                "{\"labels\":[{\"key\":\"a\",\"key_prefix\":\"b\",\"flag\":\"c\"}]} | labels[0].key_prefix: b (expected: either key or key_prefix, not both)",
                "{\"labels\":[{\"key\":\"a*\"}]} | labels[0]: a rule that names nothing",
                "{\"labels\":[{\"db\":16384,\"flag\":\"c\"}]} | labels[0].db: 16384 (expected: 0 to 16383)",
                "{\"labels\":[{\"db\":\"x\",\"flag\":\"c\"}]} | labels[0].db: \"x\" (expected: a whole number, 0 or more)",
                "{\"instance_by\":\"moon\"} | instance_by: moon (expected: proxy, shard",
                "{} | labels: nothing (expected: ",
            })
    void badLabels_areRefusedByFieldValueAndExpectation(String body, String message) throws Exception {
        bench.endpoint("a").interlay("i", "a", 7000);
        assertThat(bench.rest().patch("/api/v1/interlays/i", body).expect(400).message())
                .startsWith(message);
        assertThat(bench.rest()
                        .get("/api/v1/interlays/i")
                        .data()
                        .path("revision")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void conditionsOnTheApiGateway_areNotThereYet() throws Exception {
        bench.endpoint("a").interlay("i", "a", 7000);
        assertThat(label("[{\"feature\":\"f\",\"api\":\"users\"}]").expect(422).message())
                .isEqualTo(
                        "labels[0].api: not available in this release (expected: key, key_prefix, command, client, user or"
                                + " db)");
        assertThat(label("[{\"feature\":\"f\",\"template\":\"t\"}]").expect(422).message())
                .startsWith("labels[0].template: not available in this release");
    }

    @Test
    void tooManyRules_orTooLongOnes_areRefused() throws Exception {
        bench.endpoint("a").interlay("i", "a", 7000);
        String rule = "{\"feature\":\"f\"}";
        assertThat(label("[" + (rule + ",").repeat(1_000) + rule + "]")
                        .expect(400)
                        .message())
                .isEqualTo("labels: 1001 rules (expected: at most 1000 rules)");
        assertThat(label("[{\"key\":\"" + "x".repeat(513) + "\",\"flag\":\"f\"}]")
                        .expect(400)
                        .message())
                .isEqualTo("labels[0].key: 513 bytes (expected: 1 to 512 bytes)");
        assertThat(label("[{\"flag\":\"" + "x".repeat(129) + "\"}]").expect(400).message())
                .isEqualTo("labels[0].flag: 129 characters (expected: at most 128 characters)");
        label("[" + (rule + ",").repeat(999) + rule + "]").expect(200);
    }

    @Test
    void labels_stayAsTheyAreWhileAMigrationRoutesByThem() throws Exception {
        bench.ready(FIG);
        label(RULES).expect(200);
        bench.call("migrate").expect(200);
        assertThat(label("[]").expect(409).message())
                .contains("cannot be changed now: migration m is running and routes its traffic by them");
        label(RULES).expect(200);
        bench.rest().patch("/api/v1/interlays/i", "{\"description\":\"d\"}").expect(200);
        assertThat(explain("key=user:1:x").path("authority").asText()).isEqualTo("new");
    }

    @Test
    void explain_saysWhereAnOperationGoesAndWhy() throws Exception {
        bench.ready(FIG);
        label(RULES).expect(200);
        JsonNode before = explain("key=user:1:x");
        assertThat(before.path("strategy").isNull()).isTrue();
        assertThat(before.path("authority").asText()).isEqualTo("old");
        assertThat(before.path("why").asText()).isEqualTo("the migration is ready: everything goes to OLD");

        bench.call("migrate").expect(200);
        JsonNode found = explain("key=user:42:cart&command=get");
        assertThat(found.path("strategy").asText()).isEqualTo("strangler_fig");
        assertThat(found.path("interlay").asText()).isEqualTo("i");
        assertThat(found.path("read").toString()).isEqualTo("{\"kind\":\"single\",\"sides\":[\"new\"]}");
        assertThat(found.path("write").toString()).isEqualTo("{\"kind\":\"single\",\"sides\":[\"new\"]}");
        assertThat(found.path("authority").asText()).isEqualTo("new");
        assertThat(found.path("unit").asText()).isEqualTo("key");
        assertThat(found.path("label_class").asInt()).isEqualTo(1);
        assertThat(found.path("labels").path("feature").asText()).isEqualTo("user_auth");
        assertThat(found.path("rule").toString())
                .isEqualTo(
                        "{\"key\":\"user:{user}:*\",\"feature\":\"user_auth\",\"flag\":\"new_database\",\"index\":0}");
        assertThat(found.path("why").asText()).isEqualTo("feature user_auth is true in features");

        assertThat(explain("key=pay:1&command=get&client=web-1&user=shop&db=3")
                        .path("why")
                        .asText())
                .isEqualTo("feature payments is false in features");
        assertThat(explain("key=pay:1&command=get&client=web-1&user=shop")
                        .path("why")
                        .asText())
                .isEqualTo("it has no feature");
        assertThat(explain("command=publish").path("authority").asText()).isEqualTo("new");
        assertThat(bench.rest()
                        .get("/api/v1/migrations/m/explain?comand=a")
                        .expect(400)
                        .message())
                .startsWith("comand: unknown parameter")
                .endsWith("did you mean command?)");
        assertThat(bench.rest()
                        .get("/api/v1/migrations/m/explain?key=a&interlay=x")
                        .expect(400)
                        .message())
                .isEqualTo("interlay: x (expected: an interlay of the migration: i)");

        bench.rest().post("/api/v1/migrations/m/complete", "{\"force\":true}").expect(200);
        assertThat(explain("key=a").path("why").asText())
                .isEqualTo("the migration is completed: everything goes to NEW");
    }

    @Test
    void explain_showsDualWritesInOrder() throws Exception {
        bench.running(Strategies.dualNew(0.0));
        JsonNode found = explain("key=a");
        assertThat(found.path("read").toString()).isEqualTo("{\"kind\":\"single\",\"sides\":[\"old\"]}");
        assertThat(found.path("write").toString()).isEqualTo("{\"kind\":\"dual\",\"sides\":[\"new\",\"old\"]}");
        assertThat(found.path("bucket").asInt()).isBetween(0, 9_999);
    }

    @Test
    void aSideThatIsNotDecidedByTheKey_standsInTheWayOfAMoverThatFollows() throws Exception {
        bench.ready(REGIONS, Strategies.SCAN);
        JsonNode test = bench.call("test").expect(200).data();
        assertThat(test.path("valid").asBoolean()).isFalse();
        assertThat(test.path("findings").findValuesAsText("code")).contains("side_not_by_key");
        assertThat(bench.call("migrate").expect(409).message())
                .contains(
                        "one key may be written on OLD and on NEW at the same time, for the region of the proxy decides");
        bench.patch(REGIONS.replace("}}", "},\"write_mode\":{\"mode\":\"dual_write\"}}"))
                .expect(200);
        assertThat(bench.call("test").data().path("valid").asBoolean()).isTrue();
    }

    @Test
    void withoutAMover_itIsAWarning() throws Exception {
        bench.ready(REGIONS);
        JsonNode test = bench.call("test").expect(200).data();
        assertThat(test.path("valid").asBoolean()).isTrue();
        assertThat(test.path("findings").findValuesAsText("code")).containsExactly("side_not_by_key");
        bench.call("migrate").expect(200);
        assertThat(explain("key=a&region=us").path("authority").asText()).isEqualTo("new");
        assertThat(explain("key=a&region=eu").path("why").asText()).isEqualTo("region eu is false in regions");
        assertThat(explain("key=a").path("why").asText()).isEqualTo("it has no region");
    }

    @Test
    void aRunningMigrationWithAMover_doesNotChangeToSuchAStrategy() throws Exception {
        bench.ready(Strategies.cutover(0.0, 0.0), Strategies.SCAN);
        bench.call("migrate").expect(200);
        bench.awaitStage("open");
        assertThat(bench.patch(REGIONS).expect(409).message())
                .contains("the movers could not know on which side a key is, for the region of the proxy decides");
    }

    @Test
    void labelsThatNothingHas_areWarnedAbout() throws Exception {
        bench.ready(FIG);
        JsonNode test = bench.call("test").expect(200).data();
        assertThat(test.path("findings").findValuesAsText("code")).containsExactly("label_unknown");
        assertThat(test.path("findings").get(0).path("message").asText())
                .isEqualTo("nothing has the feature user_auth, so nothing moves for it");
        label(RULES).expect(200);
        // The second rule looks at who uses the key.
        assertThat(bench.call("test").data().path("findings").findValuesAsText("code"))
                .containsExactly("side_not_by_key");
        label("[{\"key_prefix\":\"u\",\"feature\":\"user_auth\"}]").expect(200);
        assertThat(bench.call("test").data().path("findings")).isEmpty();
    }
}
