package io.segue.loadtest.register;

import io.segue.loadtest.redis.NeedsRedis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every key is a linearizable register, without one error, while the authority moves under three proxies. */
@NeedsRedis
@Timeout(600)
class SwitchesIT {
    @Test
    void canaryCutoverInSteps() throws Exception {
        try (RegisterRun run = RegisterRun.start()) {
            run.begin(RegisterRun.ALL_OLD);
            for (double share : new double[] {0.3, 0.7, 1}) {
                run.patch("canary cutover " + Math.round(100 * share) + " %", RegisterRun.cutover(share));
            }
            run.assertLinearizable("canary cutover 0, 30, 70, 100 %");
            run.assertHolds(run.rig().newServer());
        }
    }

    @Test
    void bigBangThereAndBack() throws Exception {
        try (RegisterRun run = RegisterRun.start()) {
            run.begin(RegisterRun.ALL_OLD);
            run.patch("big bang", "{\"type\": \"big_bang\"}");
            run.change("rollback", () -> run.rig().act("rollback"));
            run.assertLinearizable("big bang, there and back");
            run.assertHolds(run.rig().oldServer());
        }
    }
}
