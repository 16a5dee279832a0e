package io.segue.proxy.telemetry;

import java.util.Locale;

/** Kinds of failure of one request at a side. */
public enum ErrorClass {
    /** The server answered with an error. */
    REPLY,
    /** No connection, or the connection was lost before the answer came. */
    CONNECTION,
    /** No answer within the limit. */
    TIMEOUT;

    /** The label value in the metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
