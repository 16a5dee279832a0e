package io.segue.loadtest.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.segue.loadtest.data.Comparison;
import io.segue.loadtest.data.IndependentCompare;
import io.segue.loadtest.data.MixedData;
import io.segue.loadtest.data.Writers;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/** What the tests of data movement do with a {@link Rig} again and again. */
public final class Movement {
    public static final int KEYS = Integer.getInteger("segue.movement.keys", 8_000);
    public static final long SEED = Long.getLong("segue.movement.seed", System.nanoTime());

    /** Nothing of a key leaves OLD but a fifth of the reads. */
    public static final String READS_ONLY = """
            {"type": "canary", "read_percentage": 0.2, "write_mode": {"mode": "cutover", "write_percentage": 0.0}}""";

    /** Nothing at all leaves OLD: data only. */
    public static final String COPY_ONLY = """
            {"type": "canary", "read_percentage": 0.0, "write_mode": {"mode": "cutover", "write_percentage": 0.0}}""";

    private static final String PATH = "/migrations/" + Rig.MIGRATION;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Rig rig;
    private final Set<String> phases = new TreeSet<>();

    public Movement(Rig rig) {
        this.rig = rig;
    }

    /** Mixed data of a size that CI can afford, on OLD. */
    public static MixedData fill(Rig rig) throws IOException {
        System.out.println("movement: seed " + SEED + ", keys " + KEYS);
        MixedData data = new MixedData(MixedData.Settings.of(SEED, KEYS));
        data.fill(rig.oldSide().store());
        return data;
    }

    /** Clients on all proxies, and one directly on OLD. */
    public static Writers writers(Rig rig, MixedData data) {
        return new Writers(rig.fronts(), rig.oldSide().store(), Writers.Settings.of(data, SEED, 60)).start();
    }

    /** Data movement with a feed and a first ceiling. */
    public static String scan(String replace, String feed, int keysPerSecond) {
        return """
                {"type": "scan", "replace": "%s", "feed": "%s", "throttle": {"keys_per_second": %d}}""".formatted(replace, feed, keysPerSecond);
    }

    public JsonNode progress() throws InterruptedException {
        JsonNode now = rig.progress();
        phases.add(now.path("phase").asText());
        return now;
    }

    /** Every phase that was seen. */
    public Set<String> phases() {
        return phases;
    }

    /** Waits until so many keys are copied. */
    public void awaitCopied(long keys) throws IOException, InterruptedException {
        Rig.await(
                keys + " keys copied",
                PATIENCE,
                () -> progress().path("keys_copied").asLong() >= keys);
    }

    /** Waits until the strategy is in force, noting the phases on the way. */
    public JsonNode awaitOpen() throws IOException, InterruptedException {
        Rig.await("the stage open", PATIENCE, () -> {
            JsonNode now = progress();
            assertThat(now.path("status").asText()).as("%s", now).isEqualTo("running");
            return now.path("stage").asText().equals("open");
        });
        return progress();
    }

    public void awaitCaughtUp() throws IOException, InterruptedException {
        Rig.await(
                "a mover that has caught up",
                PATIENCE,
                () -> progress().path("caught_up").asBoolean());
    }

    public void throttle(int keysPerSecond) throws InterruptedException {
        rig.rest().patch(PATH + "/throttle", "{\"keys_per_second\": " + keysPerSecond + "}");
    }

    /** Waits until both sides are equal; nobody writes. Under dual writes the count of entries that groups have read is no one's. */
    public Comparison awaitEqual(Duration limit) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            boolean last = System.nanoTime() > deadline;
            Comparison found = IndependentCompare.compare(
                    rig.oldSide().store(),
                    rig.newSide().store(),
                    IndependentCompare.Settings.DEFAULT.withoutEntriesRead());
            if (found.isEqual() || last) {
                assertThat(found.isEqual())
                        .as("after %s: %s\n%s", limit, found, rig.progress())
                        .isTrue();
                return found;
            }
        }
    }

    /** Verifies all keys; returns how it has ended. */
    public JsonNode verify(boolean repair) throws IOException, InterruptedException {
        rig.rest().post(PATH + "/verify", "{\"mode\": \"full\", \"repair\": " + repair + "}");
        Rig.await(
                "the end of the verification",
                PATIENCE,
                () -> !result().path("state").asText().equals("running"));
        JsonNode result = result();
        assertThat(result.path("state").asText()).as("%s", result).isEqualTo("done");
        return result;
    }

    private JsonNode result() throws InterruptedException {
        return rig.rest().get(PATH + "/verify");
    }

    /** The report of the last verification, as it is downloaded. */
    public String report() throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(rig.rest().base() + PATH + "/verify/report"))
                                .header("Authorization", "Bearer " + rig.rest().token())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    public JsonNode errorKeys() throws InterruptedException {
        return rig.rest().get(PATH + "/error-keys");
    }
}
