package io.segue.loadtest.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisBinary;
import io.segue.loadtest.redis.RedisCluster;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import io.segue.loadtest.redis.Store;
import io.segue.loadtest.redis.StoreSession;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@NeedsRedis
@Timeout(60)
class MixedDataIT {
    private static final Duration HOUR = Duration.ofHours(1);

    @ParameterizedTest
    @MethodSource("io.segue.loadtest.redis.RedisServer#available")
    void fill_makesEveryTypeInEveryForm(RedisBinary binary) throws Exception {
        try (RedisServer server = RedisServer.builder().binary(binary).start();
                RespClient client = server.connect()) {
            MixedData data = new MixedData(MixedData.Settings.of(1, 20_000)
                    .withDatabases(3)
                    .withExpiring(0.3, HOUR, HOUR)
                    .withBig(6, 2_000_000));
            MixedData.Filled filled = data.fill(Store.of(server));

            assertThat(filled.keys()).isEqualTo(20_006);
            long keys = 0;
            long expiring = 0;
            Set<String> forms = new HashSet<>();
            for (int db = 0; db < 3; db++) {
                client.call("SELECT", Integer.toString(db));
                keys += client.call("DBSIZE").number();
                for (long i = 0; i < 20_000; i++) {
                    if (data.keys().database(i) == db) {
                        client.send(
                                RespClient.bytes("OBJECT")[0],
                                RespClient.bytes("ENCODING")[0],
                                data.keys().name(i));
                        client.send(RespClient.bytes("PTTL")[0], data.keys().name(i));
                    }
                }
                client.flush();
                for (long i = 0; i < 20_000; i++) {
                    if (data.keys().database(i) == db) {
                        forms.add(data.keys().kind(i) + " " + client.read().text());
                        expiring += client.read().number() > 0 ? 1 : 0;
                    }
                }
            }
            assertThat(keys).isEqualTo(20_006);
            assertThat(expiring).isBetween(5_700L, 6_300L);
            assertThat(forms)
                    .contains(
                            "STRING embstr",
                            "STRING raw",
                            "INTEGER int",
                            "SET intset",
                            "SET hashtable",
                            "ZSET skiplist")
                    .contains("HASH hashtable", "STREAM stream", "HYPERLOGLOG raw", "BITMAP raw")
                    .anyMatch(form -> form.matches("HASH (listpack|ziplist)"))
                    .anyMatch(form -> form.matches("ZSET (listpack|ziplist)"))
                    .anyMatch(form -> form.matches("GEO (listpack|ziplist)"));
            client.call("SELECT", "0");
            assertThat(client.call("STRLEN", MixedData.bigName(0)).number()).isEqualTo(2_000_000);
            for (String size : List.of("LLEN 1", "HLEN 2", "ZCARD 3", "SCARD 4", "XLEN 5")) {
                String[] words = size.split(" ", -1);
                Resp items = client.call(words[0], MixedData.bigName(Integer.parseInt(words[1])));
                assertThat(items.number()).as(size).isBetween(1_900L, 2_000L);
            }
            assertThat(client.call("FUNCTION", "LIST").isError())
                    .isEqualTo(binary.version().startsWith("6."));
        }
    }

    @Test
    void fill_sameSeedGivesTheSame_alsoInACluster() throws Exception {
        MixedData data = new MixedData(MixedData.Settings.of(5, 3_000).withExpiring(0, HOUR, HOUR));
        try (RedisServer one = RedisServer.start();
                RedisServer other = RedisServer.start();
                RedisCluster cluster = RedisCluster.start(2)) {
            for (Store store : List.of(Store.of(one), Store.of(other), cluster)) {
                data.fill(store);
            }
            assertThat(IndependentCompare.compare(Store.of(one), Store.of(other))
                            .isEqual())
                    .isTrue();
            assertThat(IndependentCompare.compare(Store.of(one), cluster).isEqual())
                    .isTrue();
            assertThatThrownBy(() -> new MixedData(MixedData.Settings.of(5, 10).withDatabases(2)).fill(cluster))
                    .hasMessageContaining("databases: 2");

            other.call("FLUSHALL");
            new MixedData(MixedData.Settings.of(6, 3_000).withExpiring(0, HOUR, HOUR)).fill(Store.of(other));
            assertThat(IndependentCompare.compare(Store.of(one), Store.of(other))
                            .count(Difference.Kind.VALUE))
                    .as("another seed")
                    .isGreaterThan(500);
        }
    }

    @Test
    void names_areDifferentAndOfAllSorts() {
        MixedKeys keys = new MixedKeys(1, 4);
        Set<Resp.Bulk> names = new HashSet<>();
        int longest = 0;
        int binary = 0;
        for (long i = 0; i < 50_000; i++) {
            byte[] name = keys.name(i);
            names.add(new Resp.Bulk(name));
            longest = Math.max(longest, name.length);
            for (byte b : name) {
                if (b < 0) {
                    binary++;
                    break;
                }
            }
        }
        assertThat(names).hasSize(50_000).contains(new Resp.Bulk(new byte[0]));
        assertThat(longest).isGreaterThan(5_000);
        assertThat(binary).isGreaterThan(500);
    }

    @Test
    void numberIn_isAKeyOfThatDatabase() {
        MixedKeys keys = new MixedKeys(1, 4);
        for (int db = 0; db < 4; db++) {
            for (long i = 0; i < 1_000; i++) {
                long number = keys.numberIn(db, i, 500);
                assertThat(keys.database(number)).isEqualTo(db);
                assertThat(number).isBetween(0L, 499L);
            }
        }
    }

    @Test
    void sibling_liesInTheSameSlot() {
        MixedKeys keys = new MixedKeys(1, 1);
        int without = 0;
        for (long i = 0; i < 5_000; i++) {
            byte[] name = keys.name(i);
            byte[] sibling = MixedKeys.sibling(name);
            if (sibling == null) {
                without++;
                continue;
            }
            assertThat(StoreSession.slot(sibling)).as(Arrays.toString(name)).isEqualTo(StoreSession.slot(name));
        }
        assertThat(without).isLessThan(200);
    }
}
