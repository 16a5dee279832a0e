package io.segue.proxy.protocol.redis;

import io.segue.proxy.protocol.Effects;
import io.segue.proxy.protocol.Effects.Outcome;

/** Rewrites requests that set a time to live: from relative to absolute, and without the conditions that held on the authority. */
final class TimeRewrite {
    private final Rewrite rewrite;
    private final long nowMs;

    TimeRewrite(Rewrite rewrite, long nowMs) {
        this.rewrite = rewrite;
        this.nowMs = nowMs;
    }

    /** SET with any options. */
    Outcome set() {
        if (rewrite.argCount() == 3) {
            return Outcome.SAME;
        }
        boolean conditional = false;
        boolean get = false;
        int time = 0;
        boolean keepTtl = false;
        for (int i = 3; i < rewrite.argCount(); i++) {
            if (rewrite.is(i, "NX") || rewrite.is(i, "XX")) {
                conditional = true;
            } else if (rewrite.is(i, "GET")) {
                get = true;
            } else if (rewrite.is(i, "KEEPTTL")) {
                keepTtl = true;
            } else if (isTime(i)) {
                time = i++;
            } else {
                // An option of a later release.
                return Outcome.RESYNC;
            }
        }
        if (conditional) {
            if (get) {
                // With GET the reply is the old value and does not say whether the condition held.
                return Outcome.RESYNC;
            }
            if (rewrite.first().isNull()) {
                return Outcome.NOTHING;
            }
        }
        if (time == 0) {
            RequestWriter set = rewrite.write(keepTtl ? 4 : 3).text("SET").arguments(1, 3);
            return (keepTtl ? set.text("KEEPTTL") : set).send();
        }
        long atMs = atMs(time);
        return atMs == Args.NOT_A_NUMBER ? Outcome.RESYNC : set(2, atMs);
    }

    /** SETEX, PSETEX: the time is in units of {@code unitMs}, before the value. */
    Outcome setWithTime(long unitMs) {
        long atMs = after(rewrite.number(2), unitMs);
        return atMs == Args.NOT_A_NUMBER ? Outcome.RESYNC : set(3, atMs);
    }

    /** GETEX: a read, and then what EXPIRE or PERSIST does. */
    Outcome getEx() {
        if (rewrite.first().isNull() || rewrite.argCount() == 2) {
            return Outcome.NOTHING;
        }
        if (rewrite.is(2, "PERSIST")) {
            return rewrite.write(2).text("PERSIST").argument(1).send();
        }
        return isTime(2) ? expireAt(atMs(2)) : Outcome.RESYNC;
    }

    /** EXPIRE, PEXPIRE. */
    Outcome expire(long unitMs) {
        return RedisEffects.isZero(rewrite.reply()) ? Outcome.NOTHING : expireAt(after(rewrite.number(2), unitMs));
    }

    /** EXPIREAT, PEXPIREAT: absolute already; only a condition is dropped. */
    Outcome expireAt() {
        if (RedisEffects.isZero(rewrite.reply())) {
            return Outcome.NOTHING;
        }
        return rewrite.argCount() == 3
                ? Outcome.SAME
                : rewrite.write(3).arguments(0, 3).send();
    }

    private Outcome expireAt(long atMs) {
        if (atMs == Args.NOT_A_NUMBER) {
            return Outcome.RESYNC;
        }
        return rewrite.write(3).text("PEXPIREAT").argument(1).number(atMs).send();
    }

    private Outcome set(int value, long atMs) {
        return rewrite.write(5)
                .text("SET")
                .argument(1)
                .argument(value)
                .text("PXAT")
                .number(atMs)
                .send();
    }

    private boolean isTime(int i) {
        return rewrite.is(i, "EX") || rewrite.is(i, "PX") || rewrite.is(i, "EXAT") || rewrite.is(i, "PXAT");
    }

    /** The moment that option {@code i} and the argument after it name. */
    private long atMs(int i) {
        long value = rewrite.number(i + 1);
        if (rewrite.is(i, "EX")) {
            return after(value, 1000);
        }
        if (rewrite.is(i, "PX")) {
            return after(value, 1);
        }
        return value == Args.NOT_A_NUMBER || rewrite.is(i, "PXAT") ? value : milliseconds(value, 1000);
    }

    private long after(long time, long unitMs) {
        if (nowMs == Effects.UNKNOWN_TIME) {
            return Args.NOT_A_NUMBER;
        }
        long ms = time == Args.NOT_A_NUMBER ? time : milliseconds(time, unitMs);
        return ms == Args.NOT_A_NUMBER || ms > Long.MAX_VALUE - nowMs ? Args.NOT_A_NUMBER : nowMs + ms;
    }

    private static long milliseconds(long time, long unitMs) {
        return Math.abs(time) > Long.MAX_VALUE / unitMs ? Args.NOT_A_NUMBER : time * unitMs;
    }
}
