package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.MoverFactory.FeedChoice;
import io.segue.loadtest.fault.Trap;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A mover asks, before it writes on a new connection, whether it is still the last of its movement: a successor need not have connected yet. */
@NeedsRedis
@Timeout(60)
class ReplacedMoverIT {
    private RedisServer authority;
    private RedisServer follower;
    private TwoSides sides;

    @BeforeEach
    void start() {
        authority = RedisServer.start();
        follower = RedisServer.start();
        sides = new TwoSides(authority, follower);
    }

    @AfterEach
    void stop() throws IOException {
        sides.close();
        authority.close();
        follower.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void aLaterOneWasMade_itWritesNothing(FeedChoice feed) throws Exception {
        sides.old("SET", "k", "1");
        try (MoverUnderTest mover =
                sides.start(MoverUnderTest.options().feed(feed).epochs(() -> 2))) {
            assertThat(mover.awaitFailed()).contains("mover 2 of this movement was made");
            assertThat(sides.fresh("DBSIZE").number()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void aLaterOneIsMade_itWritesNothingOnItsNextConnection(FeedChoice feed) throws Exception {
        AtomicLong latest = new AtomicLong(1);
        try (MoverUnderTest mover =
                sides.start(MoverUnderTest.options().feed(feed).epochs(latest::get))) {
            mover.awaitCaughtUp();
            Trap write = sides.holdWrite("k");
            sides.old("SET", "k", "1");
            write.await(TwoSides.LIMIT);
            latest.set(2);
            write.cut();
            assertThat(mover.awaitFailed()).contains("mover 2 of this movement was made");
            assertThat(sides.fresh("EXISTS", "k").number()).isZero();
        }
    }

    @Test
    void theStoreDoesNotAnswer_itWaitsForIt() throws Exception {
        AtomicBoolean answers = new AtomicBoolean();
        AtomicInteger asked = new AtomicInteger();
        sides.old("SET", "k", "1");
        try (MoverUnderTest mover = sides.start(MoverUnderTest.options().epochs(() -> {
            asked.incrementAndGet();
            if (!answers.get()) {
                throw new IOException("the store is away");
            }
            return 1;
        }))) {
            mover.await("several attempts", () -> asked.get() > 2);
            assertThat(mover.status().reason()).contains("the store is away");
            assertThat(sides.fresh("DBSIZE").number()).isZero();
            answers.set(true);
            sides.assertEqual(mover);
            assertThat(sides.there("k")).isEqualTo("1");
        }
    }
}
