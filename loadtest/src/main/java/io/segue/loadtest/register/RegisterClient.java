package io.segue.loadtest.register;

import java.io.IOException;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One client: it keeps to one proxy, or it hops between all of them. For the thread of the load. */
final class RegisterClient {
    private final Selector selector;
    private final RegisterSettings settings;
    private final int number;
    private final List<RegisterConnection> connections = new ArrayList<>();

    RegisterClient(Selector selector, RegisterSettings settings, int number) throws IOException {
        this.selector = selector;
        this.settings = settings;
        this.number = number;
        int proxies = settings.ports().size();
        connect(number % proxies);
        // The first clients keep to their proxies: the last reads go through them.
        if (number >= proxies && number % RegisterSettings.HOPPER == 0) {
            for (int other = 1; other < proxies; other++) {
                connect((number + other) % proxies);
            }
        }
    }

    int number() {
        return number;
    }

    /** A connection for the next operation; null if there is none. */
    @Nullable
    RegisterConnection connection(SplittableRandom random) {
        return connections.isEmpty() ? null : connections.get(random.nextInt(connections.size()));
    }

    /** Whether an operation has no answer. */
    boolean waiting() {
        return connections.stream().anyMatch(connection -> connection.waiting() > 0);
    }

    /**
     * If {@code lost} was its own, connects again.
     *
     * @param elsewhere not to the same proxy: to the next one that can be reached
     */
    void replace(RegisterConnection lost, boolean elsewhere) {
        if (!connections.remove(lost)) {
            return;
        }
        int proxies = settings.ports().size();
        for (int step = elsewhere ? 1 : 0; step < proxies; step++) {
            try {
                connect((lost.proxy() + step) % proxies);
                return;
            } catch (IOException e) {
                // That one is gone too; the next may not be.
            }
        }
    }

    void close() throws IOException {
        for (RegisterConnection connection : connections) {
            connection.close();
        }
        connections.clear();
    }

    private void connect(int proxy) throws IOException {
        connections.add(new RegisterConnection(selector, proxy, settings.ports().get(proxy)));
    }
}
