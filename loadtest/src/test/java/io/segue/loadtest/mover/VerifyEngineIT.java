package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.segue.controlplane.mover.DataMover.VerifySpec;
import io.segue.controlplane.mover.Verification.Kind;
import io.segue.controlplane.mover.Verification.Result;
import io.segue.controlplane.mover.Verification.State;
import io.segue.controlplane.mover.redis.verify.VerifyEngine;
import io.segue.controlplane.mover.redis.verify.VerifySettings;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisBinary;
import io.segue.loadtest.redis.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Differences of every kind among many keys are found, all of them and nothing else. */
@NeedsRedis
class VerifyEngineIT {
    private static final int KEYS = 100_000;

    @TempDir
    Path folder;

    static Stream<Arguments> pairs() {
        List<RedisBinary> all = RedisServer.available();
        RedisBinary one = all.get(0);
        RedisBinary other = all.get(all.size() - 1);
        return one.equals(other)
                ? Stream.of(Arguments.of(one, one))
                : Stream.of(Arguments.of(one, one), Arguments.of(other, one), Arguments.of(one, other));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void eachKindOfDifferenceIsFoundAndNothingElse(RedisBinary one, RedisBinary other) throws Exception {
        int keys = one.equals(other) ? KEYS : KEYS / 5;
        try (RedisServer authority = RedisServer.builder().binary(one).start();
                // Other encodings of the same values.
                RedisServer follower = RedisServer.builder()
                        .binary(other)
                        .config("hash-max-ziplist-entries 3")
                        .config("zset-max-ziplist-entries 3")
                        .config("set-max-intset-entries 3")
                        .start()) {
            SampleData.fill(authority, 0, 0, keys);
            SampleData.fill(follower, 0, 0, keys);
            SampleData.fill(authority, 1, 0, 1_000);
            SampleData.fill(follower, 1, 0, 1_000);
            try (ToyMover mover = new ToyMover(authority, follower, 0, 1)) {
                Map<String, Kind> planted = Planted.everyKind(follower, keys);
                authority.call("SET", "segue:tmp:here", "1");
                follower.call("SET", "segue:tmp:there", "1");

                VerifyEngine engine =
                        VerifyEngine.verify(mover, new VerifySpec(1.0, false, report()), VerifySettings.DEFAULT);

                assertThat(engine.awaitEnd(Duration.ofSeconds(60))).isTrue();
                Result result = engine.result();
                assertThat(reported()).isEqualTo(planted);
                assertThat(result.state()).as(result.reason()).isEqualTo(State.DONE);
                assertThat(result.different()).isEqualTo(Planted.counts(planted));
                assertThat(result.unsettled()).isZero();
                assertThat(result.compared()).isBetween(keys + 1_000L, keys + 1_100L);
                assertThat(result.total()).isBetween(keys + 1_000L, keys + 1_100L);
                assertThat(result.clean()).isFalse();
            }
        }
    }

    private Path report() {
        return folder.resolve("reports").resolve("report.jsonl");
    }

    private Map<String, Kind> reported() throws IOException {
        return reported(report());
    }

    /** What a report says: keys of database 0 and how they differ; the summary must be the last line. */
    static Map<String, Kind> reported(Path report) throws IOException {
        Map<String, Kind> found = new HashMap<>();
        List<String> lines = Files.readAllLines(report);
        ObjectMapper json = new ObjectMapper();
        for (String line : lines.subList(0, lines.size() - 1)) {
            JsonNode difference = json.readTree(line);
            assertThat(difference.get("db").asInt()).isZero();
            Kind kind = Kind.valueOf(difference.get("kind").asText().toUpperCase(Locale.ROOT));
            assertThat(found.put(difference.get("key").asText(), kind)).as(line).isNull();
        }
        JsonNode summary = json.readTree(lines.get(lines.size() - 1));
        assertThat(summary.get("summary").asBoolean()).isTrue();
        assertThat(summary.get("lines").asInt()).isEqualTo(found.size());
        assertThat(summary.get("cut").asBoolean()).isFalse();
        return found;
    }
}
