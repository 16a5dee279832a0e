package io.segue.proxy.protocol.redis;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Replies that the proxy gives itself. */
final class Resp {
    static final byte[] OK = ascii("+OK\r\n");
    static final byte[] QUEUED = ascii("+QUEUED\r\n");
    static final byte[] RESET = ascii("+RESET\r\n");
    static final byte[] NOTHING = new byte[0];

    private Resp() {}

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] integer(long value) {
        return ascii(":" + value + "\r\n");
    }

    static byte[] bulk(byte[] value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(value.length + 16);
        appendBulk(out, value);
        return out.toByteArray();
    }

    static byte[] bulk(String value) {
        return bulk(value.getBytes(StandardCharsets.UTF_8));
    }

    /** A null, in the client's dialect. */
    static byte[] none(int protocolVersion) {
        return ascii(protocolVersion >= 3 ? "_\r\n" : "$-1\r\n");
    }

    /** A request. */
    static byte[] request(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ascii("*" + arguments.length + "\r\n"));
        for (String argument : arguments) {
            appendBulk(out, argument.getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    static void appendBulk(ByteArrayOutputStream out, byte[] value) {
        out.writeBytes(ascii("$" + value.length + "\r\n"));
        out.writeBytes(value);
        out.writeBytes(ascii("\r\n"));
    }
}
