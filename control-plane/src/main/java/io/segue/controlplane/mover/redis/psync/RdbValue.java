package io.segue.controlplane.mover.redis.psync;

import io.segue.controlplane.mover.redis.value.Crc64;
import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One value of a snapshot, as the argument that RESTORE wants: type, bytes as they stand in the snapshot, version, checksum. Good only
 * until the handler that got it returns. Not thread-safe.
 */
public final class RdbValue {
    private static final int TRAILER = 10;
    private static final int CHUNK = 64 * 1024;

    private final byte[] head = new byte[1];
    private final byte[] trailer = new byte[TRAILER];
    private byte[] bytes = new byte[0];
    private int from;
    private long length;
    private int version;
    private boolean large;
    private @Nullable RdbSource file;
    private long position;

    RdbValue() {}

    /** Where the value stands, to be read again if it is large. */
    void again(RdbSource source, long start) {
        file = source;
        position = start;
    }

    void set(int type, int rdbVersion, byte[] window, int offset, long count) {
        head[0] = (byte) type;
        version = rdbVersion;
        bytes = window;
        from = offset;
        length = count;
        large = offset < 0;
    }

    /** Whether it is too large to be at hand, above 1 MiB: better read from the source by type; or from the file, with {@link #argument}. */
    public boolean large() {
        return large;
    }

    /** Bytes of the value in the snapshot. */
    public long length() {
        return length;
    }

    /** The version of the snapshot's format, which is that of the source's own DUMP: 10 for Redis 7.0. */
    public int version() {
        return version;
    }

    /** Length of what {@link #argument} sends and {@link #payload} gives. */
    public long payloadLength() {
        return 1 + length + TRAILER;
    }

    /**
     * Gathers the payload as one argument of the command that {@code to} has begun. A {@link #large} one is read again from the file, and never
     * stands in memory as a whole; its receiver has to take it in one piece all the same.
     */
    public void argument(RedisConnection to) throws IOException {
        argument(to, version);
    }

    /** As {@link #argument(RedisConnection)}, marked with another version: for an older server that knows the encoding. */
    public void argument(RedisConnection to, int asVersion) throws IOException {
        to.argHeader(payloadLength());
        to.raw(head, 0, 1);
        if (large) {
            pass(to, asVersion);
        } else {
            seal(asVersion);
            to.raw(bytes, from, (int) length);
        }
        to.raw(trailer, 0, TRAILER);
        to.argEnd();
    }

    private void pass(RedisConnection to, int asVersion) throws IOException {
        RdbSource source = file;
        if (source == null) {
            throw new IOException("a value of " + length + " bytes is not at hand");
        }
        byte[] chunk = new byte[CHUNK];
        long sum = Crc64.update(0, head, 0, 1);
        for (long done = 0; done < length; ) {
            int count = source.readAgain(position + done, chunk, 0, (int) Math.min(CHUNK, length - done));
            to.raw(chunk, 0, count);
            sum = Crc64.update(sum, chunk, 0, count);
            done += count;
        }
        trail(asVersion, sum);
    }

    /** The payload as an array of its own. */
    public byte[] payload() {
        seal(version);
        byte[] payload = new byte[(int) payloadLength()];
        payload[0] = head[0];
        System.arraycopy(bytes, from, payload, 1, (int) length);
        System.arraycopy(trailer, 0, payload, 1 + (int) length, TRAILER);
        return payload;
    }

    private void seal(int asVersion) {
        if (large) {
            throw new IllegalStateException("a value of " + length + " bytes is not at hand");
        }
        trail(asVersion, Crc64.update(Crc64.update(0, head, 0, 1), bytes, from, (int) length));
    }

    private void trail(int asVersion, long before) {
        trailer[0] = (byte) asVersion;
        trailer[1] = (byte) (asVersion >>> 8);
        long sum = Crc64.update(before, trailer, 0, 2);
        for (int i = 2; i < TRAILER; i++) {
            trailer[i] = (byte) sum;
            sum >>>= 8;
        }
    }
}
