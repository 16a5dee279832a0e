package io.segue.proxy.config;

/**
 * A configuration that this proxy cannot run. The message is the reason that the operator reads in {@code GET /proxies} and in
 * the answer to the call that caused it, so it names the interlay and what to mend. It never carries a secret.
 */
public final class ConfigRejectedException extends RuntimeException {
    /** @param message the reason */
    public ConfigRejectedException(String message) {
        super(message);
    }

    /**
     * @param message the reason
     * @param cause what found it
     */
    public ConfigRejectedException(String message, Throwable cause) {
        super(message, cause);
    }
}
