package io.segue.proxy.protocol.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.segue.proxy.protocol.Effects;
import io.segue.proxy.protocol.Effects.Outcome;
import io.segue.proxy.protocol.ProtocolException;
import io.segue.proxy.protocol.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RedisEffectsTest {
    private static final long NOW = 1_000_000_000_000L;

    /** Request, reply ({@code ~} is a line break), what to do: in capitals an outcome, after {@code >} the rewritten request. */
    private static final String TABLE = """
            GET a | $1~x~ | NOTHING
            SELECT 1 | +OK~ | NOTHING
            CONFIG SET a b | +OK~ | NOTHING
            SET a 1 | +OK~ | SAME
            SET a 1 EX 10 | +OK~ | > SET a 1 PXAT 1000000010000
            set a 1 px 10 | +OK~ | > SET a 1 PXAT 1000000000010
            SET a 1 EXAT 2000000000 | +OK~ | > SET a 1 PXAT 2000000000000
            SET a 1 PXAT 2000000000000 | +OK~ | > SET a 1 PXAT 2000000000000
            SET a 1 NX | +OK~ | > SET a 1
            SET a 1 NX | $-1~ | NOTHING
            SET a 1 XX | _~ | NOTHING
            SET a 1 XX EX 1 | +OK~ | > SET a 1 PXAT 1000000001000
            SET a 1 XX KEEPTTL | +OK~ | > SET a 1 KEEPTTL
            SET a 1 KEEPTTL | +OK~ | > SET a 1 KEEPTTL
            SET a 1 GET | $1~o~ | > SET a 1
            SET a 1 GET EX 1 | $-1~ | > SET a 1 PXAT 1000000001000
            SET a 1 GET NX | $-1~ | RESYNC
            SET a 1 XX GET | $1~o~ | RESYNC
            SET a 1 IFEQ b | +OK~ | RESYNC
            SET a 1 EX x | +OK~ | RESYNC
            SET a 1 EX 999999999999999999 | +OK~ | RESYNC
            SETEX a 5 v | +OK~ | > SET a v PXAT 1000000005000
            PSETEX a 5 v | +OK~ | > SET a v PXAT 1000000000005
            SETNX a v | :1~ | > SET a v
            SETNX a v | :0~ | NOTHING
            MSETNX a 1 b 2 | :1~ | > MSET a 1 b 2
            MSETNX a 1 b 2 | :0~ | NOTHING
            MSET a 1 b 2 | +OK~ | SAME
            GETSET a 1 | $-1~ | SAME
            GETDEL a | $1~x~ | SAME
            GETDEL a | $-1~ | NOTHING
            GETEX a | $1~x~ | NOTHING
            GETEX a EX 1 | $-1~ | NOTHING
            GETEX a EX 1 | $1~x~ | > PEXPIREAT a 1000000001000
            GETEX a PX 1 | $1~x~ | > PEXPIREAT a 1000000000001
            GETEX a EXAT 2000000000 | $1~x~ | > PEXPIREAT a 2000000000000
            GETEX a PXAT 2000000000001 | $1~x~ | > PEXPIREAT a 2000000000001
            GETEX a PERSIST | $1~x~ | > PERSIST a
            EXPIRE a 1 | :1~ | > PEXPIREAT a 1000000001000
            EXPIRE a 1 NX | :1~ | > PEXPIREAT a 1000000001000
            EXPIRE a -1 | :1~ | > PEXPIREAT a 999999999000
            EXPIRE a 1 | :0~ | NOTHING
            PEXPIRE a 1 | :1~ | > PEXPIREAT a 1000000000001
            EXPIREAT a 2000000000 | :1~ | SAME
            EXPIREAT a 2000000000 GT | :1~ | > EXPIREAT a 2000000000
            PEXPIREAT a 2000000000000 LT | :1~ | > PEXPIREAT a 2000000000000
            PEXPIREAT a 1 | :0~ | NOTHING
            PERSIST a | :0~ | NOTHING
            PERSIST a | :1~ | SAME
            DEL a b | :0~ | NOTHING
            DEL a b | :1~ | SAME
            UNLINK a | :0~ | NOTHING
            INCR a | :0~ | SAME
            DECRBY a 5 | :0~ | SAME
            INCRBYFLOAT a 1.5 | $3~1.5~ | SAME
            HINCRBYFLOAT a f 1.5 | $3~1.5~ | SAME
            APPEND a x | :1~ | SAME
            BITOP AND d a b | :0~ | SAME
            RENAME a b | +OK~ | SAME
            RENAMENX a b | :1~ | > RENAME a b
            RENAMENX a b | :0~ | NOTHING
            COPY a b | :1~ | > COPY a b REPLACE
            COPY a b DB 1 REPLACE | :1~ | SAME
            COPY a b | :0~ | NOTHING
            MOVE a 1 | :0~ | NOTHING
            HSET a f v | :0~ | SAME
            HSETNX a f v | :1~ | > HSET a f v
            HSETNX a f v | :0~ | NOTHING
            HDEL a f | :0~ | NOTHING
            SADD a x | :0~ | NOTHING
            SADD a x | :1~ | SAME
            SREM a x | :0~ | NOTHING
            SMOVE a b x | :0~ | NOTHING
            SUNIONSTORE d a | :0~ | SAME
            SPOP a | $1~x~ | > SREM a x
            SPOP a | $-1~ | NOTHING
            SPOP a 3 | *2~$1~x~$2~yy~ | > SREM a x yy
            SPOP a 3 | ~2~$1~x~$1~y~ | > SREM a x y
            SPOP a 3 | ~0~ | NOTHING
            SPOP a 3 | *0~ | NOTHING
            LPUSH a x | :1~ | SAME
            LPUSHX a x | :0~ | NOTHING
            LINSERT a BEFORE p x | :-1~ | NOTHING
            LPOP a | $-1~ | NOTHING
            RPOP a 2 | *-1~ | NOTHING
            RPOP a 2 | *1~$1~x~ | SAME
            LMOVE a b LEFT LEFT | _~ | NOTHING
            RPOPLPUSH a b | $1~x~ | SAME
            BLPOP a b 0 | *2~$1~b~$1~x~ | > LPOP b
            BRPOP a b 0 | *2~$1~a~$1~x~ | > RPOP a
            BLPOP a b 1 | *-1~ | NOTHING
            BLPOP a b 1 | _~ | NOTHING
            BLMOVE a b LEFT RIGHT 0 | $1~x~ | > LMOVE a b LEFT RIGHT
            BLMOVE a b LEFT RIGHT 1 | *-1~ | NOTHING
            BRPOPLPUSH a b 0 | $1~x~ | > RPOPLPUSH a b
            LMPOP 2 a b LEFT COUNT 5 | *2~$1~b~*2~$1~x~$1~y~ | > LPOP b 2
            LMPOP 2 a b RIGHT | *2~$1~a~*1~$1~x~ | > RPOP a 1
            LMPOP 1 a LEFT | *-1~ | NOTHING
            BLMPOP 0 1 LEFT RIGHT COUNT 2 | *2~$4~LEFT~*1~$1~x~ | > RPOP LEFT 1
            BLMPOP 1 1 a LEFT | _~ | NOTHING
            ZADD a 1 m | :0~ | SAME
            ZADD a INCR 1 m | $-1~ | NOTHING
            ZREM a m | :0~ | NOTHING
            ZREMRANGEBYSCORE a 0 1 | :0~ | NOTHING
            ZPOPMIN a | *0~ | NOTHING
            ZPOPMIN a | *2~$1~m~$1~1~ | SAME
            BZPOPMIN a b 0 | *3~$1~b~$1~m~$1~1~ | > ZREM b m
            BZPOPMAX a 0 | *3~$1~a~$1~m~,1.5~ | > ZREM a m
            BZPOPMAX a 1 | *-1~ | NOTHING
            ZMPOP 2 a b MIN COUNT 2 | *2~$1~b~*2~*2~$1~m~$1~1~*2~$1~n~,2~ | > ZREM b m n
            BZMPOP 0 1 a MAX | *2~$1~a~*1~*2~$1~m~$1~1~ | > ZREM a m
            ZMPOP 1 a MIN | _~ | NOTHING
            XADD a * f v | $3~5-1~ | > XADD a 5-1 f v
            XADD a 5-* f v | $3~5-1~ | > XADD a 5-1 f v
            XADD a NOMKSTREAM * f v | $-1~ | NOTHING
            XADD a NOMKSTREAM MAXLEN = 5 * f v | $3~5-1~ | > XADD a MAXLEN = 5 5-1 f v
            XADD a MAXLEN 5 * f v | $3~5-1~ | > XADD a MAXLEN 5 5-1 f v
            XADD a MINID 3-0 7-1 f v | $3~7-1~ | > XADD a MINID 3-0 7-1 f v
            XADD a MAXLEN ~ 5 LIMIT 3 * f v | $3~5-1~ | RESYNC
            XADD a KEEPREF * f v | $3~5-1~ | RESYNC
            XTRIM a MAXLEN 5 | :2~ | SAME
            XTRIM a MAXLEN = 5 | :2~ | SAME
            XTRIM a MAXLEN ~ 5 | :2~ | RESYNC
            XTRIM a MAXLEN ~ 5 | :0~ | NOTHING
            XDEL a 5-1 | :0~ | NOTHING
            XACK a g 5-1 | :1~ | SAME
            XREADGROUP GROUP g c STREAMS a > | *-1~ | RESYNC
            XCLAIM a g c 0 1-1 | *0~ | RESYNC
            XAUTOCLAIM a g c 0 0 | *0~ | RESYNC
            XGROUP CREATE a g $ | +OK~ | RESYNC
            HEXPIRE a 10 FIELDS 1 f | *1~:1~ | RESYNC
            HGETDEL a FIELDS 1 f | *1~$1~x~ | RESYNC
            RESTORE a 100 x | +OK~ | RESYNC
            MIGRATE h 1 a 0 10 | +OK~ | RESYNC
            EVAL s 1 a | :1~ | RESYNC
            FCALL f 1 a | :1~ | RESYNC
            SORT a STORE d | :1~ | RESYNC
            SORT a | *1~$1~x~ | NOTHING
            GEORADIUS a 1 2 3 m STORE d | :1~ | SAME
            GEORADIUS a 1 2 3 m | *0~ | NOTHING
            GEOADD a 1 2 m | :0~ | SAME
            PFADD a x | :0~ | NOTHING
            FLUSHALL | +OK~ | SAME
            SWAPDB 0 1 | +OK~ | SAME
            SCRIPT LOAD s | $1~x~ | SAME
            FUNCTION FLUSH | +OK~ | SAME
            PUBLISH c m | :0~ | SAME
            JSON.SET a $ 1 | +OK~ | RESYNC
            """;

    @Test
    void effects_byTable() throws ProtocolException {
        for (String row : TABLE.lines().toList()) {
            String[] cells = row.split(" \\| ", -1);
            Sent sent = new Sent();
            // Neither buffer starts at its first byte.
            Outcome outcome = effect(cells[0], reply(cells[1]), sent);
            String expected = cells[2];
            if (expected.startsWith("> ")) {
                assertEquals(Outcome.REWRITTEN, outcome, row);
                assertEquals(List.of(expected.substring(2)), sent.requests, row);
            } else {
                assertEquals(Outcome.valueOf(expected), outcome, row);
                assertEquals(List.of(), sent.requests, row);
            }
        }
    }

    @Test
    void rewrittenRequest_keepsBytesAsTheyAre() throws ProtocolException {
        String frame = Bytes.frameOf("SET", "k\r\n\u0000\u00ff", "\r\n$1", "PX", "1");
        RedisRequestParser parser = new RedisRequestParser(Bytes.COMMANDS, Bytes.SMALL);
        ByteBuf in = Bytes.of(frame);
        assertTrue(parser.parse(in, 0));
        List<String> frames = new ArrayList<>();
        new RedisEffects().of(parser.request(), in, Bytes.of("+OK\r\n"), NOW, new Sent() {
            @Override
            public void request(ByteBuf request) {
                frames.add(Bytes.text(request));
                request.release();
            }
        });
        assertEquals(List.of(Bytes.frameOf("SET", "k\r\n\u0000\u00ff", "\r\n$1", "PXAT", "1000000000001")), frames);
    }

    @Test
    void anyReply_isNoObstacle() {
        long seed = System.nanoTime();
        System.out.println("RedisEffectsTest seed " + seed);
        Random random = new Random(seed);
        List<String> rows = TABLE.lines().toList();
        RedisEffects effects = new RedisEffects();
        for (int round = 0; round < 50_000; round++) {
            String line = rows.get(random.nextInt(rows.size())).split(" \\| ", -1)[0];
            String[] words = line.split(" ");
            int keep = 1 + random.nextInt(words.length);
            String shorter = String.join(" ", List.of(words).subList(0, keep));
            String reply = reply(rows.get(random.nextInt(rows.size())).split(" \\| ", -1)[1]);
            Sent sent = new Sent();
            Outcome outcome =
                    effects.of(Bytes.request(shorter), Bytes.of(Bytes.frame(shorter)), Bytes.of(reply), NOW, sent);
            assertEquals(
                    outcome == Outcome.REWRITTEN ? 1 : 0, sent.requests.size(), shorter + reply + ", seed " + seed);
        }
    }

    private static Outcome effect(String line, String reply, Effects.Out out) {
        Request request = Bytes.request(line);
        ByteBuf frame = Bytes.of("??" + Bytes.frame(line)).skipBytes(2);
        ByteBuf replyBytes = Bytes.of("?" + reply).skipBytes(1);
        Outcome outcome = new RedisEffects().of(request, frame, replyBytes, NOW, out);
        assertEquals(2, frame.readerIndex());
        assertEquals(1, replyBytes.readerIndex());
        return outcome;
    }

    private static String reply(String text) {
        boolean set = text.startsWith("~");
        String reply = (set ? text.substring(1) : text).replace("~", "\r\n");
        return set ? "~" + reply : reply;
    }

    /** Notes what was sent: the arguments with blanks between. */
    private static class Sent implements Effects.Out {
        private final List<String> requests = new ArrayList<>();

        @Override
        public ByteBufAllocator alloc() {
            return UnpooledByteBufAllocator.DEFAULT;
        }

        @Override
        public void request(ByteBuf request) {
            RedisRequestParser parser = new RedisRequestParser(Bytes.COMMANDS, Bytes.SMALL);
            try {
                assertTrue(parser.parse(request, 0));
            } catch (ProtocolException e) {
                throw new AssertionError(e);
            }
            assertEquals(request.readableBytes(), parser.consumed());
            requests.add(String.join(" ", Bytes.arguments(parser.request(), request, 0)));
            request.release();
        }
    }
}
