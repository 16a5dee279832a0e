package io.segue.loadtest.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.redis.FreePorts;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.proto.v1.ApiGatewayGrpc;
import io.segue.proto.v1.ExecuteRequest;
import io.segue.proto.v1.ReplyValue;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Templates and APIs: made over REST, called over gRPC at the proxy, moved by a migration. */
@NeedsRedis
@Timeout(120)
class ApiGatewayIT {
    private static final String API = """
            {"id": "user_cache_api",
             "fields": [{"name": "id", "field_type": "String"}, {"name": "value", "field_type": "Number"}],
             "bindings": [{"template": "get_user_old", "fields": {}},
                          {"template": "set_score_old", "fields": {"score": "value"}}]}""";

    /** Path, body, and what the refusal says. */
    private static final List<List<String>> WRONG = List.of(
            List.of("/templates", "{'id': 't', 'endpoint': 'old_redis', 'template': []}", "a command"),
            List.of("/templates", "{'id': 't', 'endpoint': 'old_redis', 'template': ['{{x}}']}", "without"),
            List.of(
                    "/templates",
                    "{'id': 't', 'endpoint': 'old_redis', 'template': ['GET', '{{1}}']}",
                    "not starting with a digit"),
            List.of("/templates", "{'id': 't', 'endpoint': 'nowhere', 'template': ['GET', 'k']}", "nowhere"),
            List.of(
                    "/templates",
                    "{'id': 't', 'endpoint': 'old_redis', 'kind': 'Both', 'template': ['GET']}",
                    "read, write"),
            List.of("/apis", "{'id': 'a', 'bindings': []}", "1 to 64"),
            List.of("/apis", "{'id': 'a', 'bindings': [{'template': 'nowhere'}]}", "nowhere"),
            List.of("/apis", "{'id': 'a', 'bindings': [{'template': 'get_user_old'}]}", "a required field of API a"),
            List.of(
                    "/apis",
                    "{'id': 'a', 'fields': [{'name': 'id'}, {'name': 'id'}], 'bindings': [{'template': 'get_user_old'}]}",
                    "each name once"),
            List.of(
                    "/apis",
                    "{'id': 'a', 'fields': [{'name': 'id'}], 'bindings': [{'template': 'get_user_old', 'fields': {'x': 'id'}}]}",
                    "a field of template"));

