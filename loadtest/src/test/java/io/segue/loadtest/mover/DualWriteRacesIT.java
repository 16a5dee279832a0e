package io.segue.loadtest.mover;

import static io.segue.loadtest.mover.TwoSides.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.MoverFactory.FeedChoice;
import io.segue.controlplane.mover.MoverFactory.Movement;
import io.segue.loadtest.fault.Trap;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Proxies that write both sides, in the orders that make them differ: whatever they do, and however late within the time that a proxy gives its
 * effects, both sides are equal in the end.
 */
@NeedsRedis
@Timeout(60)
class DualWriteRacesIT {
    private static RedisServer authority;
    private static RedisServer follower;
    private TwoSides sides;

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
    void open() {
        sides = new TwoSides(authority, follower);
    }

    @AfterEach
    void close() throws Exception {
        sides.close();
    }

    private MoverUnderTest mover(FeedChoice feed, Movement movement) {
        MoverUnderTest mover = sides.make(MoverUnderTest.options().feed(feed).movement(movement));
        mover.mover.dualWrites(true);
        mover.mover.start();
        return mover;
    }

    private MoverUnderTest caughtUp(FeedChoice feed) throws Exception {
        MoverUnderTest mover = mover(feed, Movement.SCAN);
        mover.awaitCaughtUp();
        mover.awaitPassed();
        return mover;
    }

    /** I1, I2: two proxies reach the sides in opposite orders. */
    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void twoProxiesInOppositeOrders(FeedChoice feed) throws Exception {
        try (MoverUnderTest mover = caughtUp(feed)) {
            sides.old("SET", "k", "1");
            sides.old("SET", "k", "2");
            sides.fresh("SET", "k", "2");
            sides.fresh("SET", "k", "1");
            sides.old("SET", "goes", "1");
            sides.fresh("DEL", "goes");
            sides.old("DEL", "goes");
            sides.fresh("SET", "goes", "1");
            sides.old("RPUSH", "list", "a");
            sides.old("RPUSH", "list", "b");
            sides.fresh("RPUSH", "list", "b");
            sides.fresh("RPUSH", "list", "a");
            sides.assertEqual(mover);
            assertThat(sides.there("k")).isEqualTo("2");
        }
    }

    /** The same where only what changes is carried over. */
    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void twoProxiesInOppositeOrdersWithoutACopy(FeedChoice feed) throws Exception {
        sides.old("SET", "untouched", "1");
        try (MoverUnderTest mover = mover(feed, Movement.CHANGES_ONLY)) {
            mover.awaitCaughtUp();
            sides.old("SET", "k", "1");
            sides.old("SET", "k", "2");
            sides.fresh("SET", "k", "2");
            sides.fresh("SET", "k", "1");
            mover.awaitPassed();
            assertThat(sides.there("k")).isEqualTo("2");
            assertThat(sides.there("untouched")).isNull();
        }
    }

    /** An effect that the copy contains already arrives after it. */
    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void aLateEffectDoesNotStayOverTheCopyThatContainsIt(FeedChoice feed) throws Exception {
        try (MoverUnderTest mover = caughtUp(feed)) {
            sides.old("SET", "k", "1");
            sides.old("SET", "k", "2");
            mover.await("the copy", () -> "2".equals(follower.call("GET", "k").text()));
            sides.fresh("SET", "k", "1");
            sides.old("INCR", "n");
            mover.await("the copy", () -> follower.call("EXISTS", "n").number() == 1);
            sides.fresh("INCR", "n");
            sides.assertEqual(mover);
            assertThat(sides.there("k")).isEqualTo("2");
            assertThat(sides.there("n")).isEqualTo("1");
        }
    }

