package io.segue.loadtest.migration;

import io.segue.loadtest.redis.Resp;
import io.segue.loadtest.redis.RespClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Random commands of every kind on few keys, so that they meet. In a template, {@code s1 l1 h1 t1 z1 x1 g1 p1} stand for a key of a type
 * (string, list, hash, set, sorted set, stream, geo, HyperLogLog), {@code n} for a small number, {@code v} for a value, {@code f} for a
 * decimal, {@code D} for a number of milliseconds far away. Errors (wrong type, no such key) are a part of the game. For one thread.
 */
final class RandomCommands {
    private static final int KEYS_OF_A_TYPE = 6;

    /** Templates that any server from 6.2 on has. */
    static final List<String> COMMON = List.of(
            "SET s1 v",
            "SET s1 v EX 500",
            "SET s1 v PX D",
            "SET s1 v NX",
            "SET s1 v XX",
            "SET s1 v KEEPTTL",
            "SET s1 v GET",
            "SETNX s1 v",
            "SETEX s1 900 v",
            "PSETEX s1 D v",
            "GETSET s1 v",
            "GETDEL s1",
            "GETEX s1 EX 700",
            "GETEX s1 PERSIST",
            "APPEND s1 v",
            "SETRANGE s1 n v",
            "INCR s2",
            "DECR s2",
            "INCRBY s2 n",
            "DECRBY s2 n",
            "INCRBYFLOAT s3 f",
            "MSET s1 v s4 v s5 v",
            "MSETNX s1 v s6 v",
            "SETBIT s4 n 1",
            "BITOP OR s5 s4 s1",
            "BITFIELD s4 SET u8 n 7",
            "EXPIRE s1 800",
            "PEXPIRE l1 D",
            "EXPIREAT h1 9999999999",
            "PEXPIREAT t1 9999999999999",
            "PERSIST s1",
            "EXPIRE z1 -1",
            "DEL s1 l2",
            "UNLINK h2 t2",
            "RENAME s1 s4",
            "RENAMENX s1 s5",
            "RENAME l1 l2",
            "COPY s1 s6",
            "COPY h1 h2 REPLACE",
            "LPUSH l1 v v",
            "RPUSH l1 v",
            "LPUSHX l1 v",
            "RPUSHX l2 v",
            "LPOP l1",
            "RPOP l1",
            "LPOP l1 2",
            "LINSERT l1 BEFORE v v",
            "LSET l1 0 v",
            "LTRIM l1 0 20",
            "LREM l1 1 v",
            "LMOVE l1 l2 LEFT RIGHT",
            "RPOPLPUSH l2 l1",
            "BLPOP l1 l2 0.01",
            "BRPOP l2 0.01",
            "BLMOVE l1 l3 LEFT LEFT 0.01",
            "BRPOPLPUSH l3 l1 0.01",
            "HSET h1 v v n v",
            "HSETNX h1 v v",
            "HMSET h1 a v b v",
            "HDEL h1 v a",
            "HINCRBY h2 c n",
            "HINCRBYFLOAT h2 d f",
            "SADD t1 v v v",
            "SREM t1 v",
            "SPOP t1",
            "SPOP t1 2",
            "SMOVE t1 t2 v",
            "SUNIONSTORE t3 t1 t2",
            "SINTERSTORE t3 t1 t2",
            "SDIFFSTORE t2 t1 t3",
            "SORT t1 ALPHA STORE l3",
            "SORT l1 ALPHA LIMIT 0 5 STORE l4",
            "ZADD z1 n v n v",
            "ZADD z1 NX n v",
            "ZADD z1 GT n v",
            "ZADD z1 INCR n v",
            "ZINCRBY z1 f v",
            "ZREM z1 v",
            "ZPOPMIN z1",
            "ZPOPMAX z1 2",
            "BZPOPMIN z1 z2 0.01",
            "BZPOPMAX z2 0.01",
            "ZREMRANGEBYRANK z1 0 0",
            "ZREMRANGEBYSCORE z2 n n",
            "ZUNIONSTORE z2 2 z1 z3",
            "ZINTERSTORE z3 2 z1 z2",
            "ZDIFFSTORE z3 2 z1 z2",
            "ZRANGESTORE z4 z1 0 3",
            "XADD x1 * a v",
            "XADD x1 MAXLEN 10 * a v",
            "XADD x1 MAXLEN ~ 10 * b v",
            "XTRIM x1 MAXLEN 8",
            "XTRIM x2 MAXLEN ~ 5",
            "XGROUP CREATE x1 grp 0 MKSTREAM",
            "XGROUP DESTROY x2 grp",
            "XREADGROUP GROUP grp me COUNT 2 STREAMS x1 >",
            "XREADGROUP GROUP grp me COUNT 1 BLOCK 10 STREAMS x1 >",
            "XAUTOCLAIM x1 grp you 0 0 COUNT 2",
            "XSETID x1 9999999999999-1",
            "GEOADD g1 13.36 38.11 v",
            "GEORADIUS g1 15 37 900 km STORE z5",
            "GEOSEARCHSTORE z6 g1 FROMLONLAT 15 37 BYRADIUS 900 km",
            "PFADD p1 v v",
            "PFMERGE p2 p1 p3",
            "LRANGE l1 0 -1",
            "GET s1",
            "HGETALL h1");

