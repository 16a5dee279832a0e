package io.segue.controlplane.mover.redis.psync;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads a replication stream in pieces of any size, and names the keys of its commands. Values are passed over and never kept, whatever
 * their size; a key is named once it is whole. Not thread-safe.
 */
final class StreamParser {
    private static final int MAX_NAME = 64;
    private static final int MAX_KEY = 16 * 1024 * 1024;
    private static final int MAX_WHOLE = 16 * 1024 * 1024;
    private static final long MAX_ARGUMENT = 8L * 1024 * 1024 * 1024;

    private enum Expect {
        COMMAND,
        COUNT,
        ARGUMENT,
        LENGTH,
        BYTES,
        END
    }

    private final ChangeSink sink;
    private KeyTable table;

    private Expect expect = Expect.COMMAND;
    private long number;
    private int digits;
    /** How many bytes of a line's end have been seen. */
    private int ended;

    private int arguments;
    private int argument;
    private long left;
    private boolean keep;
    private byte[] kept = new byte[256];
    private int keptLength;

    private KeyRule rule = KeyRule.NONE;
    private final List<byte[]> whole = new ArrayList<>();
    private int wholeLength;
    private byte[] lastName = new byte[0];
    private KeyRule lastRule = KeyRule.NONE;

    private int db;
    private long offset;
    private long boundary;

    StreamParser(KeyTable table, ChangeSink sink) {
        this.table = table;
        this.sink = sink;
    }

    /** What the source says of its commands now. */
    void table(KeyTable now) {
        table = now;
        lastName = new byte[0];
    }

    /** Begins anew before a command: the bytes after {@code at} come next. */
    void reset(long at, int inDb) {
        offset = at;
        boundary = at;
        db = inDb;
        expect = Expect.COMMAND;
        whole.clear();
    }

    /** Bytes of the stream up to the end of the last whole command. */
    long boundary() {
        return boundary;
    }

    /** Database in force at {@link #boundary}. */
    int db() {
        return db;
    }

    /**
     * Takes the next bytes.
     *
     * @throws IOException they are not commands; the parser must be {@link #reset}
     */
    void feed(byte[] bytes, int from, int to) throws IOException {
        int at = from;
        while (at < to) {
            switch (expect) {
                case COMMAND -> at = begin(bytes, at);
                case COUNT -> {
                    at = digits(bytes, at, to);
                    if (ended == 2) {
                        counted();
                    }
                }
                case ARGUMENT -> {
                    if (bytes[at++] != '$') {
                        throw strange("byte " + bytes[at - 1] + " (expected: $)");
                    }
                    expectNumber(Expect.LENGTH);
                }
                case LENGTH -> {
                    at = digits(bytes, at, to);
                    if (ended == 2) {
                        beginArgument();
                    }
                }
                case BYTES -> at = take(bytes, at, to);
                case END -> {
                    if (bytes[at] != (ended == 0 ? '\r' : '\n')) {
                        throw strange("an argument that does not end with CR LF");
                    }
                    at++;
                    ended++;
                    if (ended == 2) {
                        expect = Expect.ARGUMENT;
                        argument++;
                        if (argument == arguments) {
                            finish(offset + (at - from));
                        }
                    }
                }
            }
        }
        offset += to - from;
    }

    private int begin(byte[] bytes, int at) throws IOException {
        if (bytes[at] == '*') {
            expectNumber(Expect.COUNT);
        } else if (bytes[at] != '\n') {
            throw strange("byte " + bytes[at] + " (expected: *)");
        }
        return at + 1;
    }

    private void expectNumber(Expect what) {
        expect = what;
        number = 0;
        digits = 0;
        ended = 0;
    }

    private int digits(byte[] bytes, int from, int to) throws IOException {
        int at = from;
        while (at < to && ended < 2) {
            int b = bytes[at++];
            if (b >= '0' && b <= '9' && ended == 0 && digits < 18) {
                number = number * 10 + (b - '0');
                digits++;
            } else if ((b == '\r' && ended == 0 && digits > 0) || (b == '\n' && ended == 1)) {
                ended++;
            } else {
                throw strange("byte " + b + " in a number");
            }
        }
        return at;
    }

    private void counted() throws IOException {
        if (number < 1 || number > Integer.MAX_VALUE) {
            throw strange("a command of " + number + " arguments");
        }
        arguments = (int) number;
        argument = 0;
        rule = KeyRule.NONE;
        expect = Expect.ARGUMENT;
    }

