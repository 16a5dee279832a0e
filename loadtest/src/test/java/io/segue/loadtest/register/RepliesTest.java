package io.segue.loadtest.register;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RepliesTest {
    private final Replies replies = new Replies();

    @Test
    void allKinds_alsoByteByByte() throws Exception {
        String stream = "+OK\r\n$3\r\n123\r\n$-1\r\n_\r\n:1\r\n-TRYAGAIN later\r\n$5\r\nalien\r\n";
        for (int piece = 1; piece <= stream.length(); piece++) {
            StringBuilder seen = new StringBuilder();
            ByteBuffer in = ByteBuffer.allocate(256);
            for (int at = 0; at < stream.length(); at += piece) {
                in.put(stream.substring(at, Math.min(stream.length(), at + piece))
                        .getBytes(StandardCharsets.US_ASCII));
                in.flip();
                while (in.hasRemaining() && replies.next(in)) {
                    seen.append(replies.kind());
                    seen.append(replies.kind() == Replies.Kind.VALUE ? " " + replies.value() : "");
                    seen.append(replies.kind() == Replies.Kind.ERROR ? " " + replies.error() : "");
                    seen.append(", ");
                }
                in.compact();
            }
            assertThat(seen.toString())
                    .as("pieces of %d", piece)
                    .isEqualTo(
                            "ACKNOWLEDGED, VALUE 123, NOTHING, NOTHING, ACKNOWLEDGED, ERROR TRYAGAIN later, VALUE -1, ");
        }
    }

    @Test
    void anythingElseIsRefused() {
        ByteBuffer in = ByteBuffer.wrap("*1\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> replies.next(in))
                .isInstanceOf(IOException.class)
                .hasMessage("reply: *1 (expected: one to GET, SET or DEL)");
    }
}