    /** Templates of 7.0. */
    static final List<String> SEVEN = List.of(
            "EXPIRE s1 900 GT",
            "EXPIRE s1 600 NX",
            "LMPOP 2 l1 l2 LEFT COUNT 2",
            "BLMPOP 0.01 1 l1 RIGHT",
            "ZMPOP 1 z1 MIN COUNT 2",
            "BZMPOP 0.01 2 z1 z2 MAX",
            "SET s1 v NX GET",
            "XAUTOCLAIM x1 grp you 0 0 COUNT 1 JUSTID");

    private static final List<List<String>> TRANSACTIONS = List.of(
            List.of("MULTI", "INCR s2", "LPUSH l1 v", "SET s1 v EX 300", "EXEC"),
            List.of("WATCH s2", "GET s2", "MULTI", "INCRBY s2 3", "HSET h1 tx v", "EXEC"),
            List.of("MULTI", "SPOP t1", "DEL z1", "DISCARD"),
            List.of("MULTI", "XADD x1 * tx v", "SPOP t1", "EXEC"));

    private static final List<List<String>> SCRIPTS = List.of(
            List.of("EVAL", "return redis.call('INCR', KEYS[1])", "1", "s2"),
            List.of("EVAL", "redis.call('SADD', KEYS[1], ARGV[1]); return redis.call('SPOP', KEYS[1])", "1", "t1", "v"),
            List.of("EVAL", "redis.call('SET', KEYS[1], ARGV[1]); return redis.call('NOSUCH')", "1", "s1", "v"),
            List.of("EVAL", "return redis.call('GET', KEYS[1])", "1", "s1"));

    private final Random random;
    private final List<String> templates;
    private final boolean everywhere;
    private final Set<String> used = new HashSet<>();
    private long failed;
    private long answered;

    /**
     * @param seven whether both servers have the commands of 7.0
     * @param everywhere whether to flush, move and select databases now and then
     */
    RandomCommands(long seed, boolean seven, boolean everywhere) {
        this.random = new Random(seed);
        this.everywhere = everywhere;
        this.templates = new ArrayList<>(COMMON);
        if (seven) {
            templates.addAll(SEVEN);
        }
    }

    /** Command names that have been sent. */
    Set<String> used() {
        return used;
    }

    /** Answers that were errors. */
    long failed() {
        return failed;
    }

    long answered() {
        return answered;
    }

    /** Sends one command, or a few that belong together, and takes the answers. */
    void step(RespClient client) throws IOException {
        int what = random.nextInt(200);
        if (what < 8) {
            for (String command : TRANSACTIONS.get(random.nextInt(TRANSACTIONS.size()))) {
                call(client, fill(List.of(command.split(" "))));
            }
        } else if (what < 16) {
            List<String> script = SCRIPTS.get(random.nextInt(SCRIPTS.size()));
            List<String> filled = new ArrayList<>(script.subList(0, 3));
            filled.addAll(fill(script.subList(3, script.size())));
            call(client, filled);
        } else if (what < 30) {
            pipeline(client);
        } else if (everywhere && what == 30) {
            call(client, fill(List.of("MOVE", "s1", "3")));
        } else if (everywhere && what == 31) {
            call(client, fill(List.of("COPY", "s1", "s2", "DB", "3", "REPLACE")));
        } else if (everywhere && what == 32) {
            call(client, List.of("SELECT", "3"));
            call(client, fill(List.of("SET", "s1", "v")));
            call(client, fill(List.of("LPUSH", "l1", "v")));
            if (random.nextInt(4) == 0) {
                call(client, List.of("FLUSHDB"));
            }
            call(client, List.of("SELECT", "0"));
        } else if (everywhere && what == 33 && random.nextInt(10) == 0) {
            call(client, List.of(random.nextBoolean() ? "FLUSHDB" : "FLUSHALL"));
        } else {
            call(client, template());
        }
    }

    private List<String> template() {
        return fill(List.of(templates.get(random.nextInt(templates.size())).split(" ")));
    }

    private void pipeline(RespClient client) throws IOException {
        int count = 2 + random.nextInt(20);
        for (int i = 0; i < count; i++) {
            List<String> command = template();
            used.add(command.get(0));
            client.send(command.toArray(String[]::new));
        }
        client.flush();
        for (int i = 0; i < count; i++) {
            count(client.read());
        }
    }

    private void call(RespClient client, List<String> command) throws IOException {
        used.add(command.get(0));
        Resp reply = client.call(command.toArray(String[]::new));
        if (reply.isError() && (reply.text().contains("segue") || reply.text().contains("syntax"))) {
            throw new AssertionError(command + ": " + reply);
        }
        count(reply);
    }

    private void count(Resp reply) {
        answered++;
        if (reply.isError()) {
            failed++;
        }
    }

    private List<String> fill(List<String> words) {
        List<String> filled = new ArrayList<>(words.size());
        for (int i = 0; i < words.size(); i++) {
            filled.add(i == 0 ? words.get(0) : fill(words.get(i)));
        }
        return filled;
    }

    private String fill(String word) {
        if (word.length() == 2 && "slhtzxgp".indexOf(word.charAt(0)) >= 0 && Character.isDigit(word.charAt(1))) {
            // Half of the time the key that the template names, so that what belongs together meets.
            int key = random.nextBoolean() ? word.charAt(1) - '0' : 1 + random.nextInt(KEYS_OF_A_TYPE);
            return "{k}" + word.charAt(0) + key;
        }
        return switch (word) {
            case "n" -> Integer.toString(random.nextInt(50));
            case "v" -> "v" + random.nextInt(30);
            case "f" -> Integer.toString(random.nextInt(1000)) + "." + random.nextInt(1000);
            case "D" -> Integer.toString(400_000 + random.nextInt(500_000));
            default -> word;
        };
    }
}
