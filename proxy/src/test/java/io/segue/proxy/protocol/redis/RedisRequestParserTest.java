package io.segue.proxy.protocol.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.segue.proxy.protocol.Command;
import io.segue.proxy.protocol.Limits;
import io.segue.proxy.protocol.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisRequestParserTest {
    private static final List<String> FRAMES = List.of(
            Bytes.frame("GET user"),
            Bytes.frame("ping"),
            "*0\r\n",
            "*-1\r\n",
            Bytes.frameOf("SET", "k\r\n", "\u0000\r\n$3\r\n", ""),
            "\r\n",
            "\n",
            "GET  user\r\n",
            "set k \"a b\\x00\\n\"\n",
            Bytes.frameOf("MSET", "a", "x".repeat(1000), "b", "y".repeat(70)),
            Bytes.frame("OBJECT encoding some:key"),
            Bytes.frame("DEL " + "k ".repeat(200).trim()));

    @Test
    void request_completeInOneBuffer() throws ProtocolException {
        ByteBuf in = Bytes.of("??" + Bytes.frame("get user") + Bytes.frame("PING"));
        RedisRequestParser parser = parser();

        assertTrue(parser.parse(in, 2));
        assertEquals("GET", parser.request().command().name());
        assertEquals(List.of("get", "user"), Bytes.arguments(parser.request(), in, 2));
        assertEquals(23, parser.request().length());
        assertEquals(23, parser.consumed());
        assertNull(parser.normalized());

        assertTrue(parser.parse(in, 25));
        assertEquals("PING", parser.request().command().name());
        assertEquals(0, in.readerIndex());
    }

    @Test
    void subcommands_haveFactsOfTheirOwn() throws ProtocolException {
        assertEquals(
                "OBJECT ENCODING", Bytes.request("object Encoding k").command().name());
        assertEquals(
                "XGROUP CREATE", Bytes.request("XGROUP CREATE k g $").command().name());
        assertEquals("CLIENT", Bytes.request("CLIENT SETNAME me").command().name());
        assertEquals("OBJECT", Bytes.request("OBJECT nonsense k").command().name());
        assertEquals("OBJECT", Bytes.request("OBJECT").command().name());
        assertSame(Command.UNKNOWN, Bytes.request("JSON.SET k . 1").command());
        assertSame(Command.UNKNOWN, Bytes.request("x".repeat(100)).command());
        assertSame(Command.UNKNOWN, Bytes.request("GE\u0000").command());
    }

    @Test
    void noBytes_noRequest() throws ProtocolException {
        RedisRequestParser parser = parser();
        assertFalse(parser.parse(Unpooled.EMPTY_BUFFER, 0));
        assertEquals(1, parser.bytesWanted());
    }

    @Test
    void drip_findsTheSameAsWhole() throws ProtocolException {
        for (String frame : FRAMES) {
            List<String> expected = arguments(parser(), Bytes.of(frame));
            RedisRequestParser parser = parser();
            for (int n = 0; n < frame.length(); n++) {
                // Another buffer and another index each time.
                ByteBuf in = Bytes.of("#".repeat(n % 3) + frame.substring(0, n));
                assertFalse(parser.parse(in, n % 3), frame);
                assertTrue(parser.bytesWanted() > n && parser.bytesWanted() <= frame.length(), frame + n);
            }
            assertEquals(expected, arguments(parser, Bytes.of(frame)));
            assertEquals(frame.length(), parser.consumed());
        }
    }

    @Test
    void randomSplits_findTheSameAsWhole() throws ProtocolException {
        long seed = System.nanoTime();
        System.out.println("RedisRequestParserTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            List<List<String>> expected = new ArrayList<>();
            StringBuilder stream = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                String frame = FRAMES.get(random.nextInt(FRAMES.size()));
                expected.add(arguments(parser(), Bytes.of(frame)));
                stream.append(frame);
            }
            assertEquals(expected, inPieces(stream.toString(), random), "seed " + seed);
        }
    }

    private static List<List<String>> inPieces(String stream, Random random) throws ProtocolException {
        List<List<String>> found = new ArrayList<>();
        RedisRequestParser parser = parser();
        ByteBuf in = random.nextBoolean() ? Unpooled.buffer() : Unpooled.directBuffer();
        int sent = 0;
        int start = 0;
        while (start < stream.length()) {
            int size = Math.min(stream.length() - sent, random.nextInt(random.nextBoolean() ? 4 : 300));
            in.writeBytes(Bytes.of(stream.substring(sent, sent + size)));
            sent += size;
            while (start < in.writerIndex() && parser.parse(in, start)) {
                found.add(found(parser, in, start));
                start += parser.consumed();
            }
        }
        in.release();
        return found;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "*2147483647~|Protocol error: invalid multibulk length",
                "*1001~|Protocol error: invalid multibulk length",
                "*99999999999999999999~|Protocol error: invalid multibulk length",
                "*01~|Protocol error: invalid multibulk length",
                "*+1~|Protocol error: invalid multibulk length",
                "*--1~|Protocol error: invalid multibulk length",
                "*~|Protocol error: invalid multibulk length",
                "*a~|Protocol error: invalid multibulk length",
                "*1 ~|Protocol error: invalid multibulk length",
                "*1^*|Protocol error: invalid multibulk length",
                "*1~$9999999999~|Protocol error: invalid bulk length",
                "*1~$1048576~|Protocol error: invalid bulk length",
                "*1~$-1~|Protocol error: invalid bulk length",
                "*1~$~|Protocol error: invalid bulk length",
                "*1~$x~|Protocol error: invalid bulk length",
                "*1~$01~|Protocol error: invalid bulk length",
                "*1~$99999999999999999999~|Protocol error: invalid bulk length",
                "*1~x1~|Protocol error: expected '$', got 'x'",
                "*2~$1~a~:1~|Protocol error: expected '$', got ':'",
                "*1~\u0001|Protocol error: expected '$', got '?'",
                "*1~$1~ab~|Protocol error: expected line break after bulk value",
                "GET \"a~|Protocol error: unbalanced quotes in request",
                "GET \"a\"b~|Protocol error: unbalanced quotes in request",
                "GET 'a~|Protocol error: unbalanced quotes in request",
                "GET 'a'b~|Protocol error: unbalanced quotes in request",
            })
    void garbage_isRefused(String text, String message) {
        String bytes = text.replace("~", "\r\n").replace("^", "\r");
        ProtocolException e = assertThrows(ProtocolException.class, () -> parser().parse(Bytes.of(bytes), 0));
        assertEquals(message, e.getMessage());

        ProtocolException dripped = assertThrows(ProtocolException.class, () -> {
            RedisRequestParser parser = parser();
            for (int n = 1; n <= bytes.length(); n++) {
                parser.parse(Bytes.of(bytes.substring(0, n)), 0);
            }
        });
        assertEquals(message, dripped.getMessage());
    }

    @Test
    void inlineRequest_hasALimitWithAndWithoutLineEnd() throws ProtocolException {
        assertTrue(parser().parse(Bytes.of("x".repeat(199) + "\r\n"), 0));
        for (String end : List.of("", "\r\n")) {
            ProtocolException e =
                    assertThrows(ProtocolException.class, () -> parser().parse(Bytes.of("x".repeat(201) + end), 0));
            assertEquals("Protocol error: too big inline request", e.getMessage());
        }
    }

    @Test
    void manyArguments_costMemoryOnlyWhenTheyArrive() throws ProtocolException {
        RedisRequestParser parser = new RedisRequestParser(Bytes.COMMANDS, Limits.DEFAULT);
        assertFalse(parser.parse(Bytes.of("*1048576\r\n$536870912\r\n"), 0));
        assertEquals(0, parser.request().argCount());
        assertEquals(22 + 536870912L + 2 + 1048575L * 6, parser.bytesWanted());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            quoteCharacter = '`',
            value = {
                "PING|PING",
                "  set   a\tb  |set,a,b",
                "set a \"b c\"|set,a,b c",
                "set a 'b c'|set,a,b c",
                "set a \"\"|set,a,",
                "set a x\"y\"|set,a,xy",
                "set a x'y'|set,a,xy",
                "set a \"\\x41\\x4a\\xZZ\"|set,a,AJxZZ",
                "set a \"\\n\\r\\t\\b\\a\\\\\\\"\\q\"|set,a,~^\t\b\u0007\\\"q",
                "set a '\\'\\n\"'|set,a,'\\n\"",
                "set a \"'\"|set,a,'",
                "set a \\n|set,a,\\n",
                "set a \"b\"\u000b\u000cc|set,a,b,c",
                "set a b\u000bc|set,a,b\u000bc",
                "set a b^c|set,a,b,c",
                "get \u00e9|get,\u00e9",
            })
    void inlineRequest_isSplitLikeAServerDoes(String text, String words) throws ProtocolException {
        String line = text.replace("^", "\r");
        String expected = words.replace("^", "\r").replace("~", "\n");
        ByteBuf in = Bytes.of("__" + line + "\r\n");
        RedisRequestParser parser = parser();
        assertTrue(parser.parse(in, 2));
        ByteBuf frame = parser.normalized();
        assertNotNull(frame);
        String[] expectedWords = expected.split(",", -1);
        assertEquals(Bytes.frameOf(expectedWords), Bytes.text(frame));
        assertEquals(List.of(expectedWords), Bytes.arguments(parser.request(), frame, 0));
        assertEquals(frame.readableBytes(), parser.request().length());
        assertEquals(line.length() + 2, parser.consumed());
        assertNotSame(Command.UNKNOWN, parser.request().command());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\n", "   \r\n", "*0\r\n", "*-1\r\n", "*-2147483648\r\n"})
    void nothing_isConsumedAndHasNoArguments(String text) throws ProtocolException {
        RedisRequestParser parser = parser();
        assertTrue(parser.parse(Bytes.of(text + "PING\r\n"), 0));
        assertEquals(0, parser.request().argCount());
        assertEquals(text.length(), parser.consumed());
        assertEquals(text.length(), parser.request().length());
        assertNull(parser.normalized());
    }

    @Test
    void mutatedRequests_neverThrowUncheckedAndEnd() {
        long seed = System.nanoTime();
        System.out.println("RedisRequestParserTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 3; i++) {
                text.append(FRAMES.get(random.nextInt(FRAMES.size())));
            }
            Mutation.mutate(text, random);
            ByteBuf in = Bytes.of(text.toString());
            RedisRequestParser parser = parser();
            int start = 0;
            try {
                while (start < in.writerIndex() && parser.parse(in, start)) {
                    assertTrue(parser.consumed() > 0, "seed " + seed);
                    RedisCommands.blocks(
                            parser.request(),
                            parser.normalized() == null ? in : parser.normalized(),
                            parser.normalized() == null ? start : 0);
                    start += parser.consumed();
                }
            } catch (ProtocolException e) {
                assertTrue(e.getMessage().startsWith("Protocol error: "), "seed " + seed);
            }
        }
    }

    private static RedisRequestParser parser() {
        return new RedisRequestParser(Bytes.COMMANDS, Bytes.SMALL);
    }

    private static List<String> arguments(RedisRequestParser parser, ByteBuf in) throws ProtocolException {
        assertTrue(parser.parse(in, 0));
        return found(parser, in, 0);
    }

    private static List<String> found(RedisRequestParser parser, ByteBuf in, int start) {
        ByteBuf normalized = parser.normalized();
        return normalized == null
                ? Bytes.arguments(parser.request(), in, start)
                : Bytes.arguments(parser.request(), normalized, 0);
    }
}
