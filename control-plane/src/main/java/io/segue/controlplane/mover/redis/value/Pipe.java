package io.segue.controlplane.mover.redis.value;

import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection that knows how many replies are under way, so that work which is given up half-way leaves nothing behind ({@link #drain}).
 * Error replies become an {@link Abort}. For one thread.
 */
final class Pipe {
    private final RedisConnection connection;
    private final boolean authority;
    private long pending;
    private @Nullable Expiry expiry;
    private @Nullable Boolean fieldExpiry;

    Pipe(RedisConnection connection, boolean authority) {
        this.connection = connection;
        this.authority = authority;
    }

    /** For what has no method here: the parts of a reply, above all. */
    RedisConnection connection() {
        return connection;
    }

    /** Begins a command of so many arguments. */
    RedisConnection begin(int arguments) throws IOException {
        pending++;
        return connection.begin(arguments);
    }

    /** Gathers a command: a name, a key, and more. */
    void send(String command, byte[] key, String... more) throws IOException {
        begin(2 + more.length).arg(command).arg(key);
        for (String word : more) {
            connection.arg(word);
        }
    }

    /** Sends a command and reads its reply; nothing may be under way. */
    @Nullable
    Object call(String command, byte[] key, String... more) throws IOException, Abort {
        send(command, key, more);
        return read();
    }

    /** Reads a reply, and gives an error back as a value. */
    @Nullable
    Object reply() throws IOException {
        connection.flush();
        pending--;
        return connection.read();
    }

    /** Reads a reply. */
    @Nullable
    Object read() throws IOException, Abort {
        Object reply = reply();
        if (reply instanceof RedisError error) {
            throw Abort.refused(authority, error);
        }
        return reply;
    }

    /** Reads a reply that is a number. */
    long number() throws IOException, Abort {
        return number(read());
    }

    static long number(@Nullable Object reply) throws IOException {
        if (reply instanceof Long number) {
            return number;
        }
        throw new IOException("an unexpected reply: " + reply + " (expected: a number)");
    }

    /** Reads a reply that is text. */
    String text() throws IOException, Abort {
        return text(read());
    }

    static String text(@Nullable Object reply) throws IOException {
        return new String(bytes(reply), StandardCharsets.UTF_8);
    }

    static byte[] bytes(@Nullable Object reply) throws IOException {
        if (reply instanceof byte[] bytes) {
            return bytes;
        }
        throw new IOException("an unexpected reply: " + reply + " (expected: a string)");
    }

    static List<?> list(@Nullable Object reply) throws IOException {
        if (reply instanceof List<?> list) {
            return list;
        }
        throw new IOException("an unexpected reply: " + reply + " (expected: an array)");
    }

    /**
     * Reads the head of a reply that is a string, and gives its length; the bytes and the end must be read by the caller, before anything
     * else can fail. {@link RedisConnection#NULL} for null.
     */
    long bulk() throws IOException, Abort {
        connection.flush();
        pending--;
        long length = connection.bulk();
        if (length == RedisConnection.ERROR) {
            throw Abort.refused(authority, connection.lastError());
        }
        return length;
    }

    /**
     * Reads the head of a reply that is an array, a set or a map, and gives the number of its items, which must be read by the caller
     * before anything else can fail. 0 for null.
     */
    long array() throws IOException, Abort {
        connection.flush();
        pending--;
        long items = connection.array();
        if (items == RedisConnection.ERROR) {
            throw Abort.refused(authority, connection.lastError());
        }
        return Math.max(0, items);
    }

    /** Reads replies that only must not be errors, until at most {@code most} are under way. */
    void settle(long most) throws IOException, Abort {
        while (pending > most) {
            read();
        }
    }

    /** Reads the replies of MULTI, some commands and EXEC, which must be all that is under way; gives the replies inside of EXEC. */
    List<?> exec() throws IOException, Abort {
        settle(1);
        List<?> replies = list(read());
        for (Object reply : replies) {
            if (reply instanceof RedisError error) {
                throw Abort.refused(authority, error);
            }
        }
        return replies;
    }

    /** Reads all that is under way and drops it. */
    void drain() throws IOException {
        connection.flush();
        for (; pending > 0; pending--) {
            connection.drop();
        }
    }

    /** How this server tells when a key expires; asks it once. Nothing may be under way. */
    Expiry expiry() throws IOException {
        if (expiry == null) {
            expiry = Expiry.of(connection);
        }
        return expiry;
    }

    /** Whether fields of a hash can expire on this server (Redis 7.4); asks it once. Nothing may be under way. */
    boolean knowsFieldExpiry(byte[] key) throws IOException, Abort {
        if (fieldExpiry == null) {
            send("HPEXPIRETIME", key, "FIELDS", "1", "");
            Object reply = reply();
            if (reply instanceof RedisError error) {
                if (!unknown(error)) {
                    throw Abort.refused(authority, error);
                }
                fieldExpiry = false;
            } else {
                fieldExpiry = true;
            }
        }
        return fieldExpiry;
    }

    /** Whether the server has no such command. */
    static boolean unknown(RedisError error) {
        return error.text().startsWith("ERR unknown command");
    }
}
