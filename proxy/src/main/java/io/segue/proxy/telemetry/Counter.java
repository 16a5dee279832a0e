package io.segue.proxy.telemetry;

import io.segue.core.operation.Access;
import io.segue.core.verdict.Side;
import java.util.ArrayList;
import java.util.List;

/** Everything that is counted per interlay: one constant for each time series, several constants for one metric. */
public enum Counter {
    REQUESTS_OLD_READ(Metric.REQUESTS, "side", "old", "access", "read"),
    REQUESTS_OLD_WRITE(Metric.REQUESTS, "side", "old", "access", "write"),
    REQUESTS_OLD_SESSION(Metric.REQUESTS, "side", "old", "access", "session"),
    REQUESTS_OLD_PINNED(Metric.REQUESTS, "side", "old", "access", "pinned"),
    REQUESTS_NEW_READ(Metric.REQUESTS, "side", "new", "access", "read"),
    REQUESTS_NEW_WRITE(Metric.REQUESTS, "side", "new", "access", "write"),
    REQUESTS_NEW_SESSION(Metric.REQUESTS, "side", "new", "access", "session"),
    REQUESTS_NEW_PINNED(Metric.REQUESTS, "side", "new", "access", "pinned"),

    ERRORS_OLD_REPLY(Metric.ERRORS, "side", "old", "class", "reply"),
    ERRORS_OLD_CONNECTION(Metric.ERRORS, "side", "old", "class", "connection"),
    ERRORS_OLD_TIMEOUT(Metric.ERRORS, "side", "old", "class", "timeout"),
    ERRORS_NEW_REPLY(Metric.ERRORS, "side", "new", "class", "reply"),
    ERRORS_NEW_CONNECTION(Metric.ERRORS, "side", "new", "class", "connection"),
    ERRORS_NEW_TIMEOUT(Metric.ERRORS, "side", "new", "class", "timeout"),

    AVOIDED_OLD(Metric.AVOIDED, "side", "old"),
    AVOIDED_NEW(Metric.AVOIDED, "side", "new"),

    DUAL_WRITE_FAILED_ON_OLD(Metric.DUAL_WRITE_FAILURES, "failed_on", "old"),
    DUAL_WRITE_FAILED_ON_NEW(Metric.DUAL_WRITE_FAILURES, "failed_on", "new"),
    RESCUED_READS("segue_rescued_reads", "Reads sent to NEW that OLD answered, because NEW failed or was slow."),

    WRITES_TAKEN_OVER(
            "segue_writes_taken_over", "Writes that one side took because the other, the authority, could not."),
    ONE_SIDED_WRITES(
            "segue_one_sided_writes",
            "Writes that both sides were required to execute and one did not: their clients got an error."),

    SHADOW_COMPARED("segue_shadow_compared", "Shadowed requests whose two replies were compared."),
    SHADOW_MISMATCHED("segue_shadow_mismatched", "Shadowed requests whose two replies still differed after a settle."),
    SHADOW_SHED("segue_shadow_shed", "Copies that were not sent because the copy side was too slow."),

    LEDGER_MARKED("segue_ledger_marked", "Keys noted as not known to be equal on both sides."),
    LEDGER_REPAIRED("segue_ledger_repaired", "Keys brought back in step."),

    CLIENT_CONNECTIONS_OPENED("segue_client_connections_opened", "Connections accepted from clients."),
    CLIENT_CONNECTIONS_CLOSED("segue_client_connections_closed", "Connections of clients that ended."),
    CLIENT_CONNECTIONS_REFUSED("segue_client_connections_refused", "Connections of clients turned away at a limit."),
    REFUSED_COMMANDS("segue_refused_commands", "Requests refused because their command is not served through a proxy."),
    CROSS_SIDE_REFUSALS(
            "segue_cross_side_refusals",
            "Requests refused because their keys are on different sides and cannot be split."),
    HOLD_REFUSALS(
            "segue_hold_refusals",
            "Requests refused because their keys were changing sides and the decision took too long, or too many waited."),
    PROTOCOL_ERRORS(
            "segue_protocol_errors", "Clients that sent what is not the protocol, or more than a limit allows."),

    CIRCUIT_OPENED_OLD(Metric.CIRCUIT_OPENED, "side", "old"),
    CIRCUIT_OPENED_NEW(Metric.CIRCUIT_OPENED, "side", "new"),
    LANES_OPENED_OLD(Metric.LANES_OPENED, "side", "old"),
    LANES_OPENED_NEW(Metric.LANES_OPENED, "side", "new"),
    LANES_LOST_OLD(Metric.LANES_LOST, "side", "old"),
    LANES_LOST_NEW(Metric.LANES_LOST, "side", "new");

