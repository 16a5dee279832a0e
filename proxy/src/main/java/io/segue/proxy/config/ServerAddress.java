package io.segue.proxy.config;

import io.segue.core.validation.Check;

/**
 * How to reach a server and log in.
 *
 * @param host name or address; IPv6 without brackets
 * @param port 1 to 65535
 * @param username empty: the default user
 * @param password empty: no login; never shown
 * @param db database number, 0 to 16383
 * @param tls whether to speak TLS
 */
public record ServerAddress(String host, int port, String username, String password, int db, boolean tls) {
    private static final int MAX_DB = 16_383;
    private static final String MASK = "***";

    public ServerAddress {
        Check.notEmpty("host", host);
        Check.port("port", port);
        Check.range("db", db, 0, MAX_DB);
    }

    /** The password as it may be shown: {@code "***"}, or empty if there is none. */
    public String maskedPassword() {
        return password.isEmpty() ? "" : MASK;
    }

    @Override
    public String toString() {
        return "ServerAddress[host=" + host + ", port=" + port + ", username=" + username + ", password="
                + maskedPassword() + ", db=" + db + ", tls=" + tls + "]";
    }
}
