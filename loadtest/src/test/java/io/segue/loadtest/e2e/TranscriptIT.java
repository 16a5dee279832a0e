package io.segue.loadtest.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.segue.loadtest.redis.NeedsRedis;
import io.segue.loadtest.redis.RedisBinary;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The same conversation with a server itself and through the proxy: every answer must be the same, in kind and content. */
@NeedsRedis
class TranscriptIT {
    /** One request a line; blanks divide arguments. */
    private static final String SCRIPT = """
            PING
            PING hello
            ECHO echo
            SET s 1
            GET s
            GET none
            SET s 2 GET
            SET s 3 NX
            SET s 3 XX PX 100000
            PERSIST s
            APPEND s tail
            INCR s
            INCR n
            INCRBYFLOAT f 1.5
            GETRANGE s 0 1
            SETRANGE s 2 zz
            STRLEN s
            MSET a 1 b 2 c 3
            MGET a b none c
            MSETNX a 9 z 9
            GETDEL a
            GETEX b PERSIST
            SETBIT bits 7 1
            BITCOUNT bits
            BITFIELD bits INCRBY u8 0 10
            DEL b c none
            EXISTS s s none
            TYPE s
            TTL s
            EXPIRE s 1000
            PTTL none
            RENAME s s2
            RENAMENX s2 f
            COPY s2 s3
            OBJECT ENCODING n
            HSET h f1 v1 f2 v2
            HGET h f1
            HGETALL h
            HMGET h f1 none f2
            HINCRBY h n 5
            HINCRBYFLOAT h n 0.5
            HKEYS h
            HDEL h f1 none
            HLEN h
            HSCAN h 0
            HGET n f
            RPUSH l a b c d
            LPUSH l z
            LRANGE l 0 -1
            LINDEX l 1
            LINSERT l BEFORE b bb
            LPOS l c
            LPOP l
            LPOP l 2
            RPOPLPUSH l l2
            LMOVE l l2 LEFT RIGHT
            LMPOP 2 none l2 LEFT COUNT 5
            LREM l 0 c
            LTRIM l 0 0
            LLEN l
            SADD set a b c
            SADD set2 b c d
            SISMEMBER set a
            SMISMEMBER set a x
            SINTERSTORE set3 set set2
            SCARD set3
            SMOVE set set2 a
            SREM set b
            SMEMBERS set
            SINTERCARD 2 set set2
            SPOP none
            ZADD z 1 a 2 b 3 c
            ZADD z GT CH 5 a
            ZRANGE z 0 -1 WITHSCORES
            ZRANGEBYSCORE z 2 +inf
            ZSCORE z a
            ZMSCORE z a none
            ZINCRBY z 1.5 b
            ZRANK z b
            ZPOPMIN z
            ZUNIONSTORE z2 1 z WEIGHTS 2
            ZRANGESTORE z3 z2 0 -1
            ZRANDMEMBER none
            ZCARD z3
            GEOADD geo 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
            GEODIST geo Palermo Catania km
            GEOSEARCH geo FROMMEMBER Palermo BYRADIUS 200 km ASC
            PFADD hll a b c
            PFCOUNT hll
            XADD x 1-1 f v
            XADD x 2-1 f v
            XADD x 1-1 f v
            XRANGE x - +
            XGROUP CREATE x g 0
            XREADGROUP GROUP g me COUNT 1 STREAMS x >
            XACK x g 1-1
            XPENDING x g
            XREAD COUNT 5 STREAMS x 0
            XREAD BLOCK 10 STREAMS x $
            XLEN x
            XDEL x 2-1
            XTRIM x MAXLEN 0
            XINFO GROUPS none
            RPUSH l q
            BLPOP l 1
            BLPOP none 0.01
            BRPOP set 1
            BZPOPMIN z 1
            BLMOVE none l RIGHT LEFT 0.01
            BLMPOP 0.01 1 none LEFT
            EVAL return_1 0
            EVAL return{KEYS[1],ARGV[1],1,{2,3}} 1 k v
            EVAL return_redis.call('SET',KEYS[1],ARGV[1]) 1 script 7
            EVAL return_redis.call('NOSUCH') 0
            SCRIPT LOAD return_42
            EVALSHA 1fa00e76656cc152ad327c13fe365858fd7be306 0
            EVALSHA ffffffffffffffffffffffffffffffffffffffff 0
            EVAL_RO return_redis.call('GET',KEYS[1]) 1 script
            EVAL return_{double=3.5} 0
            MULTI
            SET t 1
            INCR t
            LPUSH t x
            GET t
            EXEC
            MULTI
            DISCARD
            MULTI
            SET t 5
            DISCARD
            GET t
            MULTI
            EXEC
            MULTI
            NOSUCHCOMMAND
            SET t 9
            EXEC
            MULTI
            GET
            EXEC
            MULTI
            MULTI
            WATCH t
            INCR t
            EXEC
            EXEC
            DISCARD
            WATCH t
            GET t
            MULTI
            INCR t
            EXEC
            WATCH t
            MULTI
            EXEC
            WATCH t
            SET t 1
            MULTI
            INCR t
            EXEC
            MULTI
            INCR t
            EXEC
            WATCH t
            SET t 2
            UNWATCH
            MULTI
            INCR t
            EXEC
            WATCH t
            SET t 2
            MULTI
            DISCARD
            MULTI
            INCR t
            EXEC
            WATCH t
            SET t 3
            MULTI
            EXEC
            MULTI
            BLPOP none 0
            EXEC
            UNWATCH
            WATCH
            SELECT 1
            GET t
            SET only1 x
            DBSIZE
            MULTI
            GET only1
            EXEC
            BLPOP none 0.01
            SELECT 0
            GET only1
            SELECT 99
            SELECT x
            DBSIZE
            SCAN 0 COUNT 1000 MATCH nothing*
            PUBLISH nobody hears
            PUBSUB NUMSUB nobody
            NOSUCHCOMMAND a b
            GET
            GET a b
            SET a
            LPUSH n x
            INCR l
            SUBSCRIBE
            OBJECT FREQ none extra
            CONFIG GET databases
            COMMAND COUNT
            COMMAND GETKEYS MSET a 1 b 2
            CLIENT GETNAME
            CLIENT SETNAME me
            CLIENT GETNAME
            CLIENT SETNAME with blank
            CLIENT NO-EVICT on
            CLIENT NOSUCH
            CLIENT
            AUTH x
            HELLO 9
            HELLO x
            HELLO 3 NOSUCH
            TYPE none
            KEYS script*
            TOUCH n none
            UNLINK n none
            FLUSHDB
            DBSIZE
            SET big 1
            DUMP none
            LOLWUT VERSION 1
            WAIT 0 10
            RESET
            GET big
            """;

