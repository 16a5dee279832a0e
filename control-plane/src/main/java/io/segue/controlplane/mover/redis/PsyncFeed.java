package io.segue.controlplane.mover.redis;

import io.segue.controlplane.mover.redis.psync.LinkListener;
import io.segue.controlplane.mover.redis.psync.LinkSettings;
import io.segue.controlplane.mover.redis.psync.Position;
import io.segue.controlplane.mover.redis.psync.ReplicationLink;
import io.segue.controlplane.mover.redis.psync.Snapshot;
import io.segue.controlplane.redis.Redis;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.proto.v1.ConnectionConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mover as a replica: the snapshot is the first copy, and every effect of the stream names the keys that it changed. The link is exact to
 * the byte: a barrier is an offset of the server's, and after a broken link or a restart nothing need be compared again.
 */
final class PsyncFeed implements Feed {
    private static final Logger LOG = LoggerFactory.getLogger(PsyncFeed.class);

    private static final long SHORTEST_PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(500);

    private final String name;
    private final Connector connector;
    private final FeedListener listener;
    private final Predicate<Snapshot> snapshots;
    private final LongUnaryOperator pauses;
    private final Runnable functions;
    private final Consumer<String> failed;
    private final ReplicationLink link;
    private final Object arrival = new Object();
    private boolean up;
    private @Nullable Position last;
    /** A place to which everything will have been carried over once what was named until then is; with the time of it. */
    private @Nullable Position candidate;

    private long candidateAt;
    /** A snapshot that was not read; it counts as dealt with once everything is known to be equal. */
    private @Nullable Snapshot unread;

    private boolean first;

    /**
     * @param connector opens a connection for asking the shard where it is
     * @param at the shard, with passwords
     * @param folder where the link keeps what it has received
     * @param snapshots takes a snapshot, or says that it is not needed; must not wait
     * @param fresh whether nothing was copied before: then the first snapshot is all there is
     * @param pauses how long to pause after a piece of a snapshot that took so long, both in nanoseconds
     * @param functions is called when the functions have changed
     * @param failed is told that the link cannot work
     */
    PsyncFeed(
            String name,
            Connector connector,
            ConnectionConfig at,
            Path folder,
            FeedListener listener,
            Predicate<Snapshot> snapshots,
            boolean fresh,
            LongUnaryOperator pauses,
            Runnable functions,
            Consumer<String> failed)
            throws IOException {
        this.name = name;
        this.connector = connector;
        this.listener = listener;
        this.snapshots = snapshots;
        this.first = fresh;
        this.pauses = pauses;
        this.functions = functions;
        this.failed = failed;
        this.link = new ReplicationLink(name, at, folder, new Listener(), LinkSettings.DEFAULT);
    }

    @Override
    public void start() {
        link.start();
    }

    @Override
    public String name() {
        return "psync";
    }

    /** All of a snapshot is on the follower: it need not be sent again after a restart. */
    void applied(Snapshot snapshot) throws IOException {
        link.applied(snapshot);
    }

    /** The snapshot could not be read: another one is asked for. */
    void resync() {
        link.resync();
    }

    @Override
    public void carriedOver(@Nullable Long oldest, boolean clear) {
        Position done = null;
        Snapshot replaced = null;
        synchronized (arrival) {
            if (clear) {
                replaced = unread;
                unread = null;
            }
            if (candidate == null) {
                candidate = last;
                candidateAt = System.nanoTime();
            } else if (clear && (oldest == null || oldest - candidateAt > 0)) {
                done = candidate;
                candidate = null;
            }
        }
        try {
            if (replaced != null) {
                link.applied(replaced);
            }
            if (done != null) {
                link.checkpoint(done);
            }
        } catch (IOException e) {
            LOG.warn("{}: the checkpoint cannot be written: {}", name, e.toString());
        }
    }

    @Override
    public boolean barrier(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        long offset;
        try (RedisConnection connection = connector.open()) {
            offset = offset(connection);
        } catch (IOException e) {
            return false;
        }
        synchronized (arrival) {
            while (!up || last == null || last.offset() < offset) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                arrival.wait(left);
            }
            return true;
        }
    }

    private static long offset(RedisConnection connection) throws IOException {
        if (connection.call("INFO", "replication") instanceof byte[] text) {
            Map<String, String> info = Redis.info(text);
            // A node that is a replica itself tells what it has of its primary's stream.
            String offset = info.getOrDefault("slave_repl_offset", info.getOrDefault("master_repl_offset", ""));
            if (offset.matches("\\d{1,18}")) {
                return Long.parseLong(offset);
            }
        }
        throw new IOException("INFO replication: no offset");
    }

    private void up(boolean now) {
        synchronized (arrival) {
            up = now;
            arrival.notifyAll();
        }
    }

    @Override
    public void close() {
        link.close();
    }

    private final class Listener implements LinkListener {
        /** Pauses are gathered: short ones would be longer than asked for. */
        private long unpaid;

        @Override
        public void fullResync(Snapshot snapshot) {
            synchronized (arrival) {
                candidate = null;
                last = null;
            }
            if (!first) {
                // What the snapshot lacks may stand on the follower from an earlier one.
                listener.everything("the authority's stream began anew");
            }
            first = false;
            if (!snapshots.test(snapshot)) {
                discard(snapshot);
            }
            up(true);
            listener.up();
        }

        private void discard(Snapshot snapshot) {
            try {
                snapshot.close();
            } catch (IOException e) {
                LOG.warn("{}: a snapshot cannot be removed: {}", name, e.toString());
            }
            synchronized (arrival) {
                unread = snapshot;
            }
        }

        @Override
        public void pieceReceived(long tookNs) {
            unpaid += pauses.applyAsLong(tookNs);
            if (unpaid > SHORTEST_PAUSE_NS) {
                LockSupport.parkNanos(this, unpaid);
                unpaid = 0;
            }
        }

        @Override
        public void continued(String replid, boolean failover) {
            if (failover) {
                // What was copied shortly before may come from effects that the new primary has never had.
                listener.everything("the authority failed over");
            }
            up(true);
            listener.up();
        }

        @Override
        public void change(int db, byte[] key) {
            listener.changed(db, key);
        }

        @Override
        public void everything(String reason) {
            listener.everything(reason);
        }

        @Override
        public void functions() {
            functions.run();
        }

        @Override
        public void position(Position position) {
            synchronized (arrival) {
                last = position;
                arrival.notifyAll();
            }
        }

        @Override
        public void ghosts(long from, long to) {
            LOG.warn("{}: the authority has lost bytes {} to {} of its history", name, from, to);
        }

        @Override
        public void lost(String reason) {
            up(false);
            listener.down(reason, false);
        }

        @Override
        public void failed(String reason) {
            up(false);
            failed.accept(reason);
        }
    }
}
