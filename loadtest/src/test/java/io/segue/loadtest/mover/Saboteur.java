package io.segue.loadtest.mover;

import io.segue.loadtest.redis.FreePorts;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A man in the middle between a mover and its follower, who does to certain keys what a mover with a defect would do: everything is answered as if
 * it had been done. Numbers of keys decide, one in 10,000 for each kind of harm. Two threads for each connection.
 */
final class Saboteur implements Closeable {
    /** What keys are called, before their number. */
    static final String PREFIX = "key:";

    private static final int EVERY = 10_000;

    /** What is done to a key. */
    enum Harm {
        /** Its copies are left out. */
        SKIP(1_234),
        /** Its copy has the value of the key that was copied before it. */
        SWAP(2_345),
        /** Its first copy is executed after its second one. */
        DELAY(3_456),
        /** Its removal is left out. */
        KEEP(4_567),
        /** It ends a second later. */
        SHIFT(5_678);

        private final int number;

        Harm(int number) {
            this.number = number;
        }

        /** The numbers of the keys to which this is done, below {@code keys}. */
        List<Integer> numbers(int keys) {
            List<Integer> numbers = new ArrayList<>();
            for (int at = number; at < keys; at += EVERY) {
                numbers.add(at);
            }
            return numbers;
        }
    }

    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    /** Keys that were harmed. */
    final Set<String> harmed = ConcurrentHashMap.newKeySet();

