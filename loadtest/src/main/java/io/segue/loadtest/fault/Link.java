package io.segue.loadtest.fault;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** One forwarded connection: two channels, and a wire each way. Lives on the proxy's thread. */
final class Link {
    private final FaultProxy proxy;
    private final SocketChannel client;
    private final SocketChannel server;
    private final Wire toServer;
    private final Wire toClient;
    private @Nullable SelectionKey clientKey;
    private @Nullable SelectionKey serverKey;
    private boolean connected;
    private boolean gone;

    Link(FaultProxy proxy, SocketChannel client) throws IOException {
        this.proxy = proxy;
        this.client = client;
        this.server = SocketChannel.open();
        this.toServer = new Wire(proxy, Direction.TO_SERVER, client, server);
        this.toClient = new Wire(proxy, Direction.TO_CLIENT, server, client);
    }

    void start(Selector selector, int targetPort) {
        try {
            for (SocketChannel channel : new SocketChannel[] {client, server}) {
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            connected = server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort));
            clientKey = client.register(selector, 0, this);
            serverKey = server.register(selector, connected ? 0 : SelectionKey.OP_CONNECT, this);
            go();
        } catch (IOException e) {
            reset();
        }
    }

    Wire wire(Direction direction) {
        return direction == Direction.TO_SERVER ? toServer : toClient;
    }

    /** When, by the nano clock, there is something to send that waits only for its time; Long.MAX_VALUE if there is nothing. */
    long due() {
        return connected ? Math.min(toServer.due(), toClient.due()) : Long.MAX_VALUE;
    }

    void ready(SelectionKey key) {
        try {
            if (!connected && key == serverKey && key.isConnectable()) {
                connected = server.finishConnect();
            }
            if (key.isReadable()) {
                (key == clientKey ? toServer : toClient).read();
            }
        } catch (IOException e) {
            reset();
            return;
        }
        go();
    }

    /** Sends what may be sent, and says what to wait for. */
    void go() {
        if (gone) {
            return;
        }
        try {
            if (connected && !(toServer.write() && toClient.write())) {
                reset();
                return;
            }
            if (toServer.isOver() && toClient.isOver()) {
                close();
                return;
            }
            interest();
        } catch (IOException e) {
            reset();
        }
    }

    private void interest() throws ClosedChannelException {
        SelectionKey atClient = clientKey;
        SelectionKey atServer = serverKey;
        if (atClient == null || atServer == null) {
            return;
        }
        atClient.interestOps(read(toServer) | write(toClient));
        atServer.interestOps(connected ? read(toClient) | write(toServer) : SelectionKey.OP_CONNECT);
    }

    private static int read(Wire wire) {
        return wire.wantsRead() ? SelectionKey.OP_READ : 0;
    }

    private static int write(Wire wire) {
        return wire.wantsWrite() ? SelectionKey.OP_WRITE : 0;
    }

    /** Lets go what {@code trap} holds here, or ends the connection. */
    void release(Trap trap, boolean cut) {
        boolean held = toServer.release(trap);
        held |= toClient.release(trap);
        if (held) {
            if (cut) {
                reset();
            } else {
                go();
            }
        }
    }

    /** Ends the connection with a reset at both ends. */
    void reset() {
        try {
            client.setOption(StandardSocketOptions.SO_LINGER, 0);
            server.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            // It is closed already, or never was open: closing is all that is left.
        }
        close();
    }

    private void close() {
        gone = true;
        proxy.gone(this);
        for (SocketChannel channel : new SocketChannel[] {client, server}) {
            try {
                channel.close();
            } catch (IOException e) {
                // A connection that cannot be closed in order is closed all the same.
            }
        }
    }
}
