package io.segue.controlplane.mover.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Those who wait for the follower to have passed a moment. Thread-safe. */
final class Waiters {
    /** Waits until everything executed before is named. */
    interface Barrier {
        boolean await() throws InterruptedException;
    }

    private static final class Waiter {
        final CompletableFuture<Void> done = new CompletableFuture<>();
        /** Everything named before this moment must be carried over; not set while the barrier is under way. */
        volatile @Nullable Long moment;
    }

    private final List<Waiter> waiters = new ArrayList<>();
    private @Nullable String ended;

    /** Completes when everything that was executed before this call is carried over. */
    CompletableFuture<Void> add(Barrier barrier) {
        Waiter waiter = new Waiter();
        synchronized (waiters) {
            if (ended != null) {
                return CompletableFuture.failedFuture(new IllegalStateException(ended));
            }
            waiters.add(waiter);
        }
        Thread thread = new Thread(() -> pass(waiter, barrier), "mover-barrier");
        thread.setDaemon(true);
        thread.start();
        return waiter.done;
    }

    private static void pass(Waiter waiter, Barrier barrier) {
        Backoff backoff = new Backoff();
        try {
            while (!waiter.done.isDone() && !barrier.await()) {
                backoff.pause();
            }
            waiter.moment = System.nanoTime();
        } catch (InterruptedException e) {
            waiter.done.completeExceptionally(e);
        }
    }

    /**
     * Completes those whose moment has been passed.
     *
     * @param asOf a moment before it was looked what is owed: of a barrier that was passed since, that says nothing
     * @param debt what is owed
     * @param clear whether nothing else is owed: no copy, no comparison of everything
     */
    void complete(long asOf, Debt debt, boolean clear) {
        List<Waiter> passed = new ArrayList<>();
        synchronized (waiters) {
            for (Waiter waiter : waiters) {
                Long moment = waiter.moment;
                if (clear && moment != null && asOf - moment >= 0 && debt.passed(moment)) {
                    passed.add(waiter);
                }
            }
            waiters.removeAll(passed);
        }
        passed.forEach(waiter -> waiter.done.complete(null));
    }

    /** Nothing will be carried over any more; who comes later is told so, too. */
    void fail(String reason) {
        List<Waiter> all;
        synchronized (waiters) {
            ended = reason;
            all = List.copyOf(waiters);
            waiters.clear();
        }
        all.forEach(waiter -> waiter.done.completeExceptionally(new IllegalStateException(reason)));
    }
}
