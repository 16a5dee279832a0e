package io.segue.loadtest.mover;

import static io.segue.loadtest.mover.TwoSides.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.DataMover.KeyFilter;
import io.segue.controlplane.mover.MoverFactory.FeedChoice;
import io.segue.controlplane.mover.MoverFactory.Movement;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A mover lets go of keys and takes them over, as the data gate has it do: nothing is missed, and nothing is compared without need. */
@NeedsRedis
@Timeout(60)
class HandoverIT {
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

    private MoverUnderTest caughtUp(FeedChoice feed) throws Exception {
        MoverUnderTest mover = sides.start(MoverUnderTest.options().feed(feed));
        mover.awaitCaughtUp();
        mover.awaitPassed();
        return mover;
    }

    private void awaitThere(MoverUnderTest mover, String key, String value) {
        mover.await(key + " at the follower", () -> {
            try {
                return Objects.equals(value, sides.there(key));
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void aWriteAfterTheDrain_isNoticed_andCarriedOverOnceTheKeysAreTakenBack(FeedChoice feed) throws Exception {
        sides.old("SET", "held", "1");
        sides.old("SET", "other", "1");
        try (MoverUnderTest mover = caughtUp(feed)) {
            assertThat(mover.mover.drain(key -> key.length == 4, LIMIT)).isTrue();
            assertThat(mover.mover.restrict(key -> key.length != 4, LIMIT)).isTrue();
            sides.old("SET", "other", "2");
            assertThat(mover.mover.bypass(LIMIT)).isEmpty();
            sides.old("SET", "held", "2");
            assertThat(mover.mover.bypass(LIMIT)).hasValue("key held was changed");
            mover.awaitPassed();
            assertThat(sides.there("other")).isEqualTo("2");
            assertThat(sides.there("held")).as("let go of").isEqualTo("1");

            mover.mover.takeOver(KeyFilter.ALL, "undone");
            awaitThere(mover, "held", "2");
            assertThat(mover.status().rechecks()).isZero();
            sides.assertEqual(mover);
        }
    }

    @Test
    void aKeyThatRunsOutMeanwhile_isNobodysWrite_butOneThatIsDeletedIs() throws Exception {
        sides.old("SET", "short", "1", "PX", "1500");
        sides.old("SET", "long", "1", "PX", "600000");
        try (MoverUnderTest mover = caughtUp(FeedChoice.TRACKING)) {
            assertThat(mover.mover.drain(KeyFilter.ALL, LIMIT)).isTrue();
            assertThat(mover.mover.restrict(KeyFilter.NONE, LIMIT)).isTrue();
            mover.await("the expiry", () -> authority.call("EXISTS", "short").number() == 0);
            assertThat(mover.mover.bypass(LIMIT)).isEmpty();
            sides.old("DEL", "long");
            assertThat(mover.mover.bypass(LIMIT)).hasValue("key long was changed");
        }
    }

    @Test
    void aFeedThatIsLostInBetween_hasEverythingCompared() throws Exception {
        sides.old("SET", "held", "1");
        try (MoverUnderTest mover = caughtUp(FeedChoice.TRACKING)) {
            assertThat(mover.mover.drain(KeyFilter.ALL, LIMIT)).isTrue();
            assertThat(mover.mover.restrict(KeyFilter.NONE, LIMIT)).isTrue();
            sides.atOld.cut();
            sides.old("SET", "held", "2");
            mover.await("the loss", () -> mover.events.stream().anyMatch(event -> event.contains("change feed")));
            mover.mover.takeOver(KeyFilter.ALL, "undone");
            awaitThere(mover, "held", "2");
            assertThat(mover.status().rechecks()).isPositive();
        }
    }

    @Test
    void oneThatHasNothingToDo_onlyListens_untilItTakesOver() throws Exception {
        sides.old("SET", "before", "1");
        sides.fresh("SET", "only:there", "1");
        try (MoverUnderTest mover =
                sides.make(MoverUnderTest.options().feed(FeedChoice.TRACKING).movement(Movement.CHANGES_ONLY))) {
            mover.mover.restrict(KeyFilter.NONE, LIMIT);
            mover.mover.start();
            mover.awaitCaughtUp();
            sides.old("SET", "ignored", "1");
            assertThat(mover.mover.drain(KeyFilter.ALL, LIMIT)).isTrue();
            assertThat(sides.there("ignored")).isNull();

            sides.old("SET", "noted", "1");
            mover.mover.takeOver(KeyFilter.ALL, "taken over");
            sides.old("SET", "after", "1");
            awaitThere(mover, "after", "1");
            awaitThere(mover, "noted", "1");
            assertThat(sides.there("before")).as("nothing is copied").isNull();
            assertThat(sides.there("only:there")).isEqualTo("1");
            assertThat(mover.status().rechecks()).isZero();
        }
    }
}
