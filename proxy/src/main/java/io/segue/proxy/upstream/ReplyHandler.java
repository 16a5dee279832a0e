package io.segue.proxy.upstream;

import io.netty.buffer.ByteBuf;
import io.segue.proxy.protocol.ReplyParser;

/** Waits for the reply to one request on a {@link Lane}. Called on the lane's event loop. */
public interface ReplyHandler {
    /**
     * A piece of the reply: {@code in[from, to)}. The bytes are the lane's; whoever wants to keep them retains or copies.
     *
     * @param last whether the reply ends here; nothing more is called after that
     */
    void onReply(Lane lane, ByteBuf in, int from, int to, boolean last, ReplyParser.Kind kind);

    /**
     * There will be no (more) reply: the connection is gone or never came up.
     *
     * @param maybeSent whether the server may have received the request, or may still
     */
    void onLost(Lane lane, String reason, boolean maybeSent);

    /**
     * The reply has not begun after {@code ageNs} nanoseconds, or has begun and nothing more of it came for so long. Called at every tick
     * from {@link Lane#OVERDUE_NS} on. May call {@link Lane#fail}.
     */
    void onOverdue(Lane lane, long ageNs);
}
