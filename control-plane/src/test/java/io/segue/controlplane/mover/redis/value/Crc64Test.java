package io.segue.controlplane.mover.redis.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Crc64Test {
    @Test
    void update_theCheckValue() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);

        assertThat(Crc64.update(0, digits, 0, digits.length)).isEqualTo(0xe9c6d914c4b8d9caL);
    }

    @Test
    void update_inPiecesIsTheSameAsAtOnce() {
        byte[] bytes = new byte[1_000];
        new Random(1).nextBytes(bytes);
        long whole = Crc64.update(0, bytes, 0, bytes.length);

        for (int cut = 0; cut <= bytes.length; cut++) {
            long first = Crc64.update(0, bytes, 0, cut);
            assertThat(Crc64.update(first, bytes, cut, bytes.length - cut)).isEqualTo(whole);
        }
    }
}
