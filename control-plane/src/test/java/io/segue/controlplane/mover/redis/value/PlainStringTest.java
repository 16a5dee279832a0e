package io.segue.controlplane.mover.redis.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlainStringTest {
    private final PlainString found = new PlainString();

    /** A DUMP payload of these bytes, the value's type first; the version and the checksum do not matter here. */
    private static byte[] payload(int... bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int one : bytes) {
            out.write(one);
        }
        out.writeBytes(new byte[DumpPayload.TRAILER]);
        return out.toByteArray();
    }

    private String text() {
        return new String(found.bytes(), found.from(), found.length(), StandardCharsets.US_ASCII);
    }

    @Test
    void raw_ofBothLengths() {
        byte[] small = payload(0, 3, 'a', 'b', 'c');
        assertThat(found.ofPayload(small, small.length)).isTrue();
        assertThat(text()).isEqualTo("abc");
        int[] large = new int[1 + 2 + 300];
        large[1] = 0x40 | 300 >> 8;
        large[2] = 300 & 0xFF;
        Arrays.fill(large, 3, large.length, 'x');
        byte[] bytes = payload(large);
        assertThat(found.ofPayload(bytes, bytes.length)).isTrue();
        assertThat(text()).isEqualTo("x".repeat(300));
        byte[] empty = payload(0, 0);
        assertThat(found.ofPayload(empty, empty.length)).isTrue();
        assertThat(text()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "C0 7F, 127",
        "C0 80, -128",
        "C1 FF 7F, 32767",
        "C1 00 80, -32768",
        "C2 FF FF FF 7F, 2147483647",
        "C2 00 00 00 80, -2147483648",
        "C2 2E FB FF FF, -1234"
    })
    void integers(String encoded, String expected) {
        String[] hex = encoded.split(" ", -1);
        int[] bytes = new int[1 + hex.length];
        for (int i = 0; i < hex.length; i++) {
            bytes[1 + i] = Integer.parseInt(hex[i], 16);
        }
        byte[] payload = payload(bytes);
        assertThat(found.ofPayload(payload, payload.length)).isTrue();
        assertThat(text()).isEqualTo(expected);
    }

    @Test
    void whatIsNoSuchString_isLeftToRestore() {
        byte[][] others = {
            payload(1, 3, 'a', 'b', 'c'),
            payload(0, 0xC3, 2, 3, 'a', 'b'),
            payload(0, 0x80, 0, 0, 0, 1, 'a'),
            payload(0, 4, 'a', 'b', 'c'),
            payload(0, 2, 'a', 'b', 'c'),
            payload(0, 0xC0),
            payload(0, 0xC2, 1, 2),
            payload(0, 0x41),
            payload(0),
            payload()
        };
        for (byte[] payload : others) {
            assertThat(found.ofPayload(payload, payload.length)).isFalse();
        }
    }
}
