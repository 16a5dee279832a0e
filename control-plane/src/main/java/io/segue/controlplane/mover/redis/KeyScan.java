package io.segue.controlplane.mover.redis;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Goes over all keys of the databases that are moved, on one server, for what needs only their names. */
final class KeyScan {
    /** Is given each key, some of them twice. */
    interface Visitor {
        /** Is given one key; {@code db} is the authority's number of the database. */
        void key(int db, byte[] key) throws IOException;
    }

    private KeyScan() {}

    /**
     * Selects one database after the other and gives their keys.
     *
     * @param authority whether the server is one of the authority's, else it is one of the follower's
     * @param stop is asked between two pages
     * @param options of SCAN: {@code "TYPE", "stream"}
     * @throws InterruptedIOException it was stopped
     */
    static void run(
            RedisConnection connection,
            Databases databases,
            boolean authority,
            BooleanSupplier stop,
            Visitor visitor,
            String... options)
            throws IOException {
        databases.saw(Facts.databases(connection));
        for (int db : databases.list()) {
            connection.call("SELECT", Integer.toString(authority ? db : databases.atFollower(db)));
            String cursor = "0";
            do {
                if (stop.getAsBoolean()) {
                    throw new InterruptedIOException("closed");
                }
                cursor = page(connection, db, cursor, visitor, options);
            } while (!cursor.equals("0"));
        }
    }

    private static String page(RedisConnection connection, int db, String cursor, Visitor visitor, String... options)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("SCAN", cursor, "COUNT", "1000"));
        command.addAll(List.of(options));
        if (!(connection.call(command.toArray(String[]::new)) instanceof List<?> page)
                || page.size() != 2
                || !(page.get(0) instanceof byte[] next)
                || !(page.get(1) instanceof List<?> keys)) {
            throw new IOException("SCAN: an unexpected reply");
        }
        for (Object key : keys) {
            if (key instanceof byte[] bytes) {
                visitor.key(db, bytes);
            }
        }
        return new String(next, StandardCharsets.US_ASCII);
    }
}
