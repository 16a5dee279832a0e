package io.segue.controlplane.mover.redis.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeySlotsTest {
    @Test
    void slotOf_knownKeys() {
        // From the specification, and as CLUSTER KEYSLOT of Redis 7.0 says.
        assertThat(slot("123456789")).isEqualTo(12_739);
        assertThat(slot("")).isZero();
        assertThat(slot("foo")).isEqualTo(12_182);
        assertThat(slot("{user1000}.following")).isEqualTo(slot("user1000")).isEqualTo(3_443);
    }

    @Test
    void slotOf_onlyTheFirstPairOfBracesWithSomethingBetweenIsATag() {
        assertThat(slot("foo{bar}{zap}")).isEqualTo(slot("bar"));
        assertThat(slot("foo{{bar}}zap")).isEqualTo(slot("{bar"));
        assertThat(slot("foo{}{bar}")).isNotEqualTo(slot("bar")).isEqualTo(8_363);
        assertThat(slot("}foo{bar")).isNotEqualTo(slot("bar"));
        assertThat(slot("{")).isEqualTo(slot("{"));
        assertThat(slot("a}b{c}")).isEqualTo(slot("c"));
    }

    @Test
    void slotOf_bytesAbove127CountUnsigned() {
        assertThat(KeySlots.slotOf(new byte[] {(byte) 0xFF, (byte) 0x80, 0})).isEqualTo(5_371);
    }

    @Test
    void nameIn_everySlotHasANameOfItsOwn() {
        Set<String> names = new HashSet<>();
        for (int slot = 0; slot < KeySlots.COUNT; slot++) {
            byte[] name = KeySlots.nameIn(slot, "segue:tmp:7:");

            assertThat(KeySlots.slotOf(name)).isEqualTo(slot);
            names.add(new String(name, StandardCharsets.US_ASCII));
        }
        assertThat(names).hasSize(KeySlots.COUNT).allMatch(name -> name.startsWith("segue:tmp:7:{"));
    }

    @Test
    void nameIn_aPrefixWithATagIsRefused() {
        assertThatThrownBy(() -> KeySlots.nameIn(1, "a{b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a{b");
    }

    private static int slot(String key) {
        return KeySlots.slotOf(key.getBytes(StandardCharsets.UTF_8));
    }
}
