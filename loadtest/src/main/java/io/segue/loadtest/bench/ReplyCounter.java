package io.segue.loadtest.bench;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Counts the replies in a stream that holds simple strings, numbers and bulk strings only, and fails on an error reply. */
final class ReplyCounter {
    private enum State {
        MARKER,
        LINE,
        LENGTH,
        BODY
    }

    private State state = State.MARKER;
    private int length;
    private boolean negative;

    /** Takes all of {@code bytes}; returns how many replies end in it. */
    int count(ByteBuffer bytes) throws IOException {
        int complete = 0;
        while (bytes.hasRemaining()) {
            if (state == State.BODY) {
                int skipped = Math.min(length, bytes.remaining());
                bytes.position(bytes.position() + skipped);
                length -= skipped;
                if (length == 0) {
                    complete += end();
                }
            } else {
                complete += next(bytes.get());
            }
        }
        return complete;
    }

    private int next(byte b) throws IOException {
        switch (state) {
            case MARKER -> start(b);
            case LINE -> {
                return b == '\n' ? end() : 0;
            }
            case LENGTH -> {
                return lengthByte(b);
            }
            case BODY -> throw new IllegalStateException("bytes of a body are skipped, not looked at");
        }
        return 0;
    }

    private void start(byte b) throws IOException {
        switch (b) {
            case '+', ':' -> state = State.LINE;
            case '$' -> {
                state = State.LENGTH;
                length = 0;
                negative = false;
            }
            case '-' -> throw new IOException("the server answered with an error");
            default -> throw new IOException("reply: starts with byte " + b + " (expected: one of + : $)");
        }
    }

    private int lengthByte(byte b) {
        if (b == '\n') {
            if (negative) {
                return end();
            }
            // The body, and the CR LF after it.
            length += 2;
            state = State.BODY;
        } else if (b == '-') {
            negative = true;
        } else if (b != '\r') {
            length = 10 * length + (b - '0');
        }
        return 0;
    }

    private int end() {
        state = State.MARKER;
        return 1;
    }
}
