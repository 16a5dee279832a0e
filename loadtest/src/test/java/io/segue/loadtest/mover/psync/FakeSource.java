package io.segue.loadtest.mover.psync;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A source whose answer to PSYNC a test writes byte by byte; all else it answers as a server does. */
final class FakeSource implements AutoCloseable {
    /** Writes the answer to a PSYNC; the connection ends when it returns false. */
    interface Script {
        /**
         * Answers.
         *
         * @param attempt counts from 1
         */
        boolean psync(int attempt, String replid, String offset, OutputStream out) throws IOException;
    }

    static final String ID = "0123456789abcdef0123456789abcdef01234567";

    private static final String COMMANDS = "*2\r\n" + command("set") + command("del");

    private final ServerSocket server;
    private final Script script;
    private final Map<String, String> answers = new ConcurrentHashMap<>(Map.of(
            "PING", "+PONG\r\n", "CLIENT", "+OK\r\n", "COMMAND", COMMANDS, "INFO", "$-1\r\n", "REPLCONF", "+OK\r\n"));
    private int attempts;
    private volatile long acknowledged = -1;

    FakeSource(Script script) throws IOException {
        this.script = script;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    private static String command(String name) {
        return "*6\r\n$3\r\n" + name + "\r\n:-2\r\n*1\r\n+write\r\n:1\r\n:1\r\n:1\r\n";
    }

    int port() {
        return server.getLocalPort();
    }

    /** Another answer to a command. */
    FakeSource answer(String name, String reply) {
        answers.put(name, reply);
        return this;
    }

    /** What the last REPLCONF ACK said. */
    long acknowledged() {
        return acknowledged;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                InputStream in = new BufferedInputStream(socket.getInputStream());
                OutputStream out = socket.getOutputStream()) {
            while (true) {
                List<String> words = words(in);
                if (words.size() == 3 && words.get(1).equals("ACK")) {
                    acknowledged = Long.parseLong(words.get(2));
                } else if (words.get(0).equals("PSYNC")) {
                    if (!script.psync(nextAttempt(), words.get(1), words.get(2), out)) {
                        return;
                    }
                } else {
                    out.write(bytes(answers.getOrDefault(words.get(0), "-ERR unknown command\r\n")));
                }
            }
        } catch (IOException e) {
            // The link has hung up.
        }
    }

    private synchronized int nextAttempt() {
        attempts++;
        return attempts;
    }

    private static List<String> words(InputStream in) throws IOException {
        int count = Integer.parseInt(line(in).substring(1));
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int length = Integer.parseInt(line(in).substring(1));
            words.add(new String(in.readNBytes(length), StandardCharsets.ISO_8859_1));
            line(in);
        }
        return words;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("hung up");
            }
            line.append((char) b);
        }
        return line.toString().strip();
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "fake-source");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
