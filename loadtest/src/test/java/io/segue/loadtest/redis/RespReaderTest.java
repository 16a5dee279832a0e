package io.segue.loadtest.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RespReaderTest {
    @Test
    void read_allTypesOfBothProtocols() throws IOException {
        RespReader reader = reader(String.join(
                "\r\n", "+OK", "-ERR no", ":42", "$3", "a\r\n", "$-1", "*-1", "_", ",1.5", "#t", "(123", "=5", "txt:x",
                "!3", "bad", "*2", ":1", "*1", "+x", "~1", ":1", ">1", "+p", "%1", "+k", ":7", ""));

        assertThat(reader.read()).isEqualTo(new Resp.Simple("OK"));
        assertThat(reader.read()).isEqualTo(new Resp.Failure("ERR no"));
        assertThat(reader.read().number()).isEqualTo(42);
        assertThat(reader.read().bytes()).containsExactly('a', '\r', '\n');
        assertThat(reader.read().isNil()).isTrue();
        assertThat(reader.read().isNil()).isTrue();
        assertThat(reader.read().isNil()).isTrue();
        assertThat(reader.read()).isEqualTo(new Resp.Scalar(',', "1.5"));
        assertThat(reader.read()).isEqualTo(new Resp.Scalar('#', "t"));
        assertThat(reader.read()).isEqualTo(new Resp.Scalar('(', "123"));
        assertThat(reader.read().text()).isEqualTo("txt:x");
        assertThat(reader.read()).isEqualTo(new Resp.Failure("bad"));
        assertThat(reader.read().text()).isEqualTo("[1 [x]]");
        assertThat(reader.read()).isEqualTo(new Resp.Aggregate('~', List.of(new Resp.Int(1))));
        assertThat(reader.read()).isEqualTo(new Resp.Aggregate('>', List.of(new Resp.Simple("p"))));
        assertThat(reader.read().items()).containsExactly(new Resp.Simple("k"), new Resp.Int(7));
    }

    @Test
    void read_attributesAreDropped() throws IOException {
        assertThat(reader("|1\r\n+ttl\r\n:9\r\n+value\r\n").read()).isEqualTo(new Resp.Simple("value"));
    }

    @Test
    void read_anEndInTheMiddleIsReported() {
        assertThatThrownBy(() -> reader("$5\r\nab").read())
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("2 of 5");
        assertThatThrownBy(() -> reader("+O").read()).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> reader("").read()).isInstanceOf(EOFException.class);
    }

    @Test
    void read_whatIsNoReplyIsReported() {
        assertThatThrownBy(() -> reader("HTTP/1.1\r\n").read()).hasMessageContaining("HTTP/1.1");
        assertThatThrownBy(() -> reader("$1\r\nabc").read()).hasMessageContaining("CR LF");
    }

    private static RespReader reader(String text) {
        return new RespReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
