package io.segue.core.labels;

import java.nio.charset.StandardCharsets;

/** Who sends operations: one client connection. Immutable, thread-safe; its arrays must not be written. */
public final class Caller {
    private static final byte[] NOTHING = new byte[0];

    /** Nobody in particular. */
    public static final Caller NOBODY = new Caller(0, "", "");

    private final byte[] connection;
    private final byte[] name;
    private final byte[] user;

    /**
     * A connection.
     *
     * @param connection the proxy's number for it
     * @param name what it calls itself; empty if it has not said
     * @param user who it logged in as; empty if it did not say a name
     */
    public Caller(long connection, String name, String user) {
        this.connection = new byte[Long.BYTES];
        for (int i = 0; i < Long.BYTES; i++) {
            this.connection[i] = (byte) (connection >>> (i * Byte.SIZE));
        }
        this.name = bytes(name);
        this.user = bytes(user);
    }

    private static byte[] bytes(String text) {
        return text.isEmpty() ? NOTHING : text.getBytes(StandardCharsets.UTF_8);
    }

    /** The number of the connection, eight bytes. */
    public byte[] connection() {
        return connection;
    }

    /** What it calls itself. */
    public byte[] name() {
        return name;
    }

    /** Who it logged in as. */
    public byte[] user() {
        return user;
    }
}
