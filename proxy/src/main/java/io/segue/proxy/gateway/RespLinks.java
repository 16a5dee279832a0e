package io.segue.proxy.gateway;

import io.segue.proxy.config.InterlaySpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Connections to interlays that are not in use at the moment. Thread-safe. */
final class RespLinks implements AutoCloseable {
    private static final int MOST_IDLE = 32;
    private static final long FRESH_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long OLD_NS = TimeUnit.MINUTES.toNanos(1);

    private record Idle(RespLink link, long since) {}

    private final Map<String, ArrayDeque<Idle>> idle = new HashMap<>();
    private boolean closed;

    /**
     * One that is ready for a command, by which nothing was sent yet.
     *
     * @param address where the interlay listens now
     */
    RespLink take(InterlaySpec interlay, InetSocketAddress address) throws IOException {
        for (Idle one = poll(interlay.id()); one != null; one = poll(interlay.id())) {
            long age = System.nanoTime() - one.since;
            boolean usable =
                    one.link.address().equals(address) && age < OLD_NS && (age < FRESH_NS || !one.link.stale());
            if (usable) {
                return one.link;
            }
            one.link.close();
        }
        return RespLink.open(
                address, interlay.login().username(), interlay.login().password());
    }

    private synchronized @Nullable Idle poll(String interlay) {
        ArrayDeque<Idle> all = idle.get(interlay);
        return all == null ? null : all.pollLast();
    }

    /** Takes one back by which nothing is under way. */
    synchronized void give(String interlay, RespLink link) {
        ArrayDeque<Idle> all = idle.computeIfAbsent(interlay, id -> new ArrayDeque<>());
        if (closed || all.size() >= MOST_IDLE) {
            link.close();
        } else {
            all.addLast(new Idle(link, System.nanoTime()));
        }
    }

    /** Hangs up all that are idle. */
    @Override
    public synchronized void close() {
        closed = true;
        for (Iterator<ArrayDeque<Idle>> all = idle.values().iterator(); all.hasNext(); ) {
            all.next().forEach(one -> one.link.close());
            all.remove();
        }
    }
}
