package io.segue.controlplane.mover.redis.verify;

import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisError;
import io.segue.controlplane.redis.RedisErrorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** The commands about one key, written beforehand up to the key; and what their errors mean. */
final class Commands {
    static final byte[] DUMP = head("DUMP");
    static final byte[] TYPE = head("TYPE");
    static final byte[] EXISTS = head("EXISTS");
    static final byte[] PTTL = head("PTTL");
    static final byte[] PEXPIRETIME = head("PEXPIRETIME");
    static final byte[] MEMORY_USAGE = head("MEMORY", "USAGE");

    /** The server, or the way to it, is changing: ask again later. */
    private static final Set<String> PASSING = Set.of(
            "LOADING", "MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "BUSY", "UNKILLABLE", "READONLY");

    private Commands() {}

    private static byte[] head(String... words) {
        StringBuilder head = new StringBuilder("*" + (words.length + 1) + "\r\n");
        for (String word : words) {
            head.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return head.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Gathers a command about one key. */
    static void send(RedisConnection to, byte[] head, Keys keys, int i) throws IOException {
        to.raw(head, 0, head.length);
        keys.arg(to, i);
    }

    /** The number that a command answered. */
    static long number(RedisConnection from, String command) throws IOException {
        long number = from.integer();
        if (number == Long.MIN_VALUE) {
            throw new RedisErrorException(command, from.lastError());
        }
        return number;
    }

    /** Whether it is of use to open a connection again and go on from where it was. */
    static boolean passing(IOException e) {
        if (e instanceof RedisErrorException refused) {
            String text = refused.error().text();
            int space = text.indexOf(' ');
            return PASSING.contains(space < 0 ? text : text.substring(0, space));
        }
        return true;
    }

    /** Whether the server does not know a command, or does not let us use it. */
    static boolean unusable(RedisError error) {
        return error.is("NOPERM") || error.text().startsWith("ERR unknown");
    }
}
