package io.segue.loadtest.bench;

import io.segue.loadtest.fleet.Fleet;
import io.segue.loadtest.fleet.MigrationStage;
import io.segue.loadtest.fleet.RestClient;
import java.time.Duration;
import java.util.Optional;

/**
 * The migration that runs during a benchmark.
 *
 * @param text as on the command line
 * @param share of the keys that are read from NEW; every write goes to both
 */
record BenchMigration(String text, double share) {
    private static final String CANARY = "canary:";
    private static final Duration OPEN_LIMIT = Duration.ofSeconds(30);

    /**
     * Reads "none" or "canary:0.05".
     *
     * @throws IllegalArgumentException if it is neither
     */
    static Optional<BenchMigration> parse(String text) {
        if (text.equals("none")) {
            return Optional.empty();
        }
        try {
            double share = text.startsWith(CANARY) ? Double.parseDouble(text.substring(CANARY.length())) : -1;
            if (share >= 0 && share <= 1) {
                return Optional.of(new BenchMigration(text, share));
            }
        } catch (NumberFormatException e) {
            // Falls through to the refusal.
        }
        throw new IllegalArgumentException("--migration: " + text
                + " (expected: none, or canary: and a share from 0.0 to 1.0, such as canary:0.05)");
    }

    /** Creates it and starts it. */
    void start(Fleet fleet) throws InterruptedException {
        RestClient rest = fleet.controlPlane().rest();
        rest.post("/migrations", """
                {"id": "bench", "strategy": {"type": "canary", "read_percentage": %s,
                 "write_mode": {"mode": "dual_write", "policy": "old_authoritative"}}}""".formatted(share));
        rest.post("/migrations/bench/interlay/" + Fleet.INTERLAY, """
                {"endpoint": "%s"}""".formatted(Fleet.NEW_ENDPOINT));
        rest.post("/migrations/bench/migrate", "");
        MigrationStage.awaitOpen(rest, "bench", OPEN_LIMIT);
    }
}
