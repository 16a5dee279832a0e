package io.segue.proxy.protocol.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisRepliesTest {
    private final RedisReplies replies = new RedisReplies();

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "GET; $1^x^; $1^x^; true",
                "GET; $1^x^; $1^y^; false",
                "GET; $1^x^; $-1^; false",
                "GET; $-1^; _^; true",
                "GET; $2^10^; :10^; false",
                "GET; -ERR a^; -ERR b^; true",
                "GET; -ERR a^; -WRONGTYPE a^; false",
                "GET; -ERR a^; $1^x^; false",
                "GET; $1^x^; -ERR a^; false",
                "GET; |1^+a^:1^$1^x^; $1^x^; true",
                "LRANGE; *2^$1^a^$1^b^; *2^$1^b^$1^a^; false",
                "LRANGE; *2^$1^a^$1^b^; *1^$1^a^; false",
                "LRANGE; *2^$1^a^$1^b^; *2^$2^ab^$0^^; false",
                "ZSCORE; ,1.5^; ,1.50^; true",
                "ZSCORE; ,1.5^; ,1.6^; false",
                "ZSCORE; ,inf^; ,-inf^; false",
                "ZRANGE; *1^*2^$1^a^,3.1^; *1^*2^$1^a^,3.10^; true",
                "SMEMBERS; *2^$1^a^$1^b^; *2^$1^b^$1^a^; true",
                "SMEMBERS; ~2^$1^a^$1^b^; ~2^$1^b^$1^a^; true",
                "SMEMBERS; *2^$1^a^$1^a^; *2^$1^a^$1^b^; false",
                "SMEMBERS; *2^$1^a^$1^b^; *3^$1^a^$1^b^$1^b^; false",
                "KEYS; *2^$1^a^$1^b^; *2^$1^b^$1^c^; false",
                "HGETALL; *4^$1^a^$1^1^$1^b^$1^2^; *4^$1^b^$1^2^$1^a^$1^1^; true",
                "HGETALL; *4^$1^a^$1^1^$1^b^$1^2^; *4^$1^a^$1^2^$1^b^$1^1^; false",
                "HGETALL; *4^$1^a^$1^b^$1^c^$1^d^; *4^$1^b^$1^a^$1^c^$1^d^; false",
                "HGETALL; %2^$1^a^$1^1^$1^b^$1^2^; %2^$1^b^$1^2^$1^a^$1^1^; true",
                "HGETALL; %2^$1^a^$1^1^$1^b^$1^2^; %2^$1^a^$1^2^$1^b^$1^1^; false",
                "XREAD; %1^$1^a^*1^:1^; %1^$1^a^*1^:2^; false",
                "RANDOMKEY; $1^x^; $2^yy^; true",
                "RANDOMKEY; $1^x^; $-1^; false",
                "SRANDMEMBER; *2^$1^a^$1^b^; *2^$1^c^$1^d^; true",
                "INFO; $1^x^; *0^; false",
                "TTL; :100^; :98^; true",
                "TTL; :100^; :97^; false",
                "TTL; :-1^; :1^; false",
                "TTL; :-1^; :-2^; false",
                "PTTL; :5000^; :3000^; true",
                "PTTL; :5001^; :3000^; false",
                "PEXPIRETIME; :1700000000000^; :1700000001999^; true",
                "HTTL; *2^:10^:-1^; *2^:9^:-1^; true",
                "HTTL; *2^:10^:-1^; *2^:10^:-2^; false",
                "HPTTL; *1^:1000^; *2^:1000^:1000^; false",
                "TTL; :1^; $1^1^; false",
                "JSON.GET; $1^x^; $1^y^; false",
            })
    void replies_byTable(String command, String one, String other, boolean same) {
        ByteBuf a = reply(one);
        ByteBuf b = reply(other);
        assertEquals(same, replies.same(Bytes.COMMANDS.byName(command), a, b), command + one + other);
        assertEquals(same, replies.same(Bytes.COMMANDS.byName(command), b, a), command + other + one);
        assertEquals(1, a.readerIndex());
    }

    @Test
    void longText_isComparedToItsEnd() {
        String list = "*1\r\n$10001\r\n" + "x".repeat(10_000);
        ByteBuf one = Bytes.of(list + "a\r\n");
        ByteBuf other = Bytes.of(list + "b\r\n");
        assertEquals(false, replies.same(Bytes.COMMANDS.byName("SMEMBERS"), one, other));
    }

    @Test
    void error_isOneLine() {
        assertEquals("-ERR no  such\tthing\r\n", text(replies.error("ERR", "no\r\nsuch\tthing")));
        assertEquals("-CROSSSIDE keys \u00e9\r\n", text(replies.error("CROSSSIDE", "keys \u00e9")));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static ByteBuf reply(String text) {
        return Bytes.of("?" + text.replace("^", "\r\n")).skipBytes(1);
    }
}
