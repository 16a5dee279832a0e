package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.segue.proxy.protocol.Request;

/**
 * Reads arguments of a request whose frame starts at {@code start} in {@code in}. An argument that is missing or malformed is
 * answered as such, not thrown: the server is the one to refuse it. Allocates nothing.
 */
final class Args {
    /** Where an argument is missing or no whole number. */
    static final long NOT_A_NUMBER = Long.MIN_VALUE;

    private static final int MAX_DIGITS = 18;

    private Args() {}

    /** Whether argument {@code i} is {@code word}, which is in upper case, in any case. */
    static boolean is(Request request, ByteBuf in, int start, int i, String word) {
        if (i < 0 || i >= request.argCount() || request.argLength(i) != word.length()) {
            return false;
        }
        int at = start + request.argStart(i);
        for (int k = 0; k < word.length(); k++) {
            byte b = in.getByte(at + k);
            if ((b >= 'a' && b <= 'z' ? b - ('a' - 'A') : b) != word.charAt(k)) {
                return false;
            }
        }
        return true;
    }

    /** Index of the first argument from {@code from} on that is {@code word}; -1: none. */
    static int indexOf(Request request, ByteBuf in, int start, int from, String word) {
        for (int i = from; i < request.argCount(); i++) {
            if (is(request, in, start, i, word)) {
                return i;
            }
        }
        return -1;
    }

    /** Argument {@code i} as a whole number of at most 18 digits; {@link #NOT_A_NUMBER} if it is none. */
    static long number(Request request, ByteBuf in, int start, int i) {
        if (i < 0 || i >= request.argCount()) {
            return NOT_A_NUMBER;
        }
        return number(in, start + request.argStart(i), request.argLength(i));
    }

    /** The whole number in {@code in[at, at + length)}; {@link #NOT_A_NUMBER} if it is none. */
    static long number(ByteBuf in, int at, int length) {
        boolean negative = length > 0 && in.getByte(at) == '-';
        int from = negative ? 1 : 0;
        if (length == from || length - from > MAX_DIGITS) {
            return NOT_A_NUMBER;
        }
        long value = 0;
        for (int k = from; k < length; k++) {
            int digit = in.getByte(at + k) - '0';
            if (digit < 0 || digit > 9) {
                return NOT_A_NUMBER;
            }
            value = value * 10 + digit;
        }
        return negative ? -value : value;
    }

    /** Index of the word STREAMS of an XREAD or XREADGROUP; -1: none. */
    static int streams(Request request, ByteBuf in, int start) {
        return streamOption(request, in, start, "STREAMS");
    }

    /** Whether an XREAD or XREADGROUP waits. */
    static boolean hasBlock(Request request, ByteBuf in, int start) {
        return streamOption(request, in, start, "BLOCK") > 0;
    }

    private static int streamOption(Request request, ByteBuf in, int start, String wanted) {
        // Option by option: a group or consumer may be called BLOCK or STREAMS.
        int i = 1;
        while (i < request.argCount()) {
            if (is(request, in, start, i, wanted)) {
                return i;
            }
            if (is(request, in, start, i, "GROUP")) {
                i += 3;
            } else if (is(request, in, start, i, "NOACK")) {
                i++;
            } else if (is(request, in, start, i, "COUNT")
                    || is(request, in, start, i, "BLOCK")
                    || is(request, in, start, i, "CLAIM")) {
                i += 2;
            } else {
                return -1;
            }
        }
        return -1;
    }
}
