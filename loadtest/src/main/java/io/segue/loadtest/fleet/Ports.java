package io.segue.loadtest.fleet;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** Looks at ports of the loopback address. */
final class Ports {
    private Ports() {}

    /** Whether somebody accepts connections on {@code port}. */
    static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
