package io.segue.controlplane.mover.redis.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DumpPayloadTest {
    /** DUMP of "hello" by Redis 7.0.15. */
    private static final byte[] HELLO = HexFormat.of().parseHex("000568656c6c6f0a006372df766534200a");

    @Test
    void crc64_knownValue() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);

        assertThat(Crc64.update(0, digits, 0, 9)).isEqualTo(0xe9c6d914c4b8d9caL);
    }

    @Test
    void crc64_inPiecesOfAnyLengthIsTheSame() {
        long seed = 7;
        Random random = new Random(seed);
        byte[] bytes = new byte[1_000];
        random.nextBytes(bytes);
        long whole = Crc64.update(0, bytes, 3, 990);
        for (int round = 0; round < 200; round++) {
            long crc = 0;
            int at = 3;
            while (at < 993) {
                int length = Math.min(993 - at, random.nextInt(30));
                crc = Crc64.update(crc, bytes, at, length);
                at += length;
            }
            assertThat(crc).as("seed %d round %d", seed, round).isEqualTo(whole).isEqualTo(slowly(bytes, 3, 990));
        }
    }

    @Test
    void versionAndType() {
        assertThat(DumpPayload.rdbVersion(HELLO)).isEqualTo(10);
        assertThat(DumpPayload.type(HELLO)).isZero();
    }

    @Test
    void restamp_theSameVersionGivesTheServersOwnBytes() {
        assertThat(DumpPayload.restamp(HELLO, 10)).isEqualTo(HELLO);
    }

    @Test
    void restamp_onlyVersionAndChecksumDiffer() {
        byte[] stamped = DumpPayload.restamp(HELLO, 0x0109);

        assertThat(DumpPayload.rdbVersion(stamped)).isEqualTo(0x0109);
        assertThat(stamped).startsWith(0, 5, 'h', 'e', 'l', 'l', 'o').hasSize(HELLO.length);
        assertThat(DumpPayload.restamp(stamped, 10)).isEqualTo(HELLO);
        assertThat(ValueCompare.sameDump(HELLO, stamped)).isTrue();
    }

    @Test
    void sameDump_aDifferentByteOfTheValueOrAnotherTypeIsNotTheSame() {
        byte[] value = HELLO.clone();
        value[6] = 'O';
        byte[] type = HELLO.clone();
        type[0] = 1;

        assertThat(ValueCompare.sameDump(HELLO, value)).isFalse();
        assertThat(ValueCompare.sameDump(HELLO, type)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 9, true", "5, 9, true", "15, 9, true", "15, 8, false", "16, 9, false", "16, 10, true", "19, 10, true",
        "20, 10, false", "21, 11, true", "22, 11, false", "25, 12, true", "26, 12, false", "6, 12, false",
                "7, 12, false",
        "8, 12, false", "-1, 12, false"
    })
    void knows(int type, int version, boolean known) {
        assertThat(DumpPayload.knows(type, version)).isEqualTo(known);
    }

    @Test
    void aPayloadWithoutAValueIsRefused() {
        assertThatThrownBy(() -> DumpPayload.type(new byte[10]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10 bytes");
    }

    private static long slowly(byte[] bytes, int offset, int length) {
        long crc = 0;
        for (int i = offset; i < offset + length; i++) {
            crc ^= bytes[i] & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ 0x95AC9329AC4BC9B5L;
            }
        }
        return crc;
    }
}
