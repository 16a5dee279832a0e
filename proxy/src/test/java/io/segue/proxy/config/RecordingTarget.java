package io.segue.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Runs every snapshot at once, except versions it was told to refuse or to hold. */
public final class RecordingTarget implements ConfigTarget {
    private final BlockingQueue<ProxySnapshot> applied = new LinkedBlockingQueue<>();
    private volatile long refused = -1;
    private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

    void refuse(long version) {
        refused = version;
    }

    /** Later calls complete when {@code newGate} does. */
    void hold(CompletableFuture<Void> newGate) {
        gate = newGate;
    }

    @Override
    public CompletionStage<Void> apply(ProxySnapshot snapshot) {
        applied.add(snapshot);
        return snapshot.version() == refused
                ? CompletableFuture.failedFuture(
                        new ConfigRejectedException("interlay cache: 127.0.0.1:7000: address in use"))
                : gate;
    }

    /** The next snapshot handed over. */
    public ProxySnapshot next() throws InterruptedException {
        ProxySnapshot snapshot = applied.poll(10, TimeUnit.SECONDS);
        assertThat(snapshot).as("a snapshot within 10 s").isNotNull();
        return snapshot;
    }

    boolean idle() {
        return applied.isEmpty();
    }
}
