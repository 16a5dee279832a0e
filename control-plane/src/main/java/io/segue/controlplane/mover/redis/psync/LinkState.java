package io.segue.controlplane.mover.redis.psync;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a link knows across its connections: how far it is, and the way of the stream's bytes to spool and listener. On the link's thread. */
final class LinkState implements ChangeSink {
    private final LinkStore store;
    private final LinkListener listener;
    private @Nullable StreamParser parser;
    private @Nullable KeyTable table;
    /** The last place before a command whose bytes before it are all in the spool. */
    private StreamSpool.Start at = new StreamSpool.Start(0, 0);

    private boolean replayed;
    private boolean needsSnapshot;
    private int snapshotsFailed;
    private long behindSince = Long.MIN_VALUE;
    private long strangeAt = -1;
    private @Nullable Snapshot snapshot;

    LinkState(LinkStore store, LinkListener listener) {
        this.store = store;
        this.listener = listener;
        needsSnapshot = store.checkpoint() == null;
    }

    StreamSpool spool() {
        return store.spool();
    }

    /** Snapshots in a row that have not come to their end. */
    int snapshotsFailed() {
        return snapshotsFailed;
    }

    /** Whether nothing more can be taken before a checkpoint makes room. */
    boolean full() {
        return replayed && spool().full();
    }

    /** Goes on with a snapshot whatever there is. */
    void needSnapshot() {
        needsSnapshot = true;
    }

    /** A connection begins: takes back what was not whole, and, the first time, names again what is in the spool. */
    void begin(KeyTable now) throws IOException {
        table = now;
        StreamParser reader = parser;
        if (reader == null) {
            reader = new StreamParser(now, this);
            parser = reader;
        } else {
            reader.table(now);
        }
        if (needsSnapshot) {
            return;
        }
        if (!replayed) {
            replay(reader, now);
            replayed = true;
        }
        if (spool().end() > at.offset()) {
            spool().truncate(at.offset());
        }
        reader.reset(at.offset(), at.db());
    }

    private void replay(StreamParser reader, KeyTable now) throws IOException {
        for (Ghosts lost : store.ghosts()) {
            listener.ghosts(lost.from(), lost.to());
            lost.tell(now, this);
        }
        Checkpoint from = checkpoint();
        reader.reset(from.offset(), from.db());
        at = new StreamSpool.Start(from.offset(), from.db());
        long[] offset = {from.offset()};
        try {
            spool().read(from.offset(), spool().end(), (bytes, first, last) -> {
                reader.feed(bytes, first, last);
                offset[0] += last - first;
                reached(reader);
            });
        } catch (IOException e) {
            // A file that lies about what is in it: from its last whole command on, the source tells it again.
            reached(reader);
        }
    }

    private Checkpoint checkpoint() {
        Checkpoint now = store.checkpoint();
        if (now == null) {
            throw new IllegalStateException("no checkpoint");
        }
        return now;
    }

    private void reached(StreamParser reader) {
        if (reader.boundary() > at.offset()) {
            at = new StreamSpool.Start(reader.boundary(), reader.db());
            listener.position(new Position(store.run(), at.offset(), at.db()));
        }
    }

    /** What to ask for. */
    Resume resume(Map<String, String> info, Duration patience) throws IOException {
        KeyTable now = table;
        if (needsSnapshot || now == null) {
            return Resume.SNAPSHOT;
        }
        Duration waited =
                behindSince == Long.MIN_VALUE ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - behindSince);
        try {
            Resume resume = Resume.decide(checkpoint().replid(), at, info, spool(), now, waited, patience);
            behindSince = Long.MIN_VALUE;
            return resume;
        } catch (Resume.BehindException e) {
            if (behindSince == Long.MIN_VALUE) {
                behindSince = System.nanoTime();
            }
            throw e;
        }
    }

    /** A snapshot as of {@code offset} comes. */
    Snapshot fullResync(String replid, long offset) throws IOException {
        needsSnapshot = true;
        snapshotsFailed++;
        if (snapshot != null) {
            snapshot.file().abandon("another snapshot replaces it");
        }
        SnapshotFile file = store.fullResync(replid, offset);
        at = new StreamSpool.Start(offset, 0);
        snapshot = new Snapshot(replid, offset, store.run(), file);
        return snapshot;
    }

    /** It is here; the stream after it begins in {@code db}. */
    void snapshotReceived(int db) throws IOException {
        store.snapshotReceived(db);
        at = new StreamSpool.Start(at.offset(), db);
        reader().reset(at.offset(), db);
        needsSnapshot = false;
        replayed = true;
        snapshotsFailed = 0;
        listener.position(new Position(store.run(), at.offset(), db));
    }

    /** The source goes on, as asked for with {@code resume}. */
    void goOn(Resume resume, @Nullable String newId) throws IOException {
        String before = checkpoint().replid();
        String id = newId == null ? before : newId;
        listener.continued(id, !id.equals(before));
        if (resume.lost()) {
            Ghosts lost = store.cut(id, resume.from(), resume.known());
            at = resume.from();
            reader().reset(at.offset(), at.db());
            listener.ghosts(lost.from(), lost.to());
            KeyTable now = table;
            if (now != null) {
                lost.tell(now, this);
            }
        } else if (!id.equals(before)) {
            store.renamed(id);
        }
        listener.position(new Position(store.run(), at.offset(), at.db()));
    }

    /** The next bytes of the stream. */
    void take(byte[] bytes, int count) throws IOException {
        StreamParser reader = reader();
        try {
            reader.feed(bytes, 0, count);
        } catch (IOException e) {
            keep(reader, bytes, (int) (reader.boundary() - spool().end()));
            // Once: a slip on the way. Twice at the same place: it is so at the source.
            needsSnapshot |= strangeAt == at.offset();
            strangeAt = at.offset();
            throw e;
        }
        keep(reader, bytes, count);
    }

    private void keep(StreamParser reader, byte[] bytes, int count) throws IOException {
        if (count > 0) {
            boolean further = reader.boundary() > at.offset();
            int split = further ? (int) (reader.boundary() - spool().end()) : -1;
            spool().append(bytes, 0, count, split, reader.db());
            reached(reader);
        }
    }

    private StreamParser reader() {
        StreamParser reader = parser;
        if (reader == null) {
            throw new IllegalStateException("no connection has begun");
        }
        return reader;
    }

    @Override
    public void change(int db, byte[] key) {
        listener.change(db, key);
    }

    @Override
    public void everything(String reason) {
        listener.everything(reason);
    }

    @Override
    public void functions() {
        listener.functions();
    }
}
