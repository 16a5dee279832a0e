package io.segue.proxy.protocol.redis;

import io.segue.proxy.protocol.Effects.Outcome;

/** Rewrites XADD with the id that the authority gave; how much an approximate trim cuts depends on the server. */
final class StreamRewrite {
    private final Rewrite rewrite;

    StreamRewrite(Rewrite rewrite) {
        this.rewrite = rewrite;
    }

    /** XADD key [NOMKSTREAM] [MAXLEN|MINID [=|~] threshold [LIMIT n]] id field value … */
    Outcome add() {
        ReplyCursor cursor = rewrite.first();
        if (cursor.isNull()) {
            return Outcome.NOTHING;
        }
        int skipped = 0;
        int id = 2;
        while (isOption(id)) {
            if (rewrite.is(id, "NOMKSTREAM")) {
                // The stream was there, or the reply would be null.
                skipped = id;
                id++;
            } else if (rewrite.is(id + 1, "~")) {
                return Outcome.RESYNC;
            } else {
                id += rewrite.is(id + 1, "=") ? 3 : 2;
            }
        }
        byte first = rewrite.firstByte(id);
        if (first != '*' && (first < '0' || first > '9')) {
            // An option of a later release.
            return Outcome.RESYNC;
        }
        int count = rewrite.argCount();
        RequestWriter add = rewrite.write(skipped == 0 ? count : count - 1);
        for (int i = 0; i < id; i++) {
            if (i == 0 || i != skipped) {
                add.argument(i);
            }
        }
        return add.element(rewrite.reply(), cursor).arguments(id + 1, count).send();
    }

    /** XTRIM key MAXLEN|MINID [=|~] threshold [LIMIT n] */
    Outcome trim() {
        if (RedisEffects.isZero(rewrite.reply())) {
            return Outcome.NOTHING;
        }
        int plain = rewrite.is(3, "=") ? 5 : 4;
        return rewrite.is(3, "~") || rewrite.argCount() > plain ? Outcome.RESYNC : Outcome.SAME;
    }

    private boolean isOption(int i) {
        return rewrite.is(i, "NOMKSTREAM") || rewrite.is(i, "MAXLEN") || rewrite.is(i, "MINID");
    }
}
