package io.segue.controlplane.mover.redis.verify;

import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisErrorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** One page of a walk over all keys of a database. Used again. For one thread. */
final class Scan {
    /** Where a walk begins. */
    static final String START = "0";

    private final KeyChoice choice;
    final Keys keys = new Keys();
    /** Bytes of each key's value, about, -1 where there is none; see {@link SideLink#readSizes}. */
    long[] sizes = new long[1_024];

    private String cursor = START;
    private String next = START;
    private boolean read;
    /** Set when {@link #sizes} is filled. */
    boolean sized;

    Scan(KeyChoice choice) {
        this.choice = choice;
    }

    /** Gathers the command. */
    void send(RedisConnection to, String from, int count) throws IOException {
        cursor = from;
        read = false;
        sized = false;
        to.begin(4).arg("SCAN").arg(from).arg("COUNT").arg(count);
    }

    /** Reads the reply; only the keys that are chosen stay. */
    void read(RedisConnection from) throws IOException {
        keys.clear();
        long parts = from.array();
        if (parts == RedisConnection.ERROR) {
            throw new RedisErrorException("SCAN", from.lastError());
        }
        if (parts != 2 || !(from.read() instanceof byte[] position)) {
            throw new IOException("SCAN gave something that is not a page");
        }
        next = new String(position, StandardCharsets.US_ASCII);
        long count = from.array();
        for (long i = 0; i < count; i++) {
            keys.read(from);
            int last = keys.count() - 1;
            if (!choice.chosen(keys.bytes(), keys.start(last), keys.length(last))) {
                keys.dropLast();
            }
        }
        if (keys.count() > sizes.length) {
            sizes = new long[keys.count()];
        }
        read = true;
    }

    boolean isRead() {
        return read;
    }

    /** Whether the walk ends with this page. */
    boolean last() {
        return next.equals(START);
    }

    /** With which cursor this page was asked for. */
    String cursor() {
        return cursor;
    }

    /** With which cursor the page behind it is asked for. */
    String next() {
        return next;
    }
}
