package io.segue.proxy.config;

import java.util.function.UnaryOperator;

/** The present {@link ConfigStatus}. Written by the configuration thread only; read by any. */
public final class StatusBoard {
    private volatile ConfigStatus status = ConfigStatus.INITIAL;

    /** The present status. */
    public ConfigStatus status() {
        return status;
    }

    void change(UnaryOperator<ConfigStatus> step) {
        status = step.apply(status);
    }
}
