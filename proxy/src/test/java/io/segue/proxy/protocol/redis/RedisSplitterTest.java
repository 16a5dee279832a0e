package io.segue.proxy.protocol.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.segue.proxy.protocol.Command;
import io.segue.proxy.protocol.Limits;
import io.segue.proxy.protocol.ProtocolException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RedisSplitterTest {
    private static final int[] PARTS = {0, 1, 0};

    private final RedisCommands commands = RedisCommands.load();
    private final RedisSplitter splitter = new RedisSplitter();

    @Test
    void part_keepsTheOrderOfItsKeys() throws ProtocolException {
        RedisRequestParser parser = new RedisRequestParser(commands, Limits.DEFAULT);
        ByteBuf frame = Bytes.of("*4\r\n$4\r\nmget\r\n$1\r\na\r\n$2\r\nbb\r\n$0\r\n\r\n");
        parser.parse(frame, 0);
        assertEquals(
                "*3\r\n$4\r\nmget\r\n$1\r\na\r\n$0\r\n\r\n",
                text(splitter.part(UnpooledByteBufAllocator.DEFAULT, parser.request(), frame, PARTS, 0)));
        assertEquals(
                "*2\r\n$4\r\nmget\r\n$2\r\nbb\r\n",
                text(splitter.part(UnpooledByteBufAllocator.DEFAULT, parser.request(), frame, PARTS, 1)));
    }

    @Test
    void join_concat_putsElementsBackInTheOrderOfTheKeys() {
        assertEquals(
                "*3\r\n$1\r\nA\r\n$-1\r\n$0\r\n\r\n", join("MGET", "*2\r\n$1\r\nA\r\n$0\r\n\r\n", "*1\r\n$-1\r\n"));
        assertEquals("*3\r\n_\r\n$2\r\nBB\r\n_\r\n", join("MGET", "*2\r\n_\r\n_\r\n", "*1\r\n$2\r\nBB\r\n"));
    }

    @Test
    void join_sum_addsUp() {
        assertEquals(":3\r\n", join("DEL", ":2\r\n", ":1\r\n"));
        assertEquals(":0\r\n", join("EXISTS", ":0\r\n", ":0\r\n"));
    }

    private String join(String command, String... replies) {
        ByteBuf[] buffers = new ByteBuf[replies.length];
        for (int i = 0; i < replies.length; i++) {
            buffers[i] = Bytes.of(replies[i]);
        }
        Command facts = commands.byName(command);
        return text(splitter.join(UnpooledByteBufAllocator.DEFAULT, facts, PARTS, buffers));
    }

    private static String text(ByteBuf bytes) {
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }
}
