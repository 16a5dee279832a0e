package io.segue.controlplane.mover.redis.psync;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a link keeps in its folder: the checkpoint, the spool of the stream, and pieces that the source has lost. Thread-safe; what the
 * link's thread appends goes past this object, straight to the spool.
 */
final class LinkStore implements Closeable {
    private final Path folder;
    private final LinkSettings settings;
    private final StreamSpool spool;
    private final List<Ghosts> ghosts = new ArrayList<>();
    private @Nullable Checkpoint checkpoint;
    private long run = 1;
    private long snapshotRun;

    /** Opens the folder, which is made if missing; removes snapshots that a crash has left. */
    LinkStore(Path folder, LinkSettings settings) throws IOException {
        this.folder = folder;
        this.settings = settings;
        Files.createDirectories(folder);
        delete(folder, "snapshot-*.rdb");
        checkpoint = Checkpoint.read(folder).filter(Checkpoint::snapshotApplied).orElse(null);
        spool = new StreamSpool(folder, settings.segmentBytes(), settings.maxStreamBytes());
        Checkpoint from = checkpoint;
        if (from != null) {
            if (from.offset() < spool.start() || from.offset() > spool.end()) {
                spool.reset(from.offset(), from.db());
            }
            spool.trim(from.offset(), settings.ghostBytes());
            findGhosts();
        }
    }

    private void findGhosts() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "ghosts-*.part")) {
            for (Path file : files) {
                Ghosts found = Ghosts.of(file);
                if (found != null) {
                    ghosts.add(found);
                }
            }
        }
    }

    /** Removes everything that links keep in {@code folder}. */
    static void forget(Path folder) throws IOException {
        delete(folder, "{snapshot-*.rdb,stream-*.part,stream.synced,ghosts-*,psync.checkpoint*}");
    }

    private static void delete(Path folder, String glob) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    StreamSpool spool() {
        return spool;
    }

    /** From where to go on; null: from the beginning. */
    synchronized @Nullable Checkpoint checkpoint() {
        return checkpoint;
    }

    synchronized long run() {
        return run;
    }

    synchronized List<Ghosts> ghosts() {
        return List.copyOf(ghosts);
    }

    /** A snapshot as of {@code offset} begins to come; nothing of before counts. Returns where to keep it. */
    synchronized SnapshotFile fullResync(String replid, long offset) throws IOException {
        run++;
        snapshotRun = run;
        save(new Checkpoint(replid, offset, 0, false));
        spool.reset(offset, 0);
        ghosts.clear();
        delete(folder, "ghosts-*");
        return new SnapshotFile(folder.resolve("snapshot-" + run + ".rdb"), settings.maxSnapshotBytes());
    }

    /** The snapshot is here; the stream after it begins in {@code db}. */
    synchronized void snapshotReceived(int db) throws IOException {
        Checkpoint now = known();
        save(new Checkpoint(now.replid(), now.offset(), db, now.snapshotApplied()));
        spool.reset(now.offset(), db);
    }

    /** Everything up to {@code position} has been dealt with. */
    synchronized void checkpoint(Position position) throws IOException {
        Checkpoint now = checkpoint;
        if (now == null || position.run() != run || position.offset() < now.offset()) {
            return;
        }
        if (position.offset() > now.offset() || position.db() != now.db()) {
            save(new Checkpoint(now.replid(), position.offset(), position.db(), now.snapshotApplied()));
            spool.trim(position.offset(), settings.ghostBytes());
        }
        for (Ghosts done : ghosts) {
            Files.deleteIfExists(done.file());
        }
        ghosts.clear();
    }

    /** The snapshot of {@code ofRun} has been dealt with. */
    synchronized void applied(long ofRun) throws IOException {
        Checkpoint now = checkpoint;
        if (now != null && ofRun == snapshotRun && !now.snapshotApplied()) {
            save(new Checkpoint(now.replid(), now.offset(), now.db(), true));
        }
    }

    /** The source's history has the id {@code replid} from now on. */
    synchronized void renamed(String replid) throws IOException {
        Checkpoint now = known();
        save(new Checkpoint(replid, now.offset(), now.db(), now.snapshotApplied()));
    }

    /** The source has lost what is after {@code at}; {@code known}: the spool reaches back to it. Returns the piece. */
    synchronized Ghosts cut(String replid, StreamSpool.Start at, boolean known) throws IOException {
        Checkpoint now = known();
        long end = spool.end();
        Ghosts lost = Ghosts.write(folder, spool, at.offset(), end, at.db(), known);
        // In this order: the piece is safe before the spool forgets it, and the old history is gone before the new one
        // has a name. A
        // checkpoint that is ahead of the spool then still tells that something was lost.
        run++;
        ghosts.add(lost);
        if (known) {
            spool.truncate(at.offset());
        } else {
            spool.reset(at.offset(), at.db());
        }
        boolean behind = now.offset() <= at.offset();
        save(new Checkpoint(
                replid, Math.min(now.offset(), at.offset()), behind ? now.db() : at.db(), now.snapshotApplied()));
        return lost;
    }

    private Checkpoint known() {
        Checkpoint now = checkpoint;
        if (now == null) {
            throw new IllegalStateException("no source has been followed yet");
        }
        return now;
    }

    private void save(Checkpoint next) throws IOException {
        next.write(folder);
        checkpoint = next;
    }

    @Override
    public void close() throws IOException {
        try {
            spool.sync();
        } finally {
            spool.close();
        }
    }
}
