package io.segue.loadtest.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Looks like a Redis 6.2 to a mover, and makes up what it holds: as many keys as it is told, all with the same small value. It keeps nothing
 * of what is written to it, but counts it.
 */
final class MadeUpServer implements AutoCloseable {
    private static final int MOST_WORD = 1 << 20;
    private static final int MOST_WORDS = 64;

    private final ServerSocket listener;
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final long keys;
    private final byte[] payload;
    private final AtomicLong restored = new AtomicLong();

    /**
     * Starts it.
     *
     * @param keys how many it seems to hold
     * @param payload what it answers to every DUMP
     */
    MadeUpServer(long keys, byte[] payload) throws IOException {
        this.keys = keys;
        this.payload = payload;
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** RESTOREs so far. */
    long restored() {
        return restored.get();
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "made-up-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                daemon(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
            while (true) {
                String[] words = new String[number(in, '*', MOST_WORDS)];
                for (int i = 0; i < words.length; i++) {
                    words[i] = new String(in.readNBytes(number(in, '$', MOST_WORD)), StandardCharsets.ISO_8859_1);
                    in.skipNBytes(2);
                }
                answer(words, out);
                if (in.available() == 0) {
                    out.flush();
                }
            }
        } catch (IOException e) {
            // It has hung up.
        }
    }

    private static int number(InputStream in, char type, int most) throws IOException {
        int first = in.read();
        if (first < 0) {
            throw new EOFException();
        }
        int value = 0;
        for (int b = in.read(); b != '\r'; b = in.read()) {
            value = 10 * value + b - '0';
        }
        if (first != type || in.read() != '\n' || value < 0 || value > most) {
            throw new IOException("not a command");
        }
        return value;
    }

    private void answer(String[] words, OutputStream out) throws IOException {
        switch (words[0].toUpperCase(Locale.ROOT)) {
            case "DUMP" -> {
                write(out, "$" + payload.length + "\r\n");
                out.write(payload);
                write(out, "\r\n");
            }
            case "RESTORE" -> {
                restored.incrementAndGet();
                write(out, "+OK\r\n");
            }
            case "SCAN" -> scan(Long.parseLong(words[1]), Integer.parseInt(words[3]), out);
            case "MEMORY" -> write(out, ":100\r\n");
            case "DBSIZE" -> write(out, ":" + keys + "\r\n");
            case "PING" -> write(out, "+PONG\r\n");
            case "HELLO" -> write(out, "%1\r\n$5\r\nproto\r\n:3\r\n");
            case "INFO" ->
                bulk(
                        out,
                        "redis_version:7.0.15\r\nrun_id:" + "0".repeat(40)
                                + "\r\nrole:master\r\ncluster_enabled:0\r\n"
                                + (keys > 0 ? "db0:keys=" + keys + ",expires=0,avg_ttl=0\r\n" : ""));
            case "CLIENT" -> {
                switch (words[1].toUpperCase(Locale.ROOT)) {
                    case "ID" -> write(out, ":1\r\n");
                    case "LIST" -> bulk(out, "");
                    default -> write(out, "+OK\r\n");
                }
            }
            case "PEXPIRETIME" -> write(out, ":-1\r\n");
            case "FUNCTION" -> write(out, words[1].equalsIgnoreCase("LIST") ? "*0\r\n" : "$10\r\n0123456789\r\n");
            case "SELECT" -> write(out, "+OK\r\n");
            default -> write(out, "-ERR unknown command\r\n");
        }
    }

    /** The cursor is the number of the next key. */
    private void scan(long from, int count, OutputStream out) throws IOException {
        long to = Math.min(keys, from + count);
        StringBuilder reply = new StringBuilder("*2\r\n");
        String next = to == keys ? "0" : Long.toString(to);
        reply.append('$')
                .append(next.length())
                .append("\r\n")
                .append(next)
                .append("\r\n*")
                .append(to - from)
                .append("\r\n");
        for (long i = from; i < to; i++) {
            String key = "made-up:" + i;
            reply.append('$').append(key.length()).append("\r\n").append(key).append("\r\n");
        }
        write(out, reply.toString());
    }

    private static void bulk(OutputStream out, String text) throws IOException {
        write(out, "$" + text.length() + "\r\n" + text + "\r\n");
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
