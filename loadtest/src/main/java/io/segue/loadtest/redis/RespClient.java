package io.segue.loadtest.redis;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A plain blocking client: one socket, commands out, replies in. It hides nothing, so that a test can send half a command, garbage,
 * or read reply by reply. For one thread at a time.
 */
public final class RespClient implements Closeable {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    private final Socket socket;
    private final OutputStream out;
    private final RespReader reader;
    private final byte[] header = new byte[16];

    private RespClient(Socket socket) throws IOException {
        this.socket = socket;
        this.out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
        this.reader = new RespReader(socket.getInputStream());
    }

    /** Connects to a port of this machine; reads and the connect itself time out after 10 s. */
    public static RespClient connect(int port) throws IOException {
        return connect("127.0.0.1", port, DEFAULT_TIMEOUT);
    }

    /**
     * Connects.
     *
     * @param timeout for the connect and for each read, at least 1 ms
     * @throws IOException if nobody listens
     */
    public static RespClient connect(String host, int port, Duration timeout) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(host, port), (int) timeout.toMillis());
            socket.setSoTimeout((int) timeout.toMillis());
            return new RespClient(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Sends a command and reads its reply; an error reply is returned, not thrown. */
    public Resp call(String... command) throws IOException {
        send(command);
        flush();
        return read();
    }

    /** As {@link #call(String...)}, with arguments of any bytes. */
    public Resp call(byte[]... command) throws IOException {
        send(command);
        flush();
        return read();
    }

    /**
     * Sends all commands, then reads as many replies. Fit for some thousand commands at once: the server's replies must fit into
     * the socket buffers while the commands are being written.
     */
    public List<Resp> pipeline(List<byte[][]> commands) throws IOException {
        for (byte[][] command : commands) {
            send(command);
        }
        flush();
        List<Resp> replies = new ArrayList<>(commands.size());
        for (int i = 0; i < commands.size(); i++) {
            replies.add(read());
        }
        return replies;
    }

    /** Queues a command; goes out with the next {@link #flush}. */
    public void send(String... command) throws IOException {
        send(bytes(command));
    }

    /** Queues a command; goes out with the next {@link #flush}. */
    public void send(byte[]... command) throws IOException {
        writeHeader('*', command.length);
        for (byte[] argument : command) {
            writeHeader('$', argument.length);
            out.write(argument);
            out.write('\r');
            out.write('\n');
        }
    }

    /** Queues bytes as they are. */
    public void sendRaw(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    /** Queues text as it is, in UTF-8. */
    public void sendRaw(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends what is queued. */
    public void flush() throws IOException {
        out.flush();
    }

    /**
     * Reads one reply or push of RESP2 or RESP3.
     *
     * @throws java.io.EOFException if the server closed the connection
     * @throws java.net.SocketTimeoutException if nothing came in time
     */
    public Resp read() throws IOException {
        return reader.read();
    }

    /** Reads exactly {@code count} bytes as they come. */
    public byte[] readRaw(int count) throws IOException {
        return reader.raw(count);
    }

    /** Ends the sending half of the connection; replies can still be read. */
    public void shutdownOutput() throws IOException {
        flush();
        socket.shutdownOutput();
    }

    /** Whether the server has closed the connection, or does so within the read timeout; replies on the way are dropped. */
    public boolean closedByServer() throws IOException {
        try {
            reader.drain();
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (java.net.SocketException e) {
            return true;
        }
    }

    /** The socket, for what has no method here: buffer sizes, linger. */
    public Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** The words of a command as bytes. */
    public static byte[][] bytes(String... words) {
        byte[][] result = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            result[i] = words[i].getBytes(StandardCharsets.UTF_8);
        }
        return result;
    }

    private void writeHeader(char marker, int value) throws IOException {
        int at = header.length;
        header[--at] = '\n';
        header[--at] = '\r';
        int left = value;
        do {
            header[--at] = (byte) ('0' + left % 10);
            left /= 10;
        } while (left > 0);
        header[--at] = (byte) marker;
        out.write(header, at, header.length - at);
    }
}
