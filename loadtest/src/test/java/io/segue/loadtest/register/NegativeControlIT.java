package io.segue.loadtest.register;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.fault.FaultProxy;
import io.segue.loadtest.fleet.Proxy;
import io.segue.loadtest.migration.Rig;
import io.segue.loadtest.redis.NeedsRedis;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The same load and the same checker where something is wrong on purpose: if this does not show, the other tests prove nothing. */
@NeedsRedis
@Timeout(120)
class NegativeControlIT {
    private static final String ALL_NEW = RegisterRun.cutover(1);

    /** After the switch a tenth of the connections is led to OLD itself, past the proxies. */
    @Test
    void clientsThatPassTheProxiesByAreFound_andNothingBefore() throws Exception {
        Rig rig = Rig.start(3, "--threads", "1");
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            rig.proxies().stream().map(Proxy::port).forEach(ports::add);
        }
        try (FaultProxy detour = FaultProxy.start(rig.proxy().port())) {
            ports.add(detour.port());
            try (RegisterRun run = RegisterRun.start(rig, ports)) {
                run.begin(RegisterRun.ALL_OLD);
                run.patch("to NEW", ALL_NEW);
                long before = System.nanoTime();
                detour.target(rig.oldServer().port());
                detour.cut();
                run.rest();
                History history = run.finish();

                RegisterChecker.Result early = RegisterChecker.check(history.until(before));
                assertThat(early.linearizable()).as("%s", early.text()).isTrue();
                assertThat(early.operations()).isGreaterThan(1_500);
                RegisterChecker.Result late = RegisterChecker.check(run.withoutTheLastReads(history));
                System.out.println("registers, negative control, past the proxies: " + late.text());
                assertThat(late.findings()).isNotEmpty();
            }
        }
    }

    /** Nothing keeps OLD in step with NEW. Who goes back by force all the same loses what only NEW has. */
    @Test
    void writesThatAForcedRollbackGivesUpAreFound_andNothingBefore() throws Exception {
        Rig rig = Rig.start(3, "--threads", "1");
        rig.migrate("{\"type\": \"big_bang\", \"durability\": false}");
        try (RegisterRun run =
                RegisterRun.start(rig, rig.proxies().stream().map(Proxy::port).toList())) {
            run.rest();
            long before = System.nanoTime();
            rig.force("rollback");
            run.rest();
            History history = run.finish();

            RegisterChecker.Result early = RegisterChecker.check(history.until(before));
            assertThat(early.linearizable()).as("%s", early.text()).isTrue();
            RegisterChecker.Result late = RegisterChecker.check(run.withoutTheLastReads(history));
            System.out.println("registers, negative control, forced rollback: " + late.text());
            assertThat(late.findings()).isNotEmpty();
        }
    }
}
