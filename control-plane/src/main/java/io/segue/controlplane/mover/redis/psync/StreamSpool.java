package io.segue.controlplane.mover.redis.psync;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The bytes of a replication stream on disk, in files that each begin with a command. Bytes count as kept once {@link #sync} has covered
 * them: after a crash the spool ends there. One thread appends and truncates, others may {@link #sync} and {@link #trim}.
 */
final class StreamSpool implements Closeable {
    private static final Pattern NAME = Pattern.compile("stream-(\\d{1,19})-(\\d{1,7})\\.part");
    private static final String SYNCED = "stream.synced";
    private static final int COPY = 128 * 1024;

    /** One file: its first byte is the one after {@code start}. */
    private record Segment(Path file, long start, int db) {}

    /** A place before a command. */
    record Start(long offset, int db) {}

    /** Takes bytes of the spool. */
    @FunctionalInterface
    interface Taker {
        void take(byte[] bytes, int from, int to) throws IOException;
    }

    private final Path folder;
    private final int segmentBytes;
    private final long most;
    private final List<Segment> segments = new ArrayList<>();
    private final FileChannel synced;
    private FileChannel out;
    private long end;
    private long durable;
    private long released;
    /** Grows when bytes are taken back. */
    private long version;

    /**
     * Opens what is there; nothing is there: an empty spool at 0.
     *
     * @param most bytes that it may hold
     */
    StreamSpool(Path folder, int segmentBytes, long most) throws IOException {
        this.folder = folder;
        this.segmentBytes = segmentBytes;
        this.most = most;
        synced = FileChannel.open(
                folder.resolve(SYNCED), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        find();
        if (segments.isEmpty()) {
            segments.add(new Segment(file(0, 0), 0, 0));
        }
        out = open(last());
        end = last().start() + out.size();
        released = first().start();
        long proven = Math.max(first().start(), readSynced());
        if (proven < end) {
            truncate(proven);
        }
        durable = end;
    }

    private void find() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "stream-*.part")) {
            for (Path file : files) {
                Matcher name = NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    segments.add(new Segment(file, Long.parseLong(name.group(1)), Integer.parseInt(name.group(2))));
                }
            }
        }
        segments.sort(Comparator.comparingLong(Segment::start));
        for (int i = 1; i < segments.size(); i++) {
            Segment before = segments.get(i - 1);
            if (before.start() + Files.size(before.file()) != segments.get(i).start()) {
                // What comes after a gap is worth nothing.
                drop(i);
            }
        }
    }

    private long readSynced() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);
        return synced.read(bytes, 0) == Long.BYTES ? bytes.getLong(0) : 0;
    }

    private void writeSynced() throws IOException {
        synced.write(ByteBuffer.allocate(Long.BYTES).putLong(0, durable), 0);
    }

    private Path file(long start, int db) {
        return folder.resolve(String.format("stream-%019d-%d.part", start, db));
    }

    private static FileChannel open(Segment segment) throws IOException {
        return FileChannel.open(segment.file(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private Segment first() {
        return segments.get(0);
    }

    private Segment last() {
        return segments.get(segments.size() - 1);
    }

    /** Removes the segments from {@code index} on. */
    private void drop(int index) throws IOException {
        while (segments.size() > index) {
            Files.deleteIfExists(segments.remove(segments.size() - 1).file());
        }
    }

    /** Offset before its first byte. */
    synchronized long start() {
        return first().start();
    }

    /** Offset of its last byte. */
    synchronized long end() {
        return end;
    }

    /** Offset of the last byte that a crash cannot take. */
    synchronized long durable() {
        return durable;
    }

    /** Whether nothing can be appended before more is released. */
    synchronized boolean full() {
        // Files are removed whole: the one that is written and the one that is half released stay.
        return end - released > most - 2L * segmentBytes;
    }

    /** Throws all away; the next byte is the one after {@code start}, where a command begins. */
    synchronized void reset(long start, int db) throws IOException {
        version++;
        out.close();
        drop(0);
        segments.add(new Segment(file(start, db), start, db));
        out = open(last());
        end = start;
        released = start;
        durable = start;
        writeSynced();
    }

    /**
     * Appends.
     *
     * @param boundary where in {@code bytes} the last command ends, or the next one begins; -1: nowhere
     * @param db database in force there
     * @throws SpoolFullException nothing was appended
     */
    synchronized void append(byte[] bytes, int from, int to, int boundary, int db) throws IOException {
        if (end + (to - from) - first().start() > most) {
            trim(released, 0);
            if (end + (to - from) - first().start() > most) {
                throw new SpoolFullException("the spool of the stream is full: " + (end - first().start())
                        + " bytes that the follower has not got yet (limit: " + most + ")");
            }
        }
        if (boundary >= from && end - last().start() >= segmentBytes) {
            write(bytes, from, boundary);
            out.force(false);
            out.close();
            segments.add(new Segment(file(end, db), end, db));
            out = open(last());
            write(bytes, boundary, to);
        } else {
            write(bytes, from, to);
        }
    }

    private void write(byte[] bytes, int from, int to) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes, from, to - from);
        while (left.hasRemaining()) {
            end += out.write(left);
        }
    }

    /** Brings to disk what has been appended; returns {@link #durable}. The appending goes on meanwhile. */
    long sync() throws IOException {
        FileChannel channel;
        long upTo;
        long as;
        synchronized (this) {
            if (durable == end) {
                return durable;
            }
            channel = out;
            upTo = end;
            as = version;
        }
        try {
            channel.force(false);
        } catch (ClosedChannelException e) {
            // The next file has begun, or bytes were taken back: the next call covers it.
            return durable();
        }
        synchronized (this) {
            if (version == as && upTo > durable) {
                durable = upTo;
                writeSynced();
            }
            return durable;
        }
    }

    /** Takes back what is after {@code to}, which is not before {@link #start}. */
    synchronized void truncate(long to) throws IOException {
        if (to < first().start() || to > end) {
            throw new IllegalArgumentException("to: " + to + " (expected: " + first().start() + " to " + end + ")");
        }
        version++;
        out.close();
        int keep = segments.size();
        while (keep > 1 && segments.get(keep - 1).start() > to) {
            keep--;
        }
        drop(keep);
        out = open(last());
        out.truncate(to - last().start());
        out.force(true);
        end = to;
        durable = to;
        writeSynced();
    }

    /** Everything up to {@code upTo} has been dealt with; of that, {@code keep} bytes stay. Whole files only. */
    synchronized void trim(long upTo, long keep) throws IOException {
        released = Math.max(released, upTo);
        while (segments.size() > 1 && segments.get(1).start() <= released - keep) {
            Files.deleteIfExists(segments.remove(0).file());
        }
    }

    /** The last place at or before {@code offset} from which the stream can be read. {@code offset} is not before {@link #start}. */
    synchronized Start before(long offset) {
        int index = segments.size() - 1;
        while (index > 0 && segments.get(index).start() > offset) {
            index--;
        }
        return new Start(segments.get(index).start(), segments.get(index).db());
    }

    /** Gives the bytes after {@code from} up to {@code to}. To be called by the thread that appends. */
    void read(long from, long to, Taker taker) throws IOException {
        List<Segment> now;
        synchronized (this) {
            now = List.copyOf(segments);
        }
        byte[] bytes = new byte[COPY];
        long at = from;
        for (int i = 0; i < now.size() && at < to; i++) {
            Segment segment = now.get(i);
            if (at < segment.start()
                    || (i + 1 < now.size() && at >= now.get(i + 1).start())) {
                continue;
            }
            try (FileChannel channel = FileChannel.open(segment.file(), StandardOpenOption.READ);
                    InputStream in = Channels.newInputStream(channel.position(at - segment.start()))) {
                while (at < to) {
                    int count = in.read(bytes, 0, (int) Math.min(bytes.length, to - at));
                    if (count < 0) {
                        break;
                    }
                    at += count;
                    taker.take(bytes, 0, count);
                }
            }
        }
        if (at < to) {
            throw new IOException(
                    "the spool of the stream lacks the bytes after " + at + " (expected: up to " + to + ")");
        }
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
        synced.close();
    }
}
