package io.segue.controlplane.mover.redis;

import io.segue.controlplane.redis.Push;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisError;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server names every changed key itself, whoever changed it: <a
 * href="https://redis.io/docs/latest/develop/reference/client-side-caching/">client-side caching</a> in broadcasting mode, over RESP3. Expiry
 * and eviction are named too; FLUSHALL and FLUSHDB come as "everything". It does not say in which database a key changed, and SWAPDB
 * and what consumer groups do are not named at all: the server's own count of such calls tells of that. A thread of its own reads; when the connection is lost, nothing
 * that changed since is known, so everything is owed once it is up again.
 */
final class TrackingFeed implements Feed {
    private static final Logger LOG = LoggerFactory.getLogger(TrackingFeed.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration TICK = Duration.ofMillis(250);
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long DEAD_NS = TimeUnit.SECONDS.toNanos(15);

    private static final Pattern GROUP_CALLS =
            Pattern.compile("cmdstat_x(readgroup|ack|claim|autoclaim|group[^:]*|setid):calls=\\d+");

    private final Connector connector;
    private final FeedListener listener;
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable RedisConnection connection;
    private final Object sending = new Object();
    /** Looks asked for and answered, on the present connection; guarded by {@link #sending}. */
    private long asked;

    private long answered;
    private long incarnation;
    private boolean up;
    private @Nullable String swaps;
    private String groups = "";

    /** @param connector opens a connection to the shard; its timeout is replaced */
    TrackingFeed(String name, Connector connector, FeedListener listener) {
        this.connector = connector;
        this.listener = listener;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    @Override
    public void start() {
        thread.start();
    }

    private void run() {
        Backoff backoff = new Backoff();
        boolean before = false;
        while (!closed) {
            try (RedisConnection opened = connector.open()) {
                begin(opened);
                if (before) {
                    listener.everything("the change feed was lost");
                }
                before = true;
                listener.up();
                backoff.reset();
                follow(opened);
            } catch (IOException | RuntimeException e) {
                // Whatever it is: nothing is named any more, and nobody may believe otherwise.
                lost();
                if (!closed) {
                    LOG.info("{}: {}", thread.getName(), e.toString(), e instanceof RuntimeException ? e : null);
                    listener.down(String.valueOf(e.getMessage()), true);
                    backoff.pause();
                }
            }
        }
    }

    private void begin(RedisConnection opened) throws IOException {
        opened.timeout(TIMEOUT);
        opened.call("HELLO", "3");
        opened.call("CLIENT", "TRACKING", "ON", "BCAST");
        // From here on every change is named. What changed before is the business of whoever looks at the data
        // afterwards.
        @Nullable Object stats = skipPushes(opened, "INFO", "commandstats");
        synchronized (sending) {
            swaps = swaps(stats);
            groups = groups(stats);
            asked = 0;
            answered = 0;
            incarnation++;
            up = true;
            connection = opened;
            sending.notifyAll();
        }
    }

    private @Nullable Object skipPushes(RedisConnection opened, String... command) throws IOException {
        opened.send(command);
        opened.flush();
        while (true) {
            Object reply = opened.read();
            if (reply instanceof Push push) {
                take(push);
            } else {
                return reply;
            }
        }
    }

    private void follow(RedisConnection opened) throws IOException {
        opened.timeout(TICK);
        long heard = System.nanoTime();
        long looked = heard;
        while (!closed) {
            long now = System.nanoTime();
            if (now - looked > LOOK_NS) {
                looked = now;
                look(opened);
            }
            // Asked before the read, because a read that gives up in the middle of a message cannot go on.
            if (!opened.await()) {
                if (System.nanoTime() - heard > DEAD_NS) {
                    throw new SocketTimeoutException("no answer for " + TimeUnit.NANOSECONDS.toSeconds(DEAD_NS) + " s");
                }
                continue;
            }
            opened.timeout(TIMEOUT);
            Object message = opened.read();
            opened.timeout(TICK);
            heard = System.nanoTime();
            if (message instanceof Push push) {
                take(push);
            } else {
                answer(message);
            }
        }
    }

    private void take(Push push) throws IOException {
        if (push.items().size() != 2 || !(push.items().get(0) instanceof byte[] kind)) {
            return;
        }
        if (!new String(kind, StandardCharsets.US_ASCII).equals("invalidate")) {
            return;
        }
        if (push.items().get(1) instanceof List<?> keys) {
            for (Object key : keys) {
                if (!(key instanceof byte[] bytes)) {
                    throw new IOException("an invalidation that names no key");
                }
                listener.changed(DirtySet.ANY_DB, bytes);
            }
        } else {
            listener.everything("FLUSHALL or FLUSHDB");
        }
    }

    /** PING twice: what was executed before the first is named before the second is answered. Then the count of SWAPDB. */
    private long look(RedisConnection opened) throws IOException {
        synchronized (sending) {
            opened.send("PING");
            opened.flush();
            asked++;
            return asked;
        }
    }

    private void answer(@Nullable Object reply) throws IOException {
        RedisConnection now = Objects.requireNonNull(connection);
        if (reply instanceof RedisError error) {
            throw new IOException("the feed's connection is refused: " + error.text());
        }
        if (!(reply instanceof byte[] bytes)) {
            throw new IOException("an unexpected reply on the feed's connection");
        }
        if (bytes.length == 4) {
            // PONG: now the second stage, in a later cycle of the server.
            synchronized (sending) {
                now.send("INFO", "commandstats");
                now.flush();
            }
            return;
        }
        String seen = swaps(bytes);
        synchronized (sending) {
            if (!Objects.equals(seen, swaps)) {
                swaps = seen;
                listener.everything("SWAPDB");
            }
            String groupCalls = groups(bytes);
            if (!groupCalls.equals(groups)) {
                groups = groupCalls;
                listener.groupsChanged();
            }
            answered++;
            sending.notifyAll();
        }
    }

    /** How often each command was called that changes consumer groups. */
    private static String groups(@Nullable Object stats) {
        if (!(stats instanceof byte[] bytes)) {
            return "";
        }
        StringBuilder calls = new StringBuilder();
        Matcher lines = GROUP_CALLS.matcher(new String(bytes, StandardCharsets.US_ASCII));
        while (lines.find()) {
            calls.append(lines.group());
        }
        return calls.toString();
    }

    private static @Nullable String swaps(@Nullable Object stats) {
        if (!(stats instanceof byte[] bytes)) {
            return null;
        }
        String text = new String(bytes, StandardCharsets.US_ASCII);
        int from = text.indexOf("cmdstat_swapdb:calls=");
        return from < 0 ? "" : text.substring(from, text.indexOf(',', from));
    }

    @Override
    public boolean barrier(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        synchronized (sending) {
            long mine = -1;
            long ticket = 0;
            while (!closed) {
                RedisConnection now = connection;
                if (mine < 0 && up && now != null) {
                    mine = incarnation;
                    try {
                        ticket = look(now);
                    } catch (IOException e) {
                        return false;
                    }
                } else if (mine >= 0 && (incarnation != mine || !up)) {
                    return false;
                } else if (mine >= 0 && answered >= ticket) {
                    return true;
                }
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                sending.wait(left);
            }
            return false;
        }
    }

    private void lost() {
        synchronized (sending) {
            up = false;
            connection = null;
            sending.notifyAll();
        }
    }

    @Override
    public String name() {
        return "tracking";
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        RedisConnection now = connection;
        if (now != null) {
            now.close();
        }
    }
}
