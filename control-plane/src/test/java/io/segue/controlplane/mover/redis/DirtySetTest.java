package io.segue.controlplane.mover.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DirtySetTest {
    private static final long SETTLE_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

    private final AtomicInteger overflows = new AtomicInteger();
    private final DirtySet set = new DirtySet(4, SETTLE_NS, overflows::incrementAndGet);

    private static byte[] key(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    private DirtySet.Entry takeOne() {
        List<DirtySet.Entry> taken = set.take(10);
        assertThat(taken).hasSize(1);
        return taken.get(0);
    }

    @Test
    void isCleanOnceItsCopyIsAcknowledged() {
        set.changed(0, key("a"));
        set.changed(0, key("a"));
        DirtySet.Entry entry = takeOne();
        assertThat(set.owes(0, key("a"))).isTrue();
        set.copied(entry);
        assertThat(set.owes(0, key("a"))).isFalse();
        assertThat(set.debt()).isEqualTo(Debt.NONE);
    }

    @Test
    void aChangeDuringTheCopyIsOwedFromThatChangeOn() {
        set.changed(0, key("a"));
        DirtySet.Entry entry = takeOne();
        set.changed(0, key("a"));
        long between = System.nanoTime();
        set.changed(0, key("a"));
        set.copied(entry);
        assertThat(set.debt().passed(between))
                .as("the first of the two changes is not carried over")
                .isFalse();
        set.copied(takeOne());
        assertThat(set.debt().passed(between)).isTrue();
    }

    @Test
    void whatWasTakenComesBackWithTheConnection() {
        set.changed(0, key("a"));
        set.changed(DirtySet.ANY_DB, key("b"));
        assertThat(set.take(10)).hasSize(2);
        assertThat(set.hasWork()).isFalse();
        set.takeBack();
        assertThat(set.take(10)).hasSize(2);
    }

    @Test
    void aFailedKeyIsInTheDebtAndNotOnItsWay() throws InterruptedException {
        set.changed(0, key("a"));
        set.failed(takeOne(), PATIENCE_NS, true);
        assertThat(set.hasWork()).isFalse();
        assertThat(set.debt()).isEqualTo(Debt.ONE_FAILING);
        assertThat(set.mayBeOnItsWay(0, key("a"))).isFalse();
        assertThat(set.awaitEmpty(1, name -> true, name -> false)).isFalse();
        assertThat(set.awaitEmpty(1, name -> true, name -> true)).isTrue();
        set.expedite(name -> true);
        set.copied(takeOne());
        assertThat(set.size()).isZero();
    }

    @Test
    void forgetsAllWhenThereAreTooMany() {
        set.changed(0, key("a"));
        DirtySet.Entry before = takeOne();
        for (String name : List.of("b", "c", "d", "e")) {
            set.changed(0, key(name));
        }
        assertThat(overflows).hasValue(1);
        assertThat(set.size()).isZero();
        set.changed(0, key("a"));
        set.copied(before);
        assertThat(set.owes(0, key("a")))
                .as("a copy from before is no copy of the later change")
                .isTrue();
    }

    @Test
    void underDualWritesAKeySettlesBeforeItIsClean() throws InterruptedException {
        set.dualWrites(true);
        set.changed(0, key("a"));
        assertThat(set.take(10)).isEmpty();
        long named = System.nanoTime();
        long end = named + PATIENCE_NS;
        while (set.size() > 0 && System.nanoTime() - end < 0) {
            set.awaitWork(PATIENCE_NS);
            long began = System.nanoTime();
            set.takeSettled(10).forEach(entry -> set.compared(entry, true, began));
        }
        assertThat(set.size()).isZero();
        assertThat(System.nanoTime() - named).isGreaterThan(SETTLE_NS);
    }

    @Test
    void underDualWritesACopyIsComparedAfterTheSettle() throws InterruptedException {
        set.dualWrites(true);
        set.owe(0, key("a"));
        long named = System.nanoTime();
        set.copied(takeOne());
        assertThat(set.settling()).isEqualTo(1);
        assertThat(set.debt().passed(named))
                .as("an effect that was under way may arrive after the copy")
                .isFalse();
        set.expedite(name -> true);
        List<DirtySet.Entry> settled = set.takeSettled(10);
        set.compared(settled.get(0), true, System.nanoTime());
        assertThat(set.size()).isZero();
    }

    @Test
    void aKeyThatIsNeverQuietAndNeverAlikeIsCopiedAllTheSame() {
        set.dualWrites(true);
        long end = System.nanoTime() + PATIENCE_NS;
        List<DirtySet.Entry> taken = List.of();
        while (taken.isEmpty() && System.nanoTime() - end < 0) {
            set.changed(0, key("hot"));
            // One that was not asked for in time counts as quiet.
            for (DirtySet.Entry entry : set.takeSettled(10)) {
                set.changed(0, key("hot"));
                set.compared(entry, false, System.nanoTime());
            }
            taken = set.take(10);
        }
        assertThat(taken).hasSize(1);
    }

    @Test
    void aKeyThatIsNeverQuietButAlikeIsNotLate() throws InterruptedException {
        set.dualWrites(true);
        long begin = System.nanoTime();
        long end = begin + PATIENCE_NS;
        int alike = 0;
        while (alike < 3 && System.nanoTime() - end < 0) {
            set.changed(0, key("hot"));
            for (DirtySet.Entry entry : set.takeSettled(10)) {
                set.compared(entry, true, System.nanoTime());
                alike++;
            }
        }
        assertThat(alike).isEqualTo(3);
        assertThat(set.take(10)).isEmpty();
        assertThat(set.size()).isEqualTo(1);
        assertThat(set.debt().oldest()).isNotNull();
        assertThat(set.debt().passed(begin)).isTrue();
    }
}