    private static final int ACCESSES = Access.values().length;
    private static final int ERROR_CLASSES = ErrorClass.values().length;
    private static final Counter[] REQUESTS = new Counter[Side.values().length * ACCESSES];
    private static final Counter[] ERRORS = new Counter[Side.values().length * ERROR_CLASSES];

    static {
        for (Side side : Side.values()) {
            for (Access access : Access.values()) {
                REQUESTS[side.ordinal() * ACCESSES + access.ordinal()] = named("REQUESTS", side, access.name());
            }
            for (ErrorClass errorClass : ErrorClass.values()) {
                ERRORS[side.ordinal() * ERROR_CLASSES + errorClass.ordinal()] =
                        named("ERRORS", side, errorClass.name());
            }
        }
    }

    private final String metric;
    private final String help;

    @SuppressWarnings("ImmutableEnumChecker") // Unmodifiable.
    private final List<String> labelNames;

    @SuppressWarnings("ImmutableEnumChecker") // Unmodifiable.
    private final List<String> labelValues;

    Counter(String metric, String help) {
        this.metric = metric;
        this.help = help;
        this.labelNames = List.of();
        this.labelValues = List.of();
    }

    Counter(Metric shared, String... labels) {
        this.metric = shared.metric;
        this.help = shared.help;
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (int i = 0; i < labels.length; i += 2) {
            names.add(labels[i]);
            values.add(labels[i + 1]);
        }
        this.labelNames = List.copyOf(names);
        this.labelValues = List.copyOf(values);
    }

    /** Requests sent to a side, by what they do. */
    public static Counter requests(Side side, Access access) {
        return REQUESTS[side.ordinal() * ACCESSES + access.ordinal()];
    }

    /** Requests that failed at a side, by how. */
    public static Counter errors(Side side, ErrorClass errorClass) {
        return ERRORS[side.ordinal() * ERROR_CLASSES + errorClass.ordinal()];
    }

    /** Requests that were meant for a side and not sent there, because it could not be reached. */
    public static Counter avoided(Side side) {
        return side == Side.OLD ? AVOIDED_OLD : AVOIDED_NEW;
    }

    /** Dual writes that one side did not take. */
    public static Counter dualWriteFailedOn(Side side) {
        return side == Side.OLD ? DUAL_WRITE_FAILED_ON_OLD : DUAL_WRITE_FAILED_ON_NEW;
    }

    /** Times a side was given up for a while. */
    public static Counter circuitOpened(Side side) {
        return side == Side.OLD ? CIRCUIT_OPENED_OLD : CIRCUIT_OPENED_NEW;
    }

    /** Upstream connections made. */
    public static Counter lanesOpened(Side side) {
        return side == Side.OLD ? LANES_OPENED_OLD : LANES_OPENED_NEW;
    }

    /** Upstream connections that ended without the proxy wanting it. */
    public static Counter lanesLost(Side side) {
        return side == Side.OLD ? LANES_LOST_OLD : LANES_LOST_NEW;
    }

    /** Name in the metrics, without the suffix {@code _total}. */
    public String metric() {
        return metric;
    }

    /** What it counts, for people. */
    public String help() {
        return help;
    }

    /** Names of its labels beside {@code interlay}. */
    public List<String> labelNames() {
        return labelNames;
    }

    /** Values of its labels, in the order of {@link #labelNames()}. */
    public List<String> labelValues() {
        return labelValues;
    }

    private static Counter named(String prefix, Side side, String suffix) {
        return valueOf(prefix + "_" + side.name() + "_" + suffix);
    }

    /** Metrics that several counters share. */
    private enum Metric {
        REQUESTS("segue_requests", "Requests sent to a side."),
        ERRORS("segue_errors", "Requests that failed at a side, by how."),
        AVOIDED("segue_avoided_requests", "Requests that were not sent to a side because it could not be reached."),
        DUAL_WRITE_FAILURES("segue_dual_write_failures", "Dual writes that one side did not take."),
        CIRCUIT_OPENED("segue_circuit_opened", "Times a side was given up for a while."),
        LANES_OPENED("segue_lanes_opened", "Upstream connections made."),
        LANES_LOST("segue_lanes_lost", "Upstream connections that ended without the proxy wanting it.");

        private final String metric;
        private final String help;

        Metric(String metric, String help) {
            this.metric = metric;
            this.help = help;
        }
    }
}
