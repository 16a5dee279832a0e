package io.segue.proxy.gateway;

import com.google.protobuf.UnsafeByteOperations;
import io.segue.proto.v1.ReplyList;
import io.segue.proto.v1.ReplyValue;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One connection of the gateway to an interlay of its own proxy, in RESP2
 * (<a href="https://redis.io/docs/latest/develop/reference/protocol-spec/">specification</a>). Blocks. For one call at a time.
 */
final class RespLink implements AutoCloseable {
    private static final int CONNECT_MS = 2_000;
    private static final int LOGIN_MS = 5_000;
    private static final int MOST_DATA = 512 * 1024 * 1024;
    private static final int MOST_ITEMS = 1_000_000;
    private static final int DEEPEST = 32;
    private static final int LONGEST_LINE = 64 * 1024;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final InetSocketAddress address;

    private RespLink(Socket socket, InetSocketAddress address) throws IOException {
        this.socket = socket;
        this.address = address;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = new BufferedOutputStream(socket.getOutputStream());
    }

    /**
     * Connects and logs in.
     *
     * @param password empty: no login
     * @throws IOException the interlay cannot be reached, or refuses the login
     */
    static RespLink open(InetSocketAddress address, String username, String password) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(address, CONNECT_MS);
            RespLink link = new RespLink(socket, address);
            if (!password.isEmpty()) {
                link.send(username.isEmpty() ? List.of("AUTH", password) : List.of("AUTH", username, password));
                ReplyValue reply = link.read(LOGIN_MS);
                if (reply.hasError()) {
                    throw new IOException("the login was refused: " + reply.getError());
                }
            }
            return link;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** Where it leads to. */
    InetSocketAddress address() {
        return address;
    }

    /** Sends one command. When it fails, some of it may have been sent. */
    void send(List<String> arguments) throws IOException {
        write("*" + arguments.size() + "\r\n");
        for (String argument : arguments) {
            byte[] bytes = argument.getBytes(StandardCharsets.UTF_8);
            write("$" + bytes.length + "\r\n");
            out.write(bytes);
            write("\r\n");
        }
        out.flush();
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Waits for the next reply, at most so many milliseconds for each part of it. */
    ReplyValue read(int timeoutMs) throws IOException {
        socket.setSoTimeout(Math.max(1, timeoutMs));
        return read(in, 0);
    }

    private static ReplyValue read(InputStream in, int depth) throws IOException {
        String line = line(in);
        if (line.isEmpty()) {
            throw new IOException("an empty line (expected: a reply)");
        }
        String rest = line.substring(1);
        ReplyValue.Builder value = ReplyValue.newBuilder();
        return switch (line.charAt(0)) {
            case '+' -> value.setStatus(rest).build();
            case '-' -> value.setError(rest).build();
            case ':' -> value.setInteger(number(rest)).build();
            case '$' -> data(in, size(rest, MOST_DATA));
            case '*' -> list(in, size(rest, MOST_ITEMS), depth);
            default -> throw new IOException("a reply of the unknown type " + (int) line.charAt(0));
        };
    }

    private static ReplyValue data(InputStream in, int size) throws IOException {
        if (size < 0) {
            return ReplyValue.newBuilder()
                    .setNull(ReplyValue.NullValue.getDefaultInstance())
                    .build();
        }
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size || in.read() != '\r' || in.read() != '\n') {
            throw new EOFException("the connection ended in the middle of a reply");
        }
        return ReplyValue.newBuilder()
                .setData(UnsafeByteOperations.unsafeWrap(bytes))
                .build();
    }

    private static ReplyValue list(InputStream in, int size, int depth) throws IOException {
        if (size < 0) {
            return data(in, -1);
        }
        if (depth >= DEEPEST) {
            throw new IOException("a reply of more than " + DEEPEST + " levels");
        }
        List<ReplyValue> items = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            items.add(read(in, depth + 1));
        }
        return ReplyValue.newBuilder()
                .setList(ReplyList.newBuilder().addAllItems(items))
                .build();
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\r'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection was closed");
            }
            if (line.length() >= LONGEST_LINE) {
                throw new IOException("a line of more than " + LONGEST_LINE + " bytes");
            }
            line.append((char) next);
        }
        if (in.read() != '\n') {
            throw new IOException("a line that does not end as one");
        }
        return line.toString();
    }

    private static long number(String text) throws IOException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException("a reply with the number " + text, e);
        }
    }

    private static int size(String text, int most) throws IOException {
        long size = number(text);
        if (size < -1 || size > most) {
            throw new IOException("a reply of size " + size + " (expected: at most " + most + ")");
        }
        return (int) size;
    }

    /** Whether the other end has hung up, or has said something that nobody asked for. Waits for a millisecond. */
    boolean stale() {
        try {
            socket.setSoTimeout(1);
            // Whatever comes, be it the end, is nothing that was asked for.
            int unused = in.read();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more, closed or not.
        }
    }
}
