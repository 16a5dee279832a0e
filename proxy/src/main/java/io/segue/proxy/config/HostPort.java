package io.segue.proxy.config;

import io.segue.core.validation.InvalidFieldException;

/**
 * An address as people write it: {@code 127.0.0.1:7000}, {@code cache.local:7000}, {@code [::1]:7000}.
 *
 * @param host name or address; IPv6 without brackets
 * @param port 0 to 65535
 */
public record HostPort(String host, int port) {
    private static final String EXPECTED = "HOST:PORT, an IPv6 address in brackets, the port 0 to 65535";
    private static final int MAX_PORT = 65_535;

    /**
     * Reads {@code text}.
     *
     * @param field what the text was given for, for the message
     * @throws InvalidFieldException it is something else
     */
    public static HostPort parse(String field, String text) {
        boolean bracketed = text.startsWith("[");
        int colon = bracketed ? text.indexOf("]:") + 1 : text.indexOf(':');
        if (colon <= 0 || (!bracketed && text.indexOf(':', colon + 1) >= 0)) {
            throw new InvalidFieldException(field, text, EXPECTED);
        }
        String host = bracketed ? text.substring(1, colon - 1) : text.substring(0, colon);
        String digits = text.substring(colon + 1);
        // Integer.parseInt would take a sign, and digits of other scripts.
        if (host.isBlank() || !digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > MAX_PORT) {
            throw new InvalidFieldException(field, text, EXPECTED);
        }
        return new HostPort(host, Integer.parseInt(digits));
    }

    /** Whether only this machine can reach it, as far as the text tells. */
    public boolean isLoopback() {
        return host.equals("localhost") || host.equals("::1") || host.matches("127(\\.[0-9]{1,3}){3}");
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
