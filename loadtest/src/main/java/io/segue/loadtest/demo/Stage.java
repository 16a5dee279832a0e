package io.segue.loadtest.demo;

import io.segue.core.strategy.BlueGreen;
import io.segue.core.strategy.Canary;
import io.segue.core.strategy.Strategy;
import io.segue.core.strategy.WriteMode;
import io.segue.core.strategy.WritePolicy;
import java.util.List;
import java.util.Optional;

/**
 * One stage of the demo's three migrations, with the request that starts it as the product guide prints it.
 *
 * @param migration whose stage it is
 * @param name for the display
 * @param call what is sent to the control plane
 * @param share of the keys that are read from NEW, 0.0 to 1.0
 * @param strategy what the proxies run then; empty where all goes to one side
 * @param weight how long it lasts, compared to the other stages
 */
record Stage(String migration, String name, Call call, double share, Optional<Strategy> strategy, int weight) {
    /** Id of the first migration, as in the guide. */
    static final String CANARY = "canary_migration";
    /** Id of the second one. */
    static final String GUARDED = "guarded_migration";
    /** Id of the third one. */
    static final String BLUE_GREEN = "blue_green_migration";

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

    /** Creates the second migration: a canary that goes back by itself when NEW fails. */
    static final String CREATE_GUARDED = """
            {
              "id": "guarded_migration",
              "data": {"type": "scan", "replace": "replace"},
              "strategy": {
                "type": "canary",
                "read_percentage": 0.25,
                "write_mode": {"mode": "dual_write", "policy": "old_authoritative"}
              },
              "guardrails": {"max_error_rate": 0.05, "window_seconds": 10, "min_requests": 100}
            }""";

    /** Creates the third migration: the guide's blue-green strategy, with data movement. */
    static final String CREATE_BLUE_GREEN = """
            {
              "id": "blue_green_migration",
              "data": {"type": "scan", "replace": "replace"},
              "strategy": {
                "type": "blue_green",
                "active_is_new": false
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
        /** POST …/rollback. */
        ROLLBACK,
        /** NEW is made slow and then cut off, until the migration has been rolled back by itself. */
        FAULT,
        /** As {@link #MIGRATE}, after the migration before was deleted and this one created. */
        NEXT_MIGRATION,
        /** PATCH …/toggle to the side that the stage reads from. */
        TOGGLE,
        /** POST …/complete. */
        COMPLETE
    }

    /** The guide's canary rollout and the way back from its last stage; a canary that goes back by itself; then blue and green, there and back, to the end. */
    static List<Stage> all() {
        return List.of(
                new Stage(CANARY, "before", Call.NONE, 0, Optional.empty(), 1),
                new Stage(CANARY, "canary 5 %", Call.MIGRATE, 0.05, Optional.of(dual(0.05)), 2),
                new Stage(CANARY, "canary 25 %", Call.PATCH, 0.25, Optional.of(dual(0.25)), 2),
                new Stage(CANARY, "canary 75 %", Call.PATCH, 0.75, Optional.of(dual(0.75)), 2),
                new Stage(
                        CANARY,
                        "cutover 100 %",
                        Call.PATCH,
                        1,
                        Optional.of(new Canary(1, new WriteMode.Cutover(1))),
                        2),
                new Stage(CANARY, "rolled back", Call.ROLLBACK, 0, Optional.empty(), 1),
                new Stage(GUARDED, "guarded 25 %", Call.NEXT_MIGRATION, 0.25, Optional.of(dual(0.25)), 2),
                new Stage(GUARDED, "NEW has failed", Call.FAULT, 0, Optional.empty(), 1),
                new Stage(BLUE_GREEN, "blue", Call.NEXT_MIGRATION, 0, Optional.of(new BlueGreen(false, null)), 1),
                new Stage(BLUE_GREEN, "green", Call.TOGGLE, 1, Optional.of(new BlueGreen(true, null)), 1),
                new Stage(BLUE_GREEN, "blue again", Call.TOGGLE, 0, Optional.of(new BlueGreen(false, null)), 1),
                new Stage(BLUE_GREEN, "green again", Call.TOGGLE, 1, Optional.of(new BlueGreen(true, null)), 1),
                new Stage(BLUE_GREEN, "completed", Call.COMPLETE, 1, Optional.empty(), 1));
    }

    /** The body that creates its migration. */
    String create() {
        return switch (migration) {
            case CANARY -> CREATE;
            case GUARDED -> CREATE_GUARDED;
            default -> CREATE_BLUE_GREEN;
        };
    }

    /** Where writes go, in words. */
    String writes() {
        boolean both = strategy.filter(
                        s -> s instanceof Canary canary && canary.writeMode() instanceof WriteMode.DualWrite)
                .isPresent();
        return both ? "to both, OLD authoritative" : share == 0 ? "to OLD" : "to NEW";
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
