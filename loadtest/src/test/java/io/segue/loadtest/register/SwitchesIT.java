package io.segue.loadtest.register;

import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.redis.NeedsRedis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every key is a linearizable register, without one error, while the authority moves there and back under three proxies. */
@NeedsRedis
@Timeout(600)
class SwitchesIT {
    @Test
    void canaryCutoverInStepsAndBack() throws Exception {
        try (RegisterRun run = RegisterRun.start()) {
            run.begin(RegisterRun.ALL_OLD);
            for (double share : new double[] {0.3, 0.7, 1, 0}) {
                run.patch("canary cutover " + Math.round(100 * share) + " %", RegisterRun.cutover(share));
            }
            run.assertLinearizable("canary cutover 0, 30, 70, 100, 0 %");
            run.assertHolds(run.rig().oldServer());
        }
    }

    @Test
    void bigBangThereAndBack() throws Exception {
        String path = "/migrations/" + Rig.MIGRATION;
        try (RegisterRun run = RegisterRun.start()) {
            for (int i = 0; i < RegisterRun.TOGGLES; i += 2) {
                run.change("copy and big bang", () -> {
                    run.rig().migrate("{\"type\": \"big_bang\"}", Rig.scan("replace"));
                    run.rig().awaitOpen();
                });
                run.change("rollback", () -> run.rig().act("rollback"));
                // The next round begins as the first one did: what is left on NEW from this one would count as NEW's
                // own.
                run.rig().rest().delete(path);
                run.rig().newServer().call("FLUSHALL");
            }
            run.assertLinearizable("big bang, there and back");
            run.assertHolds(run.rig().oldServer());
        }
    }

    @Test
    void blueGreenThereAndBack() throws Exception {
        try (RegisterRun run = RegisterRun.start()) {
            run.begin("{\"type\": \"blue_green\", \"active_is_new\": false}");
            for (int i = 0; i < RegisterRun.TOGGLES; i++) {
                boolean toNew = i % 2 == 0;
                run.change("blue green to " + (toNew ? "NEW" : "OLD"), () -> {
                    run.rig()
                            .rest()
                            .patch("/migrations/" + Rig.MIGRATION + "/toggle", "{\"activate_new\": " + toNew + "}");
                    run.rig().awaitOpen();
                });
            }
            run.assertLinearizable("blue green, there and back");
            run.assertHolds(
                    RegisterRun.TOGGLES % 2 == 0
                            ? run.rig().oldServer()
                            : run.rig().newServer());
        }
    }
}