    /** @param target port of the follower */
    Saboteur(int target) throws IOException {
        this.target = target;
        listener = new ServerSocket();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), FreePorts.one()));
        thread(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "saboteur");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                for (Socket socket : List.of(client, server)) {
                    socket.setTcpNoDelay(true);
                    sockets.add(socket);
                }
                thread(() -> forward(client, server, new Line(server)));
                thread(() -> forward(server, client, null));
            } catch (IOException e) {
                // Closed, or the mover has hung up before it was served.
            }
        }
    }

    private static void forward(Socket from, Socket to, @Nullable Line line) {
        try (from;
                to) {
            if (line != null) {
                line.run(from.getInputStream());
            } else {
                from.getInputStream().transferTo(to.getOutputStream());
            }
        } catch (IOException e) {
            // Either end has hung up.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** What the mover sends on one connection. */
    private final class Line {
        private final OutputStream out;
        private byte @Nullable [] before;
        private final Map<String, byte[][]> delayed = new HashMap<>();

        Line(Socket server) {
            try {
                out = new BufferedOutputStream(server.getOutputStream(), 64 * 1024);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void run(InputStream from) throws IOException {
            BufferedInputStream in = new BufferedInputStream(from, 64 * 1024);
            while (true) {
                if (in.available() == 0) {
                    out.flush();
                }
                pass(command(in));
            }
        }

        private void pass(byte[][] command) throws IOException {
            String name = new String(command[0], StandardCharsets.US_ASCII);
            String key = command.length > 1 ? new String(command[1], StandardCharsets.UTF_8) : "";
            if (name.equals("UNLINK")) {
                unlink(command, key);
            } else if (name.equals("RESTORE")) {
                write(command, key, 3, 2);
            } else if (name.equals("SET")) {
                write(command, key, 2, 4);
            } else if (name.equals("MSET")) {
                writeAll(command);
            } else {
                send(out, command);
            }
        }

        /** One by one those that are harmed, and the others together; to be answered once. */
        private void writeAll(byte[][] command) throws IOException {
            List<byte[]> rest = new ArrayList<>(List.of(command[0]));
            List<byte[][]> late = new ArrayList<>();
            for (int i = 1; i < command.length; i += 2) {
                String key = new String(command[i], StandardCharsets.UTF_8);
                byte[] value = command[i + 1];
                if (is(Harm.SKIP, key)) {
                    harmed.add(key);
                } else if (is(Harm.DELAY, key)) {
                    byte[][] older = delayed.put(key, new byte[][] {words("SET")[0], command[i], value});
                    if (older != null && !Arrays.equals(older[2], value)) {
                        late.add(older);
                        rest.addAll(List.of(command[i], value));
                    }
                } else {
                    boolean swap = is(Harm.SWAP, key) && before != null;
                    if (swap) {
                        harmed.add(key);
                    }
                    rest.addAll(List.of(command[i], swap ? before : value));
                }
                before = value;
            }
            send(out, rest.size() > 1 ? rest.toArray(byte[][]::new) : words("PING"));
            if (!late.isEmpty()) {
                out.flush();
                for (byte[][] older : late) {
                    late(older);
                    harmed.add(new String(older[1], StandardCharsets.UTF_8));
                }
            }
        }

        private void unlink(byte[][] command, String key) throws IOException {
            if (is(Harm.KEEP, key)) {
                harmed.add(key);
                send(out, words("EXISTS", key));
            } else {
                send(out, command);
            }
        }

        /**
         * @param valueAt the argument that is the value
         * @param endAt the argument that is the moment at which it expires, if it does
         */
        private void write(byte[][] command, String key, int valueAt, int endAt) throws IOException {
            byte[] value = command[valueAt];
            if (is(Harm.SKIP, key)) {
                harmed.add(key);
                send(out, words("PING"));
            } else if (is(Harm.DELAY, key)) {
                delay(command, key, valueAt);
            } else {
                if (is(Harm.SWAP, key) && before != null) {
                    harmed.add(key);
                    command[valueAt] = before;
                } else if (is(Harm.SHIFT, key)) {
                    harmed.add(key);
                    long end = Long.parseLong(new String(command[endAt], StandardCharsets.US_ASCII));
                    command[endAt] = Long.toString(end + 1_000).getBytes(StandardCharsets.US_ASCII);
                }
                send(out, command);
            }
            before = value;
        }

        private void delay(byte[][] command, String key, int valueAt) throws IOException {
            byte[][] older = delayed.put(key, command);
            // The same once more is not a second copy: a scan may come by a key twice.
            if (older == null || Arrays.equals(older[valueAt], command[valueAt])) {
                send(out, words("PING"));
                return;
            }
            send(out, command);
            out.flush();
            late(older);
            harmed.add(key);
        }

        /** Executes a command after everything sent before; its answer is nobody's. */
        private void late(byte[][] command) throws IOException {
            try (Socket other = new Socket(InetAddress.getLoopbackAddress(), target)) {
                OutputStream to = other.getOutputStream();
                // The other connection's bytes are on their way, and nothing tells when they are executed: time enough.
                send(to, words("BLPOP", "saboteur:never", "0.3"));
                send(to, command);
                to.flush();
                InputStream in = other.getInputStream();
                byte[] answer = in.readNBytes("*-1\r\n+OK\r\n".length());
                if (answer[answer.length - 3] != 'K') {
                    throw new IOException(new String(answer, StandardCharsets.UTF_8));
                }
            }
        }
    }

    private static boolean is(Harm harm, String key) {
        return key.startsWith(PREFIX) && Integer.parseInt(key.substring(PREFIX.length())) % EVERY == harm.number;
    }

    private static byte[][] words(String... words) {
        byte[][] bytes = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            bytes[i] = words[i].getBytes(StandardCharsets.UTF_8);
        }
        return bytes;
    }

    private static void send(OutputStream out, byte[][] command) throws IOException {
        out.write(("*" + command.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
        for (byte[] word : command) {
            out.write(("$" + word.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(word);
            out.write('\r');
            out.write('\n');
        }
    }

    private static byte[][] command(InputStream in) throws IOException {
        byte[][] command = new byte[length(in, '*')][];
        for (int i = 0; i < command.length; i++) {
            int length = length(in, '$');
            command[i] = in.readNBytes(length);
            if (command[i].length < length || in.readNBytes(2).length < 2) {
                throw new EOFException();
            }
        }
        return command;
    }

    private static int length(InputStream in, char marker) throws IOException {
        int first = in.read();
        if (first < 0) {
            throw new EOFException();
        }
        if (first != marker) {
            throw new IOException("byte " + first + " (expected: " + marker + ")");
        }
        int length = 0;
        for (int next = in.read(); next != '\r'; next = in.read()) {
            if (next < '0' || next > '9') {
                throw new IOException("byte " + next + " (expected: a digit)");
            }
            length = 10 * length + next - '0';
        }
        if (in.read() != '\n') {
            throw new EOFException();
        }
        return length;
    }
}
