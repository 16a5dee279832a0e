package io.segue.controlplane.mover.redis.psync;

import io.segue.controlplane.redis.Redis;
import io.segue.controlplane.redis.RedisConnection;
import io.segue.controlplane.redis.RedisError;
import io.segue.controlplane.redis.RedisErrorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is said on a connection before the stream flows. Source: the replication protocol as Redis 5 to 7.4 speak it. */
final class Handshake {
    /** {@link #snapshotLength}: the snapshot ends with a mark instead. */
    static final long MARKED = -1;
    /** Bytes of the mark. */
    static final int MARK = 40;

    /** About how fast a source makes one. */
    private static final long SNAPSHOT_BYTES_PER_SECOND = 50L * 1024 * 1024;

    private static final int MAX_EMPTY_LINES = 1_000_000;

    private final RedisConnection connection;
    private byte[] mark = new byte[0];

    Handshake(RedisConnection connection) {
        this.connection = connection;
    }

    /**
     * The answer to PSYNC.
     *
     * @param full whether a snapshot comes first
     * @param replid null: the one that was asked for
     * @param offset of the snapshot; 0 without one
     */
    record Answer(boolean full, @Nullable String replid, long offset) {}

    /** Says who is here, and what this side understands. */
    void introduce(String name) throws IOException {
        command(true, "PING");
        command(false, "CLIENT", "SETNAME", name);
        command(false, "REPLCONF", "listening-port", "0");
        if (wantsMark()) {
            command(false, "REPLCONF", "capa", "eof", "capa", "psync2");
        } else {
            command(false, "REPLCONF", "capa", "psync2");
        }
    }

    /**
     * Whether to understand a snapshot that ends with a mark. It comes while it is being made, but a source waits before it makes one, for
     * more replicas: that must be worth it.
     */
    private boolean wantsMark() throws IOException {
        Map<String, String> config = new HashMap<>();
        if (command(false, "CONFIG", "GET", "repl-diskless-sync*") instanceof List<?> pairs) {
            for (int i = 0; i + 1 < pairs.size(); i += 2) {
                config.put(word(pairs.get(i)), word(pairs.get(i + 1)));
            }
        }
        String delay = config.getOrDefault("repl-diskless-sync-delay", "");
        if (!"yes".equals(config.get("repl-diskless-sync")) || !delay.matches("\\d{1,6}")) {
            return false;
        }
        long worth = Long.parseLong(delay) * SNAPSHOT_BYTES_PER_SECOND;
        return worth == 0 || usedMemory() > worth;
    }

    private long usedMemory() throws IOException {
        Object info = command(false, "INFO", "memory");
        String used = info instanceof byte[] text ? Redis.info(text).getOrDefault("used_memory", "") : "";
        return used.matches("\\d{1,18}") ? Long.parseLong(used) : 0;
    }

    private static String word(@Nullable Object value) {
        return value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : "";
    }

    /** The commands of the source. */
    KeyTable commands() throws IOException {
        return KeyTable.of(command(true, "COMMAND"));
    }

    /** What the source says about its replication; empty if it does not want to. */
    Map<String, String> replication() throws IOException {
        return command(false, "INFO", "replication") instanceof byte[] text ? Redis.info(text) : Map.of();
    }

    private @Nullable Object command(boolean needed, String... words) throws IOException {
        try {
            return connection.call(words);
        } catch (RedisErrorException e) {
            String text = e.error().text();
            if (needed || text.startsWith("NOAUTH") || text.startsWith("LOADING")) {
                throw refusal(words[0], text);
            }
            return null;
        }
    }

    /** What an error reply means: a {@link NotPermittedException} if it will not go away. */
    static IOException refusal(String command, String text) {
        String low = text.toLowerCase(Locale.ROOT);
        boolean lasting =
                List.of("noperm", "noauth", "wrongpass", "denied").stream().anyMatch(low::startsWith)
                        || List.of(
                                        "unknown command",
                                        "not permitted",
                                        "no permissions",
                                        "not allowed",
                                        "not supported",
                                        "disabled")
                                .stream()
                                .anyMatch(low::contains);
        String message = command + ": " + text;
        return lasting ? new NotPermittedException(message) : new RedisErrorException(command, new RedisError(text));
    }

    /** Asks for the stream after {@code offset}; null: for a snapshot first. */
    Answer psync(@Nullable String replid, long offset) throws IOException {
        if (replid == null) {
            connection.send("PSYNC", "?", "-1");
        } else {
            connection.send("PSYNC", replid, Long.toString(offset + 1));
        }
        connection.flush();
        int type = pastEmptyLines();
        String line = text();
        String[] words = line.split(" ", -1);
        if (type == '-') {
            throw refusal("PSYNC", line);
        }
        if (type == '+' && words[0].equals("CONTINUE") && words.length <= 2) {
            return new Answer(false, words.length == 2 ? id(words[1]) : null, 0);
        }
        if (type == '+' && words[0].equals("FULLRESYNC") && words.length == 3 && words[2].matches("\\d{1,18}")) {
            return new Answer(true, id(words[1]), Long.parseLong(words[2]));
        }
        throw new IOException("PSYNC: an answer that is none: " + line);
    }

    private static String id(String word) throws IOException {
        if (!word.matches("[0-9a-zA-Z]{40}")) {
            throw new IOException("replication id: " + word + " (expected: 40 letters and digits)");
        }
        return word;
    }

    /** Waits for the snapshot; returns its length, or {@link #MARKED}. */
    long snapshotLength() throws IOException {
        int type = pastEmptyLines();
        String line = text();
        if (type == '-') {
            throw refusal("snapshot", line);
        }
        if (type == '$' && line.startsWith("EOF:") && line.length() == 4 + MARK) {
            mark = line.substring(4).getBytes(StandardCharsets.ISO_8859_1);
            return MARKED;
        }
        if (type == '$' && line.matches("\\d{1,18}")) {
            return Long.parseLong(line);
        }
        throw new IOException("a snapshot that begins with " + line + " (expected: a length, or EOF and a mark)");
    }

    /** The bytes that end a {@link #MARKED} snapshot. */
    byte[] mark() {
        return mark;
    }

    /** While the source is busy it sends empty lines, so that the link is seen to live. */
    private int pastEmptyLines() throws IOException {
        for (int i = 0; i < MAX_EMPTY_LINES; i++) {
            int type = connection.next();
            if (type != '\n') {
                return type;
            }
        }
        throw new IOException("more than " + MAX_EMPTY_LINES + " empty lines");
    }

    private String text() throws IOException {
        return new String(connection.line(), StandardCharsets.UTF_8);
    }
}
