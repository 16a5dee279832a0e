package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.segue.proxy.protocol.Command;
import io.segue.proxy.protocol.Request;
import io.segue.proxy.protocol.Splitter;

/** Divides MGET, DEL, UNLINK, EXISTS and TOUCH: commands whose arguments are all keys. */
final class RedisSplitter implements Splitter {

    @Override
    public ByteBuf part(ByteBufAllocator alloc, Request request, ByteBuf frame, int[] parts, int part) {
        int count = 0;
        for (int its : parts) {
            count += its == part ? 1 : 0;
        }
        ByteBuf out = alloc.buffer();
        RedisEncoder.array(out, 1 + count);
        RedisEncoder.bulk(out, frame, frame.readerIndex() + request.argStart(0), request.argLength(0));
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] == part) {
                RedisEncoder.bulk(out, frame, frame.readerIndex() + request.argStart(i + 1), request.argLength(i + 1));
            }
        }
        return out;
    }

    @Override
    public ByteBuf join(ByteBufAllocator alloc, Command command, int[] parts, ByteBuf[] replies) {
        ByteBuf out = alloc.buffer();
        if (command.split() == Command.Split.SUM) {
            long sum = 0;
            for (ByteBuf reply : replies) {
                sum += new ReplyCursor(reply).next().number();
            }
            return out.writeBytes(Resp.integer(sum));
        }
        ReplyCursor[] cursors = new ReplyCursor[replies.length];
        for (int i = 0; i < replies.length; i++) {
            cursors[i] = new ReplyCursor(replies[i]).next();
        }
        RedisEncoder.array(out, parts.length);
        for (int part : parts) {
            ReplyCursor cursor = cursors[part];
            int from = cursor.position();
            cursor.next().skipChildren();
            out.writeBytes(replies[part], from, cursor.position() - from);
        }
        return out;
    }
}
