package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.segue.proxy.protocol.Limits;
import io.segue.proxy.protocol.ProtocolException;
import io.segue.proxy.protocol.ReplyParser;

/**
 * Finds where Redis replies end, in RESP2 and RESP3. Values are skipped, not looked at. Streamed strings and aggregates, whose length
 * is not told beforehand, are refused: no server sends them.
 */
public final class RedisReplyParser implements ReplyParser {
    private static final int MAX_DIGITS = 18;
    /** Longest double; 25 in practice. */
    private static final int MAX_DOUBLE = 64;
    /** Shortest reply: {@code _ CRLF}. */
    private static final int MIN_REPLY = 3;

    private enum Phase {
        /** Before the type of a reply or element. */
        TYPE,
        /** In a line of text. */
        TEXT,
        /** In the digits of a number, length or count. */
        NUMBER,
        /** In a double. */
        DOUBLE,
        /** Before {@code t} or {@code f}. */
        BOOLEAN,
        /** Before a line break. */
        LINE_BREAK,
        /** Between the two bytes of a line's break. */
        LINE_FEED,
        /** In the bytes that a length announced. */
        VALUE,
        /** Behind the last byte. */
        END
    }

    private final long maxFrameBytes;
    /** How many elements are still to come, per level; twice the number, plus one if they are attributes. */
    private final long[] open;

    private Phase phase = Phase.END;
    private Kind kind = Kind.REPLY;
    private int depth;
    private byte type;
    /** Bytes of the reply before the current call. */
    private long before;

    private long number;
    private int digits;
    private boolean negative;
    private long valueLeft;

    /** A parser for one lane. */
    public RedisReplyParser(Limits limits) {
        maxFrameBytes = limits.maxFrameBytes();
        open = new long[limits.maxDepth()];
    }

    @Override
    public boolean complete() {
        return phase == Phase.END;
    }

    /** {@inheritDoc} Attributes come before a reply, so that until they have passed the answer is {@link Kind#REPLY}. */
    @Override
    public Kind kind() {
        return kind;
    }

    @Override
    public int parse(ByteBuf in, int from, int to) throws ProtocolException {
        if (from == to) {
            return to;
        }
        if (phase == Phase.END) {
            phase = Phase.TYPE;
            kind = Kind.REPLY;
            depth = 0;
            before = 0;
        }
        int at = from;
        while (at < to && phase != Phase.END) {
            if (phase == Phase.VALUE) {
                int skipped = (int) Math.min(valueLeft, to - at);
                valueLeft -= skipped;
                at += skipped;
                if (valueLeft == 0) {
                    lineBreakFollows();
                }
            } else if (phase == Phase.TEXT) {
                at = text(in, at, to);
            } else {
                step(in.getByte(at++), at - from);
            }
        }
        before += at - from;
        if (before > maxFrameBytes) {
            throw tooLong();
        }
        return at;
    }

    /** Takes one byte; {@code soFar}: bytes of the current call with it. */
    private void step(byte b, int soFar) throws ProtocolException {
        switch (phase) {
            case TYPE -> begin(b);
            case NUMBER -> number(b);
            case DOUBLE -> {
                if (b == '\r' && digits > 0) {
                    phase = Phase.LINE_FEED;
                } else if (digits++ == MAX_DOUBLE || !inDouble(b)) {
                    throw garbage(b);
                }
            }
            case BOOLEAN -> {
                expect(b == 't' || b == 'f', b);
                phase = Phase.LINE_BREAK;
            }
            case LINE_BREAK -> {
                expect(b == '\r', b);
                phase = Phase.LINE_FEED;
            }
            case LINE_FEED -> {
                expect(b == '\n', b);
                lineEnd(before + soFar);
            }
            default -> throw new IllegalStateException("phase: " + phase);
        }
    }

    private void begin(byte b) throws ProtocolException {
        type = b;
        number = 0;
        digits = 0;
        negative = false;
        phase = switch (b) {
            case '+', '-', '(' -> Phase.TEXT;
            case ':', '$', '!', '=', '*', '%', '~', '>', '|' -> Phase.NUMBER;
            case ',' -> Phase.DOUBLE;
            case '#' -> Phase.BOOLEAN;
            case '_' -> Phase.LINE_BREAK;
            default -> throw garbage(b);
        };
        if (depth == 0 && b != '|') {
            kind = b == '-' || b == '!' ? Kind.ERROR : b == '>' ? Kind.PUSH : Kind.REPLY;
        }
        expect(depth == 0 || b != '>', b);
    }

