package io.segue.core.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeySlotTest {

    /** As {@code CLUSTER KEYSLOT} answers. */
    @ParameterizedTest
    @CsvSource({"123456789,12739", "foo,12182", "bar,5061", "{foo}.x,12182", "'',0"})
    void isTheSlotOfRedisCluster(String key, int slot) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        assertThat(KeySlot.of(bytes, bytes.length)).isEqualTo(slot);
    }

    @Test
    void shards_areEqualPartsOfTheSlots() {
        int[] keys = new int[5];
        for (int i = 0; i < 20_000; i++) {
            byte[] key = ("user:" + i).getBytes(StandardCharsets.UTF_8);
            int shard = KeySlot.shard(key, key.length, keys.length);
            int slot = KeySlot.of(key, key.length);
            assertThat(slot).isBetween(shard * KeySlot.COUNT / 5, (shard + 1) * KeySlot.COUNT / 5);
            keys[shard]++;
        }
        assertThat(Arrays.stream(keys).boxed())
                .allSatisfy(count -> assertThat(count).isBetween(3_700, 4_300));
    }
}
