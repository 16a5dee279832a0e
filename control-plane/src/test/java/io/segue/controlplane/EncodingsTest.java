package io.segue.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.Rest.Reply;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients write the same thing in several ways. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EncodingsTest {
    private Bench bench;
    private int ids;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir);
    }

    @AfterAll
    void stop() {
        bench.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"none\"                                    | \"none\"",
                "\"None\"                                    | \"none\"",
                "null                                        | \"none\"",
                "{\"type\":\"none\"}                         | \"none\"",
                "{\"type\":\"scan\",\"replace\":\"replace\"} | {\"type\":\"scan\",\"replace\":\"replace\"}",
                "{\"type\":\"snapshot\",\"replace\":\"none\"}| {\"type\":\"snapshot\",\"replace\":\"none\"}",
                "{\"type\":\"scan\",\"replace\":\"merge\"}   | {\"type\":\"scan\",\"replace\":\"merge\"}",
                "{\"type\":\"Scan\"}                         | {\"type\":\"scan\",\"replace\":\"none\"}",
                "{\"Scan\":{\"replace\":\"Replace\"}}        | {\"type\":\"scan\",\"replace\":\"replace\"}",
                "{\"Scan\":{\"replace\":\"None\"}}           | {\"type\":\"scan\",\"replace\":\"none\"}",
                "{\"type\":\"scan\",\"feed\":\"Tracking\"}| {\"type\":\"scan\",\"replace\":\"none\",\"feed\":\"tracking\"}",
                "{\"type\":\"none\",\"feed\":\"auto\"}| {\"type\":\"none\",\"feed\":\"auto\"}",
                "{\"Scan\":{\"replace\":\"Replace\",\"feed\":\"psync\",\"throttle\":{\"keys_per_second\":9,\"megabytes_per_second\":2}}}| {\"type\":\"scan\",\"replace\":\"replace\",\"feed\":\"psync\",\"throttle\":{\"keys_per_second\":9,\"megabytes_per_second\":2,\"adaptive\":true}}",
                "{\"Snapshot\":{\"replace\":\"Merge\"}}      | {\"type\":\"snapshot\",\"replace\":\"merge\"}",
            })
    void data(String given, String shown) {
        assertThat(create("\"data\":" + given).path("data").toString()).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"rollback_all\"                               | \"rollback_all\"",
                "\"RollbackAll\"                                | \"rollback_all\"",
                "null                                           | \"rollback_all\"",
                "\"allow_partial\"                              | \"allow_partial\"",
                "{\"type\":\"allow_partial\"}                   | \"allow_partial\"",
                "{\"type\":\"retry_then_all\",\"retry_count\":3}| {\"type\":\"retry_then_all\",\"retry_count\":3}",
                "{\"RetryThenAll\":{\"retry_count\":2}}         | {\"type\":\"retry_then_all\",\"retry_count\":2}",
            })
    void failureHandling(String given, String shown) {
        assertThat(create("\"failure_handling\":" + given)
                        .path("failure_handling")
                        .toString())
                .isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "null                                               | {\"type\":\"big_bang\",\"durability\":true}",
                "{\"type\":\"big_bang\"}                            | {\"type\":\"big_bang\",\"durability\":true}",
                "{\"type\":\"BigBang\",\"durability\":false}        | {\"type\":\"big_bang\",\"durability\":false}",
                "{\"type\":\"shadow_traffic\"}                      | {\"type\":\"shadow_traffic\"}",
                "{\"type\":\"canary\",\"read_percentage\":1}        | {\"type\":\"canary\",\"read_percentage\":1.0,"
                        + "\"write_mode\":{\"mode\":\"dual_write\",\"policy\":\"old_authoritative\"}}",
                "{\"type\":\"Canary\",\"read_percentage\":0.5,\"sample_by\":\"Key\",\"write_mode\":{\"mode\":\"DualWrite\","
                        + "\"policy\":\"NewAuthoritative\"}} | {\"type\":\"canary\",\"read_percentage\":0.5,"
                        + "\"write_mode\":{\"mode\":\"dual_write\",\"policy\":\"new_authoritative\"},\"sample_by\":\"key\"}",
                "{\"type\":\"canary\",\"read_percentage\":0,\"write_mode\":{\"mode\":\"Cutover\",\"write_percentage\":1e-1}}"
                        + " | {\"type\":\"canary\",\"read_percentage\":0.0,"
                        + "\"write_mode\":{\"mode\":\"cutover\",\"write_percentage\":0.1}}",
            })
    void strategies(String given, String shown) {
        assertThat(create("\"strategy\":" + given).path("strategy").toString()).isEqualTo(shown);
    }

    /** The guide's, word for word, and with what the guide leaves open. */
    @ParameterizedTest
    @CsvSource({
        "old_authoritative,OldAuthoritative",
        "new_authoritative,NewAuthoritative",
        "both_required,BothRequired",
        "best_effort,BestEffort",
        "last_write_wins,LastWriteWins"
    })
    void writePolicies(String snake, String pascal) {
        for (String given : new String[] {snake, pascal}) {
            JsonNode made = create("\"strategy\":{\"type\":\"canary\",\"read_percentage\":0.1,\"write_mode\":"
                    + "{\"mode\":\"dual_write\",\"policy\":\"" + given + "\"}}");
            assertThat(made.path("strategy").path("write_mode").path("policy").asText())
                    .isEqualTo(snake);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"blue_green\",\"active_is_new\":false}",
                "{\"type\":\"blue_green\",\"active_is_new\":true,\"write_mode\":{\"mode\":\"dual_write\",\"policy\":\"new_authoritative\"}}",
                "{\"type\":\"rolling_update\",\"migrated_instances\":[],\"total_instances\":5}",
                "{\"type\":\"rolling_update\",\"migrated_instances\":[\"shard-1\",\"shard-0\"],\"total_instances\":5}",
                "{\"type\":\"strangler_fig\",\"features\":{\"payments\":false,\"reporting\":false,\"user_auth\":true}}",
                "{\"type\":\"strangler_fig\",\"features\":{\"a\":true},\"write_mode\":{\"mode\":\"cutover\",\"write_percentage\":1.0}}",
                "{\"type\":\"feature_flag\",\"flags\":{\"beta_features\":false,\"new_database\":true},\"rollout_percentage\":0.25}",
                "{\"type\":\"geographic\",\"regions\":{\"ap-southeast-1\":false,\"eu-west-1\":false,\"us-east-1\":true}}",
                "{\"type\":\"time_window\",\"window_start\":\"2024-01-15T02:00:00Z\",\"window_end\":\"2024-01-15T04:00:00Z\",\"executed\":false}",
                "{\"type\":\"shadow_traffic\"}",
                "{\"type\":\"canary\",\"read_percentage\":0.1,\"write_mode\":{\"mode\":\"dual_write\",\"policy\":\"old_authoritative\"},\"sample_by\":\"user\"}",
            })
    void strategiesComeBackAsTheyWereGiven(String strategy) {
        assertThat(create("\"strategy\":" + strategy).path("strategy").toString())
                .isEqualTo(strategy);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"canary\",\"read_percentage\":0.1,\"write_mode\":"
                        + "{\"mode\":\"dual_write\",\"policy\":\"TwoPhaseCommit\"}}",
            })
    void whatThisReleaseCannotRunIsRefusedByName(String strategy) {
        Reply refused = bench.rest()
                .post("/api/v1/migrations", "{\"id\":\"no\",\"strategy\":" + strategy + "}")
                .expect(422);
        assertThat(refused.message())
                .startsWith("strategy.")
                .contains("not available")
                .contains("expected: ");
        assertThat(refused.body().path("error").path("code").asText()).isEqualTo("not_supported");
    }

    @Test
    void endpointsInTheLongForm() {
        JsonNode made = bench.rest().post("/api/v1/endpoints", """
                {"endpoint":"long","kind":"Redis","description":"d","config":{
                  "write_conn":{"host":"h","port":6380,"username":"u","password":"p","db":3,"tls":true},
                  "read_conn":{"host":"r"}}}""").expect(201).data();
        assertThat(made.path("id").asText()).isEqualTo("long");
        assertThat(made.path("kind").asText()).isEqualTo("redis");
        assertThat(made.path("config").toString())
                .isEqualTo("{\"write_conn\":{\"host\":\"h\",\"port\":6380,\"username\":\"u\",\"db\":3,\"tls\":true},"
                        + "\"read_conn\":{\"host\":\"r\",\"port\":6379,\"username\":\"\",\"db\":0,\"tls\":false}}");
    }

    @Test
    void aBodyNeedsNoContentTypeAndPathsMayEndInASlash() {
        String body = "{\"id\":\"plain\",\"kind\":\"redis\",\"config\":{\"host\":\"h\"}}";
        bench.rest().send("POST", "/api/v1/endpoints", null, body).expect(201);
        bench.rest().get("/api/v1/endpoints/").expect(200);
        bench.rest()
                .send("GET", "/api/v1/endpoints/plain", "application/json", "")
                .expect(200);
    }

    private JsonNode create(String field) {
        return bench.rest()
                .post("/api/v1/migrations", "{\"id\":\"m" + ids++ + "\"," + field + "}")
                .expect(201)
                .data();
    }
}