    private Rig rig;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        int port = FreePorts.several(1).get(0);
        rig = Rig.start(1, "--gateway", "127.0.0.1:" + port);
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        for (String side : new String[] {"old", "new"}) {
            String endpoint = side.equals("old") ? "old_redis" : "new_redis_cluster";
            rig.rest().post("/templates", template("get_user_" + side, endpoint, "\"GET\", \"user:{{id}}\""));
            rig.rest()
                    .post(
                            "/templates",
                            template("set_score_" + side, endpoint, "\"SET\", \"score:{{ id }}\", \"{{score}}\""));
        }
        rig.oldServer().call("SET", "user:1", "ann on OLD");
        rig.newServer().call("SET", "user:1", "ann on NEW");
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        rig.close();
    }

    private static String template(String id, String endpoint, String command) {
        return """
                {"id": "%s", "endpoint": "%s", "kind": "Read", "template": [%s]}""".formatted(id, endpoint, command);
    }

    private Map<String, ReplyValue> execute(Map<String, Value> fields) {
        return ApiGatewayGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .execute(ExecuteRequest.newBuilder()
                        .setApi("user_cache_api")
                        .setFields(Struct.newBuilder().putAllFields(fields))
                        .build())
                .getResultsMap();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static Value number(double number) {
        return Value.newBuilder().setNumberValue(number).build();
    }

    private String user(String binding) {
        return execute(Map.of("id", text("1"), "value", number(7)))
                .get(binding)
                .getData()
                .toStringUtf8();
    }

    @Test
    void anApiIsCalled_movedTakenBackAndCompleted() throws Exception {
        rig.rest().post("/apis", API);
        assertThat(user("get_user_old")).isEqualTo("ann on OLD");
        assertThat(rig.oldServer().call("GET", "score:1").text()).isEqualTo("7");

        rig.rest().post("/migrations", "{\"id\": \"m\", \"strategy\": {\"type\": \"big_bang\"}}");
        JsonNode added = rig.rest().post("/migrations/m/api/user_cache_api", """
                {"id": "user_cache_api",
                 "bindings": [{"template": "get_user_new", "fields": {}},
                              {"template": "set_score_new", "fields": [["score", "value"]]}]}""");
        assertThat(added.path("apis")).hasSize(1);
        assertThat(added.path("interlays")).isEmpty();
        JsonNode tested = rig.rest().post("/migrations/m/test", "");
        assertThat(tested.path("apis_tested").toString()).isEqualTo("[\"user_cache_api\"]");
        rig.rest().post("/migrations/m/migrate", "");
        Rig.await("the API on NEW", () -> user("get_user_old").equals("ann on NEW"));
        assertThat(rig.newServer().call("GET", "score:1").text()).isEqualTo("7");

        rig.rest().post("/migrations/m/complete", "");
        JsonNode api = rig.rest().get("/apis/user_cache_api");
        assertThat(api.path("bindings").get(0).path("template").asText()).isEqualTo("get_user_new");
        Rig.await(
                "the new name",
                () -> execute(Map.of("id", text("1"), "value", number(8))).containsKey("get_user_new"));
        rig.rest().delete("/templates/get_user_old");
        assertThat(rig.newServer().call("GET", "score:1").text()).isEqualTo("8");
    }

    @Test
    void aValueIsAlwaysOneArgument_andAnswersKeepTheirType() throws Exception {
        rig.rest().post("/apis", API);
        String evil = "1\r\nSET stolen 1\r\n{{value}} ü";
        Map<String, ReplyValue> results = execute(Map.of("id", text(evil), "value", number(1.5)));
        assertThat(results.get("get_user_old").hasNull()).isTrue();
        assertThat(results.get("set_score_old").getStatus()).isEqualTo("OK");
        assertThat(rig.oldServer().call("EXISTS", "stolen").number()).isZero();
        assertThat(rig.oldServer().call("GET", "score:" + evil).text()).isEqualTo("1.5");
        rig.oldServer().call("LPUSH", "user:list", "x");
        assertThat(execute(Map.of("id", text("list"), "value", number(1)))
                        .get("get_user_old")
                        .getError())
                .startsWith("WRONGTYPE");
    }

    @Test
    void whatIsWrongWithACallIsSaid() throws Exception {
        assertThatThrownBy(() -> user("get_user_old"))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refused -> assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
        rig.rest().post("/apis", API);
        user("get_user_old");
        assertThatThrownBy(() -> execute(Map.of("id", text("1"))))
                .hasMessageContaining("fields.value: nothing (expected: a number)");
        assertThatThrownBy(() -> execute(Map.of("id", number(1), "value", number(1))))
                .hasMessageContaining("fields.id: 1.0 (expected: a text)");
        assertThatThrownBy(() -> execute(Map.of("id", text("1"), "value", number(1), "more", number(1))))
                .hasMessageContaining("fields.more: unknown field");
    }

    @Test
    void whatIsWrongWithADefinitionIsSaid() throws Exception {
        for (List<String> wrong : WRONG) {
            assertThatThrownBy(() -> rig.rest().post(wrong.get(0), wrong.get(1).replace('\'', '"')))
                    .as(wrong.get(1))
                    .hasMessageContaining(wrong.get(2));
        }
        assertThat(rig.rest().get("/templates")).hasSize(4);
        assertThat(rig.rest().get("/apis")).isEmpty();
    }

    @Test
    void anApiMovesOnlyToTheSameCommandsElsewhere() throws Exception {
        rig.rest().post("/apis", API);
        rig.rest().post("/migrations", "{\"id\": \"m\"}");
        assertThatThrownBy(() -> rig.rest()
                        .post("/migrations/m/api/user_cache_api", "{\"bindings\": [{\"template\": \"get_user_new\"}]}"))
                .hasMessageContaining("2: one for each binding");
        assertThatThrownBy(() -> rig.rest().post("/migrations/m/api/user_cache_api", """
                {"bindings": [{"template": "set_score_new", "fields": {"score": "value"}}, {"template": "get_user_new"}]}"""))
                .hasMessageContaining("the command of get_user_old");
        assertThatThrownBy(() -> rig.rest().post("/migrations/m/api/user_cache_api", """
                {"bindings": [{"template": "get_user_old"}, {"template": "set_score_old", "fields": {"score": "value"}}]}"""))
                .hasMessageContaining("another endpoint");
        assertThatThrownBy(() -> rig.rest().delete("/templates/get_user_old")).hasMessageContaining("in use by API");
        assertThatThrownBy(() -> rig.rest().delete("/endpoints/old_redis")).hasMessageContaining("in use");
        assertThat(rig.rest().get("/migrations/m").path("status").asText()).isEqualTo("pending");
    }
}
