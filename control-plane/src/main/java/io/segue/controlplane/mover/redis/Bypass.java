package io.segue.controlplane.mover.redis;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Tells writers that pass the proxies by from what servers do by themselves. A feed names a key, and not what happened to it; but a key that
 * has run out is gone at the authority, and gone at the follower, too, or about to go, for it has the same moment of expiry there.
 */
final class Bypass {
    /** How far the clocks of the two servers may be apart. */
    private static final long SKEW_MS = TimeUnit.SECONDS.toMillis(1);

    private Bypass() {}

    /** The first of the keys that somebody has changed. Asks both sides. */
    static Optional<String> find(MoverContext context, List<Watch.Name> named) throws IOException {
        for (Watch.Name one : named) {
            if (!ranOut(context, one)) {
                return Optional.of(printable(one.key()));
            }
        }
        return Optional.empty();
    }

    private static boolean ranOut(MoverContext context, Watch.Name one) throws IOException {
        RedisSide authority = context.authoritySide();
        RedisSide follower = context.followerSide();
        String name = context.threadName("bypass");
        List<Integer> databases =
                one.db() == DirtySet.ANY_DB ? context.databases().list() : List.of(one.db());
        try (RedisConnection from = authority.open(authority.nodeOf(one.key()), name);
                RedisConnection to = follower.open(follower.nodeOf(one.key()), name)) {
            for (int db : databases) {
                select(from, db);
                if (number(from, "EXISTS", one.key()) != 0) {
                    return false;
                }
                select(to, context.databases().atFollower(db));
                long left = number(to, "PTTL", one.key());
                // -2: there is no such key. -1: it would never have run out.
                if (left == -1 || left > SKEW_MS) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void select(RedisConnection connection, int db) throws IOException {
        connection.call("SELECT", Integer.toString(db));
    }

    private static long number(RedisConnection connection, String command, byte[] key) throws IOException {
        if (connection.call(command.getBytes(StandardCharsets.US_ASCII), key) instanceof Long number) {
            return number;
        }
        throw new IOException(command + ": an unexpected reply");
    }

    private static String printable(byte[] key) {
        StringBuilder text = new StringBuilder();
        for (byte b : key) {
            if (b >= ' ' && b < 0x7f && b != '\\') {
                text.append((char) b);
            } else {
                text.append(String.format(Locale.ROOT, "\\x%02x", b & 0xff));
            }
        }
        return text.toString();
    }
}
