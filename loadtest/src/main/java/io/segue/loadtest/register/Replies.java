package io.segue.loadtest.register;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads the replies to GET, SET and DEL from a stream of bytes, without making an object unless the reply is an error. */
final class Replies {
    private static final int LONGEST_NUMBER = 18;

    /** What came. */
    enum Kind {
        /** {@code +OK} or {@code :n}. */
        ACKNOWLEDGED,
        /** A value; {@link Replies#value} has it. */
        VALUE,
        /** There is nothing. */
        NOTHING,
        /** An error; {@link Replies#error} has its text. */
        ERROR
    }

    private Kind kind = Kind.NOTHING;
    private long value;
    private String error = "";

    /**
     * Takes one whole reply off {@code in}; false, with nothing taken, if there is none yet.
     *
     * @throws IOException if these are no replies to those commands
     */
    boolean next(ByteBuffer in) throws IOException {
        int end = endOfLine(in, in.position());
        if (end < 0) {
            return false;
        }
        int start = in.position();
        byte marker = in.get(start);
        switch (marker) {
            case '+', ':' -> kind = Kind.ACKNOWLEDGED;
            case '_' -> kind = Kind.NOTHING;
            case '-' -> {
                kind = Kind.ERROR;
                error = text(in, start + 1, end);
            }
            case '$' -> {
                return bulk(in, end);
            }
            default -> throw new IOException("reply: " + text(in, start, end) + " (expected: one to GET, SET or DEL)");
        }
        in.position(end + 2);
        return true;
    }

    /** What the last reply was. */
    Kind kind() {
        return kind;
    }

    /** The number in the value; -1 if the value is not one of those that are written here. */
    long value() {
        return value;
    }

    /** The text of the error. */
    String error() {
        return error;
    }

    private boolean bulk(ByteBuffer in, int end) {
        int length = (int) number(in, in.position() + 1, end);
        if (length < 0) {
            kind = Kind.NOTHING;
            in.position(end + 2);
            return true;
        }
        int body = end + 2;
        if (in.limit() < body + length + 2) {
            return false;
        }
        kind = Kind.VALUE;
        value = number(in, body, body + length);
        in.position(body + length + 2);
        return true;
    }

    /** The digits of a number that is above 0; -1 for anything else, so for the length of a null as well. */
    private static long number(ByteBuffer in, int from, int to) {
        long result = 0;
        for (int i = from; i < to; i++) {
            int digit = in.get(i) - '0';
            if (digit < 0 || digit > 9 || to - from > LONGEST_NUMBER) {
                return -1;
            }
            result = 10 * result + digit;
        }
        return to > from ? result : -1;
    }

    private static int endOfLine(ByteBuffer in, int from) {
        for (int i = from; i + 1 < in.limit(); i++) {
            if (in.get(i) == '\r' && in.get(i + 1) == '\n') {
                return i;
            }
        }
        return -1;
    }

    private static String text(ByteBuffer in, int from, int to) {
        byte[] bytes = new byte[to - from];
        for (int i = from; i < to; i++) {
            bytes[i - from] = in.get(i);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
