package io.segue.proxy.telemetry;

import java.util.List;

/** Everything about an interlay that goes up and down. Whoever knows a value supplies it to {@link InterlayStats#gauge}. */
public enum Gauge {
    CLIENT_CONNECTIONS("segue_client_connections", "Connected clients."),
    IN_FLIGHT("segue_in_flight", "Requests of clients that wait for their reply."),
    LEDGER_KEYS("segue_ledger_keys", "Keys whose two sides are not known to be equal."),
    LEDGER_OLDEST_AGE_MS("segue_ledger_oldest_age_ms", "Milliseconds since the oldest of those keys was marked."),
    PARKED("segue_parked_requests", "Requests that wait because their keys are changing sides."),
    PARKED_BYTES("segue_parked_bytes", "Bytes of those requests, and of what their clients have sent after them."),
    LONGEST_HOLD_US("segue_longest_hold_us", "The longest time for which work was held, in microseconds."),
    LANES_OLD("segue_lanes", "Open upstream connections.", "old"),
    LANES_NEW("segue_lanes", "Open upstream connections.", "new"),
    CIRCUIT_OPEN_OLD("segue_circuit_open", "Event loops that have given a side up for now.", "old"),
    CIRCUIT_OPEN_NEW("segue_circuit_open", "Event loops that have given a side up for now.", "new");

    private final String metric;
    private final String help;
    private final String side;

    Gauge(String metric, String help) {
        this(metric, help, "");
    }

    Gauge(String metric, String help, String side) {
        this.metric = metric;
        this.help = help;
        this.side = side;
    }

    /** Name in the metrics. */
    public String metric() {
        return metric;
    }

    /** What it shows, for people. */
    public String help() {
        return help;
    }

    /** Names of its labels beside {@code interlay}. */
    public List<String> labelNames() {
        return side.isEmpty() ? List.of() : List.of("side");
    }

    /** Values of its labels, in the order of {@link #labelNames()}. */
    public List<String> labelValues() {
        return side.isEmpty() ? List.of() : List.of(side);
    }
}
