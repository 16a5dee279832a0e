package io.segue.controlplane.redis;

import java.io.IOException;

/** A server refused a command that had to succeed. The connection is still good. */
public final class RedisErrorException extends IOException {
    private static final long serialVersionUID = 1L;

    private final RedisError error;

    public RedisErrorException(String command, RedisError error) {
        super(command + ": " + error.text());
        this.error = error;
    }

    /** What the server said. */
    public RedisError error() {
        return error;
    }
}
