package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.segue.proxy.protocol.Command;
import io.segue.proxy.protocol.Limits;
import io.segue.proxy.protocol.ProtocolException;
import io.segue.proxy.protocol.Request;
import io.segue.proxy.protocol.RequestParser;
import org.jspecify.annotations.Nullable;

/**
 * Finds Redis requests: arrays of bulk strings, and inline commands. Stricter than a server in one point: the line breaks
 * after each value must be there, because a request that two parsers divide differently would harm others on a shared lane.
 */
public final class RedisRequestParser implements RequestParser {
    /** Shortest argument: {@code $0 CRLF CRLF}. */
    private static final int MIN_ARGUMENT = 6;

    private static final int CRLF = '\r' << 8 | '\n';
    private static final int MAX_DIGITS = 18;
    private static final String BAD_COUNT = "Protocol error: invalid multibulk length";
    private static final String BAD_SIZE = "Protocol error: invalid bulk length";

    private enum Phase {
        /** Before the first byte. */
        BEGIN,
        /** In the line that holds the number of arguments. */
        COUNT,
        /** Before an argument's {@code $}. */
        ARGUMENT,
        /** In the line that holds an argument's size. */
        SIZE,
        /** In an argument, or in its line break. */
        VALUE,
        /** In an inline command. */
        INLINE,
        /** Behind the last byte. */
        END
    }

    private final RedisCommands commands;
    private final int maxArguments;
    private final int maxInlineBytes;
    private final int maxFrameBytes;
    private final Request request = new Request();

    private Phase phase = Phase.END;
    /** How far the frame has been looked at. */
    private int at;

    private int argumentsLeft;
    private int valueSize;
    /** The number in the header line that is being read. */
    private long number;

    private int digits;
    private boolean negative;
    private boolean lineBreak;
    private @Nullable ByteBuf normalized;

    /** A parser for one client; frames are limited to what an int can count, whatever {@code limits} says. */
    public RedisRequestParser(RedisCommands commands, Limits limits) {
        this.commands = commands;
        maxArguments = limits.maxArguments();
        maxInlineBytes = limits.maxInlineBytes();
        // Offsets are ints.
        maxFrameBytes = (int) Math.min(limits.maxFrameBytes(), Integer.MAX_VALUE - MIN_ARGUMENT);
    }

