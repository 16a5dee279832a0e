package io.segue.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.Rest;
import io.segue.controlplane.testkit.Rest.Reply;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A creation that is sent twice happens once. */
class IdempotencyTest {
    private static final String M = "/api/v1/migrations";
    private static final String BODY = "{\"id\":\"m\",\"strategy\":{\"type\":\"canary\",\"read_percentage\":0.5}}";
    /** The same in other words. */
    private static final String SAME =
            "{ \"strategy\": {\"read_percentage\": 5e-1, \"type\": \"Canary\"}, \"id\": \"m\", \"data\": null }";

    @Test
    void theSameKeyIsAnsweredTheSameAlsoAfterARestart(@TempDir Path dir) throws Exception {
        String first;
        try (Bench bench = new Bench(dir)) {
            first = create(bench.rest(), "k1", BODY).expect(201).raw().body();
            bench.rest().patch(M + "/m", "{\"description\":\"later\"}").expect(200);
            Reply again = create(bench.rest(), "k1", SAME).expect(201);
            assertThat(again.raw().body()).isEqualTo(first);
            assertThat(again.raw().headers().firstValue("ETag")).contains("\"1\"");
        }
        try (Bench bench = new Bench(dir)) {
            assertThat(create(bench.rest(), "k1", BODY).expect(201).raw().body())
                    .isEqualTo(first);
            assertThat(bench.rest().get(M).data()).hasSize(1);
            assertThat(bench.rest().get(M + "/m").data().path("description").asText())
                    .isEqualTo("later");
            assertThat(bench.rest().get(M + "/m/events").data()).hasSize(2);
        }
    }

    @Test
    void aKeyIsForOneRequestAndOneToken(@TempDir Path dir) throws Exception {
        try (Bench bench = new Bench(dir)) {
            create(bench.rest(), "k1", BODY).expect(201);
            Reply other = create(bench.rest(), "k1", "{\"id\":\"n\"}").expect(409);
            String token = bench.rest()
                    .post("/api/v1/tokens", "{\"id\":\"second\",\"role\":\"admin\"}")
                    .data()
                    .path("token")
                    .asText();

            assertThat(other.message()).contains("idempotency_key: k1").contains("another key");
            create(bench.rest(token), "k1", "{\"id\":\"n\"}").expect(201);
            create(bench.rest(), "k2", BODY).expect(409);
            assertThat(bench.rest().get(M).data()).hasSize(2);
        }
    }

    @Test
    void ofManyAtOnceOneHappens(@TempDir Path dir) throws Exception {
        try (Bench bench = new Bench(dir)) {
            List<String> answers = IntStream.range(0, 8)
                    .parallel()
                    .mapToObj(i ->
                            create(bench.rest(), "k", BODY).expect(201).raw().body())
                    .distinct()
                    .toList();
            assertThat(answers).hasSize(1);
            assertThat(bench.rest().get(M).data()).hasSize(1);
        }
    }

    @Test
    void aBadKeyIsRefused(@TempDir Path dir) throws Exception {
        try (Bench bench = new Bench(dir)) {
            for (String key : new String[] {"two words", "k".repeat(256)}) {
                assertThat(create(bench.rest(), key, BODY).expect(400).message())
                        .contains("idempotency_key: ")
                        .contains("1 to 255 visible ASCII characters");
            }
            assertThat(bench.rest().get(M).data()).isEmpty();
        }
    }

    private static Reply create(Rest rest, String key, String body) {
        return rest.send("POST", M, "application/json", body, "Idempotency-Key", key);
    }
}
