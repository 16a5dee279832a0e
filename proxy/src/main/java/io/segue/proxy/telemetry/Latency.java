package io.segue.proxy.telemetry;

import io.segue.core.operation.Access;
import io.segue.core.verdict.Side;

/** Index of the measured kinds of latency: reads and writes, on either side. */
final class Latency {
    /** How many kinds there are. */
    static final int COUNT = 4;

    private Latency() {}

    /** 0 to {@link #COUNT} - 1. */
    static int index(Side side, Access access) {
        return side.ordinal() * 2 + (access == Access.READ ? 0 : 1);
    }

    /** Ordinal of the side of a kind. */
    static int side(int index) {
        return index / 2;
    }
}
