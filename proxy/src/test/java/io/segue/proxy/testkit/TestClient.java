package io.segue.proxy.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** An application's connection: sends requests and looks at the raw bytes that come back. */
public final class TestClient implements AutoCloseable {
    private static final int PATIENCE_MS = 10_000;

    private final Socket socket;

    public TestClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
    }

    /** Sends all lines in one write, each as a request of its words. */
    public TestClient send(String... lines) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String line : lines) {
            String[] words = line.split(" ", -1);
            all.append('*').append(words.length).append("\r\n");
            for (String word : words) {
                all.append(FakeServer.bulk(word));
            }
        }
        socket.getOutputStream().write(all.toString().getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** The next bytes, as many as {@code expected} has; less if no more come. */
    public String read(String expected) throws IOException {
        return read(expected.length(), PATIENCE_MS);
    }

    /** Up to {@code most} bytes, as far as they come within {@code patienceMs}. */
    public String read(int most, int patienceMs) throws IOException {
        socket.setSoTimeout(patienceMs);
        InputStream in = socket.getInputStream();
        byte[] bytes = new byte[most];
        int count = 0;
        try {
            while (count < most) {
                int read = in.read(bytes, count, most - count);
                if (read < 0) {
                    return new String(bytes, 0, count, StandardCharsets.ISO_8859_1) + "<closed>";
                }
                count += read;
            }
        } catch (SocketTimeoutException e) {
            // That is all there is.
        }
        return new String(bytes, 0, count, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
