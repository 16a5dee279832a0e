package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.MoverFactory.Movement;
import io.segue.controlplane.mover.MoverStatus.Phase;
import io.segue.loadtest.data.IndependentCompare;
import io.segue.loadtest.data.MixedData;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.RespClient;
import io.segue.loadtest.redis.Store;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A snapshot is the state of one moment: what happens later, also to values that are too large to be at hand, is not in it. */
@NeedsRedis
@Timeout(60)
class SnapshotMovementIT {
    @Test
    void holdsOneMoment() throws Exception {
        // A copy of the source as it was, by the servers' own means, to compare with.
        try (RedisServer from = RedisServer.start();
                RedisServer then = RedisServer.start();
                RedisServer to = RedisServer.start();
                RespClient client = from.connect()) {
            MixedData data = new MixedData(
                    MixedData.Settings.of(7, 3_000).withDatabases(2).withBig(6, 3_000_000));
            data.fill(Store.of(from));
            then.replicaOf(from);
            then.awaitInSync(from, Duration.ofSeconds(20));
            then.promote();
            try (MoverUnderTest mover =
                    MoverUnderTest.options().movement(Movement.SNAPSHOT).start(from.port(), to.port())) {
                mover.await("the snapshot being made", () -> mover.status().keysCopied() > 0);
                for (int i = 0; i < 6; i++) {
                    client.call("DEL", MixedData.bigName(i));
                }
                client.call("SET", "later", "than the snapshot");
                mover.await("the end", () -> mover.status().phase() == Phase.DONE);
                assertThat(mover.status().caughtUp()).isTrue();
            }
            IndependentCompare.Settings replica = IndependentCompare.Settings.DEFAULT.withoutEntriesRead();
            assertThat(IndependentCompare.compare(Store.of(then), Store.of(to), replica))
                    .satisfies(c -> assertThat(c.isEqual()).as(c.toString()).isTrue());
        }
    }
}
