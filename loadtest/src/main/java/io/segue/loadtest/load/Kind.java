package io.segue.loadtest.load;

import io.lettuce.core.SetArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The types of keys under load. Each makes a key a register of versions 0, 1, 2 …: version 0 is seeded, the one writer of the key
 * writes the next version, a read finds out which version the key has. The value names its key, so that a reply that belongs to
 * another request is found out as well.
 */
public enum Kind {
    /** SET and GET. */
    STRING("GET", "SET") {
        @Override
        CompletionStage<?> write(RedisAsyncCommands<String, String> redis, String key, long version) {
            return redis.set(key, value(key, version));
        }

        @Override
        CompletionStage<Long> read(RedisAsyncCommands<String, String> redis, String key) {
            return redis.get(key).thenApply(text -> parse(key, text));
        }

        @Override
        byte[][] seed(String key) {
            return RespClient.bytes("SET", key, value(key, 0));
        }
    },
    /** SET with an expiry that outlives every run. */
    SESSION("GET", "SET") {
        @Override
        CompletionStage<?> write(RedisAsyncCommands<String, String> redis, String key, long version) {
            return redis.set(key, value(key, version), SetArgs.Builder.ex(SESSION_SECONDS));
        }

        @Override
        CompletionStage<Long> read(RedisAsyncCommands<String, String> redis, String key) {
            return redis.get(key).thenApply(text -> parse(key, text));
        }

        @Override
        byte[][] seed(String key) {
            return RespClient.bytes("SET", key, value(key, 0), "EX", Long.toString(SESSION_SECONDS));
        }
    },
    /** One field of a hash. */
    HASH("HGET", "HSET") {
        @Override
        CompletionStage<?> write(RedisAsyncCommands<String, String> redis, String key, long version) {
            return redis.hset(key, FIELD, value(key, version));
        }

        @Override
        CompletionStage<Long> read(RedisAsyncCommands<String, String> redis, String key) {
            return redis.hget(key, FIELD).thenApply(text -> parse(key, text));
        }

        @Override
        byte[][] seed(String key) {
            return RespClient.bytes("HSET", key, FIELD, value(key, 0), "name", "segue", "visits", "3");
        }
    },
    /** INCR: must be applied exactly once. The version is the number. */
    COUNTER("GET", "INCR") {
        @Override
        CompletionStage<?> write(RedisAsyncCommands<String, String> redis, String key, long version) {
            return redis.incr(key);
        }

        @Override
        CompletionStage<Long> read(RedisAsyncCommands<String, String> redis, String key) {
            return redis.get(key).thenApply(text -> text == null ? ABSENT : number(text));
        }

        @Override
        byte[][] seed(String key) {
            return RespClient.bytes("SET", key, "0");
        }
    },
    /** RPUSH: must be applied exactly once and in order. A read looks at the last element. */
    LIST("LINDEX", "RPUSH") {
        @Override
        CompletionStage<?> write(RedisAsyncCommands<String, String> redis, String key, long version) {
            return redis.rpush(key, value(key, version));
        }

        @Override
        CompletionStage<Long> read(RedisAsyncCommands<String, String> redis, String key) {
            return redis.lindex(key, -1).thenApply(text -> parse(key, text));
        }

        @Override
        byte[][] seed(String key) {
            return RespClient.bytes("RPUSH", key, value(key, 0));
        }
    },
    /** The score of a member of a sorted set. */
    SORTED_SET("ZSCORE", "ZADD") {
        @Override
        CompletionStage<?> write(RedisAsyncCommands<String, String> redis, String key, long version) {
            return redis.zadd(key, (double) version, key);
        }

        @Override
        CompletionStage<Long> read(RedisAsyncCommands<String, String> redis, String key) {
            return redis.zscore(key, key).thenApply(score -> score == null ? ABSENT : score.longValue());
        }

        @Override
        byte[][] seed(String key) {
            return RespClient.bytes("ZADD", key, "0", key, "7", "seven");
        }
    };

    /** Read instead of a version: the key is not there. */
    public static final long ABSENT = -1;
    /** Read instead of a version: the value is not one that was written to this key. */
    public static final long CORRUPT = -2;

    private static final long SESSION_SECONDS = 86_400;
    private static final String FIELD = "payload";
    private static final String PADDING = "abcdefghijklmnopqrstuvwxyz0123456789";

    private final String readCommand;
    private final String writeCommand;

    Kind(String readCommand, String writeCommand) {
        this.readCommand = readCommand;
        this.writeCommand = writeCommand;
    }

    /** Name of the command that reads. */
    public String readCommand() {
        return readCommand;
    }

    /** Name of the command that writes. */
    public String writeCommand() {
        return writeCommand;
    }

    /** Whether every write adds to the key, so that each counts to the end, instead of replacing the one before. */
    public boolean accumulates() {
        return this == COUNTER || this == LIST;
    }

    abstract CompletionStage<?> write(RedisAsyncCommands<String, String> redis, String key, long version);

    /** The version read, or {@link #ABSENT} or {@link #CORRUPT}. */
    abstract CompletionStage<Long> read(RedisAsyncCommands<String, String> redis, String key);

    /** The command that gives the key its version 0. */
    abstract byte[][] seed(String key);

    /** The command that reads all versions a key still holds: of a list each element, else one. */
    byte[][] readAll(String key) {
        return switch (this) {
            case STRING, SESSION, COUNTER -> RespClient.bytes("GET", key);
            case HASH -> RespClient.bytes("HGET", key, FIELD);
            case LIST -> RespClient.bytes("LRANGE", key, "0", "-1");
            case SORTED_SET -> RespClient.bytes("ZSCORE", key, key);
        };
    }

    /** The version that a reply to {@link #readAll}, or one element of it, shows. */
    long version(String key, Resp reply) {
        if (reply.isNil()) {
            return ABSENT;
        }
        return switch (this) {
            case COUNTER, SORTED_SET -> number(reply.text());
            case STRING, SESSION, HASH, LIST -> parse(key, reply.text());
        };
    }

    static String value(String key, long version) {
        return key + "#" + version + "#" + PADDING;
    }

    static long parse(String key, @Nullable String text) {
        if (text == null) {
            return ABSENT;
        }
        int end = text.indexOf('#', key.length() + 1);
        if (!text.startsWith(key + "#") || end < 0 || !text.endsWith(PADDING)) {
            return CORRUPT;
        }
        return number(text.substring(key.length() + 1, end));
    }

    static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return CORRUPT;
        }
    }
}
