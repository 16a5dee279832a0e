package io.segue.controlplane.mover.redis.value;

import java.io.IOException;

/**
 * Walks through a set, a hash or a sorted set. {@code while (scan.next())}: then {@link #items} strings must be read from the connection.
 * What is there all the time comes at least once. Ends also when the key keeps growing: {@link Abort}.
 */
final class Scan {
    private static final long GRACE = 10_000;

    private final Pipe pipe;
    private final byte[] key;
    private final String command;
    private final String size;
    private final String[] options;
    private final Window window = new Window();

    private String cursor = "";
    private long items;
    private long seen;
    private long received;
    private long limit;

    /**
     * @param command SSCAN, HSCAN or ZSCAN
     * @param size the command that tells how many elements there are
     */
    Scan(Pipe pipe, byte[] key, String command, String size, String... options) {
        this.pipe = pipe;
        this.key = key;
        this.command = command;
        this.size = size;
        this.options = options;
    }

    /** Strings of this page, all of which must be read before {@link #next} is called again. */
    long items() {
        return items;
    }

    /** Asks for a page. No reply may be under way. */
    boolean next() throws IOException, Abort {
        if (cursor.equals("0")) {
            return false;
        }
        if (cursor.isEmpty()) {
            cursor = "0";
        } else {
            seen += items;
            window.saw(items, pipe.connection().received() - received);
        }
        checkBound();
        received = pipe.connection().received();
        pipe.begin(5 + options.length)
                .arg(command)
                .arg(key)
                .arg(cursor)
                .arg("COUNT")
                .arg(window.count());
        for (String option : options) {
            pipe.connection().arg(option);
        }
        if (pipe.array() != 2) {
            throw new IOException("an unexpected reply to " + command + " (expected: a cursor and a page)");
        }
        cursor = Bulks.text(pipe.connection());
        items = Bulks.items(pipe.connection());
        return true;
    }

    /** Elements may come twice when the table shrinks meanwhile, but not again and again. */
    private void checkBound() throws IOException, Abort {
        if (seen >= limit) {
            long now = Pipe.number(pipe.call(size, key));
            if (limit == 0) {
                limit = 8 * now + GRACE;
            } else if (seen > 8 * now + GRACE) {
                throw Abort.changed("grows faster than it can be read: " + seen + " elements read, " + now + " there");
            } else {
                limit = 8 * now + GRACE;
            }
        }
    }
}
