package io.segue.proxy.protocol.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.segue.proxy.protocol.KeyCopy;
import io.segue.proxy.protocol.ProtocolException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class RedisKeyCopyTest {
    private static final byte[] KEY = "k".getBytes(StandardCharsets.US_ASCII);
    private static final String VALUE = "$10\r\nvalue+8sum\r\n";
    private static final String CLOCK = "*2\r\n$4\r\n1000\r\n$6\r\n500000\r\n";

    private final RedisKeyCopy copy = new RedisKeyCopy();

    private static String sent(ByteBuf requests) {
        String text = Bytes.text(requests);
        requests.release();
        return text;
    }

    @Test
    void whatIsWrittenIsReadInTheSameTransaction() throws Exception {
        KeyCopy.State state = copy.state(Bytes.of("*3\r\n:1500\r\n" + CLOCK + VALUE));
        assertThat(state.expiresAtMs()).isEqualTo(1_002_000);
        assertThat(sent(copy.write(Unpooled.buffer().alloc(), KEY, state)))
                .isEqualTo(Bytes.frame("MULTI")
                        + Bytes.frame("RESTORE k 1002000 value+8sum REPLACE ABSTTL")
                        + Bytes.frame("PTTL k")
                        + Bytes.frame("TIME")
                        + Bytes.frame("DUMP k")
                        + Bytes.frame("EXEC"));
        KeyCopy.State written = copy.written(Bytes.of("*4\r\n+OK\r\n:1500\r\n" + CLOCK + VALUE));
        assertThat(written.same(state)).isTrue();
    }

    @Test
    void aKeyThatIsGoneIsDeleted() throws Exception {
        KeyCopy.State gone = copy.state(Bytes.of("*3\r\n:-2\r\n" + CLOCK + "$-1\r\n"));
        assertThat(sent(copy.write(Unpooled.buffer().alloc(), KEY, gone)))
                .startsWith(Bytes.frame("MULTI") + Bytes.frame("DEL k"));
        assertThat(copy.written(Bytes.of("*4\r\n:1\r\n:-2\r\n" + CLOCK + "$-1\r\n"))
                        .same(gone))
                .isTrue();
    }

    @Test
    void aRefusedWriteSaysWhy() {
        assertThatThrownBy(() -> copy.written(Bytes.of("*4\r\n-ERR Bad data format\r\n:-2\r\n" + CLOCK + "$-1\r\n")))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.text()).contains("Bad data format"));
    }
}
