package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.segue.proxy.protocol.Limits;
import io.segue.proxy.protocol.ProtocolException;
import io.segue.proxy.protocol.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Test text as bytes, one char a byte, and back. */
final class Bytes {
    static final RedisCommands COMMANDS = RedisCommands.load();
    static final Limits SMALL = new Limits(1 << 20, 1000, 200, 4);

    private Bytes() {}

    static ByteBuf of(String text) {
        return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static String text(ByteBuf in) {
        return in.toString(StandardCharsets.ISO_8859_1);
    }

    /** The frame of a request whose arguments are the words of {@code line}. */
    static String frame(String line) {
        return frameOf(line.split(" ", -1));
    }

    static String frameOf(String... arguments) {
        StringBuilder frame =
                new StringBuilder().append('*').append(arguments.length).append("\r\n");
        for (String argument : arguments) {
            frame.append('$')
                    .append(argument.length())
                    .append("\r\n")
                    .append(argument)
                    .append("\r\n");
        }
        return frame.toString();
    }

    /** The request whose arguments are the words of {@code line}. */
    static Request request(String line) {
        RedisRequestParser parser = new RedisRequestParser(COMMANDS, Limits.DEFAULT);
        try {
            if (!parser.parse(of(frame(line)), 0)) {
                throw new AssertionError("incomplete: " + line);
            }
        } catch (ProtocolException e) {
            throw new AssertionError(line, e);
        }
        return parser.request();
    }

    static List<String> arguments(Request request, ByteBuf in, int start) {
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < request.argCount(); i++) {
            arguments.add(in.toString(start + request.argStart(i), request.argLength(i), StandardCharsets.ISO_8859_1));
        }
        return arguments;
    }
}
