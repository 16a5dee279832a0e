package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.segue.proxy.protocol.Command;
import io.segue.proxy.protocol.Conversation;
import io.segue.proxy.protocol.Effects;
import io.segue.proxy.protocol.Handshake;
import io.segue.proxy.protocol.KeyCopy;
import io.segue.proxy.protocol.Keys;
import io.segue.proxy.protocol.Limits;
import io.segue.proxy.protocol.Protocol;
import io.segue.proxy.protocol.Replies;
import io.segue.proxy.protocol.ReplyParser;
import io.segue.proxy.protocol.Request;
import io.segue.proxy.protocol.RequestParser;
import io.segue.proxy.protocol.Splitter;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;

/**
 * Redis, RESP2 and RESP3 (<a href="https://redis.io/docs/latest/develop/reference/protocol-spec/">protocol</a>), servers from 6.2 on.
 */
public final class RedisProtocol implements Protocol {
    private final RedisCommands commands = RedisCommands.load();
    private final Effects effects = new RedisEffects();
    private final Replies replies = new RedisReplies();
    private final KeyCopy keyCopy = new RedisKeyCopy();
    private final Splitter splitter = new RedisSplitter();

    @Override
    public String id() {
        return "redis";
    }

    @Override
    public RequestParser requestParser(Limits limits) {
        return new RedisRequestParser(commands, limits);
    }

    @Override
    public ReplyParser replyParser(Limits limits) {
        return new RedisReplyParser(limits);
    }

    @Override
    public Collection<Command> commands() {
        return commands.all();
    }

    @Override
    public Keys keys() {
        return new RedisKeys();
    }

    @Override
    public boolean blocks(Request request, ByteBuf in, int start) {
        return RedisCommands.blocks(request, in, start);
    }

    @Override
    public boolean cameBackEmpty(ByteBuf reply) {
        ReplyCursor cursor = new ReplyCursor(reply).next();
        return cursor.isNull() || (cursor.isError() && cursor.text().startsWith("UNBLOCKED"));
    }

    @Override
    public byte[] unblock(long connectionId) {
        String id = Long.toString(connectionId);
        return ("*4\r\n$6\r\nCLIENT\r\n$7\r\nUNBLOCK\r\n$" + id.length() + "\r\n" + id + "\r\n$7\r\nTIMEOUT\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public Effects effects() {
        return effects;
    }

    @Override
    public Replies replies() {
        return replies;
    }

    @Override
    public Splitter splitter() {
        return splitter;
    }

    @Override
    public KeyCopy keyCopy() {
        return keyCopy;
    }

    @Override
    public Handshake handshake(Login login, int protocolVersion, int db, List<byte[]> journal) {
        return new RedisHandshake(login, protocolVersion, db, journal);
    }

    @Override
    public Conversation conversation(ConversationSettings settings) {
        return new RedisConversation(settings, replies);
    }
}
