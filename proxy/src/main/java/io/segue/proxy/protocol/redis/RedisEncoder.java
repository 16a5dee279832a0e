package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/**
 * Writes requests: arrays of bulk strings. First {@link #array}, then as many arguments as it announced. Stateless, thread-safe.
 */
public final class RedisEncoder {
    private static final int CRLF = '\r' << 8 | '\n';
    private static final int MAX_HEADER = 13;

    private RedisEncoder() {}

    /** A whole request in a buffer of its own; text is sent as UTF-8. */
    public static ByteBuf request(ByteBufAllocator alloc, String... arguments) {
        int size = MAX_HEADER;
        for (String argument : arguments) {
            size += ByteBufUtil.utf8Bytes(argument) + MAX_HEADER + 2;
        }
        ByteBuf out = alloc.buffer(size);
        array(out, arguments.length);
        for (String argument : arguments) {
            bulk(out, argument);
        }
        return out;
    }

    /** A whole request in a buffer of its own. */
    public static ByteBuf request(ByteBufAllocator alloc, byte[]... arguments) {
        int size = MAX_HEADER;
        for (byte[] argument : arguments) {
            size += argument.length + MAX_HEADER + 2;
        }
        ByteBuf out = alloc.buffer(size);
        array(out, arguments.length);
        for (byte[] argument : arguments) {
            bulk(out, argument);
        }
        return out;
    }

    /** Announces a request of {@code count} arguments. */
    public static void array(ByteBuf out, int count) {
        header(out, '*', count);
    }

    /** One argument, as UTF-8. */
    public static void bulk(ByteBuf out, String argument) {
        header(out, '$', ByteBufUtil.utf8Bytes(argument));
        out.writeCharSequence(argument, StandardCharsets.UTF_8);
        out.writeShort(CRLF);
    }

    /** One argument. */
    public static void bulk(ByteBuf out, byte[] argument) {
        bulk(out, argument, 0, argument.length);
    }

    /** One argument, {@code argument[from, from + length)}. */
    public static void bulk(ByteBuf out, byte[] argument, int from, int length) {
        header(out, '$', length);
        out.writeBytes(argument, from, length);
        out.writeShort(CRLF);
    }

    /** One argument, {@code in[from, from + length)}. */
    public static void bulk(ByteBuf out, ByteBuf in, int from, int length) {
        header(out, '$', length);
        out.writeBytes(in, from, length);
        out.writeShort(CRLF);
    }

    /** One argument, a whole number in decimal digits. */
    public static void bulk(ByteBuf out, long argument) {
        header(out, '$', decimalLength(argument));
        decimal(out, argument);
        out.writeShort(CRLF);
    }

    /** Length in bytes of the header line of an array or bulk string of {@code count}. */
    static int headerLength(int count) {
        return 1 + decimalLength(count) + 2;
    }

    private static void header(ByteBuf out, char type, int count) {
        out.writeByte(type);
        decimal(out, count);
        out.writeShort(CRLF);
    }

    private static void decimal(ByteBuf out, long number) {
        if (number == Long.MIN_VALUE) {
            out.writeCharSequence("-9223372036854775808", StandardCharsets.US_ASCII);
            return;
        }
        long rest = number;
        if (rest < 0) {
            out.writeByte('-');
            rest = -rest;
        }
        long power = 1;
        while (rest / power >= 10) {
            power *= 10;
        }
        for (; power > 0; power /= 10) {
            out.writeByte((int) ('0' + rest / power % 10));
        }
    }

    private static int decimalLength(long number) {
        int length = number < 0 ? 2 : 1;
        for (long rest = number / 10; rest != 0; rest /= 10) {
            length++;
        }
        return length;
    }
}
