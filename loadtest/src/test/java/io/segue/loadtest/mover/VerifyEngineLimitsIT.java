package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.segue.controlplane.mover.DataMover.VerifySpec;
import io.segue.controlplane.mover.Verification.Kind;
import io.segue.controlplane.mover.Verification.State;
import io.segue.controlplane.mover.redis.verify.KeyComparer;
import io.segue.controlplane.mover.redis.verify.VerifyEngine;
import io.segue.controlplane.mover.redis.verify.VerifySettings;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A comparison ends when it is told to, gives up when it must, and keeps to its limits. */
@NeedsRedis
class VerifyEngineLimitsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final RedisServer authority = RedisServer.start();
    private final RedisServer follower = RedisServer.start();
    private @Nullable ToyMover mover;

    @TempDir
    Path folder;

    @AfterEach
    void stop() {
        if (mover != null) {
            mover.close();
        }
        authority.close();
        follower.close();
    }

    private void fill(int keys) throws IOException {
        SampleData.fill(authority, 0, 0, keys);
        SampleData.fill(follower, 0, 0, keys);
    }

    private ToyMover mover() throws IOException {
        ToyMover started = new ToyMover(authority, follower, 5, 1);
        mover = started;
        return started;
    }

    private VerifyEngine verify(ToyMover context, VerifySettings settings) throws IOException {
        return VerifyEngine.verify(context, new VerifySpec(1.0, false, folder.resolve("report")), settings);
    }

    @Test
    void aCancelEndsItWithinASecond() throws Exception {
        fill(5_000);
        ToyMover context = mover();
        context.pace((keys, bytes) -> Thread.sleep(3_600_000));
        cancelled(verify(context, VerifySettings.DEFAULT));

        // A server that answers nothing any more.
        context.pace((keys, bytes) -> follower.stopSignal());
        VerifyEngine waiting = verify(context, VerifySettings.DEFAULT);
        cancelled(waiting);
        follower.cont();
    }

    private void cancelled(VerifyEngine engine) throws Exception {
        assertThat(engine.awaitEnd(Duration.ofMillis(500))).isFalse();
        long before = System.nanoTime();
        engine.cancel();
        assertThat(engine.awaitEnd(LIMIT)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(1));
        assertThat(engine.result().state()).isEqualTo(State.CANCELLED);
        assertThat(Files.readString(folder.resolve("report"))).contains("\"state\":\"cancelled\"");
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void aServerThatIsGoneForLongerThanTheLimitEndsItWithTheReason() throws Exception {
        fill(5_000);
        ToyMover context = mover();
        context.pace((keys, bytes) -> follower.kill9());
        VerifySettings settings =
                new VerifySettings(100, 1_024, 4_096, 5, Duration.ofSeconds(1), 10, Duration.ofMillis(300), 10);
        VerifyEngine engine = verify(context, settings);
        assertThat(engine.awaitEnd(LIMIT)).isTrue();
        assertThat(engine.result().state()).isEqualTo(State.FAILED);
        assertThat(engine.result().reason()).contains("refused");
    }

    @Test
    void aKeyThatTheMoverNeverPassesIsUnsettledAndNotDifferent() throws Exception {
        byte[] key = "owed".getBytes(StandardCharsets.US_ASCII);
        ToyMover context = mover();
        context.lost.add(ByteBuffer.wrap(key));
        authority.call("SET", "owed", "1");
        VerifySettings settings =
                new VerifySettings(1_000, 1_024, 4_096, 5, Duration.ofMillis(300), 1_000, Duration.ofSeconds(1), 10);
        context.hold(0, key);

        VerifyEngine engine = ended(context, settings);

        assertThat(engine.result().different()).isEmpty();
        assertThat(engine.result().unsettled()).isEqualTo(1);
        assertThat(engine.result().state()).isEqualTo(State.DONE);
        assertThat(engine.result().clean()).isFalse();
        context.release(0, key);
        assertThat(ended(context, settings).result().different()).isEqualTo(Map.of(Kind.MISSING, 1L));
    }

    private VerifyEngine ended(ToyMover context, VerifySettings settings) {
        try {
            VerifyEngine engine = verify(context, settings);
            assertThat(engine.awaitEnd(LIMIT)).isTrue();
            return engine;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aReportIsCutAtItsLimitAndSaysSo() throws Exception {
        SampleData.fill(authority, 0, 0, 1_000);
        VerifySettings settings = new VerifySettings(
                100, 1024 * 1024, 1024 * 1024, 5, Duration.ofSeconds(30), 100, Duration.ofSeconds(1), 10);
        VerifyEngine engine = ended(mover(), settings);
        assertThat(engine.result().different()).isEqualTo(Map.of(Kind.MISSING, 1_000L));
        List<String> lines = Files.readAllLines(folder.resolve("report"));
        assertThat(lines).hasSize(11);
        assertThat(lines.get(10)).contains("\"cut\":true").contains("\"missing\":1000");
    }

    @Test
    void keysThatExpireMeanwhileAreNoDifference() throws Exception {
        long soon = System.currentTimeMillis() + 1_500;
        try (RedisConnection one = ToyMover.connect(authority);
                RedisConnection other = ToyMover.connect(follower)) {
            for (int i = 0; i < 3_000; i++) {
                // They go one by one, on the follower a little earlier than on the authority.
                one.send("SET", "k" + i, "v", "PXAT", Long.toString(soon + i / 10 + 3));
                other.send("SET", "k" + i, "v", "PXAT", Long.toString(soon + i / 10));
            }
            one.flush();
            other.flush();
            for (int i = 0; i < 3_000; i++) {
                one.read();
                other.read();
            }
        }
        ToyMover context = mover();
        while (System.currentTimeMillis() < soon + 400) {
            VerifyEngine engine = ended(context, VerifySettings.DEFAULT);
            assertThat(engine.result().clean()).as(engine.result().toString()).isTrue();
        }
    }

    @Test
    void bigValuesAreComparedInPiecesAndNeverKept() throws Exception {
        String big = "x".repeat(16 * 1024 * 1024);
        for (int i = 0; i < 8; i++) {
            authority.call("SET", "big:" + i, big);
            follower.call("SET", "big:" + i, big);
            authority.call("SET", "one side:" + i, "small");
            follower.call("SET", "one side:" + i, big);
        }
        ToyMover context = mover();
        Allocations allocations = new Allocations();
        context.pace((keys, bytes) -> allocations.look());
        Set<String> byType = ConcurrentHashMap.newKeySet();
        context.comparer(new KeyComparer() {
            @Override
            public boolean same(byte[] key) {
                allocations.look();
                String name = new String(key, StandardCharsets.US_ASCII);
                byType.add(name);
                return name.startsWith("big");
            }

            @Override
            public void close() {}
        });

        VerifyEngine engine = ended(context, VerifySettings.DEFAULT);

        assertThat(engine.result().different()).isEqualTo(Map.of(Kind.VALUE, 8L));
        assertThat(byType).hasSize(16);
        assertThat(allocations.most()).isLessThan(32L * 1024 * 1024);
        for (RedisServer server : List.of(authority, follower)) {
            assertThat(server.call("INFO", "commandstats").text()).doesNotContain("cmdstat_dump");
        }
    }

    /** How much the threads that look have allocated. */
    private static final class Allocations {
        private final Map<Long, Long> bytes = new ConcurrentHashMap<>();

        void look() {
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long thread = Thread.currentThread().getId();
            bytes.put(thread, threads.getThreadAllocatedBytes(thread));
        }

        long most() {
            return bytes.values().stream().mapToLong(Long::longValue).max().orElseThrow();
        }
    }
}
