package io.segue.loadtest.fault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** One direction of a link: what was read and waits to be written. Lives on the proxy's thread. */
final class Wire {
    private static final int READ_BYTES = 64 * 1024;
    /** How much may wait; with a delay more is under way. */
    private static final long MOST = 256 * 1024;

    private static final long MOST_DELAYED = 32L * 1024 * 1024;

    private final FaultProxy proxy;
    private final Direction direction;
    private final SocketChannel from;
    private final SocketChannel to;
    private final Queue<Item> items = new ArrayDeque<>();
    private final Map<Trap, Integer> matched = new HashMap<>();
    private final ByteBuffer input = ByteBuffer.allocate(READ_BYTES);
    private long waiting;
    private long count;
    private boolean ended;
    private boolean over;
    private boolean full;

    /** Bytes to send when their time has come, or a gate that a trap has shut. */
    private static final class Item {
        final ByteBuffer bytes;
        final long due;
        final @Nullable Trap gate;
        boolean announced;

        Item(ByteBuffer bytes, long due, @Nullable Trap gate) {
            this.bytes = bytes;
            this.due = due;
            this.gate = gate;
        }
    }

    Wire(FaultProxy proxy, Direction direction, SocketChannel from, SocketChannel to) {
        this.proxy = proxy;
        this.direction = direction;
        this.from = from;
        this.to = to;
    }

    /** Reads once. */
    void read() throws IOException {
        if (!wantsRead()) {
            return;
        }
        input.clear();
        int n = from.read(input);
        if (n < 0) {
            ended = true;
        } else if (n > 0) {
            input.flip();
            take(input);
        }
    }

    /** Queues what has come, in front of and behind the gates of the traps that spring. */
    private void take(ByteBuffer bytes) {
        int start = 0;
        for (Trap trap : List.copyOf(proxy.traps())) {
            if (trap.direction() != direction) {
                continue;
            }
            int state = matched.getOrDefault(trap, 0);
            for (int i = 0; i < bytes.limit(); i++) {
                state = trap.step(state, bytes.get(i));
                if (state == trap.length() && trap.counts()) {
                    proxy.sprung(trap);
                    matched.remove(trap);
                    int gate = Math.max(start, i + 1 - state);
                    queue(bytes, start, gate);
                    items.add(new Item(ByteBuffer.allocate(0), System.nanoTime(), trap));
                    start = gate;
                    state = -1;
                    break;
                }
            }
            if (state >= 0) {
                matched.put(trap, state);
            }
        }
        queue(bytes, start, bytes.limit());
    }

    private void queue(ByteBuffer bytes, int start, int end) {
        if (end > start) {
            byte[] copy = new byte[end - start];
            bytes.get(start, copy);
            items.add(new Item(ByteBuffer.wrap(copy), System.nanoTime() + proxy.delayNanos(), null));
            waiting += copy.length;
        }
    }

    /** Writes what may be written; returns false when the connection is to be reset. */
    boolean write() throws IOException {
        full = false;
        if (over || proxy.isFrozen(direction)) {
            return true;
        }
        long now = System.nanoTime();
        for (Item item = items.peek(); item != null; item = items.peek()) {
            if (item.gate != null) {
                announce(item);
                return true;
            }
            if (item.due - now > 0) {
                return true;
            }
            if (!send(item.bytes)) {
                return false;
            }
            if (item.bytes.hasRemaining()) {
                full = true;
                return true;
            }
            items.remove();
        }
        if (ended) {
            over = true;
            to.shutdownOutput();
        }
        return true;
    }

    private boolean send(ByteBuffer bytes) throws IOException {
        FaultProxy.CutAfter cut = proxy.cutAfter();
        if (cut == null || cut.direction != direction) {
            int n = to.write(bytes);
            waiting -= n;
            return true;
        }
        int end = bytes.limit();
        long allowed = cut.bytes - count;
        bytes.limit((int) Math.min(end, bytes.position() + allowed));
        int n = to.write(bytes);
        bytes.limit(end);
        waiting -= n;
        count += n;
        if (count >= cut.bytes) {
            proxy.cutDone(cut);
            return false;
        }
        return true;
    }

    private static void announce(Item item) {
        Trap gate = item.gate;
        if (gate != null && !item.announced) {
            item.announced = true;
            gate.spring();
        }
    }

    /** Opens the gate of {@code trap} if it is here; returns whether it was. */
    boolean release(Trap trap) {
        matched.remove(trap);
        return items.removeIf(item -> item.gate == trap);
    }

    /** Counts the bytes of a {@link FaultProxy.CutAfter} from now on. */
    void startCount() {
        count = 0;
    }

    /** When the first item is due; Long.MAX_VALUE if nothing waits for its time only. */
    long due() {
        Item first = items.peek();
        return first == null || first.gate != null || full || over || proxy.isFrozen(direction)
                ? Long.MAX_VALUE
                : first.due;
    }

    boolean wantsRead() {
        return !ended && !proxy.isFrozen(direction) && waiting < (proxy.delayNanos() > 0 ? MOST_DELAYED : MOST);
    }

    boolean wantsWrite() {
        return full;
    }

    /** Whether all has been sent, and the end too. */
    boolean isOver() {
        return over;
    }
}
