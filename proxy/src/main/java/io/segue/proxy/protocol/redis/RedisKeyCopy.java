package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.segue.proxy.protocol.KeyCopy;
import io.segue.proxy.protocol.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Copies a Redis key by DUMP and RESTORE. The remaining time and the server's clock are read in the same transaction as the value, so the
 * moment of expiry is exact to the millisecond on servers of any version.
 */
final class RedisKeyCopy implements KeyCopy {
    private static final int READ_REPLIES = 5;
    /** Results of what looks at a key: its remaining time, the server's clock, its value. */
    private static final int SEEN = 3;

    private static final int CHECKSUM_BYTES = 8;
    private static final String PAGE = "256";
    private static final Pattern KEYSPACE = Pattern.compile("^db(\\d{1,5}):", Pattern.MULTILINE);
    private static final Pattern CONNECTION = Pattern.compile("\\bid=(\\d{1,18}) .*?\\bname=(\\S*)");

    @Override
    public ByteBuf read(ByteBufAllocator alloc, byte[] key) {
        ByteBuf out = alloc.buffer(128 + 2 * key.length);
        command(out, "MULTI");
        look(out, key);
        command(out, "EXEC");
        return out;
    }

    private static void look(ByteBuf out, byte[] key) {
        RedisEncoder.array(out, 2);
        RedisEncoder.bulk(out, "PTTL");
        RedisEncoder.bulk(out, key);
        command(out, "TIME");
        RedisEncoder.array(out, 2);
        RedisEncoder.bulk(out, "DUMP");
        RedisEncoder.bulk(out, key);
    }

    private static void command(ByteBuf out, String name) {
        RedisEncoder.array(out, 1);
        RedisEncoder.bulk(out, name);
    }

    @Override
    public int readReplies() {
        return READ_REPLIES;
    }

    @Override
    public State state(ByteBuf reply) throws ProtocolException {
        return seen(reply, results(reply, SEEN));
    }

    private static ReplyCursor results(ByteBuf reply, int count) throws ProtocolException {
        ReplyCursor cursor = new ReplyCursor(reply).next();
        if (!cursor.isAggregate() || cursor.children() != count) {
            throw new ProtocolException("the key cannot be copied: " + cursor.text());
        }
        return cursor;
    }

    private static State seen(ByteBuf reply, ReplyCursor cursor) throws ProtocolException {
        long remainingMs = checked(cursor.next()).number();
        checked(cursor.next());
        long seconds = cursor.next().number();
        long micros = cursor.next().number();
        checked(cursor.next());
        if (cursor.isNull()) {
            return new State(null, 0, 0);
        }
        if (cursor.length() <= CHECKSUM_BYTES) {
            throw new ProtocolException("a value of " + cursor.length() + " bytes (expected: more)");
        }
        ByteBuf payload = reply.slice(cursor.start(), cursor.length());
        long expiresAt = remainingMs < 0 ? 0 : seconds * 1000 + (micros + 500) / 1000 + remainingMs;
        return new State(payload, payload.getLong(payload.readableBytes() - CHECKSUM_BYTES), expiresAt);
    }

    private static ReplyCursor checked(ReplyCursor cursor) throws ProtocolException {
        if (cursor.isError()) {
            throw new ProtocolException("the key cannot be copied: " + cursor.text());
        }
        return cursor;
    }

    @Override
    public ByteBuf write(ByteBufAllocator alloc, byte[] key, State state) {
        ByteBuf payload = state.payload();
        ByteBuf out = alloc.buffer(256 + 3 * key.length + (payload == null ? 0 : payload.readableBytes()));
        command(out, "MULTI");
        if (payload == null) {
            RedisEncoder.array(out, 2);
            RedisEncoder.bulk(out, "DEL");
            RedisEncoder.bulk(out, key);
        } else {
            RedisEncoder.array(out, 6);
            RedisEncoder.bulk(out, "RESTORE");
            RedisEncoder.bulk(out, key);
            RedisEncoder.bulk(out, state.expiresAtMs());
            RedisEncoder.bulk(out, payload, payload.readerIndex(), payload.readableBytes());
            RedisEncoder.bulk(out, "REPLACE");
            RedisEncoder.bulk(out, "ABSTTL");
        }
        look(out, key);
        command(out, "EXEC");
        return out;
    }

    @Override
    public int writeReplies() {
        return READ_REPLIES + 1;
    }

    @Override
    public State written(ByteBuf reply) throws ProtocolException {
        ReplyCursor cursor = results(reply, SEEN + 1);
        checked(cursor.next());
        return seen(reply, cursor);
    }

    @Override
    public ByteBuf kill(ByteBufAllocator alloc, long connectionId) {
        return RedisEncoder.request(alloc, "CLIENT", "KILL", "ID", Long.toString(connectionId));
    }

    @Override
    public ByteBuf connections(ByteBufAllocator alloc) {
        return RedisEncoder.request(alloc, "CLIENT", "LIST");
    }

    @Override
    public List<Connection> parseConnections(String reply) {
        return reply.lines()
                .map(CONNECTION::matcher)
                .filter(Matcher::find)
                .map(found -> new Connection(Long.parseLong(found.group(1)), found.group(2)))
                .toList();
    }

    @Override
    public ByteBuf databases(ByteBufAllocator alloc) {
        return RedisEncoder.request(alloc, "INFO", "keyspace");
    }

    @Override
    public Set<Integer> databases(ByteBuf reply) {
        Set<Integer> found = new TreeSet<>();
        Matcher lines = KEYSPACE.matcher(reply.toString(StandardCharsets.US_ASCII));
        while (lines.find()) {
            found.add(Integer.valueOf(lines.group(1)));
        }
        return found;
    }

    @Override
    public ByteBuf scan(ByteBufAllocator alloc, String cursor) {
        return RedisEncoder.request(alloc, "SCAN", cursor, "COUNT", PAGE);
    }

    @Override
    public Page page(ByteBuf reply) throws ProtocolException {
        ReplyCursor cursor = new ReplyCursor(reply).next();
        if (!cursor.isAggregate() || cursor.children() != 2) {
            throw new ProtocolException("the keys cannot be listed: " + cursor.text());
        }
        String next = reply.toString(cursor.next().start(), cursor.length(), StandardCharsets.US_ASCII);
        int count = cursor.next().children();
        List<byte[]> keys = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            cursor.next();
            byte[] key = new byte[cursor.length()];
            reply.getBytes(cursor.start(), key);
            keys.add(key);
        }
        return new Page(next, keys);
    }
}
