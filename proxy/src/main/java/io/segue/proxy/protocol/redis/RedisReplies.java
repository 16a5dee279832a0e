package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.segue.proxy.protocol.Command;
import io.segue.proxy.protocol.Replies;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Compares Redis replies. Equal bytes are always the same answer; otherwise errors are the same when their codes are (texts
 * differ between releases), RESP3 sets and maps have no order and doubles are numbers, and the rest depends on the command.
 */
public final class RedisReplies implements Replies {
    /** By how much two servers' clocks and delays may tell a remaining time apart. */
    private static final long TTL_TOLERANCE_SECONDS = 2;

    private static final long TTL_TOLERANCE_MILLISECONDS = 2000;

    /** What a server says that is loading its data, out of memory, a replica, or kept by a rule of its own from taking writes. */
    private static final Set<String> TAKES_NO_WRITES =
            Set.of("LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "READONLY", "MISCONF", "NOREPLICAS", "OOM");

    @Override
    public boolean same(Command command, ByteBuf one, ByteBuf other) {
        if (ByteBufUtil.equals(one, other)) {
            return true;
        }
        ReplyCursor a = new ReplyCursor(one).next();
        ReplyCursor b = new ReplyCursor(other).next();
        if (a.isError() || b.isError()) {
            return a.isError() && b.isError() && code(a).equals(code(b));
        }
        return switch (command.reply()) {
            case RANDOM -> a.isNull() == b.isNull() && (a.isNull() || a.type() == b.type());
            case TTL -> sameTimes(a, b, tolerance(command));
            case EXACT -> digest(one, ReplyDigest.Order.AS_TYPED) == digest(other, ReplyDigest.Order.AS_TYPED);
            case UNORDERED -> {
                ReplyDigest.Order order =
                        switch (command.name()) {
                            case "HGETALL", "CONFIG GET" -> ReplyDigest.Order.PAIRS;
                            default -> ReplyDigest.Order.NONE;
                        };
                yield digest(one, order) == digest(other, order);
            }
        };
    }

    @Override
    public boolean isError(ByteBuf reply) {
        return new ReplyCursor(reply).next().isError();
    }

    @Override
    public boolean takesNoWrites(ByteBuf error) {
        return TAKES_NO_WRITES.contains(code(new ReplyCursor(error).next()));
    }

    @Override
    public boolean isEmpty(ByteBuf reply) {
        return RedisEffects.isEmpty(reply);
    }

    @Override
    public byte[] error(String code, String message) {
        String line = "-" + code + " " + message;
        return (line.replace('\r', ' ').replace('\n', ' ') + "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    private static long digest(ByteBuf reply, ReplyDigest.Order order) {
        return new ReplyDigest(reply).of(order);
    }

    private static String code(ReplyCursor error) {
        String text = error.text();
        int space = text.indexOf(' ');
        return space < 0 ? text : text.substring(0, space);
    }

    private static long tolerance(Command command) {
        boolean milliseconds = command.name().startsWith("P") || command.name().startsWith("HP");
        return milliseconds ? TTL_TOLERANCE_MILLISECONDS : TTL_TOLERANCE_SECONDS;
    }

    /** One time, or an array of them. Negative ones mean "none" and "no such key". */
    private static boolean sameTimes(ReplyCursor a, ReplyCursor b, long tolerance) {
        if (a.type() != b.type() || a.isNull() != b.isNull() || a.children() != b.children()) {
            return false;
        }
        if (!a.isAggregate()) {
            return a.isNull() || sameTime(a.number(), b.number(), tolerance);
        }
        for (int left = a.children(); left > 0; left--) {
            a.next();
            b.next();
            if (a.type() != ':' || b.type() != ':' || !sameTime(a.number(), b.number(), tolerance)) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameTime(long a, long b, long tolerance) {
        return a == b || (a >= 0 && b >= 0 && Math.abs(a - b) <= tolerance);
    }
}
