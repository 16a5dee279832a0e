package io.segue.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for what somebody else brings about. */
final class Await {
    private Await() {}

    /** Returns when {@code condition} holds; fails after 10 s. */
    static void until(String what, Callable<Boolean> condition) throws Exception {
        until(what, Duration.ofSeconds(10), condition);
    }

    /** Returns when {@code condition} holds; fails after {@code limit}. */
    static void until(String what, Duration limit, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("%s within %s", what, limit).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }
}
