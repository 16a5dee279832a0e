package io.segue.controlplane.mover.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WaitersTest {
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(10);

    private final Waiters waiters = new Waiters();

    private void completeUntil(CompletableFuture<Void> waiter) {
        long end = System.nanoTime() + LIMIT_NS;
        while (!waiter.isDone() && System.nanoTime() - end < 0) {
            waiters.complete(System.nanoTime(), Debt.NONE, true);
            Thread.onSpinWait();
        }
        assertThat(waiter).isCompleted();
    }

    @Test
    void aLookFromBeforeTheBarrierSaysNothing() throws InterruptedException {
        long before = System.nanoTime();
        CompletableFuture<Void> waiter = waiters.add(() -> true);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
        while (System.nanoTime() - end < 0) {
            waiters.complete(before, Debt.NONE, true);
        }
        assertThat(waiter).isNotDone();
        completeUntil(waiter);
    }

    @Test
    void waitsForWhatWasNamedBefore() {
        long named = System.nanoTime();
        CompletableFuture<Void> waiter = waiters.add(() -> true);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
        while (System.nanoTime() - end < 0) {
            waiters.complete(System.nanoTime(), Debt.NONE.since(named), true);
            waiters.complete(System.nanoTime(), Debt.NONE, false);
        }
        assertThat(waiter).isNotDone();
        completeUntil(waiter);
    }

    @Test
    void whoComesAfterTheEndIsToldSo() {
        CompletableFuture<Void> before = waiters.add(() -> false);
        waiters.fail("over");
        assertThatThrownBy(before::join).hasMessageContaining("over");
        assertThatThrownBy(() -> waiters.add(() -> true).join()).hasMessageContaining("over");
    }
}
