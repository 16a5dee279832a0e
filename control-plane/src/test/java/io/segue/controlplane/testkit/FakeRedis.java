package io.segue.controlplane.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that knows PING, AUTH, SELECT and INFO, and says of itself what a test wants. */
public final class FakeRedis implements AutoCloseable {
    private final ServerSocket server;
    private final String info;
    private final String password;
    private final List<Socket> clients = new CopyOnWriteArrayList<>();

    /**
     * Starts one.
     *
     * @param info the INFO lines, separated by spaces: {@code "redis_version:7.2.4 cluster_enabled:0"}
     * @param password what AUTH must bring; empty for none
     */
    public FakeRedis(String info, String password) throws IOException {
        this.server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        this.info = info.replace(" ", "\r\n") + "\r\n";
        this.password = password;
        Thread acceptor = new Thread(this::accept, "fake-redis");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    public FakeRedis() throws IOException {
        this("redis_version:7.2.4 cluster_enabled:0 maxmemory:0 maxmemory_policy:noeviction", "");
    }

    public int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                clients.add(client);
                Thread thread = new Thread(() -> serve(client), "fake-redis-client");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
            boolean open = password.isEmpty();
            for (String header = in.readLine(); header != null; header = in.readLine()) {
                String[] words = new String[Integer.parseInt(header.substring(1))];
                for (int i = 0; i < words.length; i++) {
                    in.readLine();
                    words[i] = in.readLine();
                }
                String command = words[0].toUpperCase(Locale.ROOT);
                if (command.equals("AUTH") && !password.isEmpty()) {
                    open = words[words.length - 1].equals(password);
                }
                reply(client.getOutputStream(), command, open);
            }
        } catch (IOException e) {
            // The client is gone.
        }
    }

    private void reply(OutputStream out, String command, boolean open) throws IOException {
        String text;
        if (!open) {
            text = command.equals("AUTH") ? "-WRONGPASS no such pair\r\n" : "-NOAUTH Authentication required.\r\n";
        } else if (command.equals("INFO")) {
            text = "$" + info.length() + "\r\n" + info + "\r\n";
        } else {
            text = "+OK\r\n";
        }
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket client : clients) {
            client.close();
        }
    }
}