    @Override
    public boolean parse(ByteBuf in, int start) throws ProtocolException {
        int available = in.writerIndex() - start;
        if (phase == Phase.END) {
            request.reset();
            normalized = null;
            at = 0;
            phase = Phase.BEGIN;
        }
        if (phase == Phase.BEGIN) {
            if (available < 1) {
                return false;
            }
            if (in.getByte(start) == '*') {
                at = 1;
                phase = Phase.COUNT;
                startNumber();
            } else {
                phase = Phase.INLINE;
            }
        }
        if (phase == Phase.INLINE) {
            return inline(in, start, available);
        }
        if (phase == Phase.COUNT && !count(in, start, available)) {
            return false;
        }
        return phase == Phase.END || arguments(in, start, available);
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public int consumed() {
        return at;
    }

    @Override
    public @Nullable ByteBuf normalized() {
        return normalized;
    }

    @Override
    public long bytesWanted() {
        return switch (phase) {
            case BEGIN, END -> 1;
            case INLINE, COUNT -> at + 1L;
            case ARGUMENT -> at + (long) argumentsLeft * MIN_ARGUMENT;
            // The rest of this line is not known: one line break, and one for the value.
            case SIZE -> at + 3L + (argumentsLeft - 1L) * MIN_ARGUMENT;
            case VALUE -> at + valueSize + 2L + (argumentsLeft - 1L) * MIN_ARGUMENT;
        };
    }

    private boolean count(ByteBuf in, int start, int available) throws ProtocolException {
        if (!number(in, start, available, BAD_COUNT)) {
            return false;
        }
        if (number > maxArguments || at + number * MIN_ARGUMENT > maxFrameBytes) {
            throw new ProtocolException(BAD_COUNT);
        }
        if (number <= 0) {
            nothing();
            return true;
        }
        argumentsLeft = (int) number;
        phase = Phase.ARGUMENT;
        return true;
    }

    private boolean arguments(ByteBuf in, int start, int available) throws ProtocolException {
        while (argumentsLeft > 0) {
            if (phase != Phase.VALUE && !size(in, start, available)) {
                return false;
            }
            int valueEnd = at + valueSize;
            if (available - valueEnd < 2) {
                return false;
            }
            if (in.getShort(start + valueEnd) != CRLF) {
                throw new ProtocolException("Protocol error: expected line break after bulk value");
            }
            request.addArgument(at, valueSize);
            at = valueEnd + 2;
            argumentsLeft--;
            phase = Phase.ARGUMENT;
        }
        phase = Phase.END;
        request.complete(commands.find(request, in, start), at);
        return true;
    }

    /** Reads {@code $size CRLF}. */
    private boolean size(ByteBuf in, int start, int available) throws ProtocolException {
        if (phase == Phase.ARGUMENT) {
            if (available - at >= 4) {
                // The commonest line: a size of one digit.
                int line = in.getInt(start + at);
                int digit = (line >>> 16 & 0xFF) - '0';
                if ((line & 0xFFFF) == CRLF && line >>> 24 == '$' && digit >= 0 && digit <= 9) {
                    return value(digit, 4);
                }
            } else if (available == at) {
                return false;
            }
            byte mark = in.getByte(start + at);
            if (mark != '$') {
                throw new ProtocolException("Protocol error: expected '$', got '" + printable(mark) + "'");
            }
            at++;
            phase = Phase.SIZE;
            startNumber();
        }
        return number(in, start, available, BAD_SIZE) && value(number, 0);
    }

    private static char printable(byte b) {
        return b >= ' ' && b < 127 ? (char) b : '?';
    }

    private boolean value(long size, int header) throws ProtocolException {
        if (size < 0 || at + header + size + 2 + (argumentsLeft - 1L) * MIN_ARGUMENT > maxFrameBytes) {
            throw new ProtocolException(BAD_SIZE);
        }
        at += header;
        valueSize = (int) size;
        phase = Phase.VALUE;
        return true;
    }

    private void startNumber() {
        number = 0;
        digits = 0;
        negative = false;
        lineBreak = false;
    }

    /** Goes on in a header line; true once its line break has been passed, and then {@link #number} is its number. */
    private boolean number(ByteBuf in, int start, int available, String fault) throws ProtocolException {
        long value = number;
        int count = digits;
        int i = at;
        while (i < available && !lineBreak) {
            byte b = in.getByte(start + i++);
            if (b >= '0' && b <= '9') {
                // No leading zeros: the server refuses them too.
                if (count == MAX_DIGITS || (count > 0 && value == 0)) {
                    throw new ProtocolException(fault);
                }
                value = value * 10 + (b - '0');
                count++;
            } else if (b == '\r' && count > 0) {
                lineBreak = true;
            } else if (b == '-' && count == 0 && !negative) {
                negative = true;
            } else {
                throw new ProtocolException(fault);
            }
        }
        at = i;
        number = value;
        digits = count;
        if (i == available) {
            return false;
        }
        if (in.getByte(start + i) != '\n') {
            throw new ProtocolException(fault);
        }
        at = i + 1;
        number = negative ? -value : value;
        return true;
    }

    /** The request is complete and has no arguments. */
    private void nothing() {
        phase = Phase.END;
        request.complete(Command.UNKNOWN, at);
    }

    private boolean inline(ByteBuf in, int start, int available) throws ProtocolException {
        int newline = in.indexOf(start + at, start + available, (byte) '\n');
        int lineEnd = newline < 0 ? available : newline - start;
        if (lineEnd > maxInlineBytes) {
            throw new ProtocolException("Protocol error: too big inline request");
        }
        at = lineEnd;
        if (newline < 0) {
            return false;
        }
        int textEnd = lineEnd > 0 && in.getByte(newline - 1) == '\r' ? newline - 1 : newline;
        InlineRequest line = new InlineRequest(in, start, textEnd);
        at = lineEnd + 1;
        if (line.count() == 0) {
            nothing();
            return true;
        }
        if (line.count() > maxArguments) {
            throw new ProtocolException(BAD_COUNT);
        }
        ByteBuf frame = line.encode(request);
        normalized = frame;
        phase = Phase.END;
        request.complete(commands.find(request, frame, 0), frame.writerIndex());
        return true;
    }
}
