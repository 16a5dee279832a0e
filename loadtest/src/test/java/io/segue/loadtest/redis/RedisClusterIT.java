package io.segue.loadtest.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@NeedsRedis
@Timeout(60)
class RedisClusterIT {
    @ParameterizedTest
    @MethodSource("io.segue.loadtest.redis.RedisServer#available")
    void start_spreadsTheKeysAndFollowsAMovingSlot(RedisBinary binary) throws IOException {
        try (RedisCluster cluster = RedisCluster.start(3, binary, "maxmemory 90mb");
                StoreSession session = cluster.open()) {
            assertThat(cluster.nodes()).hasSize(3);
            assertThat(session.nodes()).isEqualTo(3);
            assertThat(cluster.nodes().get(2).call("CONFIG", "GET", "maxmemory").text())
                    .contains("94371840");
            for (int i = 0; i < 300; i++) {
                assertThat(cluster.call("SET", "{a}" + i, "v" + i).text()).isEqualTo("OK");
                set(session, "b" + i, "v" + i);
            }
            assertThat(cluster.size()).isEqualTo(600);
            assertThat(cluster.nodes()).allMatch(node -> node.call("DBSIZE").number() > 50);

            int slot = StoreSession.slot("a".getBytes(StandardCharsets.UTF_8));
            int from = cluster.owner(slot);
            int to = (from + 1) % 3;
            cluster.beginMove(slot, to);
            assertThat(cluster.moveKeys(slot, to, 100)).isEqualTo(100);
            for (int i = 0; i < 300; i++) {
                assertThat(get(session, "{a}" + i)).as("ASK is followed").isEqualTo("v" + i);
            }
            set(session, "{a}new", "v");
            int other = StoreSession.slot("b1".getBytes(StandardCharsets.UTF_8));
            cluster.moveSlot(other, (cluster.owner(other) + 1) % 3);
            while (cluster.moveKeys(slot, to, 100) > 0) {
                // Until none is left.
            }
            cluster.endMove(slot, to);
            assertThat(cluster.owner(slot)).isEqualTo(to);
            assertThat(get(session, "{a}299")).as("MOVED is followed").isEqualTo("v299");
            assertThat(get(session, "{a}new")).isEqualTo("v");
            assertThat(cluster.size()).isEqualTo(601);
        }
    }

    private static void set(StoreSession session, String key, String value) throws IOException {
        byte[][] words = RespClient.bytes("SET", key, value);
        assertThat(session.call(words[1], words).text()).isEqualTo("OK");
    }

    private static String get(StoreSession session, String key) throws IOException {
        byte[][] words = RespClient.bytes("GET", key);
        return session.call(words[1], words).text();
    }
}