    /** I3: the first copy has read the value before both sides were written. */
    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void theFirstCopyDoesNotStayOverWhatBothSidesHaveGot(FeedChoice feed) throws Exception {
        sides.old("SET", "k", "1");
        sides.old("SET", "goes", "1");
        Trap held = sides.holdWrite("k");
        try (MoverUnderTest mover = mover(feed, Movement.SCAN)) {
            held.await(LIMIT);
            sides.old("SET", "k", "2");
            sides.fresh("SET", "k", "2");
            sides.old("DEL", "goes");
            sides.fresh("DEL", "goes");
            held.release();
            sides.assertEqual(mover);
            assertThat(sides.there("k")).isEqualTo("2");
            assertThat(sides.there("goes")).isNull();
        }
    }

    /** I4: commands on what the follower lacks are executed there before the copy comes. */
    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void effectsOnAMissingBaseAreReplaced(FeedChoice feed) throws Exception {
        sides.old("SET", "n", "41");
        sides.old("SADD", "set", "a");
        Trap held = sides.holdWrite("n");
        try (MoverUnderTest mover = mover(feed, Movement.SCAN)) {
            held.await(LIMIT);
            sides.old("INCR", "n");
            sides.fresh("INCR", "n");
            sides.old("SADD", "set", "b");
            sides.fresh("SADD", "set", "b");
            held.release();
            // The other proxy's effect is later than the copy.
            sides.old("INCR", "n");
            mover.await("the copy", () -> follower.call("GET", "n").text().startsWith("4"));
            sides.fresh("INCR", "n");
            sides.assertEqual(mover);
            assertThat(sides.there("n")).isEqualTo("43");
        }
    }

    /** A write of somebody else between the mover's read and its write: the copy is not made on top of it unseen. */
    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void aWriteDuringTheWatchedCopy(FeedChoice feed) throws Exception {
        try (MoverUnderTest mover = caughtUp(feed)) {
            Trap held = sides.holdRestore("k");
            sides.old("SET", "k", "1");
            held.await(LIMIT);
            sides.old("SET", "k", "2");
            sides.fresh("SET", "k", "2");
            held.release();
            sides.assertEqual(mover);
            assertThat(sides.there("k")).isEqualTo("2");

            // The effect is there, and the change at the authority is undone, before the copy goes on.
            Trap again = sides.holdRestore("j");
            sides.old("SET", "j", "1");
            again.await(LIMIT);
            sides.fresh("SET", "j", "0");
            again.release();
            sides.assertEqual(mover);
            assertThat(sides.there("j")).isEqualTo("1");
        }
    }

    /** Turned on while a copy is on the way, and off while an effect is. */
    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void dualWritesThatBeginAndEndDuringACopy(FeedChoice feed) throws Exception {
        try (MoverUnderTest mover = sides.start(MoverUnderTest.options().feed(feed))) {
            mover.awaitCaughtUp();
            mover.awaitPassed();
            Trap held = sides.holdWrite("k");
            sides.old("SET", "k", "1");
            held.await(LIMIT);
            mover.mover.dualWrites(true);
            sides.old("SET", "k", "2");
            held.release();
            mover.await("the copy", () -> "2".equals(follower.call("GET", "k").text()));
            sides.fresh("SET", "k", "1");
            sides.assertEqual(mover);
            assertThat(sides.there("k")).isEqualTo("2");

            sides.old("SET", "j", "1");
            mover.mover.dualWrites(false);
            mover.await("the copy", () -> "1".equals(follower.call("GET", "j").text()));
            sides.assertEqual(mover);
        }
    }

    /** The expiry of an effect is relative to the moment in which it arrives. */
    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void aLateRelativeExpiryIsPutRight(FeedChoice feed) throws Exception {
        try (MoverUnderTest mover = caughtUp(feed)) {
            sides.old("SET", "k", "1", "PX", "100000");
            mover.await("the copy", () -> follower.call("EXISTS", "k").number() == 1);
            sides.fresh("SET", "k", "1", "PX", "100000");
            sides.old("SET", "stays", "1");
            sides.fresh("SET", "stays", "1", "PX", "150");
            mover.await(
                    "the expiry of what must not expire",
                    () -> follower.call("EXISTS", "stays").number() == 0);
            sides.assertEqual(mover);
        }
    }
}
