package io.segue.loadtest.register;

import static org.assertj.core.api.Assertions.assertThat;

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

    /** One connection in ten was forgotten and still goes to OLD itself. That is all right until the authority moves. */
    @Test
    void clientsThatPassTheProxiesByAreFoundAfterTheSwitch_andNotBefore() throws Exception {
        Rig rig = Rig.start(3, "--threads", "1");
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            rig.proxies().stream().map(Proxy::port).forEach(ports::add);
        }
        ports.add(rig.oldServer().port());
        try (RegisterRun run = RegisterRun.start(rig, ports)) {
            run.begin(RegisterRun.ALL_OLD);
            long before = System.nanoTime();
            rig.patch(ALL_NEW);
            rig.awaitOpen();
            run.rest();
            History history = run.finish();

            RegisterChecker.Result early = RegisterChecker.check(history.until(before));
            assertThat(early.linearizable()).as("%s", early.text()).isTrue();
            assertThat(early.operations()).isGreaterThan(1_500);
            RegisterChecker.Result late = RegisterChecker.check(run.withoutTheLastReads(history));
            System.out.println("registers, negative control: clients that pass by: "
                    + late.findings().size() + " keys found");
            assertThat(late.findings()).isNotEmpty();
        }
    }

    /** Without a copy nothing follows NEW. Who goes back by force all the same loses what only NEW has. */
    @Test
    void writesThatAForcedWayBackLosesAreFound() throws Exception {
        Rig rig = Rig.start(3, "--threads", "1");
        rig.migrate(ALL_NEW);
        try (RegisterRun run =
                RegisterRun.start(rig, rig.proxies().stream().map(Proxy::port).toList())) {
            run.rest();
            long before = System.nanoTime();
            rig.rest()
                    .patch(
                            "/migrations/" + Rig.MIGRATION,
                            "{\"strategy\": " + RegisterRun.ALL_OLD + ", \"force\": true}");
            run.rest();
            History history = run.finish();

            RegisterChecker.Result early = RegisterChecker.check(history.until(before));
            assertThat(early.linearizable()).as("%s", early.text()).isTrue();
            RegisterChecker.Result late = RegisterChecker.check(run.withoutTheLastReads(history));
            System.out.println("registers, negative control: forced way back: "
                    + late.findings().size() + " keys found");
            assertThat(late.findings()).isNotEmpty();
        }
    }
}
