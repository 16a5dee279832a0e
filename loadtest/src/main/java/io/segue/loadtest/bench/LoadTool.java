package io.segue.loadtest.bench;

import java.io.IOException;

/** Sends requests as fast as the answers allow (a closed loop), from a process of its own. */
interface LoadTool {
    /** For the report: "redis-benchmark 7.0.15". */
    String name();

    /**
     * Sends {@code requests} requests to a port of this machine and waits for the answers.
     *
     * @return requests per second
     * @throws IOException if an answer is an error, or the tool fails
     */
    double run(int port, Scenario scenario, long requests) throws IOException, InterruptedException;
}
