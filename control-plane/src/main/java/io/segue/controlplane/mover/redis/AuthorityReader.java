package io.segue.controlplane.mover.redis;

import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisError;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one lane reads at one shard of the authority: pages of keys, then what their values take and when they expire, then their payloads.
 * Everything is pipelined: while the replies of one step are read, the server works at the next. Steps are asked for and answered in the same
 * order. Confined to the lane's thread.
 */
final class AuthorityReader implements FirstCopy.Pages, Closeable {
    /** Most keys of a page: what a SCAN may keep the server for is bounded by it. */
    static final int PAGE = 512;

    /** Keys whose expiry an older server tells in one transaction. */
    private static final int IN_TRANSACTION = 64;

    private static final byte[] DUMP = {'D', 'U', 'M', 'P'};
    private static final byte[] PEXPIRETIME = "PEXPIRETIME".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MEMORY = "MEMORY".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] USAGE = "USAGE".getBytes(StandardCharsets.US_ASCII);

    /** Is told what was read, on the lane's thread. */
    interface Sink {
        /** A page of a scan. The last one has the cursor {@code "0"}. */
        void page(int db, String cursor, List<byte[]> keys) throws IOException;

        /** The databases that hold keys. */
        void databases(Collection<Integer> databases) throws IOException;

        /** Size and expiry of these keys are known: asks for the payloads of those that are wanted, and says so. */
        void measured(List<Item> items) throws IOException;

        /**
         * The payload of a key comes next: {@code length} bytes, or {@link RedisConnection#NULL} if the key is gone. Takes exactly those
         * bytes.
         */
        void payload(Item item, RedisConnection from, long length) throws IOException;

        /** Of this one it is not known when it expires, after all: it must be asked for again, with {@code measure}. */
        void unsure(Item item);

        /** The authority refused to tell about a key. */
        void refused(Item item, RedisError error) throws IOException;
    }

    /** One step that was asked for. */
    private interface Step {
        void answered() throws IOException;
    }

    private final RedisConnection connection;
    private final Facts facts;
    private final Sink sink;
    private final ArrayDeque<Step> steps = new ArrayDeque<>();
    private int db;
    private boolean measures = true;
    /** Whether the last look has shown that no key of this database expires; by database. */
    private final Map<Integer, Boolean> lasting = new HashMap<>();

    AuthorityReader(RedisConnection connection, Facts facts, Sink sink) {
        this.connection = connection;
        this.facts = facts;
        this.sink = sink;
    }

    /** Steps that are not answered yet. */
    int depth() {
        return steps.size();
    }

    /** Sends what was asked for, and takes the answer of the oldest step. */
    void step() throws IOException {
        connection.flush();
        steps.element().answered();
        steps.remove();
    }

    /** Sends what was asked for. */
    void flush() throws IOException {
        connection.flush();
    }

    /** Whether the answer of the oldest step has begun to come. */
    boolean ready() throws IOException {
        return connection.ready();
    }

    private void select(int wanted) throws IOException {
        if (db != wanted) {
            db = wanted;
            connection.begin(2).arg("SELECT").arg(wanted);
            steps.add(() -> {
                if (!connection.ok()) {
                    throw new IOException(
                            "SELECT at the authority: " + connection.lastError().text());
                }
            });
        }
    }

    @Override
    public void scan(int wanted, String cursor, int count) throws IOException {
        select(wanted);
        connection.begin(4).arg("SCAN").arg(cursor).arg("COUNT").arg(count);
        steps.add(() -> {
            Object reply = connection.read();
            if (!(reply instanceof List<?> parts)
                    || parts.size() != 2
                    || !(parts.get(0) instanceof byte[] next)
                    || !(parts.get(1) instanceof List<?> names)) {
                throw new IOException("SCAN: an unexpected reply: " + reply);
            }
            List<byte[]> keys = new ArrayList<>(names.size());
            for (Object name : names) {
                if (!(name instanceof byte[] key)) {
                    throw new IOException("SCAN: a key that is no string");
                }
                keys.add(key);
            }
            sink.page(wanted, new String(next, StandardCharsets.US_ASCII), keys);
        });
    }

    /** Asks which databases hold keys. */
    void databases() throws IOException {
        connection.begin(2).arg("INFO").arg("keyspace");
        steps.add(() -> {
            Object reply = connection.read();
            if (reply instanceof RedisError error) {
                throw new IOException("INFO at the authority: " + error.text());
            }
            sink.databases(Facts.databases(reply));
        });
    }

    /** Asks what these keys, all of one database, take and when they expire. */
    void measure(List<Item> items) throws IOException {
        measure(items, true);
    }

    /**
     * As {@link #measure}, for many keys that need not be new: where no key of the database expires, which the server counts, none of them is asked
     * when it does.
     */
    void measurePage(List<Item> items) throws IOException {
        if (!items.isEmpty()) {
            int of = items.get(0).db;
            boolean none = lasting.getOrDefault(of, false);
            measure(items, !none);
        }
    }

    private void measure(List<Item> items, boolean expiries) throws IOException {
        if (items.isEmpty()) {
            return;
        }
        select(items.get(0).db);
        boolean sizes = measures;
        if (sizes) {
            for (Item item : items) {
                connection.begin(3).arg(MEMORY).arg(USAGE).arg(item.key);
            }
        }
        if (expiries) {
            askExpiries(items);
        }
        steps.add(() -> {
            if (sizes) {
                for (Item item : items) {
                    size(item);
                }
            }
            if (expiries) {
                expiries(items);
            } else {
                items.forEach(item -> item.expiry = Item.UNASKED);
            }
            sink.measured(items);
        });
    }

    private void askExpiries(List<Item> items) throws IOException {
        if (facts.tellsExpiry()) {
            for (Item item : items) {
                connection.begin(2).arg(PEXPIRETIME).arg(item.key);
            }
        } else {
            for (int from = 0; from < items.size(); from += IN_TRANSACTION) {
                askTimeLeft(items.subList(from, Math.min(items.size(), from + IN_TRANSACTION)));
            }
        }
    }

    private void expiries(List<Item> items) throws IOException {
        if (facts.tellsExpiry()) {
            for (Item item : items) {
                expiry(item, connection.integer());
            }
        } else {
            for (int from = 0; from < items.size(); from += IN_TRANSACTION) {
                timeLeft(items.subList(from, Math.min(items.size(), from + IN_TRANSACTION)));
            }
        }
    }

    private void size(Item item) throws IOException {
        @Nullable Object reply = connection.read();
        if (reply instanceof Long bytes) {
            item.size = bytes;
        } else if (reply instanceof RedisError) {
            // Not permitted or not known here: the length of the payload has to do.
            measures = false;
        }
    }

    private void expiry(Item item, long answer) throws IOException {
        if (answer == Long.MIN_VALUE) {
            // A key without its expiry would live for ever.
            item.refused = true;
            sink.refused(item, connection.lastError());
        } else {
            item.expiry = answer;
        }
    }

    /** The time that is left and the time, of one moment: older servers do not tell the expiry itself. */
    private void askTimeLeft(List<Item> items) throws IOException {
        connection.begin(1).arg("MULTI");
        connection.begin(1).arg("TIME");
        for (Item item : items) {
            connection.begin(2).arg("PTTL").arg(item.key);
        }
        connection.begin(1).arg("EXEC");
    }

    private void timeLeft(List<Item> items) throws IOException {
        for (int i = 0; i < items.size() + 2; i++) {
            if (!connection.ok()) {
                throw new IOException("the authority does not tell when keys expire: "
                        + connection.lastError().text());
            }
        }
        if (connection.array() != items.size() + 1) {
            throw new IOException("EXEC: an unexpected reply");
        }
        if (!(connection.read() instanceof List<?> time)
                || time.size() != 2
                || !(time.get(0) instanceof byte[] seconds)
                || !(time.get(1) instanceof byte[] micros)) {
            throw new IOException("TIME: an unexpected reply");
        }
        long now = number(seconds) * 1_000 + number(micros) / 1_000;
        for (Item item : items) {
            long left = connection.integer();
            expiry(item, left >= 0 ? now + left : left);
        }
    }

    private static long number(byte[] digits) throws IOException {
        try {
            return Long.parseLong(new String(digits, StandardCharsets.US_ASCII));
        } catch (NumberFormatException e) {
            throw new IOException("TIME: not a number", e);
        }
    }

    /** Asks for the payloads of these keys, all of one database. */
    void dump(List<Item> items) throws IOException {
        if (items.isEmpty()) {
            return;
        }
        int of = items.get(0).db;
        select(of);
        boolean asked = items.stream().noneMatch(item -> item.expiry == Item.UNASKED);
        if (!asked || items.get(0).page != null) {
            // Right before the payloads, so that whatever makes one of these keys expire later is named after that.
            connection.begin(2).arg("INFO").arg("keyspace");
        }
        for (Item item : items) {
            connection.begin(2).arg(DUMP).arg(item.key);
        }
        steps.add(() -> {
            boolean none = false;
            if (!asked || items.get(0).page != null) {
                none = !Facts.expires(connection.read(), of);
                lasting.put(of, none);
            }
            for (Item item : items) {
                boolean unsure = item.expiry == Item.UNASKED && !none;
                item.expiry = item.expiry == Item.UNASKED ? Item.NEVER : item.expiry;
                long length = connection.bulk();
                if (length == RedisConnection.ERROR) {
                    sink.refused(item, connection.lastError());
                } else {
                    if (unsure && length >= 0) {
                        connection.skip(length);
                        sink.unsure(item);
                    } else {
                        sink.payload(item, connection, length);
                    }
                    if (length >= 0) {
                        connection.bulkEnd();
                    }
                }
            }
        });
    }

    @Override
    public void close() {
        connection.close();
    }
}
