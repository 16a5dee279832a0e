package io.segue.controlplane.redis;

/**
 * An error reply, as a value: the connection goes on.
 *
 * @param text the whole line without the leading '-': {@code "BUSYKEY Target key name already exists."}
 */
public record RedisError(String text) {
    /** Whether the reply's code, its first word, is {@code code}. */
    public boolean is(String code) {
        return text.startsWith(code) && (text.length() == code.length() || text.charAt(code.length()) == ' ');
    }

    @Override
    public String toString() {
        return "-" + text;
    }
}
