package io.segue.controlplane.mover.redis.psync;

import io.segue.controlplane.mover.redis.value.Crc64;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an RDB file through a window: lengths, strings, and jumps over both. From {@link #keep} on, what is passed stays in the
 * window, up to {@link #LARGE} bytes, so that a value can be passed on as it is. Not thread-safe.
 */
final class RdbInput {
    /** Up to so many bytes of a value stay in the window. */
    static final int LARGE = 1024 * 1024;

    private static final int WINDOW = 2 * LARGE;
    private static final int READ = 256 * 1024;
    private static final int INT8 = 0;
    private static final int INT16 = 1;
    private static final int INT32 = 2;
    private static final int LZF = 3;

    private final RdbSource source;
    private final byte[] window = new byte[WINDOW];
    private int at;
    private int limit;
    /** Where what must stay begins; -1: nothing must. */
    private int kept = -1;
    /** Up to where the checksum has come. */
    private int summed;

    private long sum;
    /** Offset in the file of the window's first byte. */
    private long base;

    RdbInput(RdbSource source) {
        this.source = source;
    }

    /** Where the bytes come from. */
    RdbSource source() {
        return source;
    }

    /** Offset in the file of the next byte. */
    long position() {
        return base + at;
    }

    /** Whether the next byte is here already. */
    boolean ready() {
        return at < limit || source.ready();
    }

    /** What is passed from here on stays in the window. */
    void keep() {
        kept = at;
    }

    /** Where in {@link #window} the kept bytes begin, up to {@link #at}; -1 if they are too many. Ends the keeping. */
    int kept() {
        int start = kept >= 0 && at - kept <= LARGE ? kept : -1;
        kept = -1;
        return start;
    }

    /** The window; good until the next read. */
    byte[] window() {
        return window;
    }

    /** Place of the next byte in the window. */
    int at() {
        return at;
    }

    /** The checksum of all bytes before the next one. */
    long checksum() {
        sum = Crc64.update(sum, window, summed, at - summed);
        summed = at;
        return sum;
    }

    int u8() throws IOException {
        if (at == limit) {
            more(1);
        }
        return window[at++] & 0xFF;
    }

    /** Eight bytes, the lowest first. */
    long i64() throws IOException {
        return (i32() & 0xFFFF_FFFFL) | ((long) i32() << 32);
    }

    /** Four bytes, the lowest first. */
    int i32() throws IOException {
        if (limit - at < 4) {
            more(4);
        }
        int value = (window[at] & 0xFF)
                | (window[at + 1] & 0xFF) << 8
                | (window[at + 2] & 0xFF) << 16
                | (window[at + 3] & 0xFF) << 24;
        at += 4;
        return value;
    }

    private long bigEndian(int bytes) throws IOException {
        if (limit - at < bytes) {
            more(bytes);
        }
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << 8 | (window[at++] & 0xFF);
        }
        return value;
    }

    /** A length that counts something that follows. */
    long count() throws IOException {
        int head = u8();
        if (head >= 0xC0) {
            throw broken("an encoded string where a length belongs");
        }
        return plain(head);
    }

    /** A number in the form of a length, of which any 64 bits are good. */
    void number() throws IOException {
        int head = u8();
        switch (head) {
            case 0x80 -> skip(4);
            case 0x81 -> skip(8);
            default -> {
                if (head >= 0x80) {
                    throw broken("a length that begins with byte " + head);
                }
                if (head >= 0x40) {
                    skip(1);
                }
            }
        }
    }

    /** The 64 bits that name a module. */
    long moduleId() throws IOException {
        int head = u8();
        return head == 0x81 ? bigEndian(8) : plain(head);
    }

    private long plain(int head) throws IOException {
        if (head < 0x40) {
            return head;
        }
        if (head < 0x80) {
            return (head & 0x3FL) << 8 | u8();
        }
        if (head > 0x81) {
            throw broken("a length that begins with byte " + head);
        }
        long length = bigEndian(head == 0x80 ? 4 : 8);
        if (length < 0) {
            throw broken("a length of " + Long.toUnsignedString(length));
        }
        return length;
    }

    /** Jumps over a string of any encoding. */
    void skipString() throws IOException {
        int head = u8();
        if (head < 0xC0) {
            skip(plain(head));
            return;
        }
        switch (head & 0x3F) {
            case INT8 -> skip(1);
            case INT16 -> skip(2);
            case INT32 -> skip(4);
            case LZF -> {
                long compressed = count();
                count();
                skip(compressed);
            }
            default -> throw broken("a string of encoding " + (head & 0x3F));
        }
    }

    /** Reads a string of any encoding; null if it is longer than {@code most}: it is passed then. */
    byte @Nullable [] string(int most) throws IOException {
        int head = u8();
        if (head < 0xC0) {
            long length = plain(head);
            if (length > most) {
                skip(length);
                return null;
            }
            return bytes((int) length);
        }
        return switch (head & 0x3F) {
            case INT8 -> Integer.toString((byte) u8()).getBytes(StandardCharsets.US_ASCII);
            case INT16 -> Integer.toString((short) (u8() | u8() << 8)).getBytes(StandardCharsets.US_ASCII);
            case INT32 -> Integer.toString(i32()).getBytes(StandardCharsets.US_ASCII);
            case LZF -> compressed(most);
            default -> throw broken("a string of encoding " + (head & 0x3F));
        };
    }

    private byte @Nullable [] compressed(int most) throws IOException {
        long compressed = count();
        long length = count();
        if (compressed > most || length > most) {
            skip(compressed);
            return null;
        }
        return Lzf.expand(bytes((int) compressed), (int) length);
    }

    private byte[] bytes(int length) throws IOException {
        // Allocated as the bytes come: a length that lies must not cost memory.
        byte[] bytes = new byte[Math.min(length, LARGE)];
        int have = 0;
        while (have < length) {
            if (have == bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * have));
            }
            if (at == limit) {
                more(1);
            }
            int count = Math.min(bytes.length - have, limit - at);
            System.arraycopy(window, at, bytes, have, count);
            at += count;
            have += count;
        }
        return bytes;
    }

    /** Jumps over {@code count} bytes, 0 or more. */
    void skip(long count) throws IOException {
        if (count <= limit - at) {
            at += (int) count;
            return;
        }
        if (kept >= 0 && at - kept + count <= LARGE) {
            more((int) count);
            at += (int) count;
            return;
        }
        kept = -1;
        long left = count;
        while (left > 0) {
            if (at == limit) {
                more(1);
            }
            int step = (int) Math.min(left, limit - at);
            at += step;
            left -= step;
        }
    }

    /** Brings {@code count} bytes, at most {@link #LARGE}, into the window. */
    private void more(int count) throws IOException {
        if (kept >= 0 && at - kept + count > LARGE) {
            kept = -1;
        }
        if (WINDOW - at < Math.max(count, READ)) {
            compact();
        }
        while (limit - at < count) {
            int got = source.read(window, limit, Math.min(READ, WINDOW - limit));
            if (got < 0) {
                throw new EOFException("the snapshot ends too early, at byte " + (base + limit));
            }
            limit += got;
        }
    }

    private void compact() {
        checksum();
        int from = kept >= 0 ? kept : at;
        System.arraycopy(window, from, window, 0, limit - from);
        base += from;
        at -= from;
        summed = at;
        limit -= from;
        kept = kept >= 0 ? 0 : -1;
    }

    IOException broken(String what) {
        return new IOException("not a snapshot that can be read: " + what + ", before byte " + position());
    }
}
