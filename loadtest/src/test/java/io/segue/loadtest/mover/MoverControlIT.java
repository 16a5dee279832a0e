package io.segue.loadtest.mover;

import static io.segue.loadtest.mover.TwoSides.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.DataMover.Ceilings;
import io.segue.controlplane.mover.DataMover.KeyFilter;
import io.segue.controlplane.mover.MoverFactory.FeedChoice;
import io.segue.controlplane.mover.MoverFactory.Movement;
import io.segue.controlplane.mover.MoverStatus.Phase;
import io.segue.loadtest.fault.Direction;
import io.segue.loadtest.fault.Trap;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.proto.v1.ConflictRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is asked of a mover while it works: rules, restrictions, gates, pauses, ceilings; and keys that cannot be copied. */
@NeedsRedis
@Timeout(60)
class MoverControlIT {
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

    private static MoverUnderTest.Options options(FeedChoice feed) {
        return MoverUnderTest.options().feed(feed);
    }

    private MoverUnderTest caughtUp(MoverUnderTest.Options options) throws Exception {
        MoverUnderTest mover = sides.start(options);
        mover.awaitCaughtUp();
        mover.awaitPassed();
        return mover;
    }

    // ---- conflict rules

    private void conflicts() throws Exception {
        sides.old("SET", "both", "old");
        sides.fresh("SET", "both", "new");
        sides.old("HSET", "hash", "a", "old", "b", "old");
        sides.fresh("HSET", "hash", "b", "new", "c", "new");
        sides.fresh("SET", "only-new", "new");
        sides.old("SET", "only-old", "old");
    }

