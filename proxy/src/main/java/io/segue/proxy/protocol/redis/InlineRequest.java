package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.segue.proxy.protocol.ProtocolException;
import io.segue.proxy.protocol.Request;
import java.util.Arrays;

/**
 * An inline command, what people type into telnet: words between blanks; in double quotes with escapes ({@code \n \r \t \b \a \xHH}),
 * in single quotes with only {@code \'}. It is turned into an array of bulk strings. One per inline request: they are rare.
 */
final class InlineRequest {
    private final byte[] line;
    private final byte[] words;
    private int[] ends = new int[8];
    private int count;
    private int at;
    private int filled;

    /** Splits {@code in[from, to)}, one line without its end. */
    InlineRequest(ByteBuf in, int from, int to) throws ProtocolException {
        line = new byte[to - from];
        in.getBytes(from, line);
        // Unquoting only ever shortens.
        words = new byte[line.length];
        split();
    }

    /** Number of words. */
    int count() {
        return count;
    }

    /** The request as servers take it; notes the words in {@code request} as offsets in it. */
    ByteBuf encode(Request request) {
        int size = RedisEncoder.headerLength(count);
        for (int i = 0; i < count; i++) {
            size += RedisEncoder.headerLength(length(i)) + length(i) + 2;
        }
        ByteBuf out = Unpooled.buffer(size, size);
        RedisEncoder.array(out, count);
        for (int i = 0; i < count; i++) {
            request.addArgument(out.writerIndex() + RedisEncoder.headerLength(length(i)), length(i));
            RedisEncoder.bulk(out, words, start(i), length(i));
        }
        return out;
    }

    private int start(int i) {
        return i == 0 ? 0 : ends[i - 1];
    }

    private int length(int i) {
        return ends[i] - start(i);
    }

    private void split() throws ProtocolException {
        while (true) {
            while (at < line.length && isBlank(line[at])) {
                at++;
            }
            if (at == line.length) {
                return;
            }
            word();
            if (count == ends.length) {
                ends = Arrays.copyOf(ends, count * 2);
            }
            ends[count++] = filled;
        }
    }

    private void word() throws ProtocolException {
        while (at < line.length) {
            byte b = line[at++];
            switch (b) {
                case ' ', '\t', '\r' -> {
                    return;
                }
                case '"' -> {
                    doubleQuoted();
                    return;
                }
                case '\'' -> {
                    singleQuoted();
                    return;
                }
                default -> words[filled++] = b;
            }
        }
    }

    private void doubleQuoted() throws ProtocolException {
        while (at < line.length) {
            byte b = line[at++];
            if (b == '"') {
                endOfQuotes();
                return;
            }
            if (b == '\\' && at < line.length) {
                escape();
            } else {
                words[filled++] = b;
            }
        }
        throw unbalanced();
    }

    private void escape() {
        byte b = line[at++];
        if (b == 'x' && at + 2 <= line.length) {
            int high = Character.digit(line[at], 16);
            int low = Character.digit(line[at + 1], 16);
            if (high >= 0 && low >= 0) {
                words[filled++] = (byte) (high << 4 | low);
                at += 2;
                return;
            }
        }
        words[filled++] = switch (b) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> b;
        };
    }

    private void singleQuoted() throws ProtocolException {
        while (at < line.length) {
            byte b = line[at++];
            if (b == '\'') {
                endOfQuotes();
                return;
            }
            if (b == '\\' && at < line.length && line[at] == '\'') {
                b = line[at++];
            }
            words[filled++] = b;
        }
        throw unbalanced();
    }

    /** A closing quote ends the word: a blank has to follow. */
    private void endOfQuotes() throws ProtocolException {
        if (at < line.length && !isBlank(line[at])) {
            throw unbalanced();
        }
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }

    private static ProtocolException unbalanced() {
        return new ProtocolException("Protocol error: unbalanced quotes in request");
    }
}
