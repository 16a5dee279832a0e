package io.segue.loadtest.mover;

import io.segue.controlplane.mover.Verification.Kind;
import io.segue.loadtest.redis.RedisServer;
import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** Changes a follower that was filled with {@link SampleData}, so that it differs in ways that are known. */
final class Planted {
    private static final int EACH = 3;

    private final RespClient follower;
    private final int keys;
    private final Map<String, Kind> planted = new HashMap<>();
    private int next = 5;

    private Planted(RespClient follower, int keys) {
        this.follower = follower;
        this.keys = keys;
    }

    /** Plants some differences of every kind in database 0, and some that do not count. */
    static Map<String, Kind> everyKind(RedisServer follower, int keys) throws IOException {
        try (RespClient client = follower.connect()) {
            Planted planted = new Planted(client, keys);
            for (int i = 0; i < EACH; i++) {
                planted.keys();
                planted.values();
                planted.types();
                planted.expiries();
            }
            return planted.planted;
        }
    }

    /** How many there are of each kind. */
    static Map<Kind, Long> counts(Map<String, Kind> planted) {
        Map<Kind, Long> counts = new EnumMap<>(Kind.class);
        planted.values().forEach(kind -> counts.merge(kind, 1L, Long::sum));
        return counts;
    }

    private void keys() throws IOException {
        for (String type : new String[] {"string", "hash", "list", "set", "zset", "stream"}) {
            plant(Kind.MISSING, "DEL", key(type, false));
        }
        plant(Kind.MISSING, "DEL", key("string", true));
        String extra = "extra:" + next;
        call("SET", extra, "1");
        planted.put(extra, Kind.EXTRA);
        String longer = "extra:list:" + next;
        call("RPUSH", longer, "1", "2");
        call("PEXPIREAT", longer, Long.toString(SampleData.EXPIRY));
        planted.put(longer, Kind.EXTRA);
    }

    private void values() throws IOException {
        plant(Kind.VALUE, "APPEND", key("string", false), "x");
        plant(Kind.VALUE, "SETRANGE", key("string", true), "0", "V");
        plant(Kind.VALUE, "HSET", key("hash", false), "field0", "other");
        plant(Kind.VALUE, "HSET", key("hash", true), "one more", "1");
        plant(Kind.VALUE, "LSET", key("list", false), "0", "other");
        plant(Kind.VALUE, "SADD", key("set", false), "one more");
        plant(Kind.VALUE, "ZINCRBY", key("zset", false), "0.5", "member0");
        plant(Kind.VALUE, "XADD", key("stream", false), "*", "one", "more");
    }

    private void types() throws IOException {
        String key = key("hash", false);
        call("DEL", key);
        plant(Kind.TYPE, "RPUSH", key, "1");
        key = key("string", false);
        call("DEL", key);
        plant(Kind.TYPE, "SADD", key, "1");
    }

    private void expiries() throws IOException {
        moved("string", 6, true);
        moved("hash", -6, true);
        moved("zset", 3_600_000, true);
        moved("string", 5, false);
        moved("list", -5, false);
        plant(Kind.TTL, "PERSIST", key("string", true));
        plant(Kind.TTL, "PEXPIREAT", key("set", false), Long.toString(SampleData.EXPIRY));
    }

    private void moved(String type, int byMs, boolean counts) throws IOException {
        String key = key(type, true);
        int i = next - 1;
        call("PEXPIREAT", key, Long.toString(SampleData.EXPIRY + i + byMs));
        if (counts) {
            planted.put(key, Kind.TTL);
        }
    }

    private void plant(Kind kind, String... command) throws IOException {
        call(command);
        planted.put(command[1], kind);
    }

    private void call(String... command) throws IOException {
        Resp reply = follower.call(command);
        if (reply.isError()) {
            throw new IOException(String.join(" ", command) + ": " + reply.text());
        }
    }

    /** The next key of a type, with or without expiry. */
    private String key(String type, boolean expires) {
        while (!SampleData.type(next).equals(type) || (next % 10 < 3) != expires) {
            next++;
        }
        if (next >= keys) {
            throw new IllegalStateException("too few keys");
        }
        return SampleData.key(next++);
    }
}
