package io.segue.controlplane.mover.redis.verify;

/**
 * What one side says about a key.
 *
 * @param type as TYPE names it; {@code "none"} if there is no such key
 * @param expiresAtMs milliseconds since the Unix epoch; negative for never
 * @param bytes what the value takes there, about; 0 if unknown
 */
record KeyFacts(String type, long expiresAtMs, long bytes) {
    boolean exists() {
        return !type.equals("none");
    }
}
