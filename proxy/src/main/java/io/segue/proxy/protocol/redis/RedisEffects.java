package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.segue.proxy.protocol.Command.EffectRule;
import io.segue.proxy.protocol.Effects;
import io.segue.proxy.protocol.Request;

/**
 * What Redis writes did. Where the request alone would not do the same on the follower (relative times, random choice,
 * conditions on what the follower may have differently, waiting), it is rewritten with commands that Redis 6.2 has; where it cannot be, the keys are
 * copied again. Stateless, thread-safe.
 */
public final class RedisEffects implements Effects {
    @Override
    public Outcome of(Request request, ByteBuf frame, ByteBuf reply, long serverNowMs, Out out) {
        return switch (request.command().effect()) {
            case NONE -> Outcome.NOTHING;
            case EVERYWHERE, ANNOUNCE -> Outcome.SAME;
            case RESYNC -> Outcome.RESYNC;
            case SAME -> changedNothing(request, reply) ? Outcome.NOTHING : Outcome.SAME;
            case REWRITE -> rewrite(request, frame, reply, serverNowMs, out);
        };
    }

    @Override
    public boolean everywhere(Request request, ByteBuf frame) {
        return switch (request.command().name()) {
            case "MOVE" -> true;
            case "COPY" -> Args.indexOf(request, frame, frame.readerIndex(), 3, "DB") > 0;
            default -> request.command().effect() == EffectRule.EVERYWHERE;
        };
    }

    /** Whether the reply says that a request which would do the same on the follower found nothing to do. */
    private static boolean changedNothing(Request request, ByteBuf reply) {
        return switch (request.command().name()) {
            case "DEL",
                    "UNLINK",
                    "PERSIST",
                    "MOVE",
                    "HDEL",
                    "LINSERT",
                    "LPUSHX",
                    "LREM",
                    "PFADD",
                    "RPUSHX",
                    "SADD",
                    "SMOVE",
                    "SREM",
                    "XACK",
                    "XDEL",
                    "ZREM",
                    "ZREMRANGEBYLEX",
                    "ZREMRANGEBYRANK",
                    "ZREMRANGEBYSCORE" -> isZero(reply);
            case "GETDEL", "LMOVE", "LPOP", "RPOP", "RPOPLPUSH", "ZADD", "ZPOPMAX", "ZPOPMIN" -> isEmpty(reply);
            default -> false;
        };
    }

    private static Outcome rewrite(Request request, ByteBuf frame, ByteBuf reply, long serverNowMs, Out out) {
        if (request.argCount() < request.command().minArgs()) {
            // No server takes it; should one do so, nothing is known about what it did.
            return Outcome.RESYNC;
        }
        Rewrite rewrite = new Rewrite(request, frame, reply, out);
        return switch (request.command().name()) {
            case "SET" -> new TimeRewrite(rewrite, serverNowMs).set();
            case "SETEX" -> new TimeRewrite(rewrite, serverNowMs).setWithTime(1000);
            case "PSETEX" -> new TimeRewrite(rewrite, serverNowMs).setWithTime(1);
            case "GETEX" -> new TimeRewrite(rewrite, serverNowMs).getEx();
            case "EXPIRE" -> new TimeRewrite(rewrite, serverNowMs).expire(1000);
            case "PEXPIRE" -> new TimeRewrite(rewrite, serverNowMs).expire(1);
            case "EXPIREAT", "PEXPIREAT" -> new TimeRewrite(rewrite, serverNowMs).expireAt();
            case "SETNX" -> rewrite.unconditional("SET");
            case "MSETNX" -> rewrite.unconditional("MSET");
            case "HSETNX" -> rewrite.unconditional("HSET");
            case "RENAMENX" -> rewrite.unconditional("RENAME");
            case "COPY" -> rewrite.copy();
            case "SPOP" -> rewrite.spop();
            case "XADD" -> new StreamRewrite(rewrite).add();
            case "XTRIM" -> new StreamRewrite(rewrite).trim();
            case "BLPOP" -> rewrite.popOfReplyKey("LPOP");
            case "BRPOP" -> rewrite.popOfReplyKey("RPOP");
            case "BLMOVE" -> rewrite.withoutTimeout("LMOVE");
            case "BRPOPLPUSH" -> rewrite.withoutTimeout("RPOPLPUSH");
            case "LMPOP" -> rewrite.listPop(1);
            case "BLMPOP" -> rewrite.listPop(2);
            case "BZPOPMIN", "BZPOPMAX" -> rewrite.sortedSetPopOne();
            case "ZMPOP", "BZMPOP" -> rewrite.sortedSetPop();
            case "SORT" -> rewrite.hasOption(2, "STORE") ? Outcome.RESYNC : Outcome.NOTHING;
            case "GEORADIUS", "GEORADIUSBYMEMBER" ->
                rewrite.hasOption(5, "STORE") || rewrite.hasOption(5, "STOREDIST") ? Outcome.SAME : Outcome.NOTHING;
            default -> Outcome.RESYNC;
        };
    }

    /** Whether the reply is a whole number that says "nothing done": 0, or LINSERT's -1. */
    static boolean isZero(ByteBuf reply) {
        ReplyCursor cursor = new ReplyCursor(reply).next();
        return cursor.type() == ':' && cursor.number() <= 0;
    }

    /** Whether the reply is null or an aggregate of nothing. */
    static boolean isEmpty(ByteBuf reply) {
        ReplyCursor cursor = new ReplyCursor(reply).next();
        return cursor.isNull() || (cursor.isAggregate() && cursor.children() == 0);
    }
}
