package io.segue.loadtest.redis;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads replies of RESP2 and RESP3 from a stream, as a trusting client does: lengths are believed. It has a buffer of its own, so that
 * millions of small replies cost little; nobody else may read from the stream.
 */
final class RespReader {
    private static final int BUFFER = 64 * 1024;
    private static final Resp.Simple OK = new Resp.Simple("OK");
    private static final Resp.Nil NIL = new Resp.Nil();

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private int from;
    private int to;
    private byte[] line = new byte[128];
    private int lineLength;

    RespReader(InputStream in) {
        this.in = in;
    }

    Resp read() throws IOException {
        readLine();
        if (lineLength == 0) {
            throw new IOException("reply: an empty line (expected: a reply)");
        }
        return switch (line[0]) {
            case '+' -> lineLength == 3 && line[1] == 'O' && line[2] == 'K' ? OK : new Resp.Simple(rest());
            case '-' -> new Resp.Failure(rest());
            case ':' -> new Resp.Int(number());
            case '_' -> NIL;
            case ',', '#', '(' -> new Resp.Scalar((char) line[0], rest());
            case '$', '=' -> bulk((int) number());
            case '!' -> new Resp.Failure(bulk((int) number()).text());
            case '*', '~', '>' -> aggregate((char) line[0], (int) number());
            case '%' -> aggregate('%', 2 * (int) number());
            case '|' -> {
                aggregate('|', 2 * (int) number());
                yield read();
            }
            default -> throw new IOException("reply: " + text(0) + " (expected: a RESP marker first)");
        };
    }

    /** Exactly {@code count} bytes as they come, fewer only at the end of the stream. */
    byte[] raw(int count) throws IOException {
        byte[] bytes = new byte[count];
        int got = fill(bytes);
        return got == count ? bytes : Arrays.copyOf(bytes, got);
    }

    /** Throws away all that comes until the stream ends. */
    void drain() throws IOException {
        do {
            from = to;
        } while (more());
    }

    private Resp bulk(int length) throws IOException {
        if (length < 0) {
            return NIL;
        }
        byte[] bytes = new byte[length];
        int got = fill(bytes);
        if (got < length) {
            throw new EOFException("connection closed after " + got + " of " + length + " bytes");
        }
        if (next() != '\r' || next() != '\n') {
            throw new IOException("a bulk string of " + length + " bytes does not end with CR LF");
        }
        return new Resp.Bulk(bytes);
    }

    private Resp aggregate(char marker, int count) throws IOException {
        if (count < 0) {
            return NIL;
        }
        List<Resp> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(read());
        }
        return new Resp.Aggregate(marker, items);
    }

    /** Copies what comes into {@code bytes}; returns how much it was before the end of the stream. */
    private int fill(byte[] bytes) throws IOException {
        int got = Math.min(bytes.length, to - from);
        System.arraycopy(buffer, from, bytes, 0, got);
        from += got;
        while (got < bytes.length) {
            int n = in.read(bytes, got, bytes.length - got);
            if (n < 0) {
                break;
            }
            got += n;
        }
        return got;
    }

    private void readLine() throws IOException {
        lineLength = 0;
        int b = next();
        while (b != '\r') {
            if (b < 0) {
                throw new EOFException("connection closed" + (lineLength == 0 ? "" : " within a line: " + text(0)));
            }
            if (lineLength == line.length) {
                line = Arrays.copyOf(line, 2 * line.length);
            }
            line[lineLength++] = (byte) b;
            b = next();
        }
        if (next() != '\n') {
            throw new IOException("a line does not end with CR LF: " + text(0));
        }
    }

    private long number() {
        long value = 0;
        boolean negative = lineLength > 1 && line[1] == '-';
        int first = negative ? 2 : 1;
        if (lineLength - first < 1 || lineLength - first > 18) {
            return Long.parseLong(rest());
        }
        for (int i = first; i < lineLength; i++) {
            int digit = line[i] - '0';
            if (digit < 0 || digit > 9) {
                return Long.parseLong(rest());
            }
            value = 10 * value + digit;
        }
        return negative ? -value : value;
    }

    private String rest() {
        return text(1);
    }

    private String text(int start) {
        return new String(line, start, lineLength - start, StandardCharsets.UTF_8);
    }

    private int next() throws IOException {
        return from < to || more() ? buffer[from++] & 0xff : -1;
    }

    private boolean more() throws IOException {
        int n = in.read(buffer, 0, BUFFER);
        from = 0;
        to = Math.max(0, n);
        return n > 0;
    }
}
