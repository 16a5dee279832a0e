package io.segue.controlplane.mover.redis.psync;

import io.segue.controlplane.mover.redis.value.Crc64;
import io.segue.controlplane.mover.redis.value.PlainString;
import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;

/**
 * One value of a snapshot, as the argument that RESTORE wants: type, bytes as they stand in the snapshot, version, checksum. Good only
 * until the handler that got it returns. Not thread-safe.
 */
public final class RdbValue {
    private static final int TRAILER = 10;
    private static final int PIECE = 64 * 1024;

    private final byte[] head = new byte[1];
    private final byte[] trailer = new byte[TRAILER];
    private byte[] bytes = new byte[0];
    private int from;
    private long start;
    private long length;
    private int version;
    private boolean large;

    private final RdbSource source;

    RdbValue(RdbSource source) {
        this.source = source;
    }

    /** @param offset in {@code window}; below 0: it is not there, but in the source, at {@code position} */
    void set(int type, int rdbVersion, byte[] window, int offset, long position, long count) {
        head[0] = (byte) type;
        version = rdbVersion;
        bytes = window;
        from = offset;
        start = position;
        length = count;
        large = offset < 0;
    }

    /** Whether it is a small string that stands here as it is; {@code into} tells it then, as long as this value is good. */
    public boolean plain(PlainString into) {
        return head[0] == 0 && !large && length > 0 && into.of(bytes, from, (int) length);
    }

    /** Whether it is too large to be here, above 1 MiB: it is read again from the source by type, or {@link #stream streamed}. */
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
     * Gathers the payload as one argument of the command that {@code to} has begun.
     *
     * @throws IllegalStateException it is {@link #large}
     */
    public void argument(RedisConnection to) throws IOException {
        argument(to, version);
    }

    /** As {@link #argument(RedisConnection)}, marked with another version: for an older server that knows the encoding. */
    public void argument(RedisConnection to, int asVersion) throws IOException {
        seal(asVersion);
        to.argHeader(payloadLength());
        to.raw(head, 0, 1);
        to.raw(bytes, from, (int) length);
        to.raw(trailer, 0, TRAILER);
        to.argEnd();
    }

    /** As {@link #argument(RedisConnection, int)}, for a value of any length: piece by piece from where the snapshot is kept. */
    public void stream(RedisConnection to, int asVersion) throws IOException {
        if (!large) {
            argument(to, asVersion);
            return;
        }
        to.argHeader(payloadLength());
        to.raw(head, 0, 1);
        long sum = Crc64.update(0, head, 0, 1);
        byte[] piece = new byte[PIECE];
        for (long done = 0; done < length; ) {
            int count = (int) Math.min(PIECE, length - done);
            source.again(start + done, piece, count);
            sum = Crc64.update(sum, piece, 0, count);
            to.raw(piece, 0, count);
            done += count;
        }
        trail(asVersion, sum);
        to.raw(trailer, 0, TRAILER);
        to.argEnd();
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
        long sum = Crc64.update(0, head, 0, 1);
        trail(asVersion, Crc64.update(sum, bytes, from, (int) length));
    }

    private void trail(int asVersion, long sumBefore) {
        trailer[0] = (byte) asVersion;
        trailer[1] = (byte) (asVersion >>> 8);
        long sum = Crc64.update(sumBefore, trailer, 0, 2);
        for (int i = 2; i < TRAILER; i++) {
            trailer[i] = (byte) sum;
            sum >>>= 8;
        }
    }
}
