package io.segue.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReplyCounterTest {
    private static final String FIVE = "+OK\r\n$3\r\na\r\n\r\n$-1\r\n:17\r\n$0\r\n\r\n";

    @Test
    void count_wholeReplies() throws IOException {
        assertThat(new ReplyCounter().count(bytes(FIVE))).isEqualTo(5);
    }

    @Test
    void count_byteByByte() throws IOException {
        ReplyCounter counter = new ReplyCounter();
        int complete = 0;
        for (byte b : FIVE.getBytes(StandardCharsets.US_ASCII)) {
            complete += counter.count(ByteBuffer.wrap(new byte[] {b}));
        }
        assertThat(complete).isEqualTo(5);
    }

    @Test
    void count_anErrorOrAnArrayFails() {
        assertThatThrownBy(() -> new ReplyCounter().count(bytes("-ERR x\r\n"))).hasMessageContaining("error");
        assertThatThrownBy(() -> new ReplyCounter().count(bytes("*1\r\n"))).hasMessageContaining("starts with byte 42");
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
