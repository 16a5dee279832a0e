package io.segue.controlplane.preflight;

import io.segue.proto.v1.ConnectionConfig;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Asks a Redis server what it is: connects, logs in, PING, INFO, hangs up. Every step has a deadline. Thread-safe. */
public final class RedisProbe {
    private static final int MAX_LINE = 64 * 1024;
    private static final int MAX_BULK = 4 * 1024 * 1024;

    private final Duration timeout;

    /** With a deadline for connecting, and for each answer. */
    public RedisProbe(Duration timeout) {
        this.timeout = timeout;
    }

    /**
     * Looks at one server.
     *
     * @throws IOException it cannot be reached, or refuses; the message is fit for callers and has no password in it
     */
    public ServerFacts look(ConnectionConfig at) throws IOException {
        try (Socket socket = connect(at)) {
            Conversation redis = new Conversation(socket);
            if (!at.getPassword().isEmpty()) {
                login(redis, at);
            }
            redis.ask("PING");
            if (at.getDb() != 0) {
                redis.ask("SELECT", Integer.toString(at.getDb()));
            }
            Map<String, String> info = parse(redis.ask("INFO"));
            return new ServerFacts(
                    info.getOrDefault("redis_version", ""),
                    info.getOrDefault("cluster_enabled", "0").equals("1"),
                    info.getOrDefault("maxmemory_policy", ""),
                    number(info.getOrDefault("maxmemory", "0")));
        }
    }

    @SuppressWarnings("AddressSelection") // The first address is the one that the proxies use too.
    private Socket connect(ConnectionConfig at) throws IOException {
        int millis = Math.toIntExact(timeout.toMillis());
        InetSocketAddress address = new InetSocketAddress(at.getHost(), at.getPort());
        if (address.isUnresolved()) {
            throw new IOException("unknown host " + at.getHost());
        }
        Socket plain = new Socket();
        try {
            plain.connect(address, millis);
            plain.setSoTimeout(millis);
            return at.getTls() ? secure(plain, at) : plain;
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    private static Socket secure(Socket plain, ConnectionConfig at) throws IOException {
        SSLSocket socket = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault())
                .createSocket(plain, at.getHost(), at.getPort(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static void login(Conversation redis, ConnectionConfig at) throws IOException {
        if (at.getUsername().isEmpty()) {
            redis.ask("AUTH", at.getPassword());
        } else {
            redis.ask("AUTH", at.getUsername(), at.getPassword());
        }
    }

    private static Map<String, String> parse(String info) {
        Map<String, String> facts = new HashMap<>();
        info.lines().filter(line -> line.indexOf(':') > 0).forEach(line -> {
            int colon = line.indexOf(':');
            facts.put(line.substring(0, colon), line.substring(colon + 1).strip());
        });
        return facts;
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Commands and simple answers in RESP2, which every server speaks until told otherwise. */
    private static final class Conversation {
        private final OutputStream out;
        private final InputStream in;

        Conversation(Socket socket) throws IOException {
            this.out = socket.getOutputStream();
            this.in = new BufferedInputStream(socket.getInputStream());
        }

        String ask(String... words) throws IOException {
            ByteArrayOutputStream frame = new ByteArrayOutputStream();
            frame.writeBytes(("*" + words.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            for (String word : words) {
                byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
                frame.writeBytes(("$" + bytes.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
                frame.writeBytes(bytes);
                frame.writeBytes(new byte[] {'\r', '\n'});
            }
            out.write(frame.toByteArray());
            out.flush();
            return answer(words[0]);
        }

        private String answer(String command) throws IOException {
            String line = line();
            if (line.startsWith("+")) {
                return line.substring(1);
            }
            if (line.startsWith("-")) {
                throw new IOException(command + " was refused: " + line.substring(1));
            }
            if (line.startsWith("$")) {
                return bulk(line);
            }
            throw new IOException(command + " got an answer that is not Redis");
        }

        private String bulk(String header) throws IOException {
            long length = number(header.substring(1));
            if (length < 0 || length > MAX_BULK) {
                throw new IOException("an answer of " + length + " bytes (expected: 0 to " + MAX_BULK + ")");
            }
            byte[] body = in.readNBytes((int) length);
            if (body.length < length) {
                throw new EOFException("the server hung up");
            }
            line();
            return new String(body, StandardCharsets.UTF_8);
        }

        private String line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    throw new EOFException("the server hung up");
                }
                if (line.size() == MAX_LINE) {
                    throw new IOException("a line of more than " + MAX_LINE + " bytes");
                }
                line.write(b);
            }
            return line.toString(StandardCharsets.UTF_8).stripTrailing();
        }
    }
}
