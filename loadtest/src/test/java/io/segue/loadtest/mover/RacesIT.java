package io.segue.loadtest.mover;

import static io.segue.loadtest.mover.TwoSides.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.MoverFactory.FeedChoice;
import io.segue.controlplane.mover.MoverStatus.Phase;
import io.segue.loadtest.fault.Direction;
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

/** The orders of events that lose data in other designs, each forced: the mover's read or write is held while the other side goes on. */
@NeedsRedis
@Timeout(60)
class RacesIT {
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

    private MoverUnderTest mover(FeedChoice feed) {
        return sides.start(MoverUnderTest.options().feed(feed));
    }

    /** A mover that has nothing left to do. */
    private MoverUnderTest caughtUp(FeedChoice feed) throws Exception {
        MoverUnderTest mover = mover(feed);
        mover.awaitCaughtUp();
        mover.awaitPassed();
        return mover;
    }

    // ---- copies and writes (I3 to I5, I11)

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void deletedBetweenDumpAndRestoreStaysDeleted(FeedChoice feed) throws Exception {
        sides.old("SET", "k", "1");
        Trap first = sides.holdWrite("k");
        try (MoverUnderTest mover = mover(feed)) {
            first.await(LIMIT);
            sides.old("DEL", "k");
            first.release();
            sides.assertEqual(mover);
            assertThat(sides.there("k")).isNull();

            Trap later = sides.holdWrite("k");
            sides.old("SET", "k", "2");
            later.await(LIMIT);
            sides.old("DEL", "k");
            later.release();
            sides.assertEqual(mover);
            assertThat(sides.there("k")).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void anOlderCopyDoesNotStayOverANewerValue(FeedChoice feed) throws Exception {
        sides.old("SET", "k", "1");
        Trap first = sides.holdWrite("k");
        try (MoverUnderTest mover = mover(feed)) {
            first.await(LIMIT);
            sides.old("SET", "k", "2");
            first.release();
            sides.assertEqual(mover);
            assertThat(sides.there("k")).isEqualTo("2");

            Trap later = sides.holdWrite("k");
            sides.old("SET", "k", "3");
            later.await(LIMIT);
            sides.old("SET", "k", "4");
            later.release();
            sides.assertEqual(mover);
            assertThat(sides.there("k")).isEqualTo("4");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void aWriteBetweenTheReadAndItsAcknowledgementIsNotForgotten(FeedChoice feed) throws Exception {
        try (MoverUnderTest mover = caughtUp(feed)) {
            // The copy is executed; that it was is not known yet when the next change is named.
            sides.atNew.freeze(Direction.TO_CLIENT, true);
            sides.old("SET", "k", "1");
            mover.await("the copy at the follower", () -> is("k", "1"));
            sides.old("SET", "k", "2");
            mover.await("the change named", () -> mover.status().owed() > 0);
            sides.atNew.freeze(Direction.TO_CLIENT, false);
            sides.assertEqual(mover);
            assertThat(sides.there("k")).isEqualTo("2");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void commandsOnWhatTheFollowerLacksHaveTheirBase(FeedChoice feed) throws Exception {
        sides.old("SET", "n", "41");
        sides.old("SET", "text", "a");
        sides.old("SADD", "set", "a", "b");
        Trap held = sides.holdWrite("n");
        try (MoverUnderTest mover = mover(feed)) {
            held.await(LIMIT);
            sides.old("INCR", "n");
            sides.old("APPEND", "text", "b");
            sides.old("SREM", "set", "a");
            sides.old("INCR", "began-now");
            held.release();
            sides.assertEqual(mover);
            assertThat(sides.there("n")).isEqualTo("42");
            assertThat(sides.there("text")).isEqualTo("ab");
        }
    }

    // ---- expiry

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void anExpiryThatChangesDuringTheCopyIsCarriedOver(FeedChoice feed) throws Exception {
        sides.old("SET", "gets", "1");
        sides.old("SET", "loses", "1", "PX", "100000");
        sides.old("SET", "moves", "1", "PX", "100000");
        Trap held = sides.holdWrite("gets");
        try (MoverUnderTest mover = mover(feed)) {
            held.await(LIMIT);
            sides.old("PEXPIRE", "gets", "200000");
            sides.old("PERSIST", "loses");
            sides.old("PEXPIRE", "moves", "300000");
            held.release();
            sides.assertEqual(mover);
            assertThat(sides.fresh("PTTL", "gets").number()).isBetween(150_000L, 200_000L);
            assertThat(sides.fresh("PTTL", "loses").number()).isEqualTo(-1);
            assertThat(sides.fresh("PTTL", "moves").number()).isBetween(250_000L, 300_000L);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void aKeyThatExpiresDuringTheCopyIsNeitherImmortalNorBack(FeedChoice feed) throws Exception {
        try (MoverUnderTest mover = caughtUp(feed)) {
            Trap write = sides.holdWrite("written");
            sides.old("SET", "written", "1", "PX", "150");
            write.await(LIMIT);
            mover.await("the expiry", () -> absent("written"));
            write.release();

            Trap read = sides.holdDump("read");
            sides.old("SET", "read", "1", "PX", "150");
            read.await(LIMIT);
            mover.await("the expiry", () -> absent("read"));
            read.release();

            // Expires, and is there again without an expiry.
            Trap again = sides.holdWrite("again");
            sides.old("SET", "again", "1", "PX", "150");
            again.await(LIMIT);
            mover.await("the expiry", () -> absent("again"));
            sides.old("SET", "again", "2");
            again.release();

            sides.assertEqual(mover);
            assertThat(sides.there("written")).isNull();
            assertThat(sides.there("read")).isNull();
            assertThat(sides.there("again")).isEqualTo("2");
            assertThat(sides.fresh("PTTL", "again").number()).isEqualTo(-1);
        }
    }

    // ---- names

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void aRenameIsNotSplit(FeedChoice feed) throws Exception {
        sides.old("SET", "a", "1");
        sides.old("SET", "z", "2");
        Trap first = sides.holdWrite("a");
        try (MoverUnderTest mover = mover(feed)) {
            first.await(LIMIT);
            sides.old("RENAME", "a", "b");
            first.release();
            sides.assertEqual(mover);
            assertThat(sides.there("a")).isNull();
            assertThat(sides.there("b")).isEqualTo("1");

            Trap later = sides.holdWrite("c");
            sides.old("RENAME", "b", "c");
            later.await(LIMIT);
            sides.old("RENAME", "c", "b");
            sides.old("RENAME", "z", "c");
            later.release();
            sides.assertEqual(mover);
            assertThat(sides.there("b")).isEqualTo("1");
            assertThat(sides.there("c")).isEqualTo("2");
            assertThat(sides.there("z")).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void whatEmptiesOrExchangesDatabasesIsFollowed(FeedChoice feed) throws Exception {
        sides.old("SET", "k", "0");
        inDatabase(3, "SET", "k", "3");
        try (MoverUnderTest mover = caughtUp(feed)) {
            sides.old("SWAPDB", "0", "3");
            sides.assertEqual(mover);
            assertThat(sides.there("k")).isEqualTo("3");

            inDatabase(5, "SET", "only-there", "5");
            inDatabase(3, "FLUSHDB");
            sides.assertEqual(mover);

            sides.old("FLUSHALL");
            sides.old("SET", "after", "1");
            sides.assertEqual(mover);
            assertThat(sides.there("k")).isNull();
        }
    }

    private void inDatabase(int db, String... command) throws Exception {
        sides.old("SELECT", Integer.toString(db));
        sides.old(command);
        sides.old("SELECT", "0");
    }

    // ---- lost connections (I10), replaced movers (I9)

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void whatChangesWhileTheFeedIsCutIsFound(FeedChoice feed) throws Exception {
        sides.old("SET", "changes", "1");
        sides.old("SET", "goes", "1");
        try (MoverUnderTest mover = caughtUp(feed)) {
            sides.atOld.refuse(true);
            sides.atOld.cut();
            sides.old("SET", "changes", "2");
            sides.old("DEL", "goes");
            sides.old("SET", "comes", "1");
            sides.atOld.refuse(false);
            sides.assertEqual(mover);
            // A replica goes on where it was; tracking has nothing to go on from.
            assertThat(mover.status().rechecks()).isEqualTo(feed == FeedChoice.TRACKING ? 1 : 0);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void aCopyWhoseOutcomeIsUnknownIsMadeAgain(FeedChoice feed) throws Exception {
        sides.old("SET", "lost", "1");
        Trap never = sides.holdWrite("lost");
        try (MoverUnderTest mover = mover(feed)) {
            never.await(LIMIT);
            never.cut();
            sides.assertEqual(mover);
            assertThat(sides.there("lost")).isEqualTo("1");

            sides.atNew.freeze(Direction.TO_CLIENT, true);
            sides.old("SET", "done", "1");
            mover.await("the copy at the follower", () -> is("done", "1"));
            sides.old("SET", "done", "2");
            sides.atNew.cut();
            sides.atNew.freeze(Direction.TO_CLIENT, false);
            sides.assertEqual(mover);
            assertThat(sides.there("done")).isEqualTo("2");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void aReplacedMoverStaysFenced(FeedChoice feed) throws Exception {
        try (MoverUnderTest before = caughtUp(feed)) {
            Trap late = sides.holdWrite("k");
            sides.old("SET", "k", "1");
            late.await(LIMIT);
            MoverUnderTest.Options next =
                    MoverUnderTest.options().feed(feed).epoch(2).folder(MoverUnderTest.newFolder());
            try (MoverUnderTest after = sides.start(next)) {
                after.awaitCaughtUp();
                sides.old("SET", "k", "2");
                after.awaitPassed();
                assertThat(sides.there("k")).isEqualTo("2");
                late.release();
                assertThat(before.awaitFailed()).contains("mover 2 of this movement is at work");
                assertThat(before.status().phase()).isEqualTo(Phase.FAILED);
                sides.assertEqual(after);
                assertThat(sides.there("k")).isEqualTo("2");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void aMoverThatEndsBetweenReadAndWriteIsFollowedByOneThatKnows(FeedChoice feed) throws Exception {
        sides.old("SET", "k", "1");
        MoverUnderTest.Options options = MoverUnderTest.options().feed(feed).folder(MoverUnderTest.newFolder());
        Trap never;
        try (MoverUnderTest before = sides.start(options)) {
            before.awaitCaughtUp();
            never = sides.holdWrite("k");
            sides.old("SET", "k", "2");
            never.await(LIMIT);
        }
        sides.old("SET", "meanwhile", "1");
        try (MoverUnderTest after = sides.start(options.epoch(2))) {
            sides.assertEqual(after);
            never.release();
            sides.assertEqual(after);
            assertThat(sides.there("k")).isEqualTo("2");
            assertThat(sides.there("meanwhile")).isEqualTo("1");
        }
    }

    // ---- what conditions look at

    private boolean is(String key, String value) {
        return follower.call("GET", key).equals(authority.call("ECHO", value));
    }

    private static boolean absent(String key) {
        return authority.call("EXISTS", key).number() == 0;
    }
}
