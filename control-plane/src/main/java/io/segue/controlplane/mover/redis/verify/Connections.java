package io.segue.controlplane.mover.redis.verify;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** Everything that must be hung up when a comparison ends early, so that nobody goes on waiting for a server. Thread-safe. */
final class Connections {
    private final Set<Closeable> open = new HashSet<>();
    private boolean over;

    /** Opens something; if all is over, it is closed at once. */
    <T extends Closeable> T open(Opening<T> opening) throws IOException {
        check();
        T opened = opening.open();
        synchronized (this) {
            if (!over) {
                open.add(opened);
                return opened;
            }
        }
        opened.close();
        throw ended();
    }

    void close(Closeable one) {
        synchronized (this) {
            open.remove(one);
        }
        quietly(one);
    }

    /** From now on nothing can be opened, and what is open is closed. */
    void closeAll() {
        Set<Closeable> all;
        synchronized (this) {
            over = true;
            all = new HashSet<>(open);
            open.clear();
        }
        all.forEach(Connections::quietly);
    }

    private synchronized void check() throws IOException {
        if (over) {
            throw ended();
        }
    }

    private static IOException ended() {
        return new IOException("the comparison has ended");
    }

    private static void quietly(Closeable one) {
        try {
            one.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    /** Opens something. */
    interface Opening<T> {
        T open() throws IOException;
    }
}
