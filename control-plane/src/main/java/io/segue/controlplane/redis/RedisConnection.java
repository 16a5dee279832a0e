package io.segue.controlplane.redis;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One connection: commands are gathered and go out with {@link #flush}, replies come in the order of the commands. A payload can be
 * passed from one connection to another without being kept in memory ({@link #bulk}, {@link #transfer}). For one thread at a time, except
 * that {@link #close} may be called by any thread and ends what the others wait for.
 *
 * <p>Every method throws {@link IOException} when the connection is lost or what comes is not the protocol; it cannot be used afterwards.
 */
public final class RedisConnection implements Closeable {
    /** {@link #bulk} met an error reply: see {@link #lastError}. */
    public static final long ERROR = -2;
    /** {@link #bulk} met a null reply: there is nothing. */
    public static final long NULL = -1;

    private static final int BUFFER = 128 * 1024;
    private static final int MAX_DEPTH = 32;
    private static final long MAX_BULK = 512L * 1024 * 1024 + 1024;
    private static final int MAX_ITEMS = 64 * 1024 * 1024;
    private static final int MAX_LINE = 64 * 1024;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] input = new byte[BUFFER];
    private final byte[] output = new byte[BUFFER];
    private int inFrom;
    private int inTo;
    private int outTo;
    private long received;
    private long sent;
    private RedisError lastError = new RedisError("");

    RedisConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /** Sets how long a read waits for the server; zero: for ever. A read that waited longer ends with SocketTimeoutException. */
    public void timeout(Duration timeout) throws IOException {
        Redis.timeout(socket, timeout);
    }

    /** Bytes received so far. */
    public long received() {
        return received;
    }

    /** Bytes sent so far, without those that are still gathered. */
    public long sent() {
        return sent;
    }

    // ---- commands

    /** Gathers a whole command. */
    public void send(String... words) throws IOException {
        begin(words.length);
        for (String word : words) {
            arg(word);
        }
    }

    /** Gathers a whole command with arguments of any bytes. */
    public void send(byte[]... words) throws IOException {
        begin(words.length);
        for (byte[] word : words) {
            arg(word);
        }
    }

    /** Sends a command and reads its reply, which must not be an error. Nothing else may be under way. */
    public @Nullable Object call(String... words) throws IOException {
        send(words);
        flush();
        return required(words[0], read());
    }

    /** As {@link #call(String...)}, with arguments of any bytes. */
    public @Nullable Object call(byte[]... words) throws IOException {
        send(words);
        flush();
        return required(new String(words[0], StandardCharsets.UTF_8), read());
    }

    private static @Nullable Object required(String command, @Nullable Object reply) throws IOException {
        if (reply instanceof RedisError error) {
            throw new RedisErrorException(command, error);
        }
        return reply;
    }

    /** Begins a command of so many arguments, its name among them. */
    public RedisConnection begin(int arguments) throws IOException {
        header('*', arguments);
        return this;
    }

    /** One argument. */
    public RedisConnection arg(byte[] bytes) throws IOException {
        return arg(bytes, 0, bytes.length);
    }

    /** One argument. */
    public RedisConnection arg(byte[] bytes, int offset, int length) throws IOException {
        header('$', length);
        raw(bytes, offset, length);
        return argEnd();
    }

    /** One argument, in UTF-8. */
    public RedisConnection arg(String text) throws IOException {
        return arg(text.getBytes(StandardCharsets.UTF_8));
    }

    /** One argument, in decimal. */
    public RedisConnection arg(long number) throws IOException {
        return arg(Long.toString(number).getBytes(StandardCharsets.US_ASCII));
    }

    /** Begins an argument whose bytes follow with {@link #raw} or {@link #transfer}; {@link #argEnd} ends it. */
    public RedisConnection argHeader(long length) throws IOException {
        header('$', length);
        return this;
    }

    /** Ends what {@link #argHeader} began. */
    public RedisConnection argEnd() throws IOException {
        room(2);
        output[outTo++] = '\r';
        output[outTo++] = '\n';
        return this;
    }

    /** Bytes as they are. */
    public void raw(byte[] bytes, int offset, int length) throws IOException {
        if (length > BUFFER - outTo) {
            flush();
            if (length >= BUFFER) {
                out.write(bytes, offset, length);
                sent += length;
                return;
            }
        }
        System.arraycopy(bytes, offset, output, outTo, length);
        outTo += length;
    }

    private void header(char marker, long value) throws IOException {
        room(24);
        output[outTo++] = (byte) marker;
        if (value >= 0 && value < 10) {
            output[outTo++] = (byte) ('0' + value);
        } else {
            int digits = digits(value);
            long rest = value;
            for (int i = outTo + digits - 1; i >= outTo; i--) {
                output[i] = (byte) ('0' + rest % 10);
                rest /= 10;
            }
            outTo += digits;
        }
        output[outTo++] = '\r';
        output[outTo++] = '\n';
    }

    private static int digits(long value) {
        int digits = 1;
        for (long rest = value / 10; rest > 0; rest /= 10) {
            digits++;
        }
        return digits;
    }

    private void room(int bytes) throws IOException {
        if (BUFFER - outTo < bytes) {
            flush();
        }
    }

    /** Sends what is gathered. */
    public void flush() throws IOException {
        if (outTo > 0) {
            out.write(output, 0, outTo);
            sent += outTo;
            outTo = 0;
        }
    }

    // ---- replies

    /** Whether the next byte of a reply is here already: a read would not wait for its beginning. */
    public boolean ready() throws IOException {
        return inFrom < inTo || in.available() > 0;
    }

    /** Waits for the beginning of a reply; false if the read timeout passed without one. */
    public boolean await() throws IOException {
        if (inFrom == inTo) {
            try {
                fill();
            } catch (SocketTimeoutException e) {
                return false;
            }
        }
        return true;
    }

    /**
     * Reads one reply: {@code byte[]} for simple and bulk strings, {@link Long} for numbers, {@link Boolean}, {@link Double} and null of
     * RESP3, {@link List} for arrays, sets and maps (keys and values in turn), {@link RedisError}, {@link Push}.
     */
    public @Nullable Object read() throws IOException {
        return read(0);
    }

    private @Nullable Object read(int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw new IOException("a reply nested deeper than " + MAX_DEPTH);
        }
        int type = next();
        switch (type) {
            case '$', '=', '!' -> {
                byte @Nullable [] bytes = bulkBytes(length(MAX_BULK));
                return type == '!' && bytes != null ? new RedisError(new String(bytes, StandardCharsets.UTF_8)) : bytes;
            }
            case '+' -> {
                return line();
            }
            case '-' -> {
                return new RedisError(new String(line(), StandardCharsets.UTF_8));
            }
            case ':' -> {
                return number();
            }
            case '*', '~', '>', '%', '|' -> {
                return many(type, depth);
            }
            case '_' -> {
                line();
                return null;
            }
            case '#' -> {
                return line()[0] == 't';
            }
            case ',' -> {
                return decimal(new String(line(), StandardCharsets.US_ASCII));
            }
            case '(' -> {
                return line();
            }
            default -> throw new IOException("not a reply: byte " + type + " (expected: a RESP type)");
        }
    }

    /** What a floating-point number of the protocol says: {@code "inf"} and the like too. */
    public static double decimal(String text) {
        return switch (text) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> Double.parseDouble(text);
        };
    }

    private @Nullable Object many(int type, int depth) throws IOException {
        long count = length(MAX_ITEMS);
        if (count < 0) {
            return null;
        }
        long items = type == '%' || type == '|' ? 2 * count : count;
        List<@Nullable Object> list = new ArrayList<>((int) Math.min(items, 1_024));
        for (long i = 0; i < items; i++) {
            list.add(read(depth + 1));
        }
        if (type == '|') {
            // An attribute says something about the reply that follows.
            return read(depth);
        }
        return type == '>' ? new Push(list) : list;
    }

    private byte @Nullable [] bulkBytes(long length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = readBytes((int) length);
        bulkEnd();
        return bytes;
    }

    private byte[] readBytes(int length) throws IOException {
        // Allocated as the bytes come: a server that lies about a length must not cost memory.
        byte[] bytes = new byte[Math.min(length, 1024 * 1024)];
        int at = 0;
        while (at < length) {
            if (at == bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * bytes.length));
            }
            at += readSome(bytes, at, bytes.length - at);
        }
        return bytes;
    }

    /**
     * Reads the head of a bulk string that is not to be kept in memory; {@link #readSome}, {@link #transfer} or {@link #skip} for all its
     * bytes and then {@link #bulkEnd} must follow.
     *
     * @return its length; {@link #NULL}; or {@link #ERROR}
     */
    public long bulk() throws IOException {
        int type = next();
        if (type == '$') {
            return length(MAX_BULK);
        }
        if (type == '-') {
            lastError = new RedisError(new String(line(), StandardCharsets.UTF_8));
            return ERROR;
        }
        if (type == '_') {
            line();
            return NULL;
        }
        throw new IOException("an unexpected reply: byte " + type + " (expected: a bulk string)");
    }

    /** What {@link #bulk} or {@link #integer} met. */
    public RedisError lastError() {
        return lastError;
    }

    /** Reads a number, without making an object; {@link Long#MIN_VALUE} for an error: see {@link #lastError}. */
    public long integer() throws IOException {
        int type = next();
        if (type == ':') {
            return number();
        }
        if (type == '-') {
            lastError = new RedisError(new String(line(), StandardCharsets.UTF_8));
            return Long.MIN_VALUE;
        }
        throw new IOException("an unexpected reply: byte " + type + " (expected: a number)");
    }

    /** Reads a reply of the {@code +OK} kind without making an object; false for an error: see {@link #lastError}. */
    public boolean ok() throws IOException {
        int type = next();
        if (type == '+') {
            skipLine();
            return true;
        }
        if (type == '-') {
            lastError = new RedisError(new String(line(), StandardCharsets.UTF_8));
            return false;
        }
        throw new IOException("an unexpected reply: byte " + type + " (expected: a status)");
    }

    /**
     * Reads the head of an array, a set or a map (keys and values in turn); its items must be read one by one. {@link #NULL} or
     * {@link #ERROR} as in {@link #bulk}.
     */
    public long array() throws IOException {
        int type = next();
        if (type == '*' || type == '~') {
            return length(MAX_ITEMS);
        }
        if (type == '%') {
            return 2 * length(MAX_ITEMS);
        }
        if (type == '-') {
            lastError = new RedisError(new String(line(), StandardCharsets.UTF_8));
            return ERROR;
        }
        if (type == '_') {
            line();
            return NULL;
        }
        throw new IOException("an unexpected reply: byte " + type + " (expected: an array)");
    }

    /** Reads one reply of any kind and any size, and keeps nothing of it. */
    public void drop() throws IOException {
        // Replies that are still to be dropped: those inside of an array count one by one.
        for (long left = 1; left > 0; left--) {
            int type = next();
            switch (type) {
                case '$', '=', '!' -> dropBulk();
                case '*', '~', '>' -> left += Math.max(0, length(MAX_ITEMS));
                case '%' -> left += 2 * Math.max(0, length(MAX_ITEMS));
                // What an attribute is of follows it.
                case '|' -> left += 2 * Math.max(0, length(MAX_ITEMS)) + 1;
                case '+', '-', ':', '_', '#', ',', '(' -> skipLine();
                default -> throw new IOException("not a reply: byte " + type + " (expected: a RESP type)");
            }
        }
    }

    private void dropBulk() throws IOException {
        long length = length(MAX_BULK);
        if (length >= 0) {
            skip(length);
            bulkEnd();
        }
    }

    /** Reads at least one byte, at most {@code length}; for the bytes of a bulk string and of other streams. */
    public int readSome(byte[] target, int offset, int length) throws IOException {
        if (inFrom == inTo) {
            if (length >= BUFFER) {
                int count = in.read(target, offset, length);
                if (count < 0) {
                    throw hungUp();
                }
                received += count;
                return count;
            }
            fill();
        }
        int count = Math.min(length, inTo - inFrom);
        System.arraycopy(input, inFrom, target, offset, count);
        inFrom += count;
        return count;
    }

    /** Passes {@code length} bytes of a bulk string on as part of an argument of {@code to}. */
    public void transfer(long length, RedisConnection to) throws IOException {
        long left = length;
        while (left > 0) {
            if (inFrom == inTo) {
                fill();
            }
            int count = (int) Math.min(left, inTo - inFrom);
            to.raw(input, inFrom, count);
            inFrom += count;
            left -= count;
        }
    }

    /** Drops {@code length} bytes. */
    public void skip(long length) throws IOException {
        long left = length;
        while (left > 0) {
            if (inFrom == inTo) {
                fill();
            }
            int count = (int) Math.min(left, inTo - inFrom);
            inFrom += count;
            left -= count;
        }
    }

    /** The end of a bulk string. */
    public void bulkEnd() throws IOException {
        if (next() != '\r' || next() != '\n') {
            throw new IOException("a bulk string that does not end with CR LF");
        }
    }

    /** The next byte, 0 to 255, which stays the next one. */
    public int peek() throws IOException {
        if (inFrom == inTo) {
            fill();
        }
        return input[inFrom] & 0xFF;
    }

    /** The next byte, 0 to 255. */
    public int next() throws IOException {
        if (inFrom == inTo) {
            fill();
        }
        return input[inFrom++] & 0xFF;
    }

    private void fill() throws IOException {
        int count = in.read(input, 0, BUFFER);
        if (count < 0) {
            throw hungUp();
        }
        received += count;
        inFrom = 0;
        inTo = count;
    }

    private static EOFException hungUp() {
        return new EOFException("the server hung up");
    }

    private long length(long most) throws IOException {
        long length = number();
        if (length < -1 || length > most) {
            throw new IOException("a length of " + length + " (expected: -1 to " + most + ")");
        }
        return length;
    }

    private long number() throws IOException {
        boolean negative = false;
        long value = 0;
        int digits = 0;
        for (int b = next(); b != '\r'; b = next()) {
            if (digits == 0 && !negative && (b == '-' || b == '+')) {
                negative = b == '-';
            } else if (b >= '0' && b <= '9' && digits < 19) {
                value = value * 10 + (b - '0');
                digits++;
            } else {
                throw new IOException("not a number: byte " + b);
            }
        }
        if (next() != '\n' || digits == 0) {
            throw new IOException("not a number");
        }
        return negative ? -value : value;
    }

    /** The rest of a line, without its CR LF: of a reply whose first byte was taken with {@link #next}. */
    public byte[] line() throws IOException {
        byte[] line = new byte[64];
        int at = 0;
        for (int b = next(); b != '\r'; b = next()) {
            if (at == MAX_LINE) {
                throw new IOException("a line of more than " + MAX_LINE + " bytes");
            }
            if (at == line.length) {
                line = Arrays.copyOf(line, 2 * at);
            }
            line[at++] = (byte) b;
        }
        next();
        return Arrays.copyOf(line, at);
    }

    private void skipLine() throws IOException {
        while (next() != '\n') {
            // Only its end matters.
        }
    }

    /** Ends the connection; a second call does nothing. Reads and writes of other threads end with an exception. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }
}
