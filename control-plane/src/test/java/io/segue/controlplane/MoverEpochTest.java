package io.segue.controlplane;

import static io.segue.controlplane.testkit.Strategies.SCAN;
import static io.segue.controlplane.testkit.Strategies.dual;
import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.testkit.Bench;
import io.segue.controlplane.testkit.FakeMover;
import io.segue.controlplane.testkit.FakeMovers;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store tells a mover that asks whether it is the last of its movement. */
class MoverEpochTest {
    private final FakeMovers movers = new FakeMovers();
    private Bench bench;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        bench = new Bench(dir, movers);
        bench.proxy("p1");
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    private static long latest(FakeMover mover) throws Exception {
        return mover.spec().epochs().latest();
    }

    @Test
    void itself_untilAnotherOneIsMade() throws Exception {
        bench.ready(dual(0.3), SCAN + ",\"failure_handling\":{\"type\":\"retry_then_all\",\"retry_count\":2}");
        bench.call("migrate").expect(200);
        FakeMover first = movers.last();
        assertThat(latest(first)).isEqualTo(first.spec().epoch());
        first.fail("disk full");
        FakeMover second = movers.last(2);
        assertThat(latest(second))
                .isEqualTo(second.spec().epoch())
                .isGreaterThan(first.spec().epoch());
        assertThat(latest(first)).isEqualTo(second.spec().epoch());
    }

    @Test
    void higherThanAny_onceTheMigrationIsGone() throws Exception {
        bench.ready(dual(0.3), SCAN);
        bench.call("migrate").expect(200);
        FakeMover mover = movers.last();
        bench.call("rollback").expect(200);
        bench.rest().delete("/api/v1/migrations/m").expect(200);
        assertThat(latest(mover)).isGreaterThan(mover.spec().epoch());
    }
}
