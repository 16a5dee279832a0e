package io.segue.controlplane.mover.redis.value;

import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;

/**
 * Puts elements into commands of some size: {@code RPUSH key a b c …}. Small arguments are gathered; a big one goes in a command of its
 * own, streamed, so that neither this program nor the server holds more than that one. For one thread; {@link #send} at the end.
 */
final class Batch {
    private static final int BYTES = 64 * 1024;
    private static final int SMALL = 8 * 1024;
    private static final int ARGUMENTS = 1_024;

    private final Pipe to;
    private final byte[] key;
    private final String[] command;
    private final int arity;
    private final byte[] bytes;
    /** Where each gathered argument ends. */
    private final int[] ends;

    private int arguments;
    /** Arguments of the element that is not complete yet. */
    private int begun;
    /** Whether the element that is not complete goes out as it comes. */
    private boolean streaming;

    /**
     * @param arity arguments of one element: 2 for a field and its value
     * @param command name of the command, and what stands behind the key
     */
    Batch(Pipe to, byte[] key, int arity, String... command) {
        this.to = to;
        this.key = key;
        this.command = command;
        this.arity = arity;
        this.bytes = new byte[BYTES + arity * SMALL];
        this.ends = new int[ARGUMENTS + arity];
    }

    /** Takes a whole string from {@code from} as the next argument. */
    void pass(RedisConnection from) throws IOException {
        long length = Bulks.length(from);
        if (makeWay(length)) {
            int at = used();
            Bulks.fill(from, bytes, at, (int) length);
            from.bulkEnd();
            ends[arguments++] = at + (int) length;
        } else {
            RedisConnection target = to.connection();
            target.argHeader(length);
            from.transfer(length, target);
            from.bulkEnd();
            target.argEnd();
        }
        next();
    }

    /** Takes the next argument. */
    void add(byte[] argument) throws IOException {
        if (makeWay(argument.length)) {
            int at = used();
            System.arraycopy(argument, 0, bytes, at, argument.length);
            ends[arguments++] = at + argument.length;
        } else {
            to.connection().arg(argument);
        }
        next();
    }

    /** Whether the next argument is to be gathered; if not, a command is open for it. */
    private boolean makeWay(long length) throws IOException {
        if (!streaming && length > SMALL) {
            send(arguments - begun);
            begin(arity);
            write(0, arguments);
            arguments = 0;
            streaming = true;
        }
        return !streaming;
    }

    private void next() throws IOException {
        begun++;
        if (begun == arity) {
            begun = 0;
            streaming = false;
            if (arguments >= ARGUMENTS || used() >= BYTES) {
                send();
            }
        }
    }

    /** Sends the elements gathered so far. */
    void send() throws IOException {
        send(arguments);
    }

    /** Sends the first {@code count} arguments; those after them stay. */
    private void send(int count) throws IOException {
        if (count == 0) {
            return;
        }
        begin(count);
        write(0, count);
        int from = ends[count - 1];
        int rest = used() - from;
        System.arraycopy(bytes, from, bytes, 0, rest);
        for (int i = count; i < arguments; i++) {
            ends[i - count] = ends[i] - from;
        }
        arguments -= count;
    }

    private void begin(int count) throws IOException {
        RedisConnection target =
                to.begin(command.length + 1 + count).arg(command[0]).arg(key);
        for (int i = 1; i < command.length; i++) {
            target.arg(command[i]);
        }
    }

    private void write(int first, int end) throws IOException {
        for (int i = first; i < end; i++) {
            int from = i == 0 ? 0 : ends[i - 1];
            to.connection().arg(bytes, from, ends[i] - from);
        }
    }

    private int used() {
        return arguments == 0 ? 0 : ends[arguments - 1];
    }
}
