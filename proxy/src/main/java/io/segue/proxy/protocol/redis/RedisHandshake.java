package io.segue.proxy.protocol.redis;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.segue.core.planchange.Eviction;
import io.segue.proxy.protocol.Handshake;
import io.segue.proxy.protocol.Protocol.Login;
import io.segue.proxy.protocol.ProtocolException;
import io.segue.proxy.protocol.ServerFacts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens one connection to a Redis server: login and dialect, name, what the server says of itself, whether this proxy is kept out, database, all in
 * one round trip. What a restricted user may not ask is done without; a refused login, dialect or database is the end.
 */
final class RedisHandshake implements Handshake {
    /** What a reply is for. */
    private enum Step {
        /** Must succeed. */
        REQUIRED,
        /** May be refused. */
        OPTIONAL,
        CLIENT_ID,
        INFO,
        TIME,
        /** Whether this proxy was evicted. */
        MARK
    }

    private final List<Step> steps = new ArrayList<>();
    private final List<ByteBuf> requests = new ArrayList<>();
    private final Login login;
    private final int protocolVersion;
    private final int db;
    private final List<byte[]> journal;
    private String version = "";
    private String runId = "";
    private long connectionId = -1;
    private long clockOffsetMs;
    private long sentMs;

    RedisHandshake(Login login, int protocolVersion, int db, List<byte[]> journal) {
        this.login = login;
        this.protocolVersion = protocolVersion;
        this.db = db;
        this.journal = journal;
        plan();
    }

    private void plan() {
        if (protocolVersion >= 3 || !login.password().isEmpty()) {
            steps.add(Step.REQUIRED);
        }
        steps.add(Step.OPTIONAL);
        steps.add(Step.CLIENT_ID);
        steps.add(Step.INFO);
        steps.add(Step.TIME);
        steps.add(Step.MARK);
        if (db != 0) {
            steps.add(Step.REQUIRED);
        }
        journal.forEach(request -> steps.add(Step.REQUIRED));
    }

    @Override
    public ByteBuf requests(ByteBufAllocator alloc) {
        sentMs = System.currentTimeMillis();
        loginRequest(alloc);
        requests.add(RedisEncoder.request(alloc, "CLIENT", "SETNAME", login.connectionName()));
        requests.add(RedisEncoder.request(alloc, "CLIENT", "ID"));
        requests.add(RedisEncoder.request(alloc, "INFO", "server"));
        requests.add(RedisEncoder.request(alloc, "TIME"));
        // After the name, and before any database is chosen: marks are in the first.
        requests.add(RedisEncoder.request(alloc, "GET", Eviction.markKey(login.proxy())));
        if (db != 0) {
            requests.add(RedisEncoder.request(alloc, "SELECT", Integer.toString(db)));
        }
        journal.forEach(request -> requests.add(alloc.buffer(request.length).writeBytes(request)));
        ByteBuf all = alloc.buffer();
        for (ByteBuf request : requests) {
            all.writeBytes(request);
            request.release();
        }
        requests.clear();
        return all;
    }

    private void loginRequest(ByteBufAllocator alloc) {
        String user = login.username().isEmpty() ? "default" : login.username();
        if (protocolVersion >= 3) {
            String dialect = Integer.toString(protocolVersion);
            requests.add(
                    login.password().isEmpty()
                            ? RedisEncoder.request(alloc, "HELLO", dialect)
                            : RedisEncoder.request(alloc, "HELLO", dialect, "AUTH", user, login.password()));
        } else if (!login.password().isEmpty()) {
            requests.add(
                    login.username().isEmpty()
                            ? RedisEncoder.request(alloc, "AUTH", login.password())
                            : RedisEncoder.request(alloc, "AUTH", user, login.password()));
        }
    }

    @Override
    public int replyCount() {
        return steps.size();
    }

    @Override
    public void reply(int index, ByteBuf reply, long nowMs) throws ProtocolException {
        Step step = steps.get(index);
        byte first = reply.getByte(reply.readerIndex());
        if (first == '-' || first == '!') {
            if (step == Step.REQUIRED) {
                throw new ProtocolException("login refused: " + text(reply).strip());
            }
            return;
        }
        switch (step) {
            case REQUIRED, OPTIONAL -> {}
            case CLIENT_ID -> connectionId = new ReplyCursor(reply).next().number();
            case INFO -> readInfo(text(reply));
            case TIME -> readTime(reply, nowMs);
            case MARK -> heedMark(reply);
        }
    }

    private void readInfo(String info) {
        for (String line : info.split("\r\n", -1)) {
            if (line.startsWith("redis_version:")) {
                version = line.substring("redis_version:".length());
            } else if (line.startsWith("run_id:")) {
                runId = line.substring("run_id:".length());
            }
        }
    }

    /** The server read its clock somewhere between our sending and our receiving: the middle is off by half a round trip at most. */
    private void readTime(ByteBuf reply, long nowMs) {
        ReplyCursor cursor = new ReplyCursor(reply);
        cursor.next();
        cursor.next();
        long seconds = cursor.number();
        cursor.next();
        long micros = cursor.number();
        if (seconds >= 0 && micros >= 0) {
            clockOffsetMs = seconds * 1000 + micros / 1000 - (sentMs + nowMs) / 2;
        }
    }

    private void heedMark(ByteBuf reply) throws ProtocolException {
        ReplyCursor cursor = new ReplyCursor(reply).next();
        if (!cursor.isNull()
                && Eviction.shutOut(Eviction.mark(cursor.text()), login.runs().getAsLong())) {
            throw new ProtocolException(
                    "proxy " + login.proxy()
                            + " was evicted, and may use this database again when it has a configuration from the control plane");
        }
    }

    private static String text(ByteBuf reply) {
        return reply.toString(StandardCharsets.UTF_8);
    }

    @Override
    public ServerFacts facts() {
        return new ServerFacts(version, runId, connectionId, clockOffsetMs);
    }
}
