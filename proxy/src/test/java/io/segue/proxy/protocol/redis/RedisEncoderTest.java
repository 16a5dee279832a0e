package io.segue.proxy.protocol.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RedisEncoderTest {
    @Test
    void request_ofTextAndOfBytes() {
        ByteBuf text = RedisEncoder.request(UnpooledByteBufAllocator.DEFAULT, "AUTH", "", "p\u00e4ss");
        assertEquals("*3\r\n$4\r\nAUTH\r\n$0\r\n\r\n$5\r\np\u00e4ss\r\n", text.toString(StandardCharsets.UTF_8));
        text.release();
        ByteBuf bytes =
                RedisEncoder.request(UnpooledByteBufAllocator.DEFAULT, new byte[] {'G'}, new byte[] {'\r', '\n'});
        assertEquals("*2\r\n$1\r\nG\r\n$2\r\n\r\n\r\n", Bytes.text(bytes));
        bytes.release();
    }

    @Test
    void numbers_areDecimal() {
        for (long number :
                new long[] {0, 1, -1, 9, 10, 99, 100, -100, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1}) {
            ByteBuf out = Unpooled.buffer();
            RedisEncoder.bulk(out, number);
            String digits = Long.toString(number);
            assertEquals("$" + digits.length() + "\r\n" + digits + "\r\n", Bytes.text(out));
        }
    }

    @Test
    void headerLength_isThatOfTheHeader() {
        for (int count : new int[] {0, 9, 10, 99, 100, Integer.MAX_VALUE}) {
            ByteBuf out = Unpooled.buffer();
            RedisEncoder.array(out, count);
            assertEquals(RedisEncoder.headerLength(count), out.readableBytes());
        }
    }
}
