package io.segue.loadtest.data;

import static io.segue.loadtest.data.Values.ascii;
import static io.segue.loadtest.data.Values.command;

import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import io.segue.loadtest.redis.Store;
import io.segue.loadtest.redis.StoreSession;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One of the two stores of a comparison, as one worker sees it. Requests are gathered by {@code ask…}, replies read in the same order. */
final class Side implements Closeable {
    /** The moment of expiry of a key that does not expire. */
    static final long NEVER = -1;
    /** The moment of expiry of a key that is not there. */
    static final long ABSENT = -2;
    /** A moment that could not be measured well enough: to be asked for again, alone. */
    static final long VAGUE = -3;

    private static final int GROUP = 50;
    private static final long MOST_SPAN_MICROS = 1_000;
    private static final Pattern VERSION = Pattern.compile("redis_version:(\\d+)\\.");

    private final StoreSession session;
    private final boolean cluster;
    private final boolean tellsMoments;

    Side(Store store) throws IOException {
        this.session = store.open();
        this.cluster = store.isCluster();
        boolean done = false;
        try {
            String info = session.client(0).call("INFO", "server").text();
            Matcher version = VERSION.matcher(info);
            if (!version.find()) {
                throw new IOException(store + ": no redis_version in INFO: " + info);
            }
            this.tellsMoments = Integer.parseInt(version.group(1)) >= 7;
            done = true;
        } finally {
            if (!done) {
                session.close();
            }
        }
    }

    StoreSession session() {
        return session;
    }

    boolean isCluster() {
        return cluster;
    }

    /** Whether it has functions. */
    boolean isSeven() {
        return tellsMoments;
    }

    void send(byte[] key, byte[]... command) throws IOException {
        session.client(key).send(command);
    }

    Resp read(byte[] key) throws IOException {
        Resp reply = session.client(key).read();
        if (reply instanceof Resp.Failure failure) {
            throw new IOException("key " + Difference.printable(key) + ": " + failure.text());
        }
        return reply;
    }

    void flush() throws IOException {
        session.flush();
    }

    RespClient client(byte[] key) {
        return session.client(key);
    }

    // ---- moments of expiry

    /** Asks when each key ends. Older servers tell the time left, so they are asked for the time as well, before and after each group. */
    void askMoments(List<byte[]> keys) throws IOException {
        for (int i = 0; i < keys.size(); i++) {
            byte[] key = keys.get(i);
            if (tellsMoments) {
                send(key, ascii("PEXPIRETIME"), key);
                continue;
            }
            if (i % group() == 0) {
                send(key, ascii("TIME"));
            }
            send(key, ascii("PTTL"), key);
            if ((i + 1) % group() == 0 || i + 1 == keys.size()) {
                send(key, ascii("TIME"));
            }
        }
    }

    /** Milliseconds since the epoch by the server's clock, or {@link #NEVER}, {@link #ABSENT}, {@link #VAGUE}. */
    long[] readMoments(List<byte[]> keys) throws IOException {
        long[] moments = new long[keys.size()];
        long before = 0;
        for (int i = 0; i < moments.length; i++) {
            byte[] key = keys.get(i);
            if (!tellsMoments && i % group() == 0) {
                before = micros(read(key));
            }
            moments[i] = read(key).number();
            if (!tellsMoments && ((i + 1) % group() == 0 || i + 1 == moments.length)) {
                addTime(moments, i - i % group(), i, before, micros(read(key)));
            }
        }
        return moments;
    }

    /** In a cluster neighbours in a list are on different nodes, each with its own order of events. */
    private int group() {
        return cluster ? 1 : GROUP;
    }

    private static void addTime(long[] moments, int from, int to, long before, long after) {
        for (int i = from; i <= to; i++) {
            if (moments[i] >= 0) {
                moments[i] = after - before > MOST_SPAN_MICROS ? VAGUE : moments[i] + (before + after + 1000) / 2000;
            }
        }
    }

    /** The moment of one key, as exactly as the server can say it. Nothing else may be under way. */
    long moment(byte[] key) throws IOException {
        if (tellsMoments) {
            return required(session.call(key, command(key, "PEXPIRETIME"))).number();
        }
        RespClient client = client(key);
        client.send("MULTI");
        client.send(command(key, "PTTL"));
        client.send("TIME");
        client.send("EXEC");
        client.flush();
        for (int i = 0; i < 3; i++) {
            required(client.read());
        }
        List<Resp> replies = required(client.read()).items();
        long left = replies.get(0).number();
        return left < 0 ? left : left + (micros(replies.get(1)) + 500) / 1000;
    }

    private static Resp required(Resp reply) throws IOException {
        if (reply instanceof Resp.Failure failure) {
            throw new IOException(failure.text());
        }
        return reply;
    }

    private static long micros(Resp time) {
        return time.items().get(0).number() * 1_000_000 + time.items().get(1).number();
    }

    @Override
    public void close() {
        session.close();
    }
}
