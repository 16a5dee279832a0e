package io.segue.loadtest.redis;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads replies of RESP2 and RESP3 from a stream, as a trusting client does: lengths are believed. */
final class RespReader {
    private final InputStream in;

    RespReader(InputStream in) {
        this.in = in;
    }

    Resp read() throws IOException {
        String line = line();
        if (line.isEmpty()) {
            throw new IOException("reply: an empty line (expected: a reply)");
        }
        char marker = line.charAt(0);
        String rest = line.substring(1);
        return switch (marker) {
            case '+' -> new Resp.Simple(rest);
            case '-' -> new Resp.Failure(rest);
            case ':' -> new Resp.Int(Long.parseLong(rest));
            case '_' -> new Resp.Nil();
            case ',', '#', '(' -> new Resp.Scalar(marker, rest);
            case '$', '=' -> bulk(Integer.parseInt(rest));
            case '!' -> new Resp.Failure(bulk(Integer.parseInt(rest)).text());
            case '*', '~', '>' -> aggregate(marker, Integer.parseInt(rest));
            case '%' -> aggregate(marker, 2 * Integer.parseInt(rest));
            case '|' -> {
                aggregate(marker, 2 * Integer.parseInt(rest));
                yield read();
            }
            default -> throw new IOException("reply: " + line + " (expected: a RESP marker first)");
        };
    }

    private Resp bulk(int length) throws IOException {
        if (length < 0) {
            return new Resp.Nil();
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("connection closed after " + bytes.length + " of " + length + " bytes");
        }
        if (in.read() != '\r' || in.read() != '\n') {
            throw new IOException("a bulk string of " + length + " bytes does not end with CR LF");
        }
        return new Resp.Bulk(bytes);
    }

    private Resp aggregate(char marker, int count) throws IOException {
        if (count < 0) {
            return new Resp.Nil();
        }
        List<Resp> items = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            items.add(read());
        }
        return new Resp.Aggregate(marker, items);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\r'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("connection closed" + (line.isEmpty() ? "" : " within a line: " + line));
            }
            line.append((char) b);
        }
        if (in.read() != '\n') {
            throw new IOException("a line does not end with CR LF: " + line);
        }
        return new String(line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
