package io.segue.controlplane.mover.redis;

import io.segue.controlplane.redis.Redis;
import io.segue.controlplane.redis.RedisConnection;
import java.io.IOException;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What one server is, as it says itself.
 *
 * @param version {@code "7.0.15"}
 * @param major first number of the version; 0 if it does not say
 * @param minor second number of the version
 * @param valkey whether it is a Valkey, which counts its versions differently
 * @param cluster whether it runs in cluster mode
 * @param runId changes with every start of the process
 * @param primary whether it takes writes
 */
record Facts(String version, int major, int minor, boolean valkey, boolean cluster, String runId, boolean primary) {

    /** Asks a server; nothing else may be under way. */
    static Facts ask(RedisConnection connection) throws IOException {
        Map<String, String> info = info(connection, "all");
        boolean valkey = info.containsKey("valkey_version");
        String version = valkey ? info.getOrDefault("valkey_version", "") : info.getOrDefault("redis_version", "");
        String[] numbers = version.split("\\.", -1);
        return new Facts(
                version,
                number(numbers, 0),
                number(numbers, 1),
                valkey,
                info.getOrDefault("cluster_enabled", "0").equals("1"),
                info.getOrDefault("run_id", ""),
                info.getOrDefault("role", "master").equals("master"));
    }

    private static Map<String, String> info(RedisConnection connection, String section) throws IOException {
        return connection.call("INFO", section) instanceof byte[] text ? Redis.info(text) : Map.of();
    }

    /** The databases that hold keys, in order; nothing else may be under way. */
    static TreeSet<Integer> databases(RedisConnection connection) throws IOException {
        return databases(connection.call("INFO", "keyspace"));
    }

    /** As {@link #databases(RedisConnection)}, from the reply. */
    static TreeSet<Integer> databases(@Nullable Object reply) {
        TreeSet<Integer> databases = new TreeSet<>();
        if (reply instanceof byte[] text) {
            for (String name : Redis.info(text).keySet()) {
                if (name.matches("db\\d{1,9}")) {
                    databases.add(Integer.parseInt(name.substring(2)));
                }
            }
        }
        return databases;
    }

    /** Whether keys of a database may expire, from the reply of {@code INFO keyspace}; true if it does not tell. */
    static boolean expires(@Nullable Object reply, int db) {
        if (!(reply instanceof byte[] text)) {
            return true;
        }
        String counts = Redis.info(text).get("db" + db);
        return counts == null || !counts.contains(",expires=0,");
    }

    private static int number(String[] numbers, int index) {
        if (index >= numbers.length || !numbers[index].matches("\\d{1,6}")) {
            return 0;
        }
        return Integer.parseInt(numbers[index]);
    }

    /** Whether the version is at least that one. */
    boolean atLeast(int wantedMajor, int wantedMinor) {
        return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
    }

    /** The RDB version of its DUMP payloads: what it writes, and the newest that it reads. */
    int rdbVersion() {
        if (valkey) {
            return 11;
        }
        if (atLeast(7, 4)) {
            return 12;
        }
        if (atLeast(7, 2)) {
            return 11;
        }
        return atLeast(7, 0) ? 10 : 9;
    }

    /** Whether it has PEXPIRETIME. */
    boolean tellsExpiry() {
        return atLeast(7, 0);
    }

    /** Whether it has client-side caching over RESP3, which names changed keys. */
    boolean tracks() {
        return atLeast(6, 0);
    }

    /** Whether it has FUNCTION. */
    boolean hasFunctions() {
        return atLeast(7, 0);
    }
}
