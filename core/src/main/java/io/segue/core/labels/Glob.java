package io.segue.core.labels;

import io.segue.core.validation.InvalidFieldException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A pattern for bytes, in the notation of Redis: {@code *} any bytes, {@code ?} one byte, {@code [a-z]} and {@code [^a-z]} one of these or none of
 * them, and a backslash takes the next character as it is. {@code {user}}, once, before the first {@code *}, stands for one or more bytes, as
 * few as possible, that are captured. Immutable, thread-safe; matching allocates nothing and takes at most length × pattern steps.
 */
public final class Glob {
    /** What {@link #capture} answers where nothing is captured. */
    public static final long NO_CAPTURE = -1;

    /** Longest pattern, in bytes. */
    public static final int MAX_BYTES = 512;

    /** Longest text that is captured, in bytes. */
    public static final int MAX_CAPTURE = 256;

    private static final String USER = "{user}";
    private static final int ANY = -1;
    private static final int ONE = -2;
    private static final int FIRST_SET = -3;

    private final String pattern;
    private final boolean[][] sets;
    /** What comes before the capture: no {@link #ANY} in it. Empty where nothing is captured. */
    private final int[] head;

    private final int[] tail;
    private final boolean captures;

    private Glob(String pattern, boolean[][] sets, int[] head, int[] tail, boolean captures) {
        this.pattern = pattern;
        this.sets = sets;
        this.head = head;
        this.tail = tail;
        this.captures = captures;
    }

    /**
     * Reads a pattern.
     *
     * @param field its name in messages
     * @param mayCapture whether <code>{user}</code> is the capture; else braces are ordinary characters
     * @throws InvalidFieldException it is no pattern
     */
    public static Glob parse(String field, String pattern, boolean mayCapture) {
        byte[] bytes = pattern.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > MAX_BYTES) {
            throw new InvalidFieldException(field, bytes.length + " bytes", "1 to " + MAX_BYTES + " bytes");
        }
        return new Reader(field, pattern, bytes, mayCapture).read();
    }

    /** Whether a part of what matches is captured. */
    public boolean captures() {
        return captures;
    }

    /** Whether all of {@code text[0, length)} matches. */
    public boolean matches(byte[] text, int length) {
        return captures ? capture(text, length) != NO_CAPTURE : matches(tail, text, 0, length);
    }

    /**
     * The captured part of {@code text[0, length)}.
     *
     * @return its start in the upper half, its end in the lower half; {@link #NO_CAPTURE} if the text does not match, or nothing is captured
     */
    public long capture(byte[] text, int length) {
        int from = head.length;
        if (!captures || length <= from) {
            return NO_CAPTURE;
        }
        for (int i = 0; i < from; i++) {
            if (!one(head[i], text[i])) {
                return NO_CAPTURE;
            }
        }
        int most = Math.min(length, from + MAX_CAPTURE);
        for (int to = tail.length == 0 ? length : from + 1; to <= most; to++) {
            if (matches(tail, text, to, length)) {
                return (long) from << 32 | to;
            }
        }
        return NO_CAPTURE;
    }

    /** The usual walk with one place to come back to: the last {@link #ANY}, which takes one byte more each time. */
    private boolean matches(int[] tokens, byte[] text, int from, int to) {
        int at = from;
        int token = 0;
        int lastAny = -1;
        int resume = from;
        while (at < to) {
            if (token < tokens.length && tokens[token] == ANY) {
                lastAny = token++;
                resume = at;
            } else if (token < tokens.length && one(tokens[token], text[at])) {
                token++;
                at++;
            } else if (lastAny >= 0) {
                token = lastAny + 1;
                at = ++resume;
            } else {
                return false;
            }
        }
        while (token < tokens.length && tokens[token] == ANY) {
            token++;
        }
        return token == tokens.length;
    }

    private boolean one(int token, byte actual) {
        return token >= 0 ? token == (actual & 0xFF) : token == ONE || sets[FIRST_SET - token][actual & 0xFF];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Glob glob && glob.pattern.equals(pattern) && glob.captures == captures;
    }

    @Override
    public int hashCode() {
        return pattern.hashCode();
    }

    /** The pattern as it was given. */
    @Override
    public String toString() {
        return pattern;
    }

    /** Reads one pattern. */
    private static final class Reader {
        private final String field;
        private final String pattern;
        private final byte[] bytes;
        private final boolean mayCapture;
        private final List<boolean[]> sets = new ArrayList<>();
        private final int[] tokens;
        private int count;
        private int at;
        private int capture = -1;

        Reader(String field, String pattern, byte[] bytes, boolean mayCapture) {
            this.field = field;
            this.pattern = pattern;
            this.bytes = bytes;
            this.mayCapture = mayCapture;
            this.tokens = new int[bytes.length];
        }

        Glob read() {
            while (at < bytes.length) {
                byte next = bytes[at];
                if (mayCapture && startsWithUser()) {
                    capture();
                } else if (next == '[') {
                    tokens[count++] = FIRST_SET - sets.size();
                    sets.add(set());
                } else {
                    at++;
                    tokens[count++] = switch (next) {
                        case '*' -> ANY;
                        case '?' -> ONE;
                        case '\\' -> escaped();
                        default -> next & 0xFF;
                    };
                }
            }
            int from = Math.max(0, capture);
            return new Glob(
                    pattern,
                    sets.toArray(boolean[][]::new),
                    Arrays.copyOf(tokens, from),
                    Arrays.copyOfRange(tokens, from, count),
                    capture >= 0);
        }

        private boolean startsWithUser() {
            for (int i = 0; i < USER.length(); i++) {
                if (at + i >= bytes.length || bytes[at + i] != USER.charAt(i)) {
                    return false;
                }
            }
            return true;
        }

        private void capture() {
            if (capture >= 0) {
                throw bad("{user} once");
            }
            for (int i = 0; i < count; i++) {
                if (tokens[i] == ANY) {
                    throw bad("{user} before the first *");
                }
            }
            capture = count;
            at += USER.length();
        }

        private int escaped() {
            if (at == bytes.length) {
                throw bad("a character after the last \\");
            }
            return bytes[at++] & 0xFF;
        }

        private boolean[] set() {
            boolean[] set = new boolean[256];
            at++;
            boolean not = at < bytes.length && bytes[at] == '^';
            if (not) {
                at++;
            }
            boolean empty = true;
            while (at < bytes.length && (bytes[at] != ']' || empty)) {
                empty = false;
                int first = character();
                int last = first;
                if (at + 1 < bytes.length && bytes[at] == '-' && bytes[at + 1] != ']') {
                    at++;
                    last = character();
                }
                Arrays.fill(set, Math.min(first, last), Math.max(first, last) + 1, true);
            }
            if (at == bytes.length) {
                throw bad("a ] for every [");
            }
            at++;
            for (int i = 0; not && i < set.length; i++) {
                set[i] = !set[i];
            }
            return set;
        }

        private int character() {
            byte next = bytes[at++];
            return next == '\\' ? escaped() : next & 0xFF;
        }

        private InvalidFieldException bad(String expected) {
            return new InvalidFieldException(field, pattern, expected);
        }
    }
}
