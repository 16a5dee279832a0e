package io.segue.loadtest.mover.psync;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Passes connections on to a port that can be changed, and cuts them. Thread-safe. */
final class Forwarder implements AutoCloseable {
    private final ServerSocket server;
    private final List<Socket> sockets = new ArrayList<>();
    private int target;
    private boolean open = true;
    private boolean closed;

    Forwarder(int target) throws IOException {
        this.target = target;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Ends all connections; new ones are refused until {@link #open}. */
    synchronized void cut() throws IOException {
        open = false;
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    /** New connections go to {@code port}. */
    synchronized void open(int port) {
        target = port;
        open = true;
    }

    private void accept() {
        while (true) {
            try {
                join(server.accept());
            } catch (IOException e) {
                if (server.isClosed()) {
                    return;
                }
            }
        }
    }

    private synchronized void join(Socket from) throws IOException {
        if (!open || closed) {
            from.close();
            return;
        }
        sockets.add(from);
        try {
            Socket to = new Socket(InetAddress.getLoopbackAddress(), target);
            sockets.add(to);
            start(() -> pass(from, to));
            start(() -> pass(to, from));
        } catch (IOException e) {
            from.close();
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // Cut.
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "forwarder");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
        }
        cut();
        server.close();
    }
}
