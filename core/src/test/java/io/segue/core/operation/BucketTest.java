package io.segue.core.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BucketTest {

    /** Values of the reference implementation of XXH64. */
    @ParameterizedTest
    @CsvSource({
        "'', 0, ef46db3751d8e999",
        "a, 0, d24ec4f1a98c6e5b",
        "abc, 0, 44bc2cf5ad770999",
        "Nobody inspects the spammish repetition, 0, fbcea83c8a378bf1",
    })
    void hash_isXxh64(String text, long seed, String expected) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        assertThat(Long.toHexString(Bucket.hash(bytes, 0, bytes.length, seed))).isEqualTo(expected);
    }

    @Test
    void hash_ofAllLengthsAndOffsets_dependsOnTheBytesAlone() {
        byte[] bytes = new byte[100];
        byte[] shifted = new byte[107];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
            shifted[i + 7] = (byte) i;
        }
        assertThat(Long.toHexString(Bucket.hash(bytes, 0, 100, 7))).isEqualTo(HUNDRED_BYTES_SEED_7);
        for (int length = 0; length <= 100; length++) {
            assertThat(Bucket.hash(shifted, 7, length, 99)).isEqualTo(Bucket.hash(bytes, 0, length, 99));
        }
    }

    private static final String HUNDRED_BYTES_SEED_7 = "80653e7e9b887cdd";

    @Test
    void shares_areMetWithinAPoint() {
        long salt = Bucket.salt("550e8400-e29b-41d4-a716-446655440000");
        for (double share : new double[] {0.05, 0.25, 0.75, 1.0}) {
            int below = 0;
            for (int i = 0; i < 20_000; i++) {
                below += bucket("user:" + i, salt) < Bucket.threshold(share) ? 1 : 0;
            }
            assertThat(below / 20_000.0).isCloseTo(share, within(0.01));
        }
    }

    @Test
    void anotherSalt_picksOtherKeysFirst() {
        long one = Bucket.salt(UUID.nameUUIDFromBytes(new byte[] {1}).toString());
        long other = Bucket.salt(UUID.nameUUIDFromBytes(new byte[] {2}).toString());
        int both = 0;
        for (int i = 0; i < 20_000; i++) {
            both += bucket("user:" + i, one) < 1_000 && bucket("user:" + i, other) < 1_000 ? 1 : 0;
        }
        assertThat(both).isBetween(100, 320);
    }

    @Test
    void threshold_coversNothingAndEverything() {
        assertThat(Bucket.threshold(0.0)).isZero();
        assertThat(Bucket.threshold(1.0)).isEqualTo(Bucket.COUNT);
        assertThat(Bucket.threshold(0.0001)).isEqualTo(1);
    }

    private static int bucket(String key, long salt) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        return Bucket.of(bytes, 0, bytes.length, salt);
    }
}
