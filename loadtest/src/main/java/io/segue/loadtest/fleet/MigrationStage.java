package io.segue.loadtest.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** How far a migration has opened, as its progress says it. The answer to {@code /migrate} or a PATCH may come before reads follow. */
public final class MigrationStage {
    private static final long LOOK_MS = 20;

    private MigrationStage() {}

    /**
     * Waits until the strategy that was asked for is what the proxies run.
     *
     * @return the progress at that moment
     * @throws IllegalStateException if it fails, or time is up; the message holds the progress
     */
    public static JsonNode awaitOpen(RestClient rest, String migration, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            JsonNode progress = rest.get("/migrations/" + migration + "/progress");
            if (isOpen(progress) && haveArrived(rest.get("/proxies"))) {
                return progress;
            }
            String status = progress.path("status").asText();
            if (!status.equals("running") || System.nanoTime() > deadline) {
                throw new IllegalStateException("migration " + migration + " is " + status
                        + " and has not opened after " + limit.toSeconds() + " s: " + progress);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }

    /** Whether every connected proxy runs what it should: the stage is stored before the last of them has answered. */
    private static boolean haveArrived(JsonNode proxies) {
        for (JsonNode proxy : proxies) {
            boolean arrived = proxy.path("acked_version").asLong()
                    == proxy.path("target_version").asLong();
            if (proxy.path("connected").asBoolean() && !arrived) {
                return false;
            }
        }
        return true;
    }

    /** Whether the whole strategy is in force; a migration without a mover has nothing to wait for. */
    public static boolean isOpen(JsonNode progress) {
        String stage = progress.path("stage").asText();
        return stage.equals("open") || stage.equals("none");
    }
}
