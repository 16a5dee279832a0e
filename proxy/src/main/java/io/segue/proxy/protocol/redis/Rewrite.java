package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.segue.proxy.protocol.Effects;
import io.segue.proxy.protocol.Effects.Outcome;
import io.segue.proxy.protocol.Request;

/** Rewrites one request by what its reply says; a reply of another shape than the command's asks for a copy of the keys. */
final class Rewrite {
    private final Request request;
    private final ByteBuf frame;
    private final ByteBuf reply;
    private final Effects.Out out;

    Rewrite(Request request, ByteBuf frame, ByteBuf reply, Effects.Out out) {
        this.request = request;
        this.frame = frame;
        this.reply = reply;
        this.out = out;
    }

    /** The condition held on the authority, and that decides: the follower gets the request without it. */
    Outcome unconditional(String command) {
        if (RedisEffects.isZero(reply)) {
            return Outcome.NOTHING;
        }
        int count = argCount();
        return write(count).text(command).arguments(1, count).send();
    }

    /** COPY that succeeded: with REPLACE, so that a leftover on the follower is no hindrance. */
    Outcome copy() {
        if (RedisEffects.isZero(reply)) {
            return Outcome.NOTHING;
        }
        if (hasOption(3, "REPLACE")) {
            return Outcome.SAME;
        }
        int count = argCount();
        return write(count + 1).arguments(0, count).text("REPLACE").send();
    }

    /** SPOP: the members that the authority chose. */
    Outcome spop() {
        ReplyCursor cursor = first();
        if (RedisEffects.isEmpty(reply)) {
            return Outcome.NOTHING;
        }
        if (!cursor.isAggregate()) {
            return write(3).text("SREM").argument(1).element(reply, cursor).send();
        }
        int members = cursor.children();
        RequestWriter srem = write(members + 2).text("SREM").argument(1);
        for (int i = 0; i < members; i++) {
            srem.element(reply, cursor.next());
        }
        return srem.send();
    }

    /** BLPOP, BRPOP: reply {@code [key, value]}. */
    Outcome popOfReplyKey(String command) {
        ReplyCursor cursor = first();
        if (RedisEffects.isEmpty(reply)) {
            return Outcome.NOTHING;
        }
        if (!isArray(cursor, 2)) {
            return Outcome.RESYNC;
        }
        return write(2).text(command).element(reply, cursor.next()).send();
    }

    /** BLMOVE, BRPOPLPUSH: the same without the last argument. */
    Outcome withoutTimeout(String command) {
        if (RedisEffects.isEmpty(reply)) {
            return Outcome.NOTHING;
        }
        int count = argCount() - 1;
        return write(count).text(command).arguments(1, count).send();
    }

    /** LMPOP, BLMPOP: reply {@code [key, [values]]}; {@code countAt} holds the number of keys. */
    Outcome listPop(int countAt) {
        ReplyCursor cursor = first();
        if (RedisEffects.isEmpty(reply)) {
            return Outcome.NOTHING;
        }
        long keys = number(countAt);
        if (!isArray(cursor, 2) || keys < 1 || keys >= argCount()) {
            return Outcome.RESYNC;
        }
        boolean left = is(countAt + 1 + (int) keys, "LEFT");
        cursor.next();
        RequestWriter pop = write(3).text(left ? "LPOP" : "RPOP").element(reply, cursor);
        return pop.number(cursor.next().children()).send();
    }

    /** BZPOPMIN, BZPOPMAX: reply {@code [key, member, score]}. Removed by name, whatever score the follower has. */
    Outcome sortedSetPopOne() {
        ReplyCursor cursor = first();
        if (RedisEffects.isEmpty(reply)) {
            return Outcome.NOTHING;
        }
        if (!isArray(cursor, 3)) {
            return Outcome.RESYNC;
        }
        RequestWriter zrem = write(3).text("ZREM").element(reply, cursor.next());
        return zrem.element(reply, cursor.next()).send();
    }

    /** ZMPOP, BZMPOP: reply {@code [key, [[member, score] …]]}. */
    Outcome sortedSetPop() {
        if (RedisEffects.isEmpty(reply)) {
            return Outcome.NOTHING;
        }
        int members = poppedMembers();
        if (members == 0) {
            return Outcome.RESYNC;
        }
        ReplyCursor cursor = first();
        RequestWriter zrem = write(members + 2).text("ZREM").element(reply, cursor.next());
        cursor.next();
        for (int i = 0; i < members; i++) {
            cursor.next();
            zrem.element(reply, cursor.next());
            cursor.next();
        }
        return zrem.send();
    }

    /** Number of members in the reply of ZMPOP; 0 if it is of another shape. */
    private int poppedMembers() {
        ReplyCursor cursor = first();
        if (!isArray(cursor, 2) || cursor.next().isAggregate()) {
            return 0;
        }
        int members = cursor.next().children();
        for (int i = 0; i < members; i++) {
            if (!isArray(cursor.next(), 2)) {
                return 0;
            }
            cursor.skipChildren();
        }
        return members;
    }

    /** Whether an argument from {@code from} on is {@code word}. */
    boolean hasOption(int from, String word) {
        return Args.indexOf(request, frame, frame.readerIndex(), from, word) > 0;
    }

    /** Whether argument {@code i} is {@code word}. */
    boolean is(int i, String word) {
        return Args.is(request, frame, frame.readerIndex(), i, word);
    }

    /** Argument {@code i} as a number; {@link Args#NOT_A_NUMBER} if it is none. */
    long number(int i) {
        return Args.number(request, frame, frame.readerIndex(), i);
    }

    /** First byte of argument {@code i}; 0 if it is empty or missing. */
    byte firstByte(int i) {
        return i >= argCount() || request.argLength(i) == 0
                ? 0
                : frame.getByte(frame.readerIndex() + request.argStart(i));
    }

    /** Number of arguments, the command name included. */
    int argCount() {
        return request.argCount();
    }

    /** A cursor on the reply's first element. */
    ReplyCursor first() {
        return new ReplyCursor(reply).next();
    }

    /** The authority's reply. */
    ByteBuf reply() {
        return reply;
    }

    /** Begins a request of {@code count} arguments. */
    RequestWriter write(int count) {
        return new RequestWriter(request, frame, out, count);
    }

    private static boolean isArray(ReplyCursor cursor, int children) {
        return cursor.isAggregate() && cursor.children() == children;
    }
}
