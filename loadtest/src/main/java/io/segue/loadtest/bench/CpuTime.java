package io.segue.loadtest.bench;

import java.time.Duration;

/** How much processor time processes have used, as the system counts it: user and system time, all threads. */
final class CpuTime {
    private CpuTime() {}

    /**
     * Used by a process since it started; the resolution is 10 ms on Linux.
     *
     * @throws IllegalStateException if there is no such process, or the system does not tell
     */
    static Duration of(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow(
                        () -> new IllegalStateException("the system does not tell the CPU time of process " + pid));
    }
}
