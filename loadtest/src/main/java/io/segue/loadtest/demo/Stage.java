package io.segue.loadtest.demo;

import io.segue.core.strategy.Canary;
import io.segue.core.strategy.Strategy;
import io.segue.core.strategy.WriteMode;
import io.segue.core.strategy.WritePolicy;
import java.util.List;
import java.util.Optional;

/**
 * One stage of the rollout, with the request that starts it as the product guide prints it.
 *
 * @param name for the display
 * @param call what is sent to the control plane
 * @param share of the keys that are read from NEW, 0.0 to 1.0
 * @param strategy what the proxies run then; empty where all goes to one side
 * @param weight how long it lasts, compared to the other stages
 */
record Stage(String name, Call call, double share, Optional<Strategy> strategy, int weight) {
    /** Id of the migration, as in the guide. */
    static final String MIGRATION = "canary_migration";

    /** The guide's "Stage 1": creates the migration, with data movement. */
    static final String CREATE = """
            {
              "id": "canary_migration",
              "data": {"type": "scan", "replace": "replace"},
              "strategy": {
                "type": "canary",
                "read_percentage": 0.05,
                "write_mode": {"mode": "dual_write", "policy": "old_authoritative"}
              }
            }""";

    /** The guide's body for adding an interlay. */
    static final String ADD_INTERLAY = """
            {
              "endpoint": "new_redis_cluster"
            }""";

    /** What is sent to the control plane at the beginning of a stage. */
    enum Call {
        /** Nothing. */
        NONE,
        /** POST …/migrate: the data is copied while everything stays on OLD, and then the strategy comes by itself. */
        MIGRATE,
        /** PATCH with {@link Stage#patch}. */
        PATCH,
        /** POST …/complete. */
        COMPLETE
    }

    /** The four stages of the guide, and what comes before and after. */
    static List<Stage> all() {
        return List.of(
                new Stage("before", Call.NONE, 0, Optional.empty(), 1),
                new Stage("canary 5 %", Call.MIGRATE, 0.05, Optional.of(dual(0.05)), 2),
                new Stage("canary 25 %", Call.PATCH, 0.25, Optional.of(dual(0.25)), 2),
                new Stage("canary 75 %", Call.PATCH, 0.75, Optional.of(dual(0.75)), 2),
                new Stage("cutover 100 %", Call.PATCH, 1, Optional.of(new Canary(1, new WriteMode.Cutover(1))), 2),
                new Stage("completed", Call.COMPLETE, 1, Optional.empty(), 1));
    }

    /** Where writes go, in words. */
    String writes() {
        return strategy.map(s -> s instanceof Canary canary && canary.writeMode() instanceof WriteMode.DualWrite
                        ? "to both, OLD authoritative"
                        : "to NEW")
                .orElse(share == 0 ? "to OLD" : "to NEW");
    }

    /** The body of the guide's PATCH for this stage. */
    String patch() {
        return share < 1 ? """
                {
                  "strategy": {
                    "type": "canary",
                    "read_percentage": %.2f,
                    "write_mode": {"mode": "dual_write", "policy": "old_authoritative"}
                  }
                }""".formatted(share) : """
                {
                  "strategy": {
                    "type": "canary",
                    "read_percentage": 1.0,
                    "write_mode": {"mode": "cutover", "write_percentage": 1.0}
                  }
                }""";
    }

    private static Strategy dual(double share) {
        return new Canary(share, new WriteMode.DualWrite(WritePolicy.OLD_AUTHORITATIVE));
    }
}
