package io.segue.controlplane.mover.redis.value;

import io.segue.controlplane.mover.redis.cluster.KeySlots;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisError;
import io.segue.controlplane.redis.RedisErrorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Copies one key by type and in pieces: for values that are too big for one payload, and for followers that do not know the authority's
 * encodings. The value is built under a temporary name in the key's slot, gets its moment of expiry there, and then takes the key's place in
 * one transaction: nobody ever sees half of it.
 *
 * <p>Both connections must have the right database selected and be used by nobody else during a call. A key that changes meanwhile may come
 * out mixed: the caller learns of the change from its feed, and copies again. For one thread.
 */
public final class PieceCopy {
    /** What the names of half-built keys begin with. */
    public static final String PREFIX = "segue:tmp:";

    private static final byte[] PREFIX_BYTES = PREFIX.getBytes(StandardCharsets.US_ASCII);

    private final Pipe source;
    private final Pipe target;
    private final String prefix;

    /**
     * @param from to the authority
     * @param to to the follower
     * @param token makes the temporary names this copier's own: letters, digits, dashes
     */
    public PieceCopy(RedisConnection from, RedisConnection to, String token) {
        this.source = new Pipe(from, true);
        this.target = new Pipe(to, false);
        this.prefix = prefix(token);
    }

    static String prefix(String token) {
        if (!token.matches("[A-Za-z0-9._-]+")) {
            throw new IllegalArgumentException(
                    "a token of \"" + token + "\" (expected: letters, digits, '.', '_', '-')");
        }
        return PREFIX + token + ':';
    }

    /** Whether {@code key} is a name under which a value is built. What a mover that was killed has left behind can be deleted. */
    public static boolean isTemporary(byte[] key) {
        int length = PREFIX_BYTES.length;
        return key.length > length && Arrays.equals(key, 0, length, PREFIX_BYTES, 0, length);
    }

    /** What came of a copy. */
    public enum Kind {
        /** The follower has the value that the authority had; or no key, if it has expired meanwhile. */
        COPIED,
        /** The authority has no such key; nothing was done. */
        ABSENT,
        /** It changed its type or vanished while it was copied; nothing was done. Another try may succeed. */
        CHANGED,
        /** A server refused; the reason is what it said. Nothing was done. */
        FAILED
    }

    /**
     * What came of a copy.
     *
     * @param bytes sent to the follower
     * @param reason for CHANGED and FAILED; what the authority said begins with {@code "at the authority: "}
     */
    public record Outcome(Kind kind, long bytes, String reason) {}

    /**
     * Copies one key; the follower's value is replaced.
     *
     * @throws IOException a connection is lost, or spoke nonsense; the temporary key may be left behind then
     */
    public Outcome copy(byte[] key) throws IOException {
        long sent = target.connection().sent();
        byte[] temporary = KeySlots.nameIn(KeySlots.slotOf(key), prefix);
        try {
            String type = Pipe.text(source.call("TYPE", key));
            if (type.equals("none")) {
                return outcome(Kind.ABSENT, sent, "");
            }
            target.call("UNLINK", temporary);
            build(key, temporary, type);
            publish(key, temporary, type);
            return outcome(Kind.COPIED, sent, "");
        } catch (Abort abort) {
            source.drain();
            target.drain();
            String left = remove(temporary);
            return outcome(abort.isChanged() ? Kind.CHANGED : Kind.FAILED, sent, abort.reason() + left);
        }
    }

    private Outcome outcome(Kind kind, long sentBefore, String reason) {
        return new Outcome(kind, target.connection().sent() - sentBefore, reason);
    }

    private String remove(byte[] temporary) throws IOException {
        target.send("UNLINK", temporary);
        return target.reply() instanceof RedisError error
                ? "; " + new String(temporary, StandardCharsets.US_ASCII) + " is left behind: " + error.text()
                : "";
    }

    private void build(byte[] key, byte[] temporary, String type) throws IOException, Abort {
        ElementCopy elements = new ElementCopy(source, target);
        switch (type) {
            case "string" -> elements.string(key, temporary);
            case "list" -> elements.list(key, temporary);
            case "set" -> elements.set(key, temporary);
            case "hash" -> elements.hash(key, temporary);
            case "zset" -> elements.sortedSet(key, temporary);
            case "stream" -> new StreamCopy(source, target).copy(key, temporary);
            default ->
                throw Abort.failed("a value of type " + type
                        + " is a module's and cannot be copied in pieces (expected: the module on both sides)");
        }
    }

    /** The moment of expiry is read last, and what was built takes the key's place. */
    private void publish(byte[] key, byte[] temporary, String type) throws IOException, Abort {
        long expiry = expiryOf(key);
        String now = Pipe.text(source.call("TYPE", key));
        if (!now.equals(type)) {
            throw Abort.changed("was " + type + ", is " + now);
        }
        if (Pipe.number(target.call("EXISTS", temporary)) == 0) {
            throw Abort.changed("nothing was found in it");
        }
        if (expiry >= 0) {
            target.call("PEXPIREAT", temporary, Long.toString(expiry));
        }
        swap(key, temporary, expiry >= 0);
    }

    private long expiryOf(byte[] key) throws IOException, Abort {
        Expiry expiry = source.expiry();
        try {
            expiry.ask(source.connection(), key);
            return expiry.read(source.connection());
        } catch (RedisErrorException e) {
            throw Abort.refused(true, e.error());
        }
    }

    /** The old value is unlinked first: RENAME would free it on the server's main thread. */
    private void swap(byte[] key, byte[] temporary, boolean expires) throws IOException, Abort {
        target.begin(1).arg("MULTI");
        target.send("UNLINK", key);
        target.begin(3).arg("RENAME").arg(temporary).arg(key);
        target.begin(1).arg("EXEC");
        target.settle(1);
        List<?> replies = Pipe.list(target.read());
        for (Object reply : replies) {
            // An expired temporary key is gone, and the key with it: as it should be.
            if (reply instanceof RedisError error && !(expires && error.text().startsWith("ERR no such key"))) {
                throw Abort.refused(false, error);
            }
        }
    }
}