    private boolean holds(String key, String value) {
        try {
            return value.equals(sides.there(key));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void whatStoodThereIsKeptByTheRuleNone(FeedChoice feed) throws Exception {
        conflicts();
        try (MoverUnderTest mover = caughtUp(options(feed).rule(ConflictRule.CONFLICT_RULE_NONE))) {
            assertThat(sides.there("both")).isEqualTo("new");
            assertThat(sides.there("only-old")).isEqualTo("old");
            assertThat(sides.there("only-new")).isEqualTo("new");
            assertThat(mover.status().conflicts()).isEqualTo(2);
            sides.old("SET", "both", "later");
            sides.old("DEL", "hash");
            sides.old("SET", "only-new", "of both now");
            sides.old("SET", "only-old", "later");
            mover.awaitPassed();
            assertThat(sides.there("both")).isEqualTo("new");
            assertThat(sides.fresh("HLEN", "hash").number()).isEqualTo(2);
            assertThat(sides.there("only-new")).isEqualTo("new");
            assertThat(sides.there("only-old")).isEqualTo("later");
            assertThat(mover.status().conflicts()).isEqualTo(3);
            assertThat(mover.status().caughtUp()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void whatStoodThereIsOverwrittenByTheRuleReplace(FeedChoice feed) throws Exception {
        conflicts();
        try (MoverUnderTest mover = caughtUp(options(feed).rule(ConflictRule.CONFLICT_RULE_REPLACE))) {
            assertThat(sides.there("both")).isEqualTo("old");
            assertThat(sides.there("only-new")).isEqualTo("new");
            assertThat(sides.fresh("HGET", "hash", "b").text()).isEqualTo("old");
            sides.old("SET", "both", "later");
            sides.old("DEL", "hash");
            sides.old("SET", "only-new", "of both now");
            mover.awaitPassed();
            assertThat(sides.there("both")).isEqualTo("later");
            assertThat(sides.there("only-new")).isEqualTo("of both now");
            assertThat(sides.fresh("EXISTS", "hash").number()).isZero();
            sides.old("DEL", "only-new");
            sides.assertEqual(mover);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void whatStoodThereIsJoinedByTheRuleMerge(FeedChoice feed) throws Exception {
        conflicts();
        try (MoverUnderTest mover = caughtUp(options(feed).rule(ConflictRule.CONFLICT_RULE_MERGE))) {
            assertThat(sides.there("both")).isEqualTo("new");
            assertThat(sides.fresh("HGET", "hash", "a").text()).isEqualTo("old");
            assertThat(sides.fresh("HGET", "hash", "b").text()).isEqualTo("new");
            assertThat(sides.fresh("HGET", "hash", "c").text()).isEqualTo("new");
            assertThat(mover.status().conflicts()).isEqualTo(1);
            sides.old("HSET", "hash", "d", "later");
            sides.old("SET", "only-old", "later");
            mover.awaitPassed();
            assertThat(sides.fresh("HGET", "hash", "d").text()).isEqualTo("later");
            assertThat(sides.there("only-old")).isEqualTo("later");
        }
    }

    // ---- snapshots

    @Test
    void aSnapshotIsOfOneMoment() throws Exception {
        fill(3_000);
        sides.old("SET", "first", "1");
        String large = noise(2_000_000);
        sides.old("SET", "large", large);
        Trap held = sides.atNew.hold(Direction.TO_SERVER, "fill:".getBytes(StandardCharsets.US_ASCII), 100);
        try (MoverUnderTest mover = sides.start(options(FeedChoice.AUTO).movement(Movement.SNAPSHOT))) {
            held.await(LIMIT);
            sides.old("SET", "later", "2");
            sides.old("SET", "first", "2");
            sides.old("SETRANGE", "large", "1500000", "late");
            sides.old("APPEND", "large", "more");
            sides.old("DEL", "fill:7");
            held.release();
            mover.await("the end", () -> mover.status().phase() == Phase.DONE);
            assertThat(mover.status().caughtUp()).isTrue();
            assertThat(sides.there("later")).isNull();
            assertThat(sides.there("first")).isEqualTo("1");
            assertThat(sides.there("fill:7")).isEqualTo("7");
            assertThat(sides.there("large")).isEqualTo(large);
            assertThat(sides.fresh("DBSIZE").number()).isEqualTo(3_002);
        }
    }

    @Test
    void aSnapshotIsOfOneMomentWhenTheFollowerIsCutOff() throws Exception {
        fill(3_000);
        Trap held = sides.atNew.hold(Direction.TO_SERVER, "fill:".getBytes(StandardCharsets.US_ASCII), 100);
        try (MoverUnderTest mover = sides.start(options(FeedChoice.AUTO).movement(Movement.SNAPSHOT))) {
            held.await(LIMIT);
            for (int i = 0; i < 3_000; i++) {
                sides.old("SET", "fill:" + i, "later");
            }
            held.cut();
            mover.await("the end", () -> mover.status().phase() == Phase.DONE);
            for (int i = 0; i < 3_000; i++) {
                assertThat(sides.there("fill:" + i)).isEqualTo(Integer.toString(i));
            }
        }
    }

    /** Text that no server can compress. */
    private static String noise(int length) {
        Random random = new Random(length);
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) (' ' + random.nextInt(95)));
        }
        return text.toString();
    }

    private void fill(int keys) throws Exception {
        for (int i = 0; i < keys; i++) {
            sides.old.send("SET", "fill:" + i, Integer.toString(i));
        }
        sides.old.flush();
        for (int i = 0; i < keys; i++) {
            sides.old.read();
        }
    }

    // ---- keys that cannot be copied

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void aKeyThatTheFollowerHasNoRoomForIsListedAndTriedAgain(FeedChoice feed) throws Exception {
        sides.old("SET", "k", "1");
        sides.fresh("CONFIG", "SET", "maxmemory", "1");
        try (MoverUnderTest mover = sides.start(options(feed))) {
            mover.await("the error", () -> mover.status().errorKeys() == 1);
            assertThat(mover.mover.errorKeys(10)).singleElement().satisfies(error -> {
                assertThat(new String(error.key(), StandardCharsets.UTF_8)).isEqualTo("k");
                assertThat(error.reason()).startsWith("OOM");
            });
            mover.await("another try", () -> mover.mover.errorKeys(1).get(0).attempts() > 1);
            assertThat(mover.status().caughtUp()).isFalse();
            assertThat(mover.mover.drain(KeyFilter.ALL, Duration.ofMillis(200))).isFalse();
            sides.fresh("CONFIG", "SET", "maxmemory", "0");
            sides.assertEqual(mover);
            assertThat(mover.mover.errorKeys(10)).isEmpty();
        } finally {
            sides.fresh("CONFIG", "SET", "maxmemory", "0");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void aKeyThatTheFollowerRefusesIsListedUntilItIsAccepted(FeedChoice feed) throws Exception {
        sides.old("SET", "good:1", "1");
        sides.old("SET", "bad:1", "1");
        follower.call("ACL", "SETUSER", "operator", "on", ">test", "~*", "&*", "+@all");
        sides.fresh("AUTH", "operator", "test");
        sides.fresh("ACL", "SETUSER", "default", "resetkeys", "~good:*");
        try (MoverUnderTest mover = sides.start(options(feed))) {
            mover.await("the error", () -> mover.status().errorKeys() == 1);
            mover.await("the rest", () -> mover.status().phase() == Phase.FOLLOWING);
            assertThat(mover.mover.errorKeys(10))
                    .singleElement()
                    .satisfies(error -> assertThat(error.reason()).startsWith("NOPERM"));
            sides.old("SET", "good:2", "1");
            mover.await("the others being followed", () -> holds("good:2", "1"));
            assertThat(mover.mover.passed())
                    .as("what is refused has not been carried over")
                    .isNotDone();
            assertThat(mover.status().caughtUp()).isFalse();
            // Owed twice by now: for its database since the first copy, and because the feed has named it.
            sides.old("SET", "bad:1", "2");
            mover.await(
                    "the change refused", () -> mover.mover.errorKeys(1).get(0).attempts() > 3);
            assertThat(mover.status().errorKeys()).isEqualTo(1);
            mover.mover.acceptErrorKeys();
            mover.awaitCaughtUp();
            assertThat(mover.mover.drain(KeyFilter.ALL, Duration.ofSeconds(5))).isTrue();

            sides.old("SET", "bad:2", "1");
            mover.await("another error", () -> mover.status().errorKeys() == 1);
            assertThat(mover.status().caughtUp()).isFalse();
            // Not this mover's any more, and so no error of it.
            KeyFilter good = key -> !new String(key, StandardCharsets.UTF_8).startsWith("bad:");
            assertThat(mover.mover.restrict(good, LIMIT)).isTrue();
            mover.await("nothing wrong", () -> mover.status().caughtUp());
            assertThat(mover.mover.errorKeys(10)).isEmpty();
            assertThat(mover.mover.restrict(KeyFilter.ALL, LIMIT)).isTrue();
            sides.old("SET", "bad:1", "3");
            sides.old("SET", "bad:2", "3");
            mover.await("an error again", () -> mover.status().errorKeys() == 1);

            sides.fresh("ACL", "SETUSER", "default", "allkeys");
            mover.await("all tried again", () -> mover.status().owed() == 0);
            sides.assertEqual(mover);
            assertThat(mover.mover.errorKeys(10)).isEmpty();
        } finally {
            sides.fresh("ACL", "SETUSER", "default", "allkeys");
            sides.fresh("AUTH", "default", "");
            follower.call("ACL", "DELUSER", "operator");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void aLargeKeyThatChangesDuringItsCopyIsWaitedFor(FeedChoice feed) throws Exception {
        try (MoverUnderTest mover = caughtUp(options(feed))) {
            for (int i = 0; i < 10; i++) {
                Trap piece = sides.atOld.hold(Direction.TO_SERVER, Trap.words("GETRANGE", "large"), 1);
                sides.old("SETRANGE", "large", Integer.toString(3_000_000 + i), "end");
                piece.await(LIMIT);
                sides.old("APPEND", "large", "more");
                CompletableFuture<Void> passed = mover.mover.passed();
                piece.release();
                passed.get(10, TimeUnit.SECONDS);
                assertThat(sides.fresh("STRLEN", "large").number())
                        .isEqualTo(sides.old("STRLEN", "large").number());
            }
        }
    }

    // ---- restrictions, gates, pauses, ceilings

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void aKeyOutsideTheRestrictionIsNotWrittenAnyMore(FeedChoice feed) throws Exception {
        try (MoverUnderTest mover = caughtUp(options(feed))) {
            Trap held = sides.holdWrite("leaves");
            sides.old("SET", "leaves", "1");
            held.await(LIMIT);
            KeyFilter others = key -> !new String(key, StandardCharsets.UTF_8).startsWith("leaves");
            assertThat(mover.mover.restrict(others, Duration.ofMillis(100))).isFalse();
            CompletableFuture<Boolean> restricted =
                    CompletableFuture.supplyAsync(() -> mover.mover.restrict(others, LIMIT));
            held.release();
            assertThat(restricted.get(10, TimeUnit.SECONDS)).isTrue();
            sides.fresh("SET", "leaves", "the follower's own");
            sides.old("SET", "leaves", "2");
            sides.old("SET", "stays", "1");
            mover.awaitPassed();
            assertThat(sides.there("leaves")).isEqualTo("the follower's own");
            assertThat(sides.there("stays")).isEqualTo("1");
            assertThat(mover.mover.drain(others, LIMIT)).isTrue();

            assertThat(mover.mover.restrict(KeyFilter.ALL, LIMIT)).isTrue();
            sides.old("SET", "leaves", "3");
            sides.assertEqual(mover);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void theGateOpensOnlyWhenBothSidesAreEqual(FeedChoice feed) throws Exception {
        try (MoverUnderTest mover = caughtUp(options(feed))) {
            Trap held = sides.holdWrite("k");
            sides.old("SET", "k", "1");
            held.await(LIMIT);
            long began = System.nanoTime();
            assertThat(mover.mover.drain(KeyFilter.ALL, Duration.ofMillis(300))).isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
            held.release();
            assertThat(mover.mover.drain(KeyFilter.ALL, LIMIT)).isTrue();
            assertThat(sides.there("k")).isEqualTo("1");

            for (int i = 0; i < 200; i++) {
                sides.old("SET", "k", "n" + i);
                assertThat(mover.mover.drain(KeyFilter.ALL, LIMIT)).isTrue();
                assertThat(sides.there("k")).isEqualTo("n" + i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void theGateDoesNotOpenToAFollowerThatHasLostEverything(FeedChoice feed) throws Exception {
        fill(1_000);
        try (RedisServer empty = RedisServer.start();
                MoverUnderTest mover = caughtUp(options(feed))) {
            // Nobody writes: nothing but the mover's own looks can tell.
            sides.atNew.target(empty.port());
            sides.atNew.cut();
            boolean open = mover.mover.drain(KeyFilter.ALL, LIMIT);
            assertThat(open).isEqualTo(empty.call("DBSIZE").number() == 1_000);
            mover.awaitPassed();
            assertThat(empty.call("DBSIZE").number()).isEqualTo(1_000);
            assertThat(mover.mover.drain(KeyFilter.ALL, LIMIT)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void nothingIsWrittenDuringAPause(FeedChoice feed) throws Exception {
        fill(5_000);
        Trap held = sides.atNew.hold(Direction.TO_SERVER, "fill:".getBytes(StandardCharsets.US_ASCII), 100);
        try (MoverUnderTest mover = sides.start(options(feed))) {
            held.await(LIMIT);
            mover.mover.pause();
            held.release();
            assertThat(mover.mover.restrict(KeyFilter.ALL, LIMIT)).isTrue();
            long before = sides.fresh("DBSIZE").number();
            assertThat(before).isLessThan(5_000);
            sides.old("SET", "k", "1");
            sides.old(
                    "FUNCTION",
                    "LOAD",
                    "REPLACE",
                    "#!lua name=f\nredis.register_function('f', function() return 1 end)");
            // The feed has named the change, and time enough has passed for many rounds of the mover.
            mover.await("the change", () -> mover.status().owed() > 0);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
            assertThat(sides.fresh("DBSIZE").number()).isEqualTo(before);
            assertThat(mover.status().paused()).isTrue();
            assertThat(mover.mover.drain(KeyFilter.ALL, Duration.ofMillis(50))).isFalse();
            mover.mover.resume();
            sides.assertEqual(mover);
        } finally {
            sides.old("FUNCTION", "FLUSH");
            sides.fresh("FUNCTION", "FLUSH");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void theCeilingIsKeptAndChangesAtOnce(FeedChoice feed) throws Exception {
        fill(12_000);
        try (MoverUnderTest mover = sides.start(options(feed).ceilings(new Ceilings(2_000, 0, false)))) {
            mover.await("the copy under way", () -> follower.call("DBSIZE").number() > 0);
            long before = sides.fresh("DBSIZE").number();
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2));
            assertThat(sides.fresh("DBSIZE").number() - before).isBetween(3_200L, 4_800L);
            mover.mover.ceilings(new Ceilings(0, 0, false));
            mover.awaitCaughtUp();
            sides.assertEqual(mover);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void functionsFollow(FeedChoice feed) throws Exception {
        sides.old("FUNCTION", "LOAD", "#!lua name=f\nredis.register_function('f', function() return 1 end)");
        sides.fresh("FUNCTION", "LOAD", "#!lua name=stale\nredis.register_function('g', function() return 1 end)");
        try (MoverUnderTest mover = caughtUp(options(feed))) {
            mover.await(
                    "the function",
                    () -> follower.call("FCALL", "f", "0").toString().contains("1"));
            sides.old(
                    "FUNCTION",
                    "LOAD",
                    "REPLACE",
                    "#!lua name=f\nredis.register_function('f', function() return 2 end)");
            assertThat(mover.mover.drain(KeyFilter.ALL, LIMIT)).isTrue();
            assertThat(sides.fresh("FCALL", "f", "0").number()).isEqualTo(2);
        } finally {
            sides.old("FUNCTION", "FLUSH");
            sides.fresh("FUNCTION", "FLUSH");
        }
    }
}