    private void beginArgument() throws IOException {
        if (number > MAX_ARGUMENT) {
            throw strange("an argument of " + number + " bytes");
        }
        left = number;
        keptLength = 0;
        keep = wanted();
        expect = left == 0 ? Expect.END : Expect.BYTES;
        ended = 0;
        if (left == 0) {
            complete(kept, 0, 0);
        }
    }

    /** Whether the bytes of this argument matter. */
    private boolean wanted() throws IOException {
        if (argument == 0) {
            if (left > MAX_NAME) {
                throw strange("a command's name of " + left + " bytes");
            }
            return true;
        }
        if (rule instanceof KeyRule.Range range) {
            if (!range.key(argument, arguments)) {
                return false;
            }
            if (left > MAX_KEY) {
                sink.everything("a key of " + left + " bytes");
                return false;
            }
            return true;
        }
        if (rule instanceof KeyRule.Whole) {
            wholeLength += (int) Math.min(left, MAX_WHOLE) + 16;
            if (wholeLength > MAX_WHOLE) {
                tooLarge();
                return false;
            }
            return true;
        }
        return rule instanceof KeyRule.Container && argument == 1 && left <= MAX_NAME;
    }

    private void tooLarge() {
        rule = KeyRule.NONE;
        whole.clear();
        sink.everything("a command of more than " + MAX_WHOLE + " bytes");
    }

    private int take(byte[] bytes, int at, int to) throws IOException {
        int count = (int) Math.min(left, to - at);
        left -= count;
        if (keep) {
            if (left == 0 && keptLength == 0) {
                complete(bytes, at, count);
            } else {
                hold(bytes, at, count);
                if (left == 0) {
                    complete(kept, 0, keptLength);
                }
            }
        }
        if (left == 0) {
            expect = Expect.END;
            ended = 0;
        }
        return at + count;
    }

    /** Holds a part of an argument; grows as the bytes come. */
    private void hold(byte[] bytes, int at, int count) {
        if (count > kept.length - keptLength) {
            kept = Arrays.copyOf(kept, Math.max(keptLength + count, 2 * kept.length));
        }
        System.arraycopy(bytes, at, kept, keptLength, count);
        keptLength += count;
    }

    /** An argument that matters is whole. */
    private void complete(byte[] bytes, int at, int length) throws IOException {
        if (!keep) {
            return;
        }
        if (argument == 0) {
            named(bytes, at, length);
        } else if (rule instanceof KeyRule.Range) {
            sink.change(db, Arrays.copyOfRange(bytes, at, at + length));
        } else if (rule instanceof KeyRule.Whole) {
            whole.add(Arrays.copyOfRange(bytes, at, at + length));
        } else if (rule instanceof KeyRule.Container container) {
            String name = name(bytes, at, length);
            rule = known(container.rule(name), name);
        }
        if (kept.length > 64 * 1024) {
            kept = new byte[256];
        }
    }

    private void named(byte[] bytes, int at, int length) {
        if (!Arrays.equals(lastName, 0, lastName.length, bytes, at, at + length)) {
            lastName = Arrays.copyOfRange(bytes, at, at + length);
            String name = name(bytes, at, length);
            KeyRule found = table.rule(name);
            lastRule = found == null ? new KeyRule.Everything("an unknown command, " + name) : found;
        }
        rule = lastRule;
        if (rule instanceof KeyRule.Everything everything) {
            rule = KeyRule.NONE;
            sink.everything(everything.reason());
        } else if (rule instanceof KeyRule.Whole) {
            whole.clear();
            whole.add(lastName);
            wholeLength = 0;
        }
    }

    private KeyRule known(@Nullable KeyRule found, String name) {
        if (found == null) {
            sink.everything("an unknown command, " + new String(lastName, StandardCharsets.ISO_8859_1) + " " + name);
            return KeyRule.NONE;
        }
        if (found instanceof KeyRule.Everything everything) {
            sink.everything(everything.reason());
            return KeyRule.NONE;
        }
        if (found instanceof KeyRule.Whole || found instanceof KeyRule.Container) {
            throw new IllegalStateException("a rule for " + name + " that a subcommand cannot have");
        }
        return found;
    }

    private static String name(byte[] bytes, int at, int length) {
        return new String(bytes, at, length, StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT);
    }

    private void finish(long end) {
        if (rule instanceof KeyRule.Whole readWhole) {
            try {
                db = readWhole.reader().read(whole, db, sink);
            } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
                sink.everything("a command that cannot be read, " + name(lastName, 0, lastName.length));
            }
            whole.clear();
        }
        expect = Expect.COMMAND;
        boundary = end;
    }

    private IOException strange(String what) {
        return new IOException("not a replication stream: " + what + ", after offset " + boundary);
    }
}
