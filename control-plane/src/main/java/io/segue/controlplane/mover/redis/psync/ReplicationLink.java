package io.segue.controlplane.mover.redis.psync;

import io.segue.controlplane.redis.Redis;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisErrorException;
import io.segue.proto.v1.ConnectionConfig;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Follows a Redis server as a replica does: a snapshot first, then the names of all keys that change. Broken links are made again, with
 * growing pauses; what a checkpoint in the folder covers is not asked for again.
 *
 * <p>The source is told only what is on disk here. Values are not in what this gives after the snapshot: they are to be read from the
 * source, so that a key's copy holds at least the effect that named it.
 *
 * <p>Thread-safe.
 */
public final class ReplicationLink implements Closeable {
    private static final long CLOSE_MS = 3_000;

    private final String name;
    private final ConnectionConfig at;
    private final LinkListener listener;
    private final LinkSettings settings;
    private final LinkStore store;
    private final LinkState state;
    private final Thread thread;
    private final Object monitor = new Object();
    private boolean closed;
    private boolean resync;
    private @Nullable RedisConnection connection;

    /**
     * Opens the folder; nothing is connected yet.
     *
     * @param name of the connection at the source, and of the threads: no spaces
     * @param at with passwords
     * @param folder where snapshot, stream and checkpoint are kept; made if missing; for one link at a time
     * @throws IOException the folder cannot be used
     */
    public ReplicationLink(String name, ConnectionConfig at, Path folder, LinkListener listener, LinkSettings settings)
            throws IOException {
        this.name = name;
        this.at = at;
        this.listener = listener;
        this.settings = settings;
        store = new LinkStore(folder, settings);
        state = new LinkState(store, listener);
        thread = new Thread(this::work, name);
        thread.setDaemon(true);
    }

    /** Begins. If the folder has a checkpoint with a snapshot that was dealt with, it goes on from there. Once. */
    public void start() {
        thread.start();
    }

    /**
     * Everything that was named before {@code position} has been dealt with, durably: after a crash it is not named again. Writes to
     * disk, so not to be called for each position. A position from before a full synchronisation or a lost tail is passed over.
     */
    public void checkpoint(Position position) throws IOException {
        store.checkpoint(position);
    }

    /** All of {@code snapshot} has been dealt with, durably. Without this, a restart begins with another snapshot. */
    public void applied(Snapshot snapshot) throws IOException {
        store.applied(snapshot.run());
    }

    /** Asks for a snapshot again, because the last one could not be used. */
    public void resync() {
        synchronized (monitor) {
            resync = true;
            hangUp();
        }
    }

    /** Offset of the last byte of the stream that has come. */
    public long received() {
        return store.spool().end();
    }

    /** Removes what links keep in {@code folder}; none must be open. */
    public static void forget(Path folder) throws IOException {
        LinkStore.forget(folder);
    }

    private void work() {
        try {
            long pauseMs = settings.minBackoff().toMillis();
            while (!isClosed()) {
                long before = store.spool().end();
                String reason = attempt();
                if (isClosed()) {
                    return;
                }
                if (state.snapshotsFailed() >= settings.snapshotTries()) {
                    listener.failed(reason + " (" + state.snapshotsFailed() + " full synchronisations in a row)");
                    return;
                }
                listener.lost(reason);
                pauseMs = store.spool().end() > before
                        ? settings.minBackoff().toMillis()
                        : Math.min(2 * pauseMs, settings.maxBackoff().toMillis());
                pause(pauseMs - ThreadLocalRandom.current().nextLong(pauseMs / 2 + 1));
            }
        } catch (IOException e) {
            if (!isClosed()) {
                listener.failed(message(e));
            }
        } catch (RuntimeException e) {
            listener.failed("a defect of this program: " + e);
        } finally {
            end();
        }
    }

    /** Connects, and works until the connection breaks; says why it did. What is thrown cannot be helped by another attempt. */
    private String attempt() throws IOException {
        if (state.full()) {
            return "the spool of the stream is full: waiting until the follower has got more of it";
        }
        try (RedisConnection made = Redis.open(at, settings.connectTimeout())) {
            if (!use(made)) {
                return "closed";
            }
            new LinkSession(name, made, state, listener, settings).run();
            return "the stream has ended";
        } catch (NotPermittedException e) {
            throw e;
        } catch (SpoolFullException e) {
            if (state.snapshotsFailed() > 0) {
                throw e;
            }
            return message(e);
        } catch (RedisErrorException e) {
            IOException meaning = Handshake.refusal("login", e.error().text());
            if (meaning instanceof NotPermittedException) {
                throw meaning;
            }
            return message(e);
        } catch (IOException e) {
            return message(e);
        }
    }

    private static String message(IOException e) {
        if (e instanceof SocketTimeoutException) {
            return "the source has been silent for too long";
        }
        String text = e.getMessage();
        return text == null ? e.getClass().getSimpleName() : text;
    }

    private boolean use(RedisConnection made) {
        synchronized (monitor) {
            if (closed) {
                return false;
            }
            connection = made;
            if (resync) {
                resync = false;
                state.needSnapshot();
            }
            return true;
        }
    }

    private boolean isClosed() {
        synchronized (monitor) {
            return closed;
        }
    }

    private void pause(long millis) {
        long deadline = System.nanoTime() + Duration.ofMillis(millis).toNanos();
        synchronized (monitor) {
            try {
                for (long left = millis; left > 0 && !closed; left = (deadline - System.nanoTime()) / 1_000_000) {
                    monitor.wait(left);
                }
            } catch (InterruptedException e) {
                closed = true;
            }
        }
    }

    private void hangUp() {
        if (connection != null) {
            connection.close();
        }
        monitor.notifyAll();
    }

    private void end() {
        try {
            store.close();
        } catch (IOException e) {
            // What is on disk by now is what counts.
        }
    }

    /** Hangs up, and ends the thread; nothing is called afterwards. The folder stays. */
    @Override
    public void close() {
        synchronized (monitor) {
            closed = true;
            hangUp();
        }
        if (thread.getState() == Thread.State.NEW) {
            end();
            return;
        }
        if (Thread.currentThread() != thread) {
            try {
                thread.join(CLOSE_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
