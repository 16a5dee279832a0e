package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.segue.proxy.protocol.Effects;
import io.segue.proxy.protocol.Effects.Outcome;
import io.segue.proxy.protocol.Request;

/** Writes one request that is made of parts of another and of its reply. */
final class RequestWriter {
    private final Request request;
    private final ByteBuf frame;
    private final Effects.Out out;
    private final ByteBuf buffer;

    /** A request of {@code count} arguments. */
    RequestWriter(Request request, ByteBuf frame, Effects.Out out, int count) {
        this.request = request;
        this.frame = frame;
        this.out = out;
        buffer = out.alloc().buffer(request.length() + 64);
        RedisEncoder.array(buffer, count);
    }

    /** The next argument. */
    RequestWriter text(String argument) {
        RedisEncoder.bulk(buffer, argument);
        return this;
    }

    /** The next argument. */
    RequestWriter number(long argument) {
        RedisEncoder.bulk(buffer, argument);
        return this;
    }

    /** The next argument is argument {@code i} of the original. */
    RequestWriter argument(int i) {
        RedisEncoder.bulk(buffer, frame, frame.readerIndex() + request.argStart(i), request.argLength(i));
        return this;
    }

    /** The next arguments are arguments {@code from} to {@code to - 1} of the original. */
    RequestWriter arguments(int from, int to) {
        for (int i = from; i < to; i++) {
            argument(i);
        }
        return this;
    }

    /** The next argument is the element of {@code reply} that the cursor stands on. */
    RequestWriter element(ByteBuf reply, ReplyCursor cursor) {
        RedisEncoder.bulk(buffer, reply, cursor.start(), cursor.length());
        return this;
    }

    /** Hands the request over. */
    Outcome send() {
        out.request(buffer);
        return Outcome.REWRITTEN;
    }
}
