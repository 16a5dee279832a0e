package io.segue.loadtest.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * The built-in load generator: one thread, one selector, many connections. Each connection sends a batch of commands and the next one
 * when all replies to it have come. Prints the requests per second. Does as little per request as it can, so that what is measured
 * is the server.
 */
public final class LoadWorker {
    private static final int BUFFER = 64 * 1024;

    private final Scenario scenario;
    private final SplittableRandom random = new SplittableRandom(1);
    private final byte[] value;
    private long toSend;
    private long toReceive;

    private LoadWorker(Scenario scenario, long requests) {
        this.scenario = scenario;
        this.value = "x".repeat(scenario.valueBytes()).getBytes(StandardCharsets.US_ASCII);
        this.toSend = requests;
        this.toReceive = requests;
    }

    /** Arguments: port, command, pipeline, clients, value bytes, keys, requests. */
    public static void main(String[] arguments) throws IOException {
        Scenario scenario = new Scenario(
                arguments[1],
                Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]),
                Integer.parseInt(arguments[4]),
                Integer.parseInt(arguments[5]));
        long requests = Long.parseLong(arguments[6]);
        double seconds = new LoadWorker(scenario, requests).run(Integer.parseInt(arguments[0]));
        System.out.println(String.format(Locale.ROOT, "requests per second: %.1f", requests / seconds));
    }

    private double run(int port) throws IOException {
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < scenario.clients(); i++) {
                SocketChannel channel =
                        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ, new Connection(channel));
            }
            long start = System.nanoTime();
            for (SelectionKey key : selector.keys()) {
                ((Connection) key.attachment()).sendBatch();
            }
            while (toReceive > 0) {
                selector.select();
                for (SelectionKey key : selector.selectedKeys()) {
                    ((Connection) key.attachment()).receive();
                }
                selector.selectedKeys().clear();
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            return seconds;
        }
    }

    /** One connection, with at most one batch on the way. */
    private final class Connection {
        private final SocketChannel channel;
        private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER);
        private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER);
        private final ReplyCounter replies = new ReplyCounter();
        private int awaited;

        Connection(SocketChannel channel) {
            this.channel = channel;
        }

        void sendBatch() throws IOException {
            int count = (int) Math.min(scenario.pipeline(), toSend);
            if (count == 0) {
                return;
            }
            toSend -= count;
            awaited = count;
            out.clear();
            for (int i = 0; i < count; i++) {
                appendCommand();
            }
            out.flip();
            while (out.hasRemaining()) {
                // A batch is smaller than a socket buffer, so this hardly ever goes round twice.
                channel.write(out);
            }
        }

        void receive() throws IOException {
            in.clear();
            if (channel.read(in) < 0) {
                throw new IOException("the server closed a connection");
            }
            in.flip();
            int complete = replies.count(in);
            awaited -= complete;
            toReceive -= complete;
            if (awaited == 0) {
                sendBatch();
            }
        }

        private void appendCommand() {
            byte[] key = Scenario.key(random.nextInt(scenario.keys())).getBytes(StandardCharsets.US_ASCII);
            boolean set = scenario.command().equals("SET");
            append(set ? "*3\r\n$3\r\nSET\r\n$" : "*2\r\n$3\r\nGET\r\n$");
            append(key.length + "\r\n");
            out.put(key);
            if (set) {
                append("\r\n$" + value.length + "\r\n");
                out.put(value);
            }
            append("\r\n");
        }

        private void append(String text) {
            out.put(text.getBytes(StandardCharsets.US_ASCII));
        }
    }
}
