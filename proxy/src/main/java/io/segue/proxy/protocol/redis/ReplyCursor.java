package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Walks through one whole reply, which a {@link RedisReplyParser} has found well-formed. Attributes are passed over. */
final class ReplyCursor {
    private final ByteBuf in;
    private int at;
    private byte type;
    private boolean none;
    private int start;
    private int length;
    private int children;

    /** Stands before the reply that starts at {@code in}'s reader index. */
    ReplyCursor(ByteBuf in) {
        this.in = in;
        at = in.readerIndex();
    }

    /** Steps onto the next element; onto the first below it, if the current one is an aggregate. */
    ReplyCursor next() {
        header();
        while (type == '|') {
            skipChildren();
            header();
        }
        return this;
    }

    /** Passes over everything below the current element. */
    void skipChildren() {
        int left = children;
        while (left > 0) {
            header();
            // Attributes come on top: what they belong to is still to come.
            left += type == '|' ? children : children - 1;
        }
        children = 0;
    }

    /** Index after the current element's header and text. */
    int position() {
        return at;
    }

    /** The first byte of the current element. */
    byte type() {
        return type;
    }

    /** Whether the current element is a null. */
    boolean isNull() {
        return none;
    }

    /** Whether the current element is an error. */
    boolean isError() {
        return type == '-' || type == '!';
    }

    /** Whether the current element holds others. */
    boolean isAggregate() {
        return !none && (type == '*' || type == '~' || type == '%' || type == '>');
    }

    /** Number of elements right below the current one; two per pair of a map. */
    int children() {
        return children;
    }

    /** Where the current element's text starts. */
    int start() {
        return start;
    }

    /** Length of the current element's text in bytes. */
    int length() {
        return length;
    }

    /** The current element's text, one char a byte. */
    String text() {
        return in.toString(start, length, StandardCharsets.ISO_8859_1);
    }

    /** The current element as a whole number; {@link Args#NOT_A_NUMBER} if it is none. */
    long number() {
        return Args.number(in, start, length);
    }

    private void header() {
        type = in.getByte(at);
        start = at + 1;
        int lineEnd = in.indexOf(start, in.writerIndex(), (byte) '\r');
        length = lineEnd - start;
        at = lineEnd + 2;
        none = type == '_';
        children = 0;
        switch (type) {
            case '$', '!', '=' -> {
                long size = number();
                none = size < 0;
                start = at;
                length = none ? 0 : (int) size;
                at += none ? 0 : length + 2;
            }
            case '*', '~', '>', '%', '|' -> {
                long count = number();
                none = count < 0;
                children = none ? 0 : (int) count * (type == '%' || type == '|' ? 2 : 1);
            }
            default -> {
                // The line is all of it.
            }
        }
    }
}
