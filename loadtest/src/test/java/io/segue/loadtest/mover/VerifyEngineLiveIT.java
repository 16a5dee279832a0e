package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.segue.controlplane.mover.DataMover.VerifySpec;
import io.segue.controlplane.mover.Verification.Kind;
import io.segue.controlplane.mover.Verification.Result;
import io.segue.controlplane.mover.Verification.State;
import io.segue.controlplane.mover.redis.verify.VerifyContext.Side;
import io.segue.controlplane.mover.redis.verify.VerifyEngine;
import io.segue.controlplane.mover.redis.verify.VerifySettings;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** While keys are written all the time, nothing is called different that is not, and what is different is found. */
@NeedsRedis
class VerifyEngineLiveIT {
    private static final int KEYS = 20_000;
    private static final int APART_MS = 300;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static RedisServer authority;
    private static RedisServer follower;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        authority = RedisServer.start();
        follower = RedisServer.start();
    }

    @AfterAll
    static void stop() {
        authority.close();
        follower.close();
    }

    @BeforeEach
    void fill() throws Exception {
        for (RedisServer server : new RedisServer[] {authority, follower}) {
            server.call("FLUSHALL");
            SampleData.fill(server, 0, 0, KEYS);
        }
    }

    private VerifyEngine verify(ToyMover mover, double sample, boolean repair) throws Exception {
        return VerifyEngine.verify(
                mover, new VerifySpec(sample, repair, folder.resolve("report")), VerifySettings.DEFAULT);
    }

    private static VerifySettings settling(int seconds) {
        return new VerifySettings(
                1_000,
                1024 * 1024,
                4 * 1024 * 1024,
                5,
                Duration.ofSeconds(seconds),
                10_000,
                Duration.ofSeconds(10),
                1_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void liveWritesGiveNoFalseAlarm(long seed) throws Exception {
        System.out.println("seed " + seed);
        int delayMs = new int[] {0, 5, 40, 100}[(int) (seed / 2 % 4)];
        boolean dual = seed % 2 == 0;
        try (ToyMover mover = new ToyMover(authority, follower, delayMs, seed)) {
            mover.dualWrites(dual ? APART_MS : 0);
            Map<String, Kind> expected = new HashMap<>(Planted.everyKind(follower, KEYS));
            // Changes that the mover misses while everything runs.
            for (int i = 0; i < 5; i++) {
                mover.lost.add(key("missed:" + i));
                expected.put("missed:" + i, Kind.MISSING);
            }
            mover.skipped.add(key("kept"));
            follower.call("SET", "kept", "1");
            try (LiveWriters writers = new LiveWriters(authority, follower, 8, dual, seed)) {
                for (int i = 0; i < 5; i++) {
                    authority.call("SET", "missed:" + i, "1");
                }

                VerifyEngine engine = VerifyEngine.verify(
                        mover, new VerifySpec(1.0, false, folder.resolve("report")), settling(dual ? 2 : 20));

                assertThat(engine.awaitEnd(LIMIT)).isTrue();
                Result result = engine.result();
                System.out.println("delay " + delayMs + " ms, " + writers.writes + " writes, " + result);
                assumeThat(writers.apartMs()).as("a machine that is not stuck").isLessThan(APART_MS);
                assertThat(result.state()).as(result.reason()).isEqualTo(State.DONE);
                assertThat(VerifyEngineIT.reported(folder.resolve("report"))).isEqualTo(expected);
                assertThat(result.different()).isEqualTo(Planted.counts(expected));
                assertThat(result.skipped()).isEqualTo(1);
                // Keys that are written again before they have settled cannot be judged under dual writes.
                assertThat(result.unsettled()).isLessThanOrEqualTo(dual ? 100L : 0L);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void differencesAreRepairedUnderWrites(long seed) throws Exception {
        try (ToyMover mover = new ToyMover(authority, follower, 20, seed)) {
            Map<String, Kind> planted = Planted.everyKind(follower, KEYS);
            try (LiveWriters writers = new LiveWriters(authority, follower, 4, false, seed)) {
                VerifyEngine engine = verify(mover, 1.0, true);

                assertThat(engine.awaitEnd(LIMIT)).isTrue();
                assertThat(engine.result().different()).isEqualTo(Planted.counts(planted));
                assertThat(engine.result().repaired()).isEqualTo(planted.size());
                assertThat(writers.writes.get()).isPositive();
            }
            VerifyEngine again = verify(mover, 1.0, false);
            assertThat(again.awaitEnd(LIMIT)).isTrue();
            assertThat(again.result().clean()).as(again.result().toString()).isTrue();
        }
    }

    @Test
    void aRecheckGivesWhatDiffersToTheMover() throws Exception {
        try (ToyMover mover = new ToyMover(authority, follower, 5, 1)) {
            Map<String, Kind> planted = Planted.everyKind(follower, KEYS);

            VerifyEngine recheck = VerifyEngine.recheck(mover, VerifySettings.DEFAULT);

            assertThat(recheck.awaitEnd(LIMIT)).isTrue();
            assertThat(recheck.result().different()).isEqualTo(Planted.counts(planted));
            assertThat(mover.marked).hasValue(planted.size());
            VerifyEngine engine = verify(mover, 1.0, false);
            assertThat(engine.awaitEnd(LIMIT)).isTrue();
            assertThat(engine.result().clean()).as(engine.result().toString()).isTrue();
        }
    }

    @Test
    void aSampleHasItsShareOfTheKeysAndIsAlwaysTheSame() throws Exception {
        try (ToyMover mover = new ToyMover(authority, follower, 0, 1)) {
            for (int i = 0; i < KEYS; i++) {
                if (i % 20 == 7) {
                    follower.call("DEL", SampleData.key(i));
                }
            }
            VerifyEngine engine = verify(mover, 0.1, false);
            assertThat(engine.awaitEnd(LIMIT)).isTrue();
            Map<String, Kind> found = VerifyEngineIT.reported(folder.resolve("report"));
            assertThat(engine.result().compared()).isBetween(KEYS / 10 - 200L, KEYS / 10 + 200L);
            assertThat(found.size()).isBetween(50, 160);

            VerifyEngine again = verify(mover, 0.1, false);
            assertThat(again.awaitEnd(LIMIT)).isTrue();
            assertThat(VerifyEngineIT.reported(folder.resolve("report"))).isEqualTo(found);

            VerifyEngine larger = verify(mover, 0.3, false);
            assertThat(larger.awaitEnd(LIMIT)).isTrue();
            assertThat(VerifyEngineIT.reported(folder.resolve("report"))).containsAllEntriesOf(found);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void connectionsThatAreCutAreOpenedAgain(long seed) throws Exception {
        Random random = new Random(seed);
        try (ToyMover mover = new ToyMover(authority, follower, 5, seed)) {
            Map<String, Kind> planted = Planted.everyKind(follower, KEYS);
            long[] next = {random.nextInt(4_000)};
            mover.pace((keys, bytes) -> {
                synchronized (next) {
                    if (mover.throttled.get() > next[0]) {
                        next[0] += 1 + random.nextInt(8_000);
                        mover.hangUp(random.nextBoolean() ? Side.AUTHORITY : Side.FOLLOWER);
                    }
                }
            });
            VerifyEngine engine = verify(mover, 1.0, false);

            assertThat(engine.awaitEnd(LIMIT)).isTrue();
            assertThat(engine.result().state()).as(engine.result().reason()).isEqualTo(State.DONE);
            assertThat(VerifyEngineIT.reported(folder.resolve("report"))).isEqualTo(planted);
            assertThat(engine.result().compared()).isBetween(KEYS - 100L, KEYS + 20_000L);
        }
    }

    private static ByteBuffer key(String key) {
        return ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8));
    }
}
