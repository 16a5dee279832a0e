package io.segue.controlplane.mover.redis.value;

import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisError;
import io.segue.controlplane.redis.RedisErrorException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The moment at which a key expires, in milliseconds since the Unix epoch by the server's clock. Redis 7.0 tells it; of an older server it
 * is computed from the time left and the clock, read in one transaction, which may be a millisecond late. Immutable.
 *
 * <p>Can be pipelined: {@link #ask} gathers the question, {@link #read} reads the answer when its turn has come. For a transaction of the
 * caller's own: {@link #askInside} and {@link #inside}.
 */
public final class Expiry {
    /** The key does not expire. */
    public static final long NONE = -1;
    /** There is no such key. */
    public static final long ABSENT = -2;

    /** Microseconds that lie between the two readings of the clock, roughly. */
    static final long BETWEEN_US = 3;

    private final boolean absolute;

    private Expiry(boolean absolute) {
        this.absolute = absolute;
    }

    /** Asks the server which way it knows; nothing may be under way. Good for all connections to servers of the same version. */
    public static Expiry of(RedisConnection connection) throws IOException {
        connection.send("PEXPIRETIME", PieceCopy.PREFIX);
        connection.flush();
        Object reply = connection.read();
        // A key of somebody else's slot (MOVED), for one, is an answer too.
        return new Expiry(!(reply instanceof RedisError error && (Pipe.unknown(error) || error.is("NOPERM"))));
    }

    /** Whether the server tells the moment itself, exactly (Redis 7.0). */
    public boolean exact() {
        return absolute;
    }

    /** Gathers the question; no transaction may be open. */
    public void ask(RedisConnection connection, byte[] key) throws IOException {
        if (absolute) {
            askInside(connection, key);
        } else {
            connection.begin(1).arg("MULTI");
            askInside(connection, key);
            connection.begin(1).arg("EXEC");
        }
    }

    /**
     * Reads the answer to {@link #ask}.
     *
     * @return milliseconds since the Unix epoch, {@link #NONE} or {@link #ABSENT}
     * @throws RedisErrorException the server refused; all of the answer is read
     */
    public long read(RedisConnection connection) throws IOException {
        connection.flush();
        if (absolute) {
            return inside(List.of(answer(connection.read(), null)), 0);
        }
        // MULTI, and two commands that are queued.
        RedisError refused = null;
        for (int i = 0; i < 3; i++) {
            if (connection.read() instanceof RedisError error && refused == null) {
                refused = error;
            }
        }
        return inside((List<?>) answer(connection.read(), refused), 0);
    }

    private static Object answer(@Nullable Object reply, @Nullable RedisError earlier) throws IOException {
        if (earlier != null) {
            throw new RedisErrorException("PTTL", earlier);
        }
        if (reply instanceof RedisError error) {
            throw new RedisErrorException("PTTL", error);
        }
        if (reply instanceof Long || reply instanceof List<?>) {
            return reply;
        }
        throw new IOException("an unexpected reply to PTTL: " + reply);
    }

    /** How many commands {@link #askInside} gathers. */
    public int commands() {
        return absolute ? 1 : 2;
    }

    /** Gathers the question as part of a transaction of the caller's. */
    public void askInside(RedisConnection connection, byte[] key) throws IOException {
        connection.begin(2).arg(absolute ? "PEXPIRETIME" : "PTTL").arg(key);
        if (!absolute) {
            connection.begin(1).arg("TIME");
        }
    }

    /**
     * Reads the answer to {@link #askInside} from the replies of EXEC.
     *
     * @param first where in the replies the answer begins
     * @throws RedisErrorException the server refused
     */
    public long inside(List<?> replies, int first) throws IOException {
        if (replies.get(first) instanceof RedisError error) {
            throw new RedisErrorException("PTTL", error);
        }
        long left = Pipe.number(replies.get(first));
        return absolute || left < 0 ? left : millis(replies.get(first + 1), BETWEEN_US) + left;
    }

    /** The reply to TIME in milliseconds since the Unix epoch. */
    static long millis(@Nullable Object time, long earlierUs) throws IOException {
        List<?> parts = Pipe.list(time);
        long seconds = Long.parseLong(Pipe.text(parts.get(0)));
        long micros = Long.parseLong(Pipe.text(parts.get(1)));
        return Math.floorDiv(seconds * 1_000_000 + micros - earlierUs, 1_000);
    }
}
