package io.segue.proxy.protocol.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.segue.proxy.protocol.ProtocolException;
import io.segue.proxy.protocol.ReplyParser.Kind;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisReplyParserTest {
    /** Each is one whole reply; {@code ~} is a line break. */
    private static final String[] REPLIES = {
        "REPLY|+OK~",
        "REPLY|+~",
        "ERROR|-ERR unknown command~",
        "REPLY|:0~",
        "REPLY|:-9223372036854775808~",
        "REPLY|$5~hello~",
        "REPLY|$2~~~",
        "REPLY|$0~~",
        "REPLY|$-1~",
        "REPLY|$12~0123456789ab~",
        "REPLY|*0~",
        "REPLY|*-1~",
        "REPLY|*2~$1~a~$-1~",
        "REPLY|*3~*1~:1~*0~*2~+a~-ERR b~",
        "REPLY|*1~*1~*1~*1~:1~",
        "REPLY|_~",
        "REPLY|#t~",
        "REPLY|#f~",
        "REPLY|,1.5~",
        "REPLY|,-1.5e-10~",
        "REPLY|,inf~",
        "REPLY|,-inf~",
        "REPLY|,nan~",
        "REPLY|(3492890328409238509324850943850943825024385~",
        "ERROR|!9~ERR large~",
        "REPLY|=8~txt:user~",
        "REPLY|%0~",
        "REPLY|%2~+a~:1~$1~b~*2~:1~:2~",
        "REPLY|~2~:1~:2~",
        "REPLY|~0~",
        "PUSH|>2~+pubsub~+message~",
        "PUSH|>3~$10~invalidate~*1~$1~k~_~",
        "REPLY||1~+ttl~:100~:7~",
        "ERROR||1~+ttl~:100~-ERR after attributes~",
        "REPLY||0~+OK~",
        "REPLY|*2~|1~+a~*1~:1~:1~:2~",
        "REPLY|%1~|1~+a~:1~+k~|1~+a~:1~+v~",
        "REPLY||1~|1~+a~:1~+k~:1~+v~",
    };

    @Test
    void reply_wholeAndDrippedAndBetweenOthers() throws ProtocolException {
        for (String row : REPLIES) {
            Kind kind = Kind.valueOf(row.substring(0, row.indexOf('|')));
            String reply = lines(row.substring(row.indexOf('|') + 1));

            RedisReplyParser whole = parser();
            assertEquals(
                    reply.length() + 1, whole.parse(Bytes.of("?" + reply + "+next\r\n"), 1, reply.length() + 8), row);
            assertTrue(whole.complete(), row);
            assertEquals(kind, whole.kind(), row);

            RedisReplyParser dripped = parser();
            for (int i = 0; i < reply.length(); i++) {
                assertEquals(1, dripped.parse(Bytes.of(reply.substring(i, i + 1)), 0, 1));
                assertEquals(i == reply.length() - 1, dripped.complete(), row + i);
                assertTrue(reply.startsWith("|") || dripped.kind() == kind, row + i);
            }
            assertEquals(kind, dripped.kind(), row);
        }
    }

    /** A line break in a table; {@code ~} at the start of a type stays. */
    private static String lines(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            boolean type = text.charAt(i) == '~'
                    && (i == 0 || out.charAt(out.length() - 1) == '\n')
                    && i + 2 < text.length()
                    && Character.isDigit(text.charAt(i + 1));
            out.append(text.charAt(i) == '~' && !type ? "\r\n" : String.valueOf(text.charAt(i)));
        }
        return out.toString();
    }

    @Test
    void randomSplits_findEveryEnd() throws ProtocolException {
        long seed = System.nanoTime();
        System.out.println("RedisReplyParserTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            StringBuilder stream = new StringBuilder();
            StringBuilder expected = new StringBuilder();
            for (int i = 0; i < 30; i++) {
                String row = REPLIES[random.nextInt(REPLIES.length)];
                String reply = lines(row.substring(row.indexOf('|') + 1));
                stream.append(reply);
                expected.append(reply.length()).append(row.charAt(0)).append(' ');
            }
            assertEquals(expected.toString(), inPieces(stream.toString(), random), "seed " + seed);
        }
    }

    private static String inPieces(String stream, Random random) throws ProtocolException {
        StringBuilder found = new StringBuilder();
        RedisReplyParser parser = parser();
        int length = 0;
        for (int sent = 0; sent < stream.length(); ) {
            int size = Math.min(stream.length() - sent, random.nextInt(1, random.nextBoolean() ? 4 : 60));
            ByteBuf in = Unpooled.directBuffer();
            in.writeBytes(Bytes.of(stream.substring(sent, sent + size)));
            sent += size;
            for (int at = 0; at < size; ) {
                int end = parser.parse(in, at, size);
                length += end - at;
                at = end;
                if (parser.complete()) {
                    found.append(length).append(parser.kind().name().charAt(0)).append(' ');
                    length = 0;
                }
            }
            in.release();
        }
        return found.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "\r\n",
                "\u0000",
                "?",
                ":1x",
                ":\r\n",
                ":1\rx",
                ":--1",
                ":12345678901234567890",
                "$\r\n",
                "$a",
                "$-2\r\n",
                "$-0\r\n",
                "$1\r\nab",
                "$0\r\nx",
                "$9999999999\r\n",
                "$99999999999999999999\r\n",
                "*-2\r\n",
                "*999999999999999999\r\n",
                "%-1\r\n",
                "~-1\r\n",
                ">-1\r\n",
                "=-1\r\n",
                "!-1\r\n",
                "|-1\r\n",
                "#x",
                "#tt",
                "_x",
                ",\r\n",
                ",1 ",
                "+a\nb",
                "+a\rb",
                "*1\r\n>1\r\n",
                "*1\r\nx",
                "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
                "$?\r\n",
                "*?\r\n",
                "%?\r\n",
                "~?\r\n",
                ";4\r\n",
                ".\r\n",
                ":?",
                "HTTP/1.1 400 Bad Request\r\n",
            })
    void garbage_isRefusedWholeAndDripped(String text) {
        assertThrows(ProtocolException.class, () -> parser().parse(Bytes.of(text), 0, text.length()));
        assertThrows(ProtocolException.class, () -> {
            RedisReplyParser parser = parser();
            for (int i = 0; i < text.length(); i++) {
                parser.parse(Bytes.of(text.substring(i, i + 1)), 0, 1);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"+", "-", "("})
    void endlessLine_isRefused(String type) {
        RedisReplyParser parser = parser();
        assertThrows(ProtocolException.class, () -> {
            parser.parse(Bytes.of(type), 0, 1);
            ByteBuf more = Bytes.of("1".repeat(1000));
            for (int i = 0; i < 2000; i++) {
                assertEquals(1000, parser.parse(more, 0, 1000));
            }
        });
    }

    @Test
    void noBytes_leaveTheStateAlone() throws ProtocolException {
        RedisReplyParser parser = parser();
        assertEquals(0, parser.parse(Unpooled.EMPTY_BUFFER, 0, 0));
        assertTrue(parser.complete());
        parser.parse(Bytes.of("+"), 0, 1);
        assertFalse(parser.complete());
    }

    @Test
    void mutatedReplies_neverThrowUncheckedAndEnd() {
        long seed = System.nanoTime();
        System.out.println("RedisReplyParserTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 3; i++) {
                String row = REPLIES[random.nextInt(REPLIES.length)];
                text.append(lines(row.substring(row.indexOf('|') + 1)));
            }
            Mutation.mutate(text, random);
            ByteBuf in = Bytes.of(text.toString());
            RedisReplyParser parser = parser();
            try {
                for (int at = 0; at < in.writerIndex(); ) {
                    int end = parser.parse(in, at, in.writerIndex());
                    assertTrue(end > at, "seed " + seed);
                    at = end;
                }
            } catch (ProtocolException e) {
                assertTrue(e.getMessage().startsWith("Protocol error: "), "seed " + seed);
            }
        }
    }

    private static RedisReplyParser parser() {
        return new RedisReplyParser(Bytes.SMALL);
    }
}