    /** Where the proxy is meant to answer otherwise. */
    private static final Map<String, String> INTENDED = Map.of(
            "CLIENT NOSUCH", "refused: most other subcommands act on connections that clients share",
            "CLIENT SETNAME with blank", "the proxy's own answer, in the words of a server from 7.0 on",
            "CLIENT NO-EVICT on", "the proxy's own answer, as of a server from 7.0 on");

    static Stream<Arguments> dialects() {
        return RedisServer.available().stream()
                .flatMap(binary -> Stream.of(Arguments.of(binary, 2), Arguments.of(binary, 3)));
    }

    @ParameterizedTest(name = "{0}, RESP{1}")
    @MethodSource("dialects")
    void everyAnswerIsTheServersOwn(RedisBinary binary, int dialect) throws IOException {
        try (RedisServer alone = RedisServer.builder().binary(binary).start();
                RedisServer behind = RedisServer.builder().binary(binary).start();
                ProxyUnderTest proxy = ProxyUnderTest.before(behind);
                RespClient direct = alone.connect();
                RespClient through = proxy.connect()) {
            if (dialect == 3) {
                direct.call("HELLO", "3");
                through.call("HELLO", "3");
            }
            List<String> differences = new ArrayList<>();
            for (String line : SCRIPT.lines().toList()) {
                byte[][] request = request(line);
                Resp expected = answer("server", line, direct, request);
                Resp actual = answer("proxy", line, through, request);
                if (!expected.equals(actual) && !INTENDED.containsKey(line)) {
                    differences.add(line + ": " + actual + " (expected: " + expected + ")");
                }
            }
            assertThat(differences).isEmpty();
        }
    }

    private static Resp answer(String who, String line, RespClient client, byte[][] request) throws IOException {
        try {
            return client.call(request);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the " + who + " does not answer: " + line, e);
        }
    }

    private static byte[][] request(String line) {
        return Arrays.stream(line.split(" ", -1))
                .map(word -> word.startsWith("return_") || word.startsWith("return{")
                        ? word.replace("return_", "return ")
                        : word)
                .map(word -> word.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
    }
}
