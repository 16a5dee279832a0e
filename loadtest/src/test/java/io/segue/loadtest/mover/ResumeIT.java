package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.MoverFactory.FeedChoice;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import io.segue.proto.v1.ConflictRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a mover must still know when it is started again, and what movers that share a server must not do to each other. */
@NeedsRedis
@Timeout(60)
class ResumeIT {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void aComparisonThatIsOwedSurvives(FeedChoice feed) throws Exception {
        try (RedisServer from = RedisServer.start();
                RedisServer to = RedisServer.start();
                RespClient client = from.connect();
                RespClient there = to.connect()) {
            client.call("SET", "a", "1");
            try (MoverUnderTest mover =
                    MoverUnderTest.options().feed(feed).folder(folder).start(from.port(), to.port())) {
                mover.awaitCaughtUp();
                mover.awaitPassed();
                mover.mover.pause();
                there.call("DEL", "a");
                mover.mover.recheck("somebody has touched the follower");
            }
            try (MoverUnderTest mover =
                    MoverUnderTest.options().feed(feed).folder(folder).epoch(2).start(from.port(), to.port())) {
                mover.awaitCaughtUp();
                mover.awaitPassed();
                assertThat(there.call("GET", "a").toString()).contains("1");
            }
        }
    }

    @Test
    void groupsOfStreamsFromBeforeAreFollowed() throws Exception {
        try (RedisServer from = RedisServer.start();
                RedisServer to = RedisServer.start();
                RespClient client = from.connect();
                RespClient there = to.connect()) {
            client.call("XADD", "s", "1-1", "f", "v");
            client.call("XGROUP", "CREATE", "s", "g", "0");
            try (MoverUnderTest mover = MoverUnderTest.options().folder(folder).start(from.port(), to.port())) {
                mover.awaitCaughtUp();
            }
            try (MoverUnderTest mover =
                    MoverUnderTest.options().folder(folder).epoch(2).start(from.port(), to.port())) {
                mover.awaitCaughtUp();
                client.call("XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", ">");
                mover.awaitPassed();
                assertThat(there.call("XPENDING", "s", "g").toString())
                        .isEqualTo(client.call("XPENDING", "s", "g").toString());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FeedChoice.class,
            names = {"TRACKING", "PSYNC"})
    void anotherDatabaseIsLeftAlone(FeedChoice feed) throws Exception {
        try (RedisServer from = RedisServer.start();
                RedisServer to = RedisServer.start();
                RespClient client = from.connect();
                RespClient other = from.connect();
                RespClient there = to.connect();
                MoverUnderTest mover = MoverUnderTest.options()
                        .feed(feed)
                        .folder(folder.resolve("a"))
                        .followerDb(3)
                        .start(from.port(), to.port());
                MoverUnderTest beside = MoverUnderTest.options()
                        .feed(feed)
                        .folder(folder.resolve("b"))
                        .followerDb(4)
                        .epoch(2)
                        .start(from.port(), to.port())) {
            mover.awaitCaughtUp();
            beside.awaitCaughtUp();
            other.call("SELECT", "5");
            client.call("SET", "a", "ours");
            other.call("SET", "a", "somebody else's");
            other.call("SET", "b", "somebody else's");
            mover.awaitPassed();
            beside.awaitPassed();
            for (String db : new String[] {"3", "4"}) {
                there.call("SELECT", db);
                assertThat(there.call("GET", "a").toString()).contains("ours");
                assertThat(there.call("DBSIZE").toString()).contains("1");
            }
        }
    }

    @Test
    void librariesThatStoodThereAreKept() throws Exception {
        try (RedisServer from = RedisServer.start();
                RedisServer to = RedisServer.start();
                RespClient client = from.connect();
                RespClient there = to.connect()) {
            there.call("FUNCTION", "LOAD", library("kept", "there"));
            client.call("FUNCTION", "LOAD", library("kept", "here"));
            client.call("FUNCTION", "LOAD", library("ours", "first"));
            MoverUnderTest.Options options = MoverUnderTest.options()
                    .rule(ConflictRule.CONFLICT_RULE_NONE)
                    .folder(folder);
            try (MoverUnderTest mover = options.start(from.port(), to.port())) {
                mover.await("the library", () -> says(there, "ours", "first"));
                client.call("FUNCTION", "LOAD", "REPLACE", library("ours", "second"));
                mover.await("the new library", () -> says(there, "ours", "second"));
                assertThat(says(there, "kept", "there")).isTrue();
            }
            client.call("FUNCTION", "LOAD", "REPLACE", library("ours", "third"));
            try (MoverUnderTest mover = options.epoch(2).start(from.port(), to.port())) {
                mover.await("the library after the restart", () -> says(there, "ours", "third"));
                client.call("FUNCTION", "DELETE", "ours");
                mover.await("no library", () -> !says(there, "ours", "third"));
                assertThat(says(there, "kept", "there")).isTrue();
            }
        }
    }

    private static String library(String name, String answer) {
        return "#!lua name=" + name + "\nredis.register_function('f_" + name + "', function() return '" + answer
                + "' end)";
    }

    private static boolean says(RespClient client, String library, String answer) {
        try {
            return client.call("FCALL", "f_" + library, "0").toString().contains(answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
