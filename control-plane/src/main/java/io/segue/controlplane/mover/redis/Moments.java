package io.segue.controlplane.mover.redis;

import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Those who wait for a lane to come to a certain moment. Thread-safe. */
final class Moments {
    private final Queue<CompletableFuture<Void>> waiting = new ConcurrentLinkedQueue<>();

    /** Completes at the next such moment. */
    CompletableFuture<Void> await() {
        CompletableFuture<Void> moment = new CompletableFuture<>();
        waiting.add(moment);
        return moment;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    /** The moment has come for the first {@code most}: those who ask later wait for a later one. */
    void come(int most) {
        for (int i = 0; i < most; i++) {
            CompletableFuture<Void> moment = waiting.poll();
            if (moment == null) {
                return;
            }
            moment.complete(null);
        }
    }

    /** It will not come. */
    void fail(String reason) {
        for (CompletableFuture<Void> one = waiting.poll(); one != null; one = waiting.poll()) {
            one.completeExceptionally(new IOException(reason));
        }
    }
}
