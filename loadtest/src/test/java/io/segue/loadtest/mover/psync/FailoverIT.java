package io.segue.loadtest.mover.psync;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.redis.psync.LinkSettings;
import io.segue.controlplane.mover.redis.psync.ReplicationLink;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisBinary;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@NeedsRedis
class FailoverIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final Recorder recorder = new Recorder();

    static List<RedisBinary> available() {
        return RedisServer.available();
    }

    @ParameterizedTest
    @MethodSource("available")
    void theNewPrimaryHasMore_theStreamGoesOn(RedisBinary binary) throws IOException {
        try (RedisServer primary = Links.source(binary);
                RedisServer replica = Links.source(binary);
                RespClient client = primary.connect();
                Forwarder forwarder = new Forwarder(primary.port());
                ReplicationLink link = Links.open(forwarder.port(), folder, recorder)) {
            Links.drop(link, recorder);
            replica.replicaOf(primary);
            replica.awaitInSync(primary, LIMIT);
            client.call("SET", "both", "v");
            Links.caughtUp(primary, recorder);
            recorder.take();

            forwarder.cut();
            client.call("SET", "only-replica", "v");
            replica.awaitInSync(primary, LIMIT);
            replica.promote();
            primary.kill9();
            forwarder.open(replica.port());
            replica.call("SET", "after", "v");
            recorder.awaitEvent("key 0 after");

            assertThat(recorder.take())
                    .contains("failover", "key 0 only-replica", "key 0 after")
                    .doesNotContain("full", "ghosts");
        }
    }

    @ParameterizedTest
    @MethodSource("available")
    void theNewPrimaryHasLess_whatItLostIsNamedAgain_alsoAfterARestart(RedisBinary binary) throws IOException {
        try (RedisServer primary = Links.source(binary);
                RedisServer replica = Links.source(binary);
                RespClient client = primary.connect();
                Forwarder forwarder = new Forwarder(primary.port())) {
            try (ReplicationLink link = Links.open(forwarder.port(), folder, recorder)) {
                Links.drop(link, recorder);
                promoteBehind(primary, replica, client);
                // The follower has got all of it, also what the new primary has never had.
                link.checkpoint(recorder.position());
                recorder.take();
                forwarder.cut();
                forwarder.open(replica.port());
                replica.call("SET", "after", "v");
                recorder.awaitEvent("key 0 after");

                assertThat(recorder.take())
                        .contains("failover", "ghosts", "key 2 lost1", "key 3 lost2", "key 0 after")
                        .doesNotContain("full", "key 2 both");
            }
            Recorder second = new Recorder();
            try (ReplicationLink link = Links.open(forwarder.port(), folder, second)) {
                second.awaitEvent("continued");
                second.awaitEvent("key 0 after");
                assertThat(second.take()).contains("ghosts", "key 2 lost1", "key 3 lost2", "key 0 after");
                replica.call("SET", "more", "v");
                Links.caughtUp(replica, second);
                link.checkpoint(second.position());
            }
            Recorder third = new Recorder();
            try (ReplicationLink link = Links.open(forwarder.port(), folder, third)) {
                third.awaitEvent("continued");
                assertThat(third.take()).containsExactly("continued");
                third.await("its place", r -> r.position().offset() == link.received());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("available")
    void theNewPrimaryHasLess_andTheSpoolDoesNotReachBack_everythingIsChecked(RedisBinary binary) throws IOException {
        LinkSettings s = Links.SETTINGS;
        LinkSettings forgetful = new LinkSettings(
                s.connectTimeout(),
                s.readTimeout(),
                s.minBackoff(),
                s.maxBackoff(),
                s.patience(),
                s.maxSnapshotBytes(),
                s.maxStreamBytes(),
                1,
                0,
                3);
        try (RedisServer primary = Links.source(binary);
                RedisServer replica = Links.source(binary);
                RespClient client = primary.connect();
                Forwarder forwarder = new Forwarder(primary.port());
                ReplicationLink link = Links.open(forwarder.port(), folder, recorder, forgetful)) {
            Links.drop(link, recorder);
            promoteBehind(primary, replica, client);
            link.checkpoint(recorder.position());
            recorder.take();
            forwarder.cut();
            forwarder.open(replica.port());
            replica.call("SET", "after", "v");
            recorder.awaitEvent("key 0 after");

            assertThat(recorder.take())
                    .contains("failover", "ghosts")
                    .anyMatch(event -> event.startsWith("everything"))
                    .doesNotContain("full");
        }
    }

    /** The replica is promoted, and then the primary, which does not know, goes on. */
    private void promoteBehind(RedisServer primary, RedisServer replica, RespClient client) throws IOException {
        replica.replicaOf(primary);
        replica.awaitInSync(primary, LIMIT);
        client.call("SELECT", "2");
        client.call("SET", "both", "v");
        replica.awaitInSync(primary, LIMIT);
        replica.promote();
        client.call("SET", "lost1", "v");
        Links.caughtUp(primary, recorder);
        client.call("SELECT", "3");
        client.call("SET", "lost2", "v");
        Links.caughtUp(primary, recorder);
    }

    @ParameterizedTest
    @MethodSource("available")
    void aReplicaThatIsBehindIsGivenTime(RedisBinary binary) throws IOException {
        try (RedisServer primary = Links.source(binary);
                RedisServer replica = Links.source(binary);
                RespClient client = primary.connect();
                Forwarder between = new Forwarder(primary.port());
                Forwarder forwarder = new Forwarder(primary.port());
                ReplicationLink link = Links.open(forwarder.port(), folder, recorder)) {
            Links.drop(link, recorder);
            replica.call("REPLICAOF", "127.0.0.1", Integer.toString(between.port()));
            recorder.await(
                    "the replica",
                    r -> replica.call("INFO", "replication").text().contains("master_link_status:up"));
            between.cut();
            client.call("SET", "ahead", "v");
            Links.caughtUp(primary, recorder);
            recorder.take();

            forwarder.cut();
            forwarder.open(replica.port());
            recorder.awaitEvent("lost the node is");
            between.open(primary.port());
            recorder.awaitEvent("continued");
            client.call("SET", "after", "v");
            recorder.awaitEvent("key 0 after");

            assertThat(recorder.take()).doesNotContain("full", "ghosts", "failover", "key 0 ahead");
        }
    }

    @ParameterizedTest
    @MethodSource("available")
    void aReplicaAsSource_itsStreamBeginsInTheRightDatabase(RedisBinary binary) throws IOException {
        try (RedisServer primary = Links.source(binary);
                RedisServer replica = Links.source(binary);
                RespClient client = primary.connect()) {
            replica.replicaOf(primary);
            replica.awaitInSync(primary, LIMIT);
            client.call("SELECT", "3");
            client.call("SET", "before", "v");
            replica.awaitInSync(primary, LIMIT);
            try (ReplicationLink link = Links.open(replica.port(), folder, recorder)) {
                assertThat(Links.drop(link, recorder)).isEqualTo(1);
                client.call("SET", "after", "v");
                recorder.awaitEvent("key");
                assertThat(recorder.take()).contains("key 3 after");
            }
        }
    }
}