    private int text(ByteBuf in, int from, int to) throws ProtocolException {
        for (int at = from; at < to; at++) {
            byte b = in.getByte(at);
            if (b == '\r') {
                phase = Phase.LINE_FEED;
                return at + 1;
            }
            expect(b != '\n', b);
        }
        return to;
    }

    private void number(byte b) throws ProtocolException {
        if (b >= '0' && b <= '9') {
            // The value of an integer does not matter: it may overflow here.
            expect(digits++ < (type == ':' ? MAX_DIGITS + 1 : MAX_DIGITS), b);
            number = number * 10 + (b - '0');
        } else if (b == '\r' && digits > 0) {
            phase = Phase.LINE_FEED;
        } else if (b == '-' && digits == 0 && !negative) {
            negative = true;
        } else if (b == '?' && digits == 0 && type != ':') {
            throw new ProtocolException("Protocol error: streamed replies are not supported");
        } else {
            throw garbage(b);
        }
    }

    /** A line has ended, with or without a number in it. */
    private void lineEnd(long soFar) throws ProtocolException {
        switch (type) {
            case '$', '!', '=' -> {
                if (negative) {
                    none('$');
                } else {
                    value(soFar);
                }
            }
            case '*', '~', '>' -> {
                if (negative) {
                    none('*');
                } else {
                    elements(number * 2, soFar);
                }
            }
            case '%' -> elements(number * 4, soFar);
            case '|' -> elements(number * 4 + 1, soFar);
            default -> elementEnd();
        }
    }

    /** The RESP2 way to say null, which only one type has. */
    private void none(char nullable) throws ProtocolException {
        if (number != 1 || type != nullable) {
            throw new ProtocolException("Protocol error: invalid reply length");
        }
        elementEnd();
    }

    private void value(long soFar) throws ProtocolException {
        if (soFar + number + 2 > maxFrameBytes) {
            throw tooLong();
        }
        valueLeft = number;
        if (number == 0) {
            lineBreakFollows();
        } else {
            phase = Phase.VALUE;
        }
    }

    private void lineBreakFollows() {
        // What follows ends like a null.
        type = '_';
        phase = Phase.LINE_BREAK;
    }

    /** Opens a level of {@code coded >> 1} elements. */
    private void elements(long coded, long soFar) throws ProtocolException {
        if (negative) {
            throw new ProtocolException("Protocol error: invalid reply length");
        }
        if ((coded >> 1) > (maxFrameBytes - soFar) / MIN_REPLY) {
            throw tooLong();
        }
        if (coded <= 1) {
            if (coded == 1) {
                phase = Phase.TYPE;
            } else {
                elementEnd();
            }
            return;
        }
        if (depth == open.length) {
            throw new ProtocolException("Protocol error: reply is nested deeper than " + open.length);
        }
        open[depth++] = coded;
        phase = Phase.TYPE;
    }

    /** An element has ended, and with it maybe the aggregates that it was the last of. */
    private void elementEnd() {
        while (depth > 0) {
            long left = open[depth - 1] -= 2;
            if (left > 1) {
                phase = Phase.TYPE;
                return;
            }
            depth--;
            if (left == 1) {
                // Attributes are no element: the one that they belong to is still to come.
                phase = Phase.TYPE;
                return;
            }
        }
        phase = Phase.END;
    }

    private static boolean inDouble(byte b) {
        return (b >= '0' && b <= '9')
                || b == '.'
                || b == '-'
                || b == '+'
                || (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z');
    }

    private static void expect(boolean condition, byte b) throws ProtocolException {
        if (!condition) {
            throw garbage(b);
        }
    }

    private static ProtocolException garbage(byte b) {
        return new ProtocolException(
                "Protocol error: unexpected byte 0x" + Integer.toHexString(b & 0xFF) + " in a reply");
    }

    private ProtocolException tooLong() {
        return new ProtocolException("Protocol error: reply is longer than " + maxFrameBytes + " bytes");
    }
}
