package io.segue.controlplane.mover.redis.psync;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot on its way: one thread appends, another reads behind it. The writer never waits for the reader. The reader's
 * {@link #close} removes the file.
 */
final class SnapshotFile implements RdbSource, Closeable {
    private final Path file;
    private final long most;
    private final FileChannel out;
    private final FileChannel in;
    private long written;
    private boolean complete;
    private boolean closed;
    private @Nullable IOException failure;
    /** Of the reader only. */
    private long readTo;

    SnapshotFile(Path file, long most) throws IOException {
        this.file = file;
        this.most = most;
        out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        in = FileChannel.open(file, StandardOpenOption.READ);
    }

    /** Appends; does nothing once the reader has closed. */
    void append(byte[] bytes, int offset, int length) throws IOException {
        synchronized (this) {
            if (closed) {
                return;
            }
            if (written + length > most) {
                throw new SpoolFullException("a snapshot of more than " + most + " bytes");
            }
        }
        try {
            ByteBuffer left = ByteBuffer.wrap(bytes, offset, length);
            while (left.hasRemaining()) {
                out.write(left);
            }
        } catch (IOException e) {
            synchronized (this) {
                if (closed) {
                    return;
                }
            }
            throw e;
        }
        synchronized (this) {
            written += length;
            notifyAll();
        }
    }

    /** All has been appended. */
    synchronized void complete() throws IOException {
        complete = true;
        out.close();
        notifyAll();
    }

    /** The rest will not come; the reader gets this. Does nothing after {@link #complete}. */
    synchronized void fail(String reason) {
        if (!complete) {
            abandon(reason);
        }
    }

    /** What is not read yet must not be read any more. */
    synchronized void abandon(String reason) {
        failure = new IOException(reason);
        notifyAll();
    }

    /** Whether it ends before its end, and whoever writes it knows that. */
    synchronized boolean abandoned() {
        return failure != null;
    }

    /** Bytes appended so far. */
    synchronized long written() {
        return written;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        long there = await();
        if (there == 0) {
            return -1;
        }
        int count = in.read(ByteBuffer.wrap(target, offset, (int) Math.min(length, there)), readTo);
        if (count < 0) {
            throw new IOException("the snapshot's file has become shorter");
        }
        readTo += count;
        return count;
    }

    @Override
    public void again(long position, byte[] target, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(target, 0, length);
        while (bytes.hasRemaining()) {
            if (in.read(bytes, position + bytes.position()) < 0) {
                throw new IOException("the snapshot's file has become shorter");
            }
        }
    }

    /** The reader begins again. */
    synchronized void rewind() {
        readTo = 0;
    }

    /** Waits until bytes are there; 0: no more will be. */
    private synchronized long await() throws IOException {
        try {
            while (!ready()) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
        if (closed) {
            throw new IOException("the snapshot is closed");
        }
        return written - readTo;
    }

    @Override
    public synchronized boolean ready() {
        return readTo < written || complete || failure != null || closed;
    }

    /** Ends the reading, from any thread, and removes the file. */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        out.close();
        in.close();
        Files.deleteIfExists(file);
    }
}
