package io.segue.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.core.strategy.Canary;
import io.segue.core.strategy.WriteMode;
import io.segue.core.strategy.WritePolicy;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Keys that missed writes are brought back in step although they are written without a pause. */
@NeedsRedis
class HotKeyRepairIT {
    private static final int KEYS = 40;
    private static final int WRITERS = 4;
    private static final Canary CANARY = new Canary(0.25, new WriteMode.DualWrite(WritePolicy.OLD_AUTHORITATIVE));

    private final AtomicLongArray acknowledged = new AtomicLongArray(KEYS);

    @Test
    void aStoppedFollowerCatchesUpUnderLoad() throws Exception {
        try (RedisServer old = RedisServer.start();
                RedisServer next = RedisServer.start();
                ProxyUnderTest proxy = ProxyUnderTest.before(old)) {
            proxy.apply(ProxyUnderTest.migrating(
                    ProxyUnderTest.INTERLAY,
                    ProxyUnderTest.endpoint("old", old),
                    ProxyUnderTest.endpoint("new", next),
                    CANARY));
            AtomicBoolean stop = new AtomicBoolean();
            List<CompletableFuture<Void>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int first = i;
                writers.add(CompletableFuture.runAsync(() -> write(proxy.port(), first, stop)));
            }
            next.stopSignal();
            Await.until("every key has missed a write", () -> proxy.divergent() >= KEYS);
            next.cont();
            Await.until("the ledger is empty while the load goes on", () -> proxy.divergent() == 0);
            assertThat(writers).noneMatch(CompletableFuture::isDone);
            stop.set(true);
            for (CompletableFuture<Void> writer : writers) {
                writer.get();
            }
            Await.until("the ledger is empty", () -> proxy.divergent() == 0);
            for (int key = 0; key < KEYS; key++) {
                String expected = Long.toString(acknowledged.get(key));
                assertThat(old.call("GET", "counter:" + key).text()).isEqualTo(expected);
                assertThat(next.call("GET", "counter:" + key).text()).isEqualTo(expected);
            }
        }
    }

    /** Each writer has its own keys, and increments each some forty times a second. */
    private void write(int port, int first, AtomicBoolean stop) {
        try (RespClient client = RespClient.connect(port)) {
            for (int key = first; !stop.get(); key = (key + WRITERS) % KEYS) {
                client.call("INCR", "counter:" + key);
                acknowledged.incrementAndGet(key);
                LockSupport.parkNanos(2_000_000);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
