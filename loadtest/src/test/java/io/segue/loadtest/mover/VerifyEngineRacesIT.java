package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.DataMover.VerifySpec;
import io.segue.controlplane.mover.Verification.Kind;
import io.segue.controlplane.mover.Verification.Result;
import io.segue.controlplane.mover.Verification.State;
import io.segue.controlplane.mover.redis.verify.VerifyEngine;
import io.segue.controlplane.mover.redis.verify.VerifySettings;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The interleavings that a comparison must not take for a difference, forced one by one. */
@NeedsRedis
class VerifyEngineRacesIT {
    private static final int SETTLE_MS = 200;

    @TempDir
    Path folder;

    private Result verify(StillSides sides) throws Exception {
        VerifyEngine engine = VerifyEngine.verify(
                sides, new VerifySpec(1.0, false, folder.resolve("report")), VerifySettings.DEFAULT);
        assertThat(engine.awaitEnd(Duration.ofSeconds(30))).isTrue();
        assertThat(engine.result().state()).as(engine.result().reason()).isEqualTo(State.DONE);
        return engine.result();
    }

    /** Sides whose one key differs. */
    private static class OneKey extends StillSides {
        final RedisServer authority;
        final RedisServer follower;
        final AtomicInteger looks = new AtomicInteger();
        final AtomicInteger barriers = new AtomicInteger();
        volatile long count;
        volatile boolean owed;

        OneKey() {
            this(RedisServer.start(), RedisServer.start());
        }

        private OneKey(RedisServer authority, RedisServer follower) {
            super(List.of(authority), List.of(follower));
            this.authority = authority;
            this.follower = follower;
            authority.call("SET", "k", "1");
            follower.call("SET", "k", "2");
        }

        @Override
        public long changes(int db, byte[] key) {
            return count;
        }

        @Override
        public boolean isOwed(int db, byte[] key) {
            looks.incrementAndGet();
            return owed;
        }

        @Override
        public boolean feedBarrier() {
            barriers.incrementAndGet();
            return true;
        }
    }

    @Test
    void aChangeThatIsNamedOnlyByTheBarrier() throws Exception {
        try (OneKey sides = new OneKey() {
            @Override
            public boolean feedBarrier() {
                if (count == 0) {
                    // Named and copied at once: only the count tells.
                    follower.call("SET", "k", "1");
                    count = 1;
                }
                return super.feedBarrier();
            }
        }) {
            assertThat(verify(sides).clean()).isTrue();
            assertThat(sides.barriers).hasValue(1);
        }
    }

    @Test
    void aChangeThatIsNamedByTheBarrierAndStillOwed() throws Exception {
        try (OneKey sides = new OneKey() {
            @Override
            public boolean feedBarrier() {
                owed = true;
                return super.feedBarrier();
            }

            @Override
            public boolean isOwed(int db, byte[] key) {
                boolean now = super.isOwed(db, key);
                if (looks.get() == 5) {
                    follower.call("SET", "k", "1");
                    owed = false;
                }
                return now;
            }
        }) {
            assertThat(verify(sides).clean()).isTrue();
            assertThat(sides.looks.get()).isGreaterThanOrEqualTo(5);
        }
    }

    @Test
    void aFeedThatWasLostProvesNothing() throws Exception {
        try (OneKey sides = new OneKey() {
            @Override
            public boolean feedBarrier() {
                super.feedBarrier();
                if (barriers.get() == 3) {
                    follower.call("SET", "k", "1");
                }
                return false;
            }
        }) {
            assertThat(verify(sides).clean()).isTrue();
            assertThat(sides.barriers).hasValue(3);
        }
    }

    @Test
    void aDualWriteWhoseOtherHalfNeverComesIsADifferenceAfterTheSettle() throws Exception {
        try (OneKey sides = new OneKey() {
            @Override
            public long settleMs() {
                return SETTLE_MS;
            }
        }) {
            long began = System.nanoTime();
            assertThat(verify(sides).different()).isEqualTo(Map.of(Kind.VALUE, 1L));
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(SETTLE_MS));
            assertThat(sides.barriers).hasValue(2);
        }
    }

    @Test
    void aDualWriteWhoseAuthorityHalfComesDuringTheSettle() throws Exception {
        try (OneKey sides = new OneKey() {
            @Override
            public long settleMs() {
                return SETTLE_MS;
            }

            @Override
            public boolean isOwed(int db, byte[] key) {
                if (looks.incrementAndGet() == 3) {
                    // The second look has begun.
                    authority.call("SET", "k", "2");
                    count = 1;
                }
                return false;
            }
        }) {
            assertThat(verify(sides).clean()).isTrue();
            assertThat(sides.barriers).hasValue(1);
        }
    }
}
