package io.segue.controlplane.mover.redis.psync;

import java.io.Closeable;
import java.io.IOException;

/**
 * The state of the source at one moment, as an RDB file that may still be on its way. For one reader, on any thread but the link's;
 * {@link #close} may be called by another.
 */
public final class Snapshot implements Closeable {
    private final String replid;
    private final long offset;
    private final long run;
    private final SnapshotFile file;
    private volatile RdbReader reader;
    private volatile long total = -1;
    private volatile long readBytes;

    Snapshot(String replid, long offset, long run, SnapshotFile file) {
        this.replid = replid;
        this.offset = offset;
        this.run = run;
        this.file = file;
        this.reader = new RdbReader(file);
    }

    /** Replication id of the source. */
    public String replid() {
        return replid;
    }

    /** The stream offset whose state this is: it holds all effects up to there, and none after. */
    public long offset() {
        return offset;
    }

    /** As in {@link Position#run}. */
    public long run() {
        return run;
    }

    /** Bytes it has in all; -1 while that is not known. */
    public long totalBytes() {
        return total;
    }

    /** Bytes that have come. */
    public long receivedBytes() {
        return file.written();
    }

    /** Bytes that have been read. */
    public long readBytes() {
        return readBytes;
    }

    void total(long bytes) {
        total = bytes;
    }

    SnapshotFile file() {
        return file;
    }

    /** Whether the link knows that the rest will not come: it will give another one by itself. */
    public boolean abandoned() {
        return file.abandoned();
    }

    /** Whether more has come than was read: {@link #read} does not have to wait for its first bytes. */
    public boolean ready() {
        return reader.ready();
    }

    /**
     * Gives keys to {@code handler}: at least one unless the end comes first, at most {@code most}, and no more than are here without
     * waiting.
     *
     * @param most at least 1
     * @return false at the end: everything has been given, and the checksum is right
     * @throws IOException the rest will not come: the link was lost, the snapshot is broken, or another one replaces it; or what the
     *     handler throws
     */
    public boolean read(RdbHandler handler, int most) throws IOException {
        boolean more = reader.read(handler, most);
        readBytes = reader.position();
        return more;
    }

    /** Reads from the beginning again. */
    public void rewind() {
        file.rewind();
        reader = new RdbReader(file);
        readBytes = 0;
    }

    /** Ends the reading and removes the file. The link goes on. */
    @Override
    public void close() throws IOException {
        file.close();
    }
}
