package io.segue.loadtest.mover;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.controlplane.mover.DataMover.Ceilings;
import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No key has an expiry when the copy begins, and all are given one while it runs: those that a page brings later keep what was carried over before. */
@NeedsRedis
@Timeout(60)
class LateExpiryIT {
    private static final int KEYS = 10_000;
    private static final long AT = 4_102_444_800_000L;

    @Test
    void aKeyIsGivenAnExpiryDuringTheCopy() throws Exception {
        try (RedisServer from = RedisServer.start();
                RedisServer to = RedisServer.start();
                RespClient client = from.connect();
                RespClient follower = to.connect()) {
            client.pipeline(each("SET", "value"));
            try (MoverUnderTest mover = MoverUnderTest.options()
                    .ceilings(new Ceilings(KEYS / 2, 0, true))
                    .start(from.port(), to.port())) {
                mover.await("the copy under way", () -> mover.status().keysCopied() > KEYS / 10);
                client.pipeline(each("PEXPIREAT", Long.toString(AT)));
                assertThat(mover.status().keysCopied())
                        .as("copied before all had an expiry")
                        .isLessThan(KEYS);
                mover.awaitCaughtUp();
                mover.awaitPassed();
            }
            List<Resp> left = follower.pipeline(each("PTTL"));
            long now = System.currentTimeMillis();
            assertThat(left)
                    .hasSize(KEYS)
                    .allSatisfy(ttl -> assertThat(ttl.number()).isBetween(AT - now - 60_000, AT - now + 60_000));
        }
    }

    private static List<byte[][]> each(String command, String... more) {
        List<byte[][]> commands = new ArrayList<>(KEYS);
        for (int i = 0; i < KEYS; i++) {
            String[] words = new String[2 + more.length];
            words[0] = command;
            words[1] = "key:" + i;
            System.arraycopy(more, 0, words, 2, more.length);
            commands.add(RespClient.bytes(words));
        }
        return commands;
    }
}
