package io.segue.loadtest.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each key holds the name of the server it was read from, so the answer says where a read went. */
@NeedsRedis
@Timeout(60)
class CanarySplitIT {
    private static final int KEYS = 20_000;
    private static final int BATCH = 1_000;

    @Test
    void split_isAsAskedAndGrowsAndAllProxiesAgree() throws Exception {
        try (Rig rig = Rig.start(2)) {
            mark(rig.oldServer(), "old");
            mark(rig.newServer(), "new");
            rig.migrate(Rig.canary(0.05));
            BitSet before = new BitSet();
            for (double share : new double[] {0.05, 0.25, 0.75, 1.0}) {
                if (share > 0.05) {
                    rig.patch(Rig.canary(share));
                }
                BitSet first = readFromNew(rig, 0);
                BitSet second = readFromNew(rig, 1);

                assertThat(second).as("two proxies at %s", share).isEqualTo(first);
                assertThat(first.cardinality() / (double) KEYS).isCloseTo(share, within(0.01));
                BitSet left = (BitSet) before.clone();
                left.andNot(first);
                assertThat(left.isEmpty())
                        .as("whoever was on NEW stays there at %s", share)
                        .isTrue();
                before = first;
            }
        }
    }

    private static void mark(RedisServer server, String name) throws IOException {
        try (RespClient redis = server.connect()) {
            for (int from = 0; from < KEYS; from += BATCH) {
                List<byte[][]> commands = new ArrayList<>();
                for (int i = from; i < from + BATCH; i++) {
                    commands.add(RespClient.bytes("SET", "user:" + i, name));
                }
                redis.pipeline(commands);
            }
        }
    }

    /** On a busy machine NEW may be too late now and then, and OLD answers in its place: such a round does not count. */
    private static BitSet readFromNew(Rig rig, int proxy) throws IOException, InterruptedException {
        while (true) {
            Rig.await("nothing under way", () -> rig.metric("segue_in_flight") == 0);
            long rescued = rig.metric("segue_rescued_reads_total");
            BitSet fromNew = readFromNew(rig.proxies().get(proxy).port());
            if (rig.metric("segue_rescued_reads_total") == rescued) {
                return fromNew;
            }
        }
    }

    private static BitSet readFromNew(int port) throws IOException {
        BitSet fromNew = new BitSet();
        try (RespClient redis = RespClient.connect(port)) {
            for (int from = 0; from < KEYS; from += BATCH) {
                List<byte[][]> commands = new ArrayList<>();
                for (int i = from; i < from + BATCH; i++) {
                    commands.add(RespClient.bytes("GET", "user:" + i));
                }
                List<Resp> replies = redis.pipeline(commands);
                for (int i = 0; i < BATCH; i++) {
                    assertThat(replies.get(i).text()).isIn("old", "new");
                    fromNew.set(from + i, replies.get(i).text().equals("new"));
                }
            }
        }
        return fromNew;
    }
}
