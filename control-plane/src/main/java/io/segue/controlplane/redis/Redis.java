package io.segue.controlplane.redis;

import io.segue.proto.v1.ConnectionConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Opens connections, and reads what servers say about themselves. */
public final class Redis {
    private Redis() {}

    /**
     * Connects and logs in; the database of {@code at} is not selected.
     *
     * @param timeout for the connect, and for each read afterwards; at least 1 ms
     * @throws IOException it cannot be reached, or refuses the login; the message has no password in it
     */
    public static RedisConnection open(ConnectionConfig at, Duration timeout) throws IOException {
        Socket socket = connect(at, timeout);
        try {
            RedisConnection connection = new RedisConnection(socket);
            if (!at.getPassword().isEmpty()) {
                login(connection, at);
            }
            return connection;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static void login(RedisConnection connection, ConnectionConfig at) throws IOException {
        if (at.getUsername().isEmpty()) {
            connection.call("AUTH", at.getPassword());
        } else {
            connection.call("AUTH", at.getUsername(), at.getPassword());
        }
    }

    @SuppressWarnings("AddressSelection") // The first address is the one that the proxies use too.
    private static Socket connect(ConnectionConfig at, Duration timeout) throws IOException {
        int millis = Math.toIntExact(timeout.toMillis());
        InetSocketAddress address = new InetSocketAddress(at.getHost(), at.getPort());
        if (address.isUnresolved()) {
            throw new IOException("unknown host " + at.getHost());
        }
        Socket plain = new Socket();
        try {
            plain.setTcpNoDelay(true);
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

    /** Sets how long a read waits; 0 for ever. */
    static void timeout(Socket socket, Duration timeout) throws SocketException {
        socket.setSoTimeout(Math.toIntExact(timeout.toMillis()));
    }

    /** The lines {@code name:value} of an INFO reply. */
    public static Map<String, String> info(byte[] reply) {
        Map<String, String> facts = new HashMap<>();
        new String(reply, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.indexOf(':') > 0)
                .forEach(line -> {
                    int colon = line.indexOf(':');
                    facts.put(
                            line.substring(0, colon), line.substring(colon + 1).strip());
                });
        return facts;
    }
}
