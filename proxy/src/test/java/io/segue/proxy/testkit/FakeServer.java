package io.segue.proxy.testkit;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A Redis server that does what the test says: it logs connections in by itself and hands every other request to a script. */
public final class FakeServer implements AutoCloseable {
    /** Answers requests. */
    public interface Script {
        /** The reply to a request; empty: none, or later by {@link Connection#send}. */
        String answer(Connection from, List<String> words);
    }

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Connection> connections = new CopyOnWriteArrayList<>();
    private final List<List<String>> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger ids = new AtomicInteger();
    private volatile Script script;

    public FakeServer(Script script) throws IOException {
        this.script = script;
        start(this::accept);
    }

    /** Says OK to everything. */
    public FakeServer() throws IOException {
        this((from, words) -> "+OK\r\n");
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "fake-server");
        thread.setDaemon(true);
        thread.start();
    }

    /** A port that nobody listens on. */
    public static int unusedPort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** From now on requests are answered like this. */
    public void script(Script now) {
        script = now;
    }

    /** What was asked so far, words joined by blanks; logins left out. */
    public List<String> requests() {
        return requests.stream().map(words -> String.join(" ", words)).toList();
    }

    /** Whether some request so far was {@code line}. */
    public boolean got(String line) {
        return requests().contains(line);
    }

    private void accept() {
        try {
            while (true) {
                Connection connection = new Connection(socket.accept(), ids.incrementAndGet());
                connections.add(connection);
                start(connection::serve);
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Connection connection : connections) {
            connection.socket.close();
        }
    }

    /** One connection of the proxy. */
    public final class Connection {
        private final Socket socket;
        private final int id;

        Connection(Socket socket, int id) {
            this.socket = socket;
            this.id = id;
        }

        /** The number that the server told the proxy. */
        public int id() {
            return id;
        }

        /** Ends it. */
        public void hangUp() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Sends bytes, one char each. */
        public synchronized void send(String raw) {
            try {
                socket.getOutputStream().write(raw.getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private void serve() {
            try {
                DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
                while (true) {
                    List<String> words = read(in);
                    String answer = login(words);
                    if (answer.isEmpty()) {
                        requests.add(words);
                        answer = script.answer(this, words);
                    }
                    if (!answer.isEmpty()) {
                        send(answer);
                    }
                }
            } catch (SocketException | java.io.EOFException e) {
                // Closed.
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private String login(List<String> words) {
            String name = words.get(0) + (words.size() > 1 ? " " + words.get(1) : "");
            return switch (name) {
                case "HELLO 3" -> "%1\r\n+proto\r\n:3\r\n";
                case "CLIENT SETNAME", "SELECT 1", "HELLO 2" -> "+OK\r\n";
                case "CLIENT ID" -> ":" + id + "\r\n";
                case "INFO server" -> bulk("redis_version:7.0.15\r\nrun_id:fake" + port() + "\r\n");
                case "GET segue:evicted:proxy" -> "$-1\r\n";
                case "TIME" -> "*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n";
                default -> "";
            };
        }
    }

    /** A bulk string. */
    public static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }

    private static List<String> read(DataInputStream in) throws IOException {
        int count = Integer.parseInt(line(in).substring(1));
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] word = new byte[Integer.parseInt(line(in).substring(1))];
            in.readFully(word);
            in.readFully(new byte[2]);
            words.add(new String(word, StandardCharsets.ISO_8859_1));
        }
        return words;
    }

    private static String line(DataInputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (char c = (char) in.readUnsignedByte(); c != '\n'; c = (char) in.readUnsignedByte()) {
            line.append(c);
        }
        return line.toString().strip();
    }
}
