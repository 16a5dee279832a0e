package io.segue.proxy.protocol.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.segue.proxy.protocol.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisKeysTest {
    /** Requests and their keys. Those above the line were compared with the answers of COMMAND GETKEYS. */
    private static final String TABLE = """
            GET a | a
            get a | a
            SET a 1 EX 10 | a
            GETEX a PX 5 | a
            APPEND a b | a
            SETRANGE a 0 b | a
            MGET a b c | a b c
            MSET a 1 b 2 c 3 | a b c
            MSETNX a 1 b 2 | a b
            DEL a b c | a b c
            UNLINK a b | a b
            EXISTS a a | a a
            TOUCH a b | a b
            EXPIRE a 10 NX | a
            RENAME a b | a b
            RENAMENX a b | a b
            COPY a b DB 1 REPLACE | a b
            MOVE a 1 | a
            DUMP a | a
            RESTORE a 0 x REPLACE | a
            MIGRATE h 1 a 0 10 COPY | a
            MIGRATE h 1 _ 0 10 AUTH KEYS KEYS a b | a b
            MIGRATE h 1 _ 0 10 AUTH2 u p KEYS a b c | a b c
            BITOP AND d a b | d a b
            BITCOUNT a 0 1 | a
            BITFIELD a GET u8 0 | a
            LCS a b LEN | a b
            LPUSH a x y | a
            LMOVE a b LEFT RIGHT | a b
            RPOPLPUSH a b | a b
            LMPOP 2 a b LEFT COUNT 3 | a b
            BLMPOP 0 2 a b LEFT | a b
            BLPOP a b c 0 | a b c
            BRPOP a 0 | a
            BLMOVE a b LEFT RIGHT 0 | a b
            BRPOPLPUSH a b 0 | a b
            SADD a x y | a
            SMOVE a b x | a b
            SINTER a b c | a b c
            SINTERSTORE d a b | d a b
            SINTERCARD 2 a b LIMIT 1 | a b
            SUNIONSTORE d a | d a
            HSET a f v g w | a
            HSCAN a 0 | a
            ZADD a NX 1 m | a
            ZUNIONSTORE d 2 a b WEIGHTS 1 2 | d a b
            ZINTERSTORE d 1 a | d a
            ZDIFFSTORE d 2 a b | d a b
            ZUNION 2 a b WITHSCORES | a b
            ZDIFF 1 a | a
            ZINTERCARD 2 a b | a b
            ZRANGESTORE d a 0 -1 | d a
            ZMPOP 2 a b MIN | a b
            BZMPOP 0 1 a MAX COUNT 2 | a
            BZPOPMIN a b 0 | a b
            GEOADD a 1 2 m | a
            GEOSEARCHSTORE d a FROMMEMBER m BYRADIUS 1 m | d a
            GEORADIUS a 1 2 3 m | a
            GEORADIUS a 1 2 3 m COUNT 1 STORE d | a d
            GEORADIUSBYMEMBER a m 3 m STOREDIST d | a d
            SORT a | a
            SORT a BY STORE GET STORE LIMIT 0 1 STORE d | a d
            SORT_RO a BY w* | a
            PFMERGE d a b | d a b
            PFCOUNT a b | a b
            XADD a * f v | a
            XREAD COUNT 1 STREAMS a b 0 0 | a b
            XREAD BLOCK 0 STREAMS a $ | a
            XREADGROUP GROUP STREAMS BLOCK NOACK STREAMS a b > > | a b
            XGROUP CREATE a g $ | a
            XINFO STREAM a FULL | a
            XACK a g 1-1 | a
            OBJECT ENCODING a | a
            MEMORY USAGE a SAMPLES 1 | a
            EVAL x 2 a b c | a b
            EVALSHA x 1 a b | a
            EVAL_RO x 1 a | a
            FCALL f 1 a b | a
            FCALL_RO f 2 a b | a b
            WATCH a b | a b
            ---
            EVAL x 0 a |
            PING |
            FLUSHALL |
            KEYS * |
            SCAN 0 |
            PUBLISH c m |
            OBJECT HELP |
            HEXPIRE a 10 FIELDS 1 f | a
            HGETDEL a FIELDS 1 f | a
            HSETEX a FIELDS 1 f v | a
            MSETEX 2 a 1 b 2 EX 3 | a b
            DEBUG OBJECT a | a
            JSON.SET a $ 1 | a
            unknown |
            """;

    @Test
    void keys_byTable() {
        for (String row : TABLE.lines().filter(line -> !line.equals("---")).toList()) {
            String[] sides = row.split(" ?\\|", -1);
            assertEquals(sides[1].strip(), String.join(" ", keys(sides[0].replace(" _ ", "  "))), row);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET|''",
                "MSET a|a",
                "MSET a 1 b|a b",
                "OBJECT ENCODING|''",
                "LMPOP|''",
                "LMPOP x a b|''",
                "LMPOP -1 a b|''",
                "LMPOP 99999999999999999999 a|''",
                "LMPOP 9 a b|a b",
                "ZUNIONSTORE d|d",
                "ZUNIONSTORE d 5 a|d a",
                "EVAL s|''",
                "EVAL s 7|''",
                "BLPOP a|''",
                "BLPOP|''",
                "SORT a STORE|a",
                "SORT a LIMIT 1|a",
                "GEORADIUS a 1 2 3 m STORE|a",
                "XREAD STREAMS|''",
                "XREAD STREAMS a|''",
                "XREAD COUNT|''",
                "XREAD x STREAMS a 0|''",
                "MIGRATE|''",
                "MIGRATE h 1|''",
                "MSETEX 2 a|a",
                "COPY a|a",
            })
    void missingArguments_areNoObstacle(String line, String expected) {
        assertEquals(expected, String.join(" ", keys(line)));
    }

    @Test
    void anyArguments_giveArgumentsThatExist() {
        long seed = System.nanoTime();
        System.out.println("RedisKeysTest seed " + seed);
        Random random = new Random(seed);
        String[] words = {
            "", "0", "1", "2", "-1", "9999999999", "STORE", "KEYS", "STREAMS", "COUNT", "LIMIT", "a", "AUTH2"
        };
        List<String> names =
                Bytes.COMMANDS.all().stream().map(command -> command.name()).toList();
        RedisKeys keys = new RedisKeys();
        for (int round = 0; round < 20_000; round++) {
            StringBuilder line = new StringBuilder(names.get(random.nextInt(names.size())));
            for (int n = random.nextInt(9); n > 0; n--) {
                line.append(' ').append(words[random.nextInt(words.length)]);
            }
            Request request = Bytes.request(line.toString());
            for (int i = keys.find(request, Bytes.of(Bytes.frame(line.toString())), 0) - 1; i >= 0; i--) {
                assertTrue(keys.argument(i) > 0 && keys.argument(i) < request.argCount(), line + ", seed " + seed);
            }
        }
    }

    @Test
    void manyKeys_areAllFound() {
        assertEquals(5000, keys("MGET" + " k".repeat(5000)).size());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "user:1,user:1",
                "{user}:1,user",
                "a{b}c{d},b",
                "a{}b{c},a{}b{c}",
                "a{b,a{b",
                "a}b{c},c",
                "{{a}},{a",
                "{},{}",
                "``,``",
                "}{,}{",
            })
    void samplingUnit_isTheHashTag(String key, String expected) {
        byte[] bytes = (key + "####").getBytes(StandardCharsets.UTF_8);
        long range = new RedisKeys().samplingUnit(bytes, key.length());
        int from = (int) (range >>> 32);
        int to = (int) range;
        assertEquals(expected, new String(bytes, from, to - from, StandardCharsets.UTF_8));
    }

    private static List<String> keys(String line) {
        Request request = Bytes.request(line);
        ByteBuf in = Bytes.of("###" + Bytes.frame(line));
        RedisKeys keys = new RedisKeys();
        int count = keys.find(request, in, 3);
        List<String> arguments = Bytes.arguments(request, in, 3);
        List<String> found = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            found.add(arguments.get(keys.argument(i)));
        }
        return found;
    }
}
