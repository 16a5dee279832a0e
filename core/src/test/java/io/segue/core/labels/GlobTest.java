package io.segue.core.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.segue.core.validation.InvalidFieldException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "user:* user:1 true",
                "user:* user: true",
                "user:* account:1 false",
                "*:session a:b:session true",
                "*:session a:b:sessions false",
                "a*b*c aXbYbZc true",
                "a*b*c aXcYb false",
                "h?llo hello true",
                "h?llo hllo false",
                "h[ae]llo hallo true",
                "h[^e]llo hello false",
                "k[0-9]* k7x true",
                "k[9-0]* k7x true",
                "k[]a]x k]x true",
                "\\*x *x true",
                "\\*x ax false",
                "{user} {user} true",
                "* anything true"
            })
    void matchesAsRedisDoes(String pattern, String text, boolean matches) {
        byte[] bytes = bytes(text);
        assertThat(Glob.parse("key", pattern, false).matches(bytes, bytes.length))
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            nullValues = "-",
            value = {
                "user:{user}:* user:42:cart 42",
                "user:{user}:* user:42:cart:7 42",
                "user:{user}:* user::cart -",
                "user:{user}:* user:42 -",
                "user:{user} user:42:cart 42:cart",
                "{user}@* ann@example ann",
                "u?:{user}:x uA:1:x 1",
                "t:\\{{user}\\}:* t:{9}:a 9"
            })
    void captures_asLittleAsPossible(String pattern, String text, String captured) {
        byte[] bytes = bytes(text);
        Glob glob = Glob.parse("key", pattern, true);
        long range = glob.capture(bytes, bytes.length);
        assertThat(glob.matches(bytes, bytes.length)).isEqualTo(captured != null);
        if (captured == null) {
            assertThat(range).isEqualTo(Glob.NO_CAPTURE);
        } else {
            int from = (int) (range >>> 32);
            assertThat(new String(bytes, from, (int) range - from, StandardCharsets.UTF_8))
                    .isEqualTo(captured);
        }
    }

    @Test
    void looksOnlyAtTheLengthThatIsGiven() {
        byte[] bytes = bytes("user:1garbage");
        assertThat(Glob.parse("key", "user:?", false).matches(bytes, 6)).isTrue();
        assertThat(Glob.parse("key", "user:?", false).matches(bytes, 7)).isFalse();
    }

    @Test
    void manyStars_takeNoMoreThanLengthTimesPatternSteps() {
        byte[] text = bytes("a".repeat(20_000));
        assertThat(Glob.parse("key", "*a".repeat(200) + "b", false).matches(text, text.length))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "user:[a-z|a ] for every [",
                "user:\\|a character after the last \\",
                "{user}:{user}|{user} once",
                "*:{user}|{user} before the first *"
            })
    void whatIsNoPattern_isRefused(String pattern, String expected) {
        assertThatThrownBy(() -> Glob.parse("labels[3].key", pattern, true))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessage("labels[3].key: " + pattern + " (expected: " + expected + ")");
    }

    @Test
    void aPatternThatIsTooLong_isRefused() {
        assertThatThrownBy(() -> Glob.parse("labels[0].key", "x".repeat(513), true))
                .hasMessage("labels[0].key: 513 bytes (expected: 1 to 512 bytes)");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
