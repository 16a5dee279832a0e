package io.segue.loadtest.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;

/**
 * The figures of all scenarios.
 *
 * @param tool the load tool
 * @param redis version of the servers
 * @param java feature version of the JVMs
 * @param processors of the machine
 * @param migration what ran meanwhile: "none", "canary:0.05"
 * @param rounds how many runs a median is of
 * @param rows one for each scenario
 */
record Result(String tool, String redis, int java, int processors, String migration, int rounds, List<Row> rows) {
    Result {
        rows = List.copyOf(rows);
    }

    /**
     * One scenario.
     *
     * @param scenario the load
     * @param direct medians of the direct connection
     * @param proxy medians through the proxy
     */
    record Row(Scenario scenario, Figures direct, Figures proxy) {
        /** Throughput through the proxy, compared to the direct one. */
        @JsonProperty
        double ratio() {
            return proxy.requestsPerSecond() / direct.requestsPerSecond();
        }
    }

    /** The figures as a table that is valid Markdown. */
    String table() {
        StringBuilder text =
                new StringBuilder(String.format(Locale.ROOT, """

                Load: %s, 50 clients, values of 64 bytes. redis-server %s. Migration: %s. Java %s, %d processors.
                Direct and through the proxy in turn; medians of %d rounds. CPU is processor time per request in microseconds.

                | load             | direct req/s | proxy req/s | ratio | server CPU direct | server CPU behind proxy | NEW CPU | proxy CPU |
                |------------------|-------------:|------------:|------:|------------------:|------------------------:|--------:|----------:|
                """, tool, redis, migration, java, processors, rounds));
        for (Row row : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %-16s | %,12.0f | %,11.0f | %5.2f | %17.2f | %23.2f | %7.2f | %9.2f |%n",
                    row.scenario().label(),
                    row.direct().requestsPerSecond(),
                    row.proxy().requestsPerSecond(),
                    row.ratio(),
                    row.direct().serverMicros(),
                    row.proxy().serverMicros(),
                    row.proxy().newServerMicros(),
                    row.proxy().proxyMicros()));
        }
        return text.toString();
    }
}
