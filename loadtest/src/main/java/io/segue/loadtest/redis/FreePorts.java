package io.segue.loadtest.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntPredicate;

/** Finds ports that nobody listens on. */
public final class FreePorts {
    /** Below the range from which Linux and macOS take the ports of outgoing connections, so that none is taken by one of those. */
    private static final int LOWEST = 15_000;

    private static final int HIGHEST = 32_000;
    private static final int TRIES = 1_000;
    private static final int BUS_OFFSET = 10_000;

    private FreePorts() {}

    /** One free port of the loopback address. */
    public static int one() {
        return several(1).get(0);
    }

    /**
     * {@code count} different ports of the loopback address that were free a moment ago.
     *
     * @throws IllegalStateException if there seem to be none
     */
    public static List<Integer> several(int count) {
        return choose(count, HIGHEST, FreePorts::isFree);
    }

    /**
     * {@code count} different ports whose cluster bus ports, {@value #BUS_OFFSET} above each, were free a moment ago too.
     *
     * @throws IllegalStateException if there seem to be none
     */
    public static List<Integer> forCluster(int count) {
        return choose(count, HIGHEST - BUS_OFFSET, port -> isFree(port) && isFree(port + BUS_OFFSET));
    }

    private static List<Integer> choose(int count, int highest, IntPredicate free) {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < TRIES && ports.size() < count; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, highest);
            if (!ports.contains(port) && free.test(port)) {
                ports.add(port);
            }
        }
        if (ports.size() < count) {
            throw new IllegalStateException("found " + ports.size() + " free ports between " + LOWEST + " and "
                    + highest + " (expected: " + count + ")");
        }
        return ports;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
