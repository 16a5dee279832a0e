package io.segue.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for what somebody else brings about. */
final class Await {
    private Await() {}

    /** Returns when {@code condition} holds; fails after 10 s. */
    static void until(String what, Condition condition) {
        until(what, Duration.ofSeconds(10), condition);
    }

    /** Returns when {@code condition} holds; fails after {@code limit}. */
    static void until(String what, Duration limit, Condition condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!holds(condition)) {
            assertThat(System.nanoTime()).as("%s within %s", what, limit).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    private static boolean holds(Condition condition) {
        try {
            return condition.holds();
        } catch (Exception e) {
            throw new AssertionError("the condition cannot be looked at", e);
        }
    }

    /** What is waited for. */
    interface Condition {
        /** Whether it has come about. */
        boolean holds() throws Exception;
    }
}
